"""Apply fixes to the text of a card, several at once, and verify the result. No file access."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from ..card.block import KEY
from ..card.entries import Entry
from ..card.events import said
from ..card.front_matter import position
from ..card.parsed import ParsedCard, parse_card
from ..errors import CardError, VerificationError
from .finding import Finding, Replacement

# A fix may uncover another finding, such as a misspelt key whose value has a unit. More passes mean a bug.
MAX_PASSES = 10

Look = Callable[[str], Sequence[Finding]]


@dataclass(frozen=True, slots=True)
class FixResult:
    """Fixed text of a card, the findings fixed, and the findings that remain.

    For a card on the Hub: `url` of the commit or pull request, and whether Ctrl-C arrived meanwhile.
    """

    text: str
    fixed: tuple[Finding, ...]
    findings: tuple[Finding, ...]
    url: str | None = None
    interrupted: bool = False


def fix_text(text: str, look: Look, *, unsafe: bool = False) -> FixResult:
    """Apply fixes until `look` finds nothing more to fix.

    Args:
        text: the whole card.
        look: returns the findings of a text.
        unsafe: also apply fixes that change the meaning of the card.

    Raises:
        VerificationError: a fix would change something else, or leave an unreadable card.
    """
    fixed: list[Finding] = []
    findings = look(text)
    for _ in range(MAX_PASSES):
        chosen = compatible(finding for finding in findings if finding.fix and (unsafe or finding.fix.safe))
        new = apply_fixes(text, chosen)
        if new == text:
            break
        text, findings = new, look(new)
        fixed += chosen
    return FixResult(text, tuple(fixed), tuple(findings))


def compatible(findings: Iterable[Finding]) -> list[Finding]:
    """Findings whose fixes do not overlap; of two that do, the first. Findings without a fix are dropped."""
    chosen: list[Finding] = []
    taken: list[tuple[int, int]] = []
    for finding in findings:
        own = [(one.start, one.end) for one in finding.fix.replacements] if finding.fix else []
        if own and not any(_collides(taken, *span) for span in own):
            chosen.append(finding)
            for span in own:
                insort(taken, span)
    return chosen


def apply_fixes(text: str, findings: Sequence[Finding]) -> str:
    """Apply the non-overlapping fixes of these findings.

    Raises:
        VerificationError: something else would change, or the card would become unreadable.
    """
    replacements = sorted(_replacements(findings), key=lambda one: one.start)
    if not replacements:
        return text
    new = replace(text, replacements)
    problem = _problem(text, new, replacements)
    if problem:
        rules = ", ".join(dict.fromkeys(finding.rule for finding in findings))
        reason = f"the fix of {rules} was not made: {problem}; mend it by hand"
        raise VerificationError(reason, *position(text, replacements[0].start))
    return new


def replace(text: str, replacements: Sequence[Replacement]) -> str:
    """Apply sorted, non-overlapping replacements.

    Raises:
        ValueError: they are unsorted, overlap, or exceed the text.
    """
    parts, at = [], 0
    for one in replacements:
        if not at <= one.start <= one.end <= len(text):
            raise ValueError(f"a replacement of {one.start} to {one.end} after {at} in a text of {len(text)}")
        parts += [text[at : one.start], one.new]
        at = one.end
    return "".join([*parts, text[at:]])


def _replacements(findings: Iterable[Finding]) -> list[Replacement]:
    return [one for finding in findings if finding.fix for one in finding.fix.replacements]


def _collides(taken: list[tuple[int, int]], start: int, end: int) -> bool:
    """True if a span overlaps one of `taken`, which are sorted and disjoint."""
    above = bisect_left(taken, (start, start))
    # Two insertions at one offset have no defined order.
    after = above < len(taken) and (taken[above][0] == start or taken[above][0] < end)
    return after or (above > 0 and taken[above - 1][1] > start)


def _problem(before: str, after: str, replacements: Sequence[Replacement]) -> str | None:
    """Reason to reject the edit, or None: text between the replacements or an untouched key would change."""
    if not _only_there(before, after, replacements):
        return "other text would have changed"
    try:
        old = parse_card(before)
    except CardError:
        # An unreadable card cannot be compared; whether it is readable now is up to the rules.
        return None
    try:
        new = parse_card(after)
    except CardError as error:
        return f"afterwards the card could not be read ({error.reason})"
    return None if _other_keys_say_the_same(old, new, replacements) else "another key would have changed"


def _only_there(before: str, after: str, replacements: Sequence[Replacement]) -> bool:
    at = shift = 0
    for one in replacements:
        if before[at : one.start] != after[at + shift : one.start + shift]:
            return False
        if not after.startswith(one.new, one.start + shift):
            return False
        at, shift = one.end, shift + len(one.new) - (one.end - one.start)
    return before[at:] == after[at + shift :]


def _other_keys_say_the_same(old: ParsedCard, new: ParsedCard, replacements: Sequence[Replacement]) -> bool:
    """True if every key outside the block and the replacements keeps its value."""
    blocks, places = old.root.named(KEY), _Places(replacements)
    there = {entry.key_start: entry for entry in new.root.entries}
    for entry in old.root.entries:
        if entry in blocks or places.touch(entry):
            continue
        found = there.get(places.moved(entry.key_start))
        if found is None or _said(new, found) != _said(old, entry):
            return False
    return True


class _Places:
    """Offsets of sorted, disjoint replacements."""

    def __init__(self, replacements: Sequence[Replacement]) -> None:
        self._replacements = replacements
        self._starts = [one.start for one in replacements]
        self._ends = [one.end for one in replacements]
        longer = (len(one.new) - (one.end - one.start) for one in replacements)
        self._shifts = list(accumulate(longer, initial=0))

    def moved(self, index: int) -> int:
        """New offset of a position that no replacement covers."""
        return index + self._shifts[bisect_right(self._ends, index)]

    def touch(self, entry: Entry) -> bool:
        """True if a replacement changes the entry."""
        above = bisect_right(self._starts, entry.value_end)
        if not above:
            return False
        # The last replacement that begins before the entry ends; earlier ones end before it begins.
        last = self._replacements[above - 1]
        if last.start == last.end == entry.key_start:
            # Inserting lines above leaves the entry unchanged; an indent does not.
            return not last.new.endswith(("\n", "\r"))
        return entry.key_start < last.end + (last.start == last.end)


def _said(card: ParsedCard, entry: Entry) -> list[object]:
    return said(card.events[entry.first : entry.last + 1])
