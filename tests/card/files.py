"""Cards as files, edited as the commands edit them."""

from __future__ import annotations

from pathlib import Path

from hf_emissions.card.file import edit_file, read_text
from hf_emissions.card.patch import patch_card, read_card, remove_block
from hf_emissions.errors import CardError
from hf_emissions.record import EmissionsRecord


def read_card_file(path: Path) -> EmissionsRecord | None:
    try:
        return read_card(read_text(path))
    except CardError as error:
        raise error.named(str(path)) from None


def patch_card_file(path: Path, record: EmissionsRecord) -> bool:
    return edit_file(path, lambda text: patch_card(text, record))


def remove_block_file(path: Path) -> bool:
    return edit_file(path, remove_block)
