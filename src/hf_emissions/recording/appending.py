"""Append whole lines to a file that a kill or a full disk may have truncated."""

from __future__ import annotations

import os
from pathlib import Path


def append_bytes(path: Path, data: bytes) -> None:
    """Append lines to a file, creating it if missing, and sync it to disk; on an OSError maybe partly."""
    # A truncated last line is terminated first, so that it does not merge with this one.
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o644)
    try:
        _write_all(handle, b"\n" + data if _is_torn(handle) else data)
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_torn(handle: int) -> bool:
    if os.fstat(handle).st_size == 0:
        return False
    os.lseek(handle, -1, os.SEEK_END)
    return os.read(handle, 1) != b"\n"


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]
