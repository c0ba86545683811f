"""Save a card's block byte for byte before a Trainer rewrites the card, and restore it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from ..card import entries
from ..card.file import CARD_NAME, edit_file, read_text
from ..card.parsed import ParsedCard, parse_card
from ..card.patch import patch_card, remove_block
from ..errors import HfEmissionsError
from ..record import EmissionsRecord
from .runs import Run, has_written

log = logging.getLogger("hf_emissions")


@dataclass(frozen=True, slots=True)
class Block:
    """A block: its lines, empty if they cannot be reused verbatim, and its record if it has a figure."""

    lines: str
    record: EmissionsRecord | None

    def is_ours(self, runs: list[Run]) -> bool:
        """True if these runs put the figure on a card."""
        return self.record is not None and has_written(runs, self.record.emissions_g)


def read_block(folder: Path) -> Block | None:
    """Block on the card of a folder; None if card or block is missing or unreadable."""
    try:
        card = parse_card(read_text(folder / CARD_NAME))
        return None if card.block is None else Block(_lines(card), card.record)
    except (HfEmissionsError, OSError):
        return None


def restore_block(folder: Path, block: Block) -> None:
    """Restore a block on the card of a folder, replacing any other; a failure is a warning."""
    try:
        edit_file(folder / CARD_NAME, lambda text: with_block(text, block))
    except (HfEmissionsError, OSError) as error:
        log.warning("hf-emissions: the block that stood on the card could not be put back: %s", error)


def with_block(text: str, block: Block) -> str:
    text = remove_block(text)
    card = parse_card(text)
    if block.lines and card.front_matter is not None and not card.root.flow:
        at = card.insertion
        return text[:at] + block.lines + text[at:]
    return text if block.record is None else patch_card(text, block.record)


def _lines(card: ParsedCard) -> str:
    """Lines of the block, including trailing comments; "" if it is in flow style, indented, or may have aliases."""
    block, place = card.block, card.front_matter
    assert block
    assert place
    if card.root.flow or card.root.column or "*" in card.text[block.value_start : block.value_end]:
        return ""
    start, end = entries.lines_of(card.text, block, 0, block.key_start)
    return card.text[start:end]
