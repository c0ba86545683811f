"""Fixes carried out on a card's text: several at once, each verified. Knows nothing of files."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from ..card.block import KEY
from ..card.entries import Entry
from ..card.front_matter import position
from ..card.parsed import ParsedCard, parse_card
from ..errors import CardError, VerificationError
from .finding import Finding, Replacement

# A fix may uncover another finding, such as a misspelt key whose value has a unit too; more than this is a defect.
MAX_PASSES = 10

Look = Callable[[str], Sequence[Finding]]


@dataclass(frozen=True, slots=True)
class FixResult:
    """A card's text after its fixes: the findings that were mended, and what is found in the new text.

    Of a card on the Hub: `url` of the commit or pull request, and whether Ctrl-C came while it was made.
    """

    text: str
    fixed: tuple[Finding, ...]
    findings: tuple[Finding, ...]
    url: str | None = None
    interrupted: bool = False


def mend(text: str, look: Look, *, unsafe: bool = False) -> FixResult:
    """Carry out the fixes of what `look` finds, and of what it finds then, until none is left.

    Args:
        text: the whole card.
        look: what is found in a text.
        unsafe: carry out the fixes that change what the card says, too.

    Raises:
        VerificationError: a fix would have changed something else, or left a card that cannot be read.
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
    """The findings whose fixes touch different places; of two that touch the same, the first."""
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
    """The text with the fixes of these findings, which touch different places.

    Raises:
        VerificationError: something else would have changed, or the card could no longer be read.
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
    """The text with these replacements, which are in order and apart.

    Raises:
        ValueError: they are not, or reach beyond the text.
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
    """Whether a span touches one of those taken, which are in order and apart."""
    above = bisect_left(taken, (start, start))
    # Two insertions at one place would stand in no certain order.
    after = above < len(taken) and (taken[above][0] == start or taken[above][0] < end)
    return after or (above > 0 and taken[above - 1][1] > start)


def _problem(before: str, after: str, replacements: Sequence[Replacement]) -> str | None:
    """Why the edit cannot stay: what lies between the places changed, or a key that none of them touches."""
    if not _only_there(before, after, replacements):
        return "other text would have changed"
    try:
        old = parse_card(before)
    except CardError:
        # What could not be read cannot be compared; that it can be read now is for the rules to say.
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
    """Whether every key but the block, and but those that a fix is about, says what it said."""
    blocks, places = old.root.named(KEY), _Places(replacements)
    there = {entry.key_start: entry for entry in new.root.entries}
    for entry in old.root.entries:
        if entry in blocks or places.touch(entry):
            continue
        found = there.get(places.moved(entry.key_start))
        if found is None or _says(new, found) != _says(old, entry):
            return False
    return True


class _Places:
    """Where replacements stand that are in order and apart."""

    def __init__(self, replacements: Sequence[Replacement]) -> None:
        self._replacements = replacements
        self._starts = [one.start for one in replacements]
        self._ends = [one.end for one in replacements]
        longer = (len(one.new) - (one.end - one.start) for one in replacements)
        self._shifts = list(accumulate(longer, initial=0))

    def moved(self, index: int) -> int:
        """Where in the new text a place of the old one is, that none of them replaces."""
        return index + self._shifts[bisect_right(self._ends, index)]

    def touch(self, entry: Entry) -> bool:
        """Whether one of them changes an entry."""
        above = bisect_right(self._starts, entry.value_end)
        if not above:
            return False
        # The last that begins before the entry ends: those above it end before it begins.
        last = self._replacements[above - 1]
        if last.start == last.end == entry.key_start:
            # Lines put in above leave the entry alone; an indent does not.
            return not last.new.endswith(("\n", "\r"))
        return entry.key_start < last.end + (last.start == last.end)


def _says(card: ParsedCard, entry: Entry) -> list[Any]:
    """All that the parser says of an entry but where it stands."""
    return [_said(event) for event in card.events[entry.first : entry.last + 1]]


def _said(event: Any) -> Any:
    names = ("value", "tag", "anchor", "style", "implicit", "flow_style")
    return (type(event), *(getattr(event, name, None) for name in names))
