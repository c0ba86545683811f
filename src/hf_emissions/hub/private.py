"""Files and folders that name private models: for their owner only, whatever the umask and earlier modes."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

_FILE, _FOLDER = 0o600, 0o700


def make_folder(path: Path, *, ours: bool = False) -> None:
    """Make a folder for its owner only, and its parents; an existing one is left as it is.

    Args:
        ours: only we put files there; an existing folder is closed to others.

    Raises:
        OSError: it cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        path.mkdir(_FOLDER)
        ours = True
    if ours:
        _close(path, _FOLDER)
    if not path.is_dir():
        raise FileExistsError(17, "there is a file where a folder should be", str(path))


def open_private(path: Path, mode: str) -> BinaryIO:
    """Open a file in a mode such as `wb` or `a+b`, and close it to others.

    Raises:
        OSError: it cannot be opened.
    """
    file: BinaryIO = open(path, mode, opener=lambda name, flags: os.open(name, flags, _FILE))  # type: ignore[assignment]  # noqa: SIM115 - the caller closes it
    _close(path, _FILE)
    return file


def write_private(path: Path, data: bytes) -> None:
    """Write a file atomically.

    Raises:
        OSError: it cannot be written.
    """
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
