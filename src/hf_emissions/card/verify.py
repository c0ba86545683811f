"""Final check of an edited card: only the block may have changed."""

from __future__ import annotations

from collections.abc import Mapping

import yaml
from yaml.events import AliasEvent, Event, ScalarEvent

from ..errors import CardError, VerificationError
from . import block as block_fields
from .block import KEY, BlockValue
from .events import count_events, place_of, read_events, said
from .front_matter import BOM, FrontMatter, find_front_matter, line_start, position
from .parsed import ParsedCard, parse_card


def verify_only_block_changed(before: ParsedCard, text: str, expected: Mapping[str, object] | None) -> None:
    """Check that `text` differs from `before` only in the block, which must say `expected`, by field (None: no block).

    Compares other keys as parser events, aliases unexpanded, and the body as text.

    Raises:
        VerificationError: the check failed; positioned at the old block.
    """
    try:
        after = parse_card(text)
        problem = _anchor_problem(before) or _problem(before, after, expected)
    except CardError as error:
        problem = f"afterwards the card could not be read ({error.reason})"
    if problem:
        place = before.block.key_start if before.block else 0
        reason = f"this edit was not made: {problem}; move or rewrite the block by hand"
        raise VerificationError(reason, *position(before.text, place))


def is_only_lines_added(before: ParsedCard, text: str, at: int, block: Mapping[str, BlockValue]) -> bool:
    """True if `text` is certainly `before` with only the lines of a new block inserted at `at`.

    Fast path for the common case, a new block at the end of block-style front matter; False if unsure. The lines
    start at the root's column, which ends any value above them. libyaml must parse the whole YAML, with exactly the
    block's number of additional events. Then the block, and the entry above it, the only one that the lines could
    continue, are compared event by event.
    """
    place, root = before.front_matter, before.root
    if place is None or root.flow or root.column != 0 or not root.entries:
        return False
    try:
        return _is_well_formed(before, text, place, block) and _window_agrees(before, text, at, block)
    except yaml.YAMLError:
        return False


def _is_well_formed(before: ParsedCard, text: str, place: FrontMatter, block: Mapping[str, BlockValue]) -> bool:
    added = len(text) - len(before.text)
    expected = len(before.events) + 2 * len(block) + 3  # the key, the mapping's two ends, a key and a value each
    return count_events(text[place.start : place.closing + added]) == expected


def _window_agrees(before: ParsedCard, text: str, at: int, block: Mapping[str, BlockValue]) -> bool:
    """True if the entry above the new lines is unchanged, and the lines are the block."""
    last = before.root.entries[-1]
    window = read_events(text[line_start(text, last.key_start) : at + len(text) - len(before.text)])
    above = before.events[last.first : last.last + 1]
    own = window[3 + len(above) : -3]
    return said(window[3 : 3 + len(above)]) == said(above) and _is_block(own, block)


def is_only_front_matter_added(before: ParsedCard, text: str, block: Mapping[str, BlockValue]) -> bool:
    """True if `text` is certainly `before`, which had no front matter, with one added that has only the block."""
    place = find_front_matter(text)
    if place is None or before.front_matter is not None:
        return False
    above, body = text[: place.opening], text[place.body :]
    return above + body == before.text and _is_block(read_events(text[place.start : place.closing])[3:-3], block)


def _is_block(events: list[Event], block: Mapping[str, BlockValue]) -> bool:
    """True if these are the events of a block with exactly these fields."""
    scalars = [event for event in events if isinstance(event, ScalarEvent)]
    if len(events) != 2 * len(block) + 3 or len(scalars) != 2 * len(block) + 1 or scalars[0].value != KEY:
        return False
    pairs = zip(scalars[1::2], scalars[2::2], block.items(), strict=True)
    return all(name.value == key and _is_value(found, value) for name, found, (key, value) in pairs)


def _is_value(event: ScalarEvent, value: BlockValue) -> bool:
    if isinstance(value, str):
        return event.value == value
    if isinstance(value, bool):
        return event.value == ("true" if value else "false")
    return event.implicit[0] and float(event.value) == value


def _problem(before: ParsedCard, after: ParsedCard, expected: Mapping[str, object] | None) -> str | None:
    if _other_events(before) != _other_events(after):
        return "another key of the front matter would have changed"
    if not _same_body(before, after):
        return "the text below the front matter would have changed"
    if expected is None:
        return "the block would still be there" if after.block else None
    return None if _says(after, expected) else "the block would not have said what was to be written"


def _other_events(card: ParsedCard) -> list[object]:
    """What the events outside the block say."""
    entries = (entry for entry in card.root.entries if entry is not card.block)
    return said(event for entry in entries for event in card.events[entry.first : entry.last + 1])


def _same_body(before: ParsedCard, after: ParsedCard) -> bool:
    if after.front_matter is None and before.front_matter is not None:
        # The front matter was removed with the block; only white space preceded its dashes.
        return _head(after).strip() == "" and _body(after).lstrip() == _body(before).lstrip()
    return _body(before) == _body(after)


def _head(card: ParsedCard) -> str:
    return card.text[: card.front_matter.opening].removeprefix(BOM) if card.front_matter else ""


def _body(card: ParsedCard) -> str:
    return card.text[card.front_matter.body :] if card.front_matter else card.text.removeprefix(BOM)


def _says(after: ParsedCard, expected: Mapping[str, object]) -> bool:
    if after.record is None or after.block is None:
        return False
    return all(block_fields.same(getattr(after.record, field), value) for field, value in expected.items())


def _anchor_problem(card: ParsedCard) -> str | None:
    """Problem if an anchor of the block is used below it: those aliases would change or break."""
    if card.block is None:
        return None
    inside = card.events[card.block.first : card.block.last + 1]
    anchors = {getattr(event, "anchor", None) for event in inside if not isinstance(event, AliasEvent)} - {None}
    for event in card.events[card.block.last + 1 :]:
        if isinstance(event, AliasEvent) and event.anchor in anchors and card.front_matter:
            line, _ = position(card.text, card.front_matter.start + place_of(event))
            return f"line {line} uses the anchor &{event.anchor} of the block"
    return None
