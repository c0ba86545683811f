"""Tar archive as a stream that is read to its very end, to detect truncation and damage.

`tarfile` silently accepts a truncated archive, and leaves the rest of a compressed stream, with its checksum, unread.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path

BROKEN = (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError, ValueError, OverflowError)
# Openers by magic bytes, whatever the file's name.
_PACKED: tuple[tuple[bytes, Callable[..., BufferedIOBase]], ...] = (
    (b"\x1f\x8b", gzip.open),
    (b"BZh", bz2.open),
    (b"\xfd7zXZ\x00", lzma.open),
    (b"\x5d\x00\x00", lzma.open),
)
_BLOCK = tarfile.BLOCKSIZE
_PIECE = tarfile.RECORDSIZE
# What follows the last member is within tarfile's last reads.
_KEPT = 4 * _PIECE


@contextmanager
def unpacked(path: Path) -> Iterator[tarfile.TarFile]:
    """Open an archive; it must be read to its last member.

    Raises:
        tarfile.TarError, EOFError, zlib.error, lzma.LZMAError, ValueError, OSError: not an archive, or not whole.
    """
    with _opened(path) as stream:
        watched = _Watched(stream)
        with tarfile.open(fileobj=watched, mode="r|", bufsize=_PIECE) as archive:  # type: ignore[call-overload]
            yield archive
            watched.check_end(archive.offset)


def _opened(path: Path) -> BufferedIOBase:
    with path.open("rb") as file:
        first = file.read(6)
    opener = next((opener for magic, opener in _PACKED if first.startswith(magic)), Path.open)
    return opener(path, "rb")


@dataclass(slots=True)
class _Watched:
    """Stream that remembers the last bytes read."""

    stream: BufferedIOBase
    count: int = 0
    last: bytes = b""

    def read(self, size: int) -> bytes:
        data = self.stream.read(size)
        self.count += len(data)
        self.last = (self.last + data)[-_KEPT:]
        return data

    def check_end(self, offset: int) -> None:
        """Read the rest, which verifies the checksum; the last member must be followed by the end marker."""
        behind = self.last[len(self.last) - (self.count - offset) :] if offset < self.count else b""
        while data := self.stream.read(_PIECE):
            behind = (behind + data)[: 2 * _BLOCK]
        if behind[:_BLOCK] != bytes(_BLOCK):
            raise tarfile.ReadError("the end is missing, or something in it is damaged")
