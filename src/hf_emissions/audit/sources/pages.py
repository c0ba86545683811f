"""Page sizes of a Parquet file, from the page headers: bounds a reader's memory before it reads.

A page is decompressed whole, so a few bytes of a foreign file may expand to any amount of memory. No value is longer
than its page (https://parquet.apache.org/docs/file-format/data-pages/).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from pyarrow.parquet import ColumnChunkMetaData, FileMetaData

# Upper bound of a header, with a page's minimum and maximum value in it.
_HEADER_BYTES = 64 * 1024
# Header fields: uncompressed and compressed size of the page.
_UNPACKED, _PACKED = 2, 3
# Type codes of Thrift's compact protocol. Booleans are in the code itself; 4 to 6 are integers.
_BYTE, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 3, 7, 8, 9, 10, 12
_FIXED_BYTES = {1: 0, 2: 0, _BYTE: 1, _DOUBLE: 8}
_DEEPEST = 8


def largest_page(path: Path, metadata: FileMetaData, columns: Iterable[str]) -> int:
    """Decompressed size of the largest page of some columns, in bytes.

    Args:
        path: the file.
        metadata: its metadata, from pyarrow.
        columns: names of top-level columns.

    Raises:
        ValueError: a header cannot be read.
        OSError: the file cannot be read.
    """
    wanted = set(columns)
    largest = 0
    with path.open("rb") as file:
        for chunk in _chunks(metadata, wanted):
            starts = [at for at in (chunk.dictionary_page_offset, chunk.data_page_offset) if at]
            place = min(starts)
            end = place + chunk.total_compressed_size
            while place < end:
                unpacked, place = _page(file, place)
                largest = max(largest, unpacked)
    return largest


def _chunks(metadata: FileMetaData, wanted: set[str]) -> Iterator[ColumnChunkMetaData]:
    for group in range(metadata.num_row_groups):
        row_group = metadata.row_group(group)
        for number in range(row_group.num_columns):
            chunk = row_group.column(number)
            if chunk.path_in_schema.partition(".")[0] in wanted:
                yield chunk


def _page(file: IO[bytes], place: int) -> tuple[int, int]:
    """Decompressed size of the page at an offset, and the offset of the next page."""
    file.seek(place)
    header = _Header(file.read(_HEADER_BYTES))
    try:
        sizes = header.numbers()
        unpacked, packed = sizes[_UNPACKED], sizes[_PACKED]
    except (IndexError, KeyError):
        raise ValueError("a page has no header that can be read") from None
    if unpacked < 0 or packed < 0:
        raise ValueError("a page has a size below zero")
    return unpacked, place + header.at + packed


class _Header:
    """Parser for the top-level integers of a struct in Thrift's compact protocol."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def numbers(self) -> dict[int, int]:
        """Top-level integers by field id; afterwards `at` is behind the struct."""
        found: dict[int, int] = {}
        field = 0
        while kind := self._byte():
            field = field + (kind >> 4) if kind >> 4 else self._number()
            if _BYTE < kind & 0x0F < _DOUBLE:
                found[field] = self._number()
            else:
                self._skip(kind & 0x0F)
        return found

    def _byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def _size(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value
            if shift > 63:
                raise ValueError("a number in the header of a page is too long")

    def _number(self) -> int:
        value = self._size()
        return (value >> 1) ^ -(value & 1)

    def _skip(self, kind: int, depth: int = 0) -> None:
        if depth > _DEEPEST:
            raise ValueError("the header of a page is nested too deep")
        if kind in _FIXED_BYTES:
            self.at += _FIXED_BYTES[kind]
        elif kind == _BINARY:
            size = self._size()
            self.at += size
        elif kind == _STRUCT:
            self._skip_struct(depth)
        elif kind in (_LIST, _SET):
            self._skip_list(depth)
        elif _BYTE < kind < _DOUBLE:
            self._number()
        else:
            raise ValueError("a page has no header that can be read")

    def _skip_struct(self, depth: int) -> None:
        while kind := self._byte():
            if not kind >> 4:
                self._number()
            self._skip(kind & 0x0F, depth + 1)

    def _skip_list(self, depth: int) -> None:
        about = self._byte()
        count = about >> 4 if about >> 4 < 15 else self._size()
        if count > len(self.data):
            raise ValueError("a list in the header of a page is too long")
        for _ in range(count):
            self._skip(about & 0x0F, depth + 1)
