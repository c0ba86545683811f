"""The last look before an edited card is handed out: is the block the only thing that changed?"""

from __future__ import annotations

from typing import Any

from yaml.events import AliasEvent, Event

from ..errors import CardError, VerificationError
from ..record import EmissionsRecord
from . import block as block_fields
from .entries import Entry
from .events import place_of
from .front_matter import BOM, position
from .parsed import ParsedCard, parse_card


def verify_only_block_changed(before: ParsedCard, text: str, record: EmissionsRecord | None) -> None:
    """Check that `text` is the card `before` with nothing changed but its block, which says `record` (None: gone).

    Other keys are compared as parser events, aliases unexpanded; the body as text.

    Raises:
        VerificationError: something else changed; the place is that of the old block.
    """
    try:
        after = parse_card(text)
        problem = _anchor_problem(before) or _problem(before, after, record)
    except CardError as error:
        problem = f"afterwards the card could not be read ({error.reason})"
    if problem:
        place = before.block.key_start if before.block else 0
        reason = f"this edit was not made: {problem}; move or rewrite the block by hand"
        raise VerificationError(reason, *position(before.text, place))


def _problem(before: ParsedCard, after: ParsedCard, record: EmissionsRecord | None) -> str | None:
    if _other_events(before) != _other_events(after):
        return "another key of the front matter would have changed"
    if not _same_body(before, after):
        return "the text below the front matter would have changed"
    if record is None:
        return "the block would still be there" if after.block else None
    return None if _says(after, record) else "the block would not have said what was to be written"


def _other_events(card: ParsedCard) -> list[tuple[Any, ...]]:
    entries = (entry for entry in card.root.entries if entry is not card.block)
    return [_signature(event) for entry in entries for event in card.events[entry.first : entry.last + 1]]


_PARTS = ("anchor", "tag", "implicit", "value", "style", "flow_style")


def _signature(event: Event) -> tuple[Any, ...]:
    return (type(event), *(getattr(event, part, None) for part in _PARTS))


def _same_body(before: ParsedCard, after: ParsedCard) -> bool:
    if after.front_matter is None and before.front_matter is not None:
        # The front matter went with the block; what stood above its first dashes was white space.
        return _head(after).strip() == "" and _body(after).lstrip() == _body(before).lstrip()
    return _body(before) == _body(after)


def _head(card: ParsedCard) -> str:
    return card.text[: card.front_matter.opening].removeprefix(BOM) if card.front_matter else ""


def _body(card: ParsedCard) -> str:
    return card.text[card.front_matter.body :] if card.front_matter else card.text.removeprefix(BOM)


def _says(after: ParsedCard, record: EmissionsRecord) -> bool:
    written = block_fields.to_block(record)
    if after.record is None or after.block is None:
        return False
    return all(
        block_fields.same(getattr(after.record, field), getattr(record, field))
        for field in map(block_fields.field_of, written)
    )


def _anchor_problem(card: ParsedCard) -> str | None:
    """An anchor of the block that is used outside it: its other uses would change, or break, with the block."""
    if card.block is None:
        return None
    inside = _block_events(card, card.block)
    anchors = {getattr(event, "anchor", None) for event in inside if not isinstance(event, AliasEvent)} - {None}
    for event in card.events[card.block.last + 1 :]:
        if isinstance(event, AliasEvent) and event.anchor in anchors and card.front_matter:
            line, _ = position(card.text, card.front_matter.start + place_of(event))
            return f"line {line} uses the anchor &{event.anchor} of the block"
    return None


def _block_events(card: ParsedCard, entry: Entry) -> list[Event]:
    return card.events[entry.first : entry.last + 1]
