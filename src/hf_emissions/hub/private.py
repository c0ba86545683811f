"""Files and folders that name private models: for their owner alone, whatever the umask and whatever was there."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

_FILE, _FOLDER = 0o600, 0o700


def make_folder(path: Path, *, ours: bool = False) -> None:
    """Make a folder and those above it, for its owner alone; one that is there is left as it is.

    Args:
        ours: whether nobody else puts files there, so that one that was made wider is closed.

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
    """Open a file in a mode such as `wb` or `a+b`; one that was open to others is closed to them.

    Raises:
        OSError: it cannot be opened.
    """
    file: BinaryIO = open(path, mode, opener=lambda name, flags: os.open(name, flags, _FILE))  # type: ignore[assignment]  # noqa: SIM115 - the caller closes it
    _close(path, _FILE)
    return file


def write_private(path: Path, data: bytes) -> None:
    """Put `data` into a file at once, whole or not at all.

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
    # A file system without modes, or a file of another owner who shares it with us.
    with suppress(OSError):
        if path.stat().st_mode & 0o077:
            path.chmod(mode)
