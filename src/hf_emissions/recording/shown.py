"""Paths and commands as they are shown to people: what is printed can be pasted into a shell where it was printed."""

from __future__ import annotations

import contextlib
import shlex
from pathlib import Path

from ..card.file import CARD_NAME


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
