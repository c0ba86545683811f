"""Response bodies: read and decompressed within limits, and their JSON."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from .errors import InvalidResponseError, TooLargeError

if TYPE_CHECKING:
    from huggingface_hub.utils import httpx

# Encodings that we request; a response may have no others.
ACCEPTED = "gzip, deflate"
_GZIP_OR_ZLIB, _RAW_DEFLATE = 32 + zlib.MAX_WBITS, -zlib.MAX_WBITS


def read_body(response: httpx.Response, most_bytes: int, most_s: float) -> bytes:
    """Read a body within a limit of bytes, compressed and decompressed, and of time, even if it comes byte by byte."""
    from huggingface_hub.utils import httpx

    announced = response.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > most_bytes:
        raise _too_large(most_bytes)
    data, end_s = bytearray(), time.monotonic() + most_s
    for piece in response.iter_raw():
        if time.monotonic() > end_s:
            raise httpx.ReadTimeout(f"the answer took more than {most_s:g} s")
        data += piece
        if len(data) > most_bytes:
            raise _too_large(most_bytes)
    encoding = response.headers.get("content-encoding", "").strip().lower()
    return bytes(data) if encoding in ("", "identity") else _decompressed(data, encoding, most_bytes)


def _decompressed(data: bytearray, encoding: str, most_bytes: int) -> bytes:
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise InvalidResponseError(f"the answer is packed as {encoding[:40]!r}, which was not asked for")
    # As deflate, some servers send zlib and others the bare stream (RFC 9110, section 8.4.1.2).
    bare = encoding == "deflate" and not (data[:1] and data[0] & 0x0F == 8 and int.from_bytes(data[:2]) % 31 == 0)
    stream = zlib.decompressobj(_RAW_DEFLATE if bare else _GZIP_OR_ZLIB)
    try:
        unpacked = stream.decompress(data, most_bytes + 1)
    except zlib.error as error:
        raise InvalidResponseError(f"the answer is damaged ({error})") from None
    if len(unpacked) > most_bytes:
        raise _too_large(most_bytes)
    if not stream.eof:
        raise InvalidResponseError("the answer is cut off")
    return unpacked


def _too_large(most_bytes: int) -> TooLargeError:
    return TooLargeError(f"the answer is larger than {most_bytes / 2**20:g} MB")


def json_of(response: httpx.Response) -> object:
    """Parse a JSON response; an integer of over 20 digits is null, since Python refuses thousands of them."""
    try:
        return json.loads(response.content, parse_int=lambda digits: int(digits) if len(digits) <= 20 else None)
    except (ValueError, RecursionError) as error:
        raise InvalidResponseError(f"the answer is no JSON ({type(error).__name__})") from None


def object_of(value: object, what: str) -> Mapping[str, object]:
    """The value as a JSON object that describes `what`."""
    if not isinstance(value, Mapping):
        raise InvalidResponseError(f"the answer is no {what}")
    return value


def list_of(value: object, what: str) -> list[object]:
    """The value as a JSON list of `what`."""
    if not isinstance(value, list):
        raise InvalidResponseError(f"the answer is no {what}")
    return value


def member(value: object, name: str) -> object:
    """Member of a JSON object; None of anything else."""
    return value.get(name) if isinstance(value, Mapping) else None


def objects_in(value: object) -> Iterable[Mapping[str, object]]:
    """JSON objects of a list; none in anything else."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
