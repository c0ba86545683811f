"""The block that stood on a card before a Trainer wrote it anew, kept byte for byte so that it can be put back."""

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
from .runs import Run, wrote

log = logging.getLogger("hf_emissions")


@dataclass(frozen=True, slots=True)
class Block:
    """A block: its lines, empty where it stood inside braces, and its record where it has a figure."""

    lines: str
    record: EmissionsRecord | None

    def is_ours(self, runs: list[Run]) -> bool:
        """Whether the figure is one that these runs put on a card."""
        return self.record is not None and wrote(runs, self.record.emissions_g)


def read_block(folder: Path) -> Block | None:
    """The block on the card of a folder; None where there is no card, no block, or none that can be read."""
    try:
        card = parse_card(read_text(folder / CARD_NAME))
        return None if card.block is None else Block(_lines(card), card.record)
    except (HfEmissionsError, OSError):
        return None


def put_block_back(folder: Path, block: Block) -> None:
    """Put a block onto the card of a folder, in place of any that is there; a failure is a warning."""
    try:
        edit_file(folder / CARD_NAME, lambda text: with_block(text, block))
    except (HfEmissionsError, OSError) as error:
        log.warning("hf-emissions: the block that stood on the card could not be put back: %s", error)


def with_block(text: str, block: Block) -> str:
    """The card with this block instead of its own."""
    text = remove_block(text)
    card = parse_card(text)
    if block.lines and card.front_matter is not None and not card.root.flow:
        at = card.insertion
        return text[:at] + block.lines + text[at:]
    return text if block.record is None else patch_card(text, block.record)


def _lines(card: ParsedCard) -> str:
    """The lines of the block, comments behind its values included, where it stands at the margin."""
    block, place = card.block, card.front_matter
    assert block
    assert place
    if card.root.flow or card.root.column or "*" in card.text[block.value_start : block.value_end]:
        return ""
    start, end = entries.lines_of(card.text, block, 0, block.key_start)
    return card.text[start:end]
