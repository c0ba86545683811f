"""Paths and commands as they are shown to people: what is printed can be pasted into a shell where it was printed."""

from __future__ import annotations

import contextlib
import shlex
from pathlib import Path

from .. import units
from ..card.file import CARD_NAME
from ..record import EmissionsRecord


def shown(path: Path) -> str:
    """A path, relative to the current folder where it lies in it."""
    with contextlib.suppress(OSError):  # the current folder may be gone
        path = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    text = str(path)
    return f"./{text}" if text.startswith("-") else text


def runs_command(folder: Path, *, place_known: bool) -> str:
    """The command that puts the last recording of a folder on its card."""
    words = ("hf-emissions", "runs", shown(folder), "--into", shown(folder / CARD_NAME))
    return shlex.join(words) + ("" if place_known else " --country ...")


def add_command(folder: Path, record: EmissionsRecord) -> str:
    """The command that puts a figure on the card of a folder where there is no ledger that has it."""
    words = ["hf-emissions", "add", shown(folder / CARD_NAME)]
    if record.emissions_g is not None:
        words += ["--emissions", units.format_mass(record.emissions_g)]
    if record.energy_kwh is not None:
        words += ["--energy", units.format_energy(record.energy_kwh)]
    words += [] if record.geographical_location is None else ["--location", record.geographical_location]
    words += [] if record.source is None else ["--source", record.source]
    return shlex.join(words)
