"""Files and folders that name private models: for their owner only, whatever the umask and earlier modes."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

_FILE, _FOLDER = 0o600, 0o700


def make_folder(path: Path, *, ours: bool = False) -> None:
    """Make a folder and its missing parents for their owner only; one that exists is closed to others if `ours`."""
    for folder in (*reversed(path.parents), path):
        if not folder.exists():
            folder.mkdir(_FOLDER, exist_ok=True)
            _close(folder, _FOLDER)
    if not path.is_dir():
        raise FileExistsError(17, "there is a file where a folder should be", str(path))
    if ours:
        _close(path, _FOLDER)


def open_private(path: Path, mode: str) -> BinaryIO:
    """Open a file in a mode such as `wb` or `a+b`, and close it to others."""
    file: BinaryIO = open(path, mode, opener=lambda name, flags: os.open(name, flags, _FILE))  # type: ignore[assignment]  # noqa: SIM115 - the caller closes it
    _close(path, _FILE)
    return file


def write_private(path: Path, data: bytes) -> None:
    """Write a file atomically."""
    temporary = path.with_name(f".{path.name}.tmp")
    with open_private(temporary, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _close(path: Path, mode: int) -> None:
    # Fails on file systems without modes, and for a file that another owner shares with us.
    with suppress(OSError):
        if path.stat().st_mode & 0o077:
            path.chmod(mode)
