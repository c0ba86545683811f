"""Response bodies, read and decompressed within limits."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from .unplaced import TooLargeError

# Encodings that we request; a response may have no others.
ACCEPTED = "gzip, deflate"
_UNPACKED = frozenset(("", "identity"))
_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS


class UnreadableAnswerError(Exception):
    """Response that is not what was requested: truncated, or another page. Worth a retry."""


def read_body(answer: Any, most_bytes: int, longest_s: float) -> bytes:
    """Read and decompress a response body.

    Args:
        answer: response of the client with an unread body.
        most_bytes: limit, compressed and decompressed.
        longest_s: time limit in seconds, even for a byte at a time.

    Raises:
        TooLargeError: the body is larger.
        UnreadableAnswerError: it has an encoding that was not requested, or is damaged.
        httpx.ReadTimeout: it takes longer.
    """
    encoding = answer.headers.get("content-encoding", "").strip().lower()
    announced = answer.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and (len(announced) > 18 or int(announced) > most_bytes):
        raise _too_large(most_bytes)
    pieces = _in_time(answer.iter_raw(), longest_s)
    if encoding in _UNPACKED:
        return _joined(pieces, most_bytes)
    unpack = _unpacking(encoding, most_bytes)
    data = _joined((part for piece in pieces for part in unpack(piece)), most_bytes)
    list(unpack(b""))
    return data


def _joined(pieces: Iterator[bytes], most_bytes: int) -> bytes:
    data = bytearray()
    for piece in pieces:
        data += piece
        if len(data) > most_bytes:
            raise _too_large(most_bytes)
    return bytes(data)


def _in_time(pieces: Iterator[bytes], longest_s: float) -> Iterator[bytes]:
    from huggingface_hub.utils import httpx

    end = time.monotonic() + longest_s
    for piece in pieces:
        if time.monotonic() > end:
            raise httpx.ReadTimeout(f"the answer took more than {longest_s:g} s")
        yield piece


def _unpacking(encoding: str, most_bytes: int) -> Callable[[bytes], Iterator[bytes]]:
    """Incremental decompressor; each result exceeds the limit by at most a byte. An empty piece checks the end."""
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise UnreadableAnswerError(f"the answer is packed as {encoding[:40]!r}, which was not asked for")
    found: list[Any] = [] if encoding == "deflate" else [zlib.decompressobj(_GZIP)]

    def unpack(piece: bytes) -> Iterator[bytes]:
        if not piece:
            if not found or not found[0].eof:
                raise UnreadableAnswerError("the answer is cut off")
            return
        if not found:
            # As deflate, some servers send zlib and others the bare stream (RFC 9110, section 8.4.1.2).
            found.append(zlib.decompressobj(_ZLIB if _is_zlib(piece) else _RAW))
        try:
            yield found[0].decompress(piece, most_bytes + 1)
        except zlib.error as error:
            raise UnreadableAnswerError(f"the answer is damaged ({error})") from None

    return unpack


def _is_zlib(piece: bytes) -> bool:
    return piece[0] & 0x0F == 8 and (len(piece) < 2 or int.from_bytes(piece[:2], "big") % 31 == 0)


def _too_large(most_bytes: int) -> TooLargeError:
    size = f"{most_bytes >> 20} MB" if most_bytes >> 20 else f"{most_bytes} bytes"
    return TooLargeError(f"the answer is larger than {size}")
