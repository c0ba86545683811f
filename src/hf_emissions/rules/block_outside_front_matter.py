"""Rule: a block in the body of a card, below its front matter or without one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..card.block import KEY, KEYS
from ..card.front_matter import line_end, line_end_before, line_start
from ..card.parsed import ParsedCard, parse_card
from ..errors import CardError
from .finding import Fix, Replacement
from .fix import replace
from .rule import CardView, Rule, RuleMatch

# Four or more spaces of indent make a code block in Markdown.
_HEAD = re.compile(rf" {{0,3}}{KEY}[ \t]*:[ \t]*(?P<value>[^\r\n]*)")
_VALUE = re.compile(r"[\"']?[-+]?\.?[0-9]|\{|#|$")
_FIELD = re.compile(rf"[ \t]*(?:-[ \t]+)?(?:{'|'.join(KEYS)})[ \t]*:")
_DASHES = re.compile(r"---[ \t]*(?:\r\n|\n|\r|\Z)")
_MOST_LINES = 60


@dataclass(frozen=True, slots=True)
class BlockInText:
    """Start and end offsets of a block in the body."""

    start: int
    end: int


def block_in_body(card: CardView) -> BlockInText | None:
    """First block in the body of a card that has none in its front matter, ignoring code examples."""
    if card.parsed is None or KEY not in card.text or KEY in card.keys:
        return None
    place = card.parsed.front_matter
    at = card.text.find(KEY, place.body if place else 0)
    while at >= 0:
        start = line_start(card.text, at)
        end = _end_of_block(card.text, start)
        if end is not None and not card.page.is_code(at):
            return BlockInText(start, end)
        # Only the first match on a line counts; this keeps long lines linear.
        at = card.text.find(KEY, line_end(card.text, at))
    return None


def _end_of_block(text: str, start: int) -> int | None:
    """End offset of the block that begins at a line start; None if no block begins there."""
    head = _HEAD.match(text, start)
    if head is None or not _VALUE.match(head["value"]):
        return None
    end = line_end(text, start)
    if head["value"] and not head["value"].startswith("#"):
        return end
    fields = 0
    for _ in range(_MOST_LINES):
        if not _FIELD.match(text, end):
            break
        end, fields = line_end(text, end), fields + 1
    return end if fields else None


def _look(card: CardView) -> Iterator[RuleMatch]:
    found = block_in_body(card)
    if found is None or card.parsed is None:
        return
    fix, why = _fix_and_reason(card.parsed, found)
    message = f"this block stands in the text of the card, where only people read it: {why}"
    by_hand = "move its lines between the two lines of three dashes at the top"
    yield RuleMatch(card.place(card.text.index(KEY, found.start)), message, fix, by_hand)


def _fix_and_reason(card: ParsedCard, found: BlockInText) -> tuple[Fix | None, str]:
    place = card.front_matter
    if place is None:
        return _checked(card, _on_top(card, found)), "the card has no front matter"
    closing = _later_dashes(card.text, found.end)
    if closing is not None and not card.text[place.body : found.start].strip(" \t\r\n-"):
        line = card.place(place.closing)[0]
        early = Fix(False, f"take the dashes of line {line} out", (Replacement(place.closing, place.body, ""),))
        checked = _checked(card, early)
        if checked:
            return checked, f"the front matter ends too early, on line {line}"
    return _checked(card, _moved(card, found)), f"the front matter ends on line {card.place(place.closing)[0]}"


def _later_dashes(text: str, at: int) -> int | None:
    """Offset of the next line of dashes; None at a heading, at the end, or beyond `_MOST_LINES` lines."""
    for _ in range(_MOST_LINES):
        if at >= len(text) or text[at] == "#":
            return None
        if _DASHES.match(text, at):
            return at
        at = line_end(text, at)
    return None


def _moved(card: ParsedCard, found: BlockInText) -> Fix | None:
    assert card.front_matter
    if card.root.flow or card.root.column:
        return None
    at = card.insertion
    lines = _lines(card, found)
    return Fix(
        False, "move it into the front matter", (Replacement(at, at, lines), Replacement(found.start, found.end, ""))
    )


def _on_top(card: ParsedCard, found: BlockInText) -> Fix:
    end = line_end_before(card.text, 0)
    top = len(card.text) - len(card.text.removeprefix("\ufeff"))
    new = f"---{end}{_lines(card, found)}---{end}"
    if found.start == top:
        return Fix(False, "put dashes around it", (Replacement(found.start, found.end, new),))
    edits = (Replacement(top, top, new), Replacement(found.start, found.end, ""))
    return Fix(False, "move it into a front matter", edits)


def _lines(card: ParsedCard, found: BlockInText) -> str:
    """Lines of the block with its indent removed."""
    lines = card.text[found.start : found.end].splitlines(keepends=True)
    indent = len(lines[0]) - len(lines[0].lstrip(" "))
    text = "".join(line[indent:] if line[:indent].isspace() else line for line in lines)
    return text if text.endswith(("\n", "\r")) else text + line_end_before(card.text, found.start)


def _checked(card: ParsedCard, fix: Fix | None) -> Fix | None:
    """Return the fix if the card then parses, has a record and keeps all its keys; else None."""
    if fix is None:
        return None
    try:
        after = parse_card(replace(card.text, sorted(fix.replacements, key=lambda edit: edit.start)))
        return fix if after.record is not None and after.root.names >= card.root.names else None
    except CardError:
        return None


RULE = Rule(
    id="block-outside-front-matter",
    severity="error",
    looks_for=f"A `{KEY}` block in the text of a card whose front matter has none; not an example in code.",
    why="The Hub reads the front matter alone: from a first line of three dashes to the next such line.",
    fails="---\nlicense: mit\n---\nco2_eq_emissions:\n  emissions: 12.5\n---\n# A model\n",
    passes="---\nlicense: mit\nco2_eq_emissions:\n  emissions: 12.5\n---\n# A model\n",
    look=_look,
    of="figure",
)
