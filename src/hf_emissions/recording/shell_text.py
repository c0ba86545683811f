"""Format paths and commands so that they can be pasted into a shell in the current folder."""

from __future__ import annotations

import contextlib
import shlex
from pathlib import Path

from .. import units
from ..card.file import CARD_NAME
from ..record import EmissionsRecord


def path_text(path: Path) -> str:
    """A path, relative if inside the current folder."""
    with contextlib.suppress(OSError):  # the current folder may be gone
        path = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    text = str(path)
    return f"./{text}" if text.startswith("-") else text


def runs_command(folder: Path, *, place_known: bool) -> str:
    """Command that puts the last recording of a folder on its card."""
    words = ("hf-emissions", "runs", path_text(folder), "--into", path_text(folder / CARD_NAME))
    return shlex.join(words) + ("" if place_known else " --country ...")


def add_command(folder: Path, record: EmissionsRecord) -> str:
    """Command that puts a figure on the card of a folder without using a ledger."""
    words = ["hf-emissions", "add", path_text(folder / CARD_NAME)]
    if record.emissions_g is not None:
        words += ["--emissions", units.format_mass(record.emissions_g)]
    if record.energy_kwh is not None:
        words += ["--energy", units.format_energy(record.energy_kwh)]
    words += [] if record.geographical_location is None else ["--location", record.geographical_location]
    words += [] if record.source is None else ["--source", record.source]
    return shlex.join(words)
