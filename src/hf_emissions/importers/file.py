"""Untrusted files read as text, in chunks; never executed or unpickled."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ..errors import TrackerError
from .pickles import is_pickle
from .records import records
from .row import Row

# Part of a file that detection looks at.
HEAD_BYTES = 64 * 1024
# No tracker writes a longer line or cell.
_LONGEST = 1_000_000
# JSON is read whole; no tracker writes a larger file.
_MOST_JSON_BYTES = 64 * 1024 * 1024
# Valid JSON syntax that Python's parser rejects.
NO_JSON = "nested too deeply, or has a number of thousands of digits"
_NO_LINE_BREAK = "the last line has no line break, and its last number may be cut off; add one if it is whole"
_OBJECT = re.compile(r'\{\s*(?:"|\}|$)')
# Non-letters found in text: trademark signs, degree, cp1252 quotes and dashes, middle dot, no-break space.
_SIGNS = "\xae\u2122\xb0\u2019\u2018\u201c\u201d\u2013\u2014\xb7\xa0"
# The first line of a log may have commas; a table has more columns.
_FEW = 6
_PICKLE = "a Python pickle, which is never opened here: reading one can run any program"


@dataclass(frozen=True)
class TrackerFile:
    """A file, read lazily.

    Args:
        path: path of the file.
        called: display name, if not the path.

    Raises:
        TrackerError: the content cannot be read; with file, line and reason.
        OSError: the file cannot be opened.
    """

    path: Path
    called: str | None = None
    # Line numbers, set while decoding: the first line that is not UTF-8, and the first that is not cp1252 either.
    _odd: dict[str, int] = field(default_factory=dict, compare=False, repr=False)

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on decoding, as far as the file was read."""
        line, lost = self._odd.get("line"), self._odd.get("lost")
        if lost:
            return (f"{self.name}:{lost}: this line is neither UTF-8 nor cp1252; letters beyond ASCII are lost",)
        return () if not line else (f"{self.name}:{line}: this line is no UTF-8, and was read as cp1252 of Windows",)

    @property
    def name(self) -> str:
        """Display name."""
        return self.called or str(self.path)

    @cached_property
    def head(self) -> str:
        """Head of the file, for detection; undecodable bytes are replaced."""
        self._check_regular()
        with self.path.open("rb") as file:
            data = file.read(HEAD_BYTES)
        if is_pickle(data):
            raise TrackerError(f"{self.name}: {_PICKLE}; name the text file beside it")
        if not data.strip():
            raise TrackerError(f"{self.name}: the file is empty")
        return data.decode(_encoding(data), "replace").removeprefix("\ufeff")

    @cached_property
    def header(self) -> tuple[str, ...]:
        """Column names, if the file is a table with commas, semicolons or tabs."""
        first = next((line.rstrip("\r") for line in self.head.split("\n") if line.strip()), "")
        try:
            return tuple(name.strip() for name in next(csv.reader([first], delimiter=_delimiter(first)), []))
        except csv.Error:
            return ()

    @property
    def is_text(self) -> bool:
        """True if the file begins like a log, not like a table or JSON."""
        return not self.head.lstrip().startswith(("{", "[")) and "\0" not in self.head and len(self.header) <= _FEW

    def has(self, words: bytes) -> bool:
        """True if the bytes occur in a file larger than its head, yet small enough to read whole."""
        size = self.path.stat().st_size
        if not HEAD_BYTES < size <= _MOST_JSON_BYTES:
            return False
        with self.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return data.find(words) >= 0

    @cached_property
    def ends_in_a_line(self) -> bool:
        """True if the last line has its line break: a program that is killed while it writes leaves one without."""
        with self.path.open("rb") as file:
            file.seek(max(0, self.path.stat().st_size - 2))
            return b"\n" in file.read()

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of the file."""
        self._check_regular()
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()

    def sibling(self, name: str) -> TrackerFile | None:
        """File of this name in the same folder; None if there is none."""
        path = self.path.with_name(name)
        return TrackerFile(path) if path != self.path and path.is_file() else None

    def lines(self) -> Iterator[tuple[int, str]]:
        """Lines without their ends, numbered from 1."""
        return ((number, line.rstrip("\r\n")) for number, line in enumerate(self._lines(), 1))

    def _lines(self) -> Iterator[str]:
        """Lines with their ends, decoded in chunks."""
        if _encoding(self._first_bytes()) != "utf-8":
            yield from io.StringIO(self.text(), newline="\n")
            return
        number, rest = 1, b""
        with self.path.open("rb") as file:
            while piece := file.read(_LONGEST):
                whole, end, begun = (rest + piece).rpartition(b"\n")
                if len(begun) >= _LONGEST:
                    line = number + whole.count(b"\n") + len(end)
                    raise TrackerError(f"{self.name}:{line}: a line of more than {_LONGEST} bytes is no tracker's")
                yield from io.StringIO(self._decoded(whole + end, number), newline="\n")
                number, rest = number + whole.count(b"\n") + len(end), begun
        yield from io.StringIO(self._decoded(rest, number), newline="\n")

    def text(self) -> str:
        """Whole text, with line feeds as line ends."""
        self._check_regular()
        if self.path.stat().st_size > _MOST_JSON_BYTES:
            raise TrackerError(f"{self.name}: more than {_MOST_JSON_BYTES >> 20} MB are more than a tracker writes")
        data = self.path.read_bytes()
        encoding = _encoding(data)
        if encoding == "utf-8":
            return self._decoded(data, 1).replace("\r\n", "\n")
        return data.decode(encoding, "replace").removeprefix("\ufeff").replace("\r\n", "\n")

    def rows_or_torn(self) -> Iterator[Row]:
        """Rows of a table, lazily; a torn row has the reason in `torn`, and its complete cells."""
        header, name, width = self.header, self.name, len(self.header)
        for number, cells in self._rows():
            where = f"{name}:{number}"
            if len(cells) == width:
                yield Row(dict(zip(header, cells, strict=True)), where)
            else:
                # The last cell of a truncated row may be truncated too.
                whole = cells if len(cells) > width else cells[:-1]
                yield Row(dict(zip(header, whole, strict=False)), where, f"{where}: {self._why_torn(cells)}")

    def cells_or_torn(self) -> Iterator[tuple[int, list[str], str | None]]:
        """Last line number of each row, its cells in header order, and why it is torn, if it is.

        For logs whose last column is a figure: the last row counts only with its line break, since a figure that is cut
        off is another figure.
        """
        width, last = len(self.header), None
        for number, cells in self._rows():
            if last is not None:
                yield last
            last = number, cells, None if len(cells) == width else f"{self.name}:{number}: {self._why_torn(cells)}"
        if last is not None:
            number, cells, torn = last
            yield number, cells, torn or (None if self.ends_in_a_line else f"{self.name}:{number}: {_NO_LINE_BREAK}")

    def _why_torn(self, cells: list[str]) -> str:
        return f"the row has {len(cells)} of {len(self.header)} columns: it is cut off, or of another file"

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        width, written = len(self.header), None
        self._check_names()
        delimiter = _delimiter(self.head.lstrip().partition("\n")[0])
        for number, cells in records(self._lines(), delimiter, width):
            # Programs that append to a file repeat the header.
            if cells == written or not (cells and (cells[0].strip() or any(map(str.strip, cells)))):
                continue
            if written is None and len(cells) == width:
                written = cells
                continue
            yield number, cells

    def _check_names(self) -> None:
        names = [name for name in self.header if name]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise TrackerError(
                f"{self.name}:1: two columns are called {twice[:60]}; leave in the file the one that counts"
            )

    def json(self) -> Any:
        """Parse the file as one JSON document."""
        text = self.text()
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise TrackerError(
                f"{self.name}:{error.lineno}:{error.colno}: this is no whole JSON ({error.msg})"
            ) from None
        except (RecursionError, ValueError):
            raise TrackerError(f"{self.name}: this JSON is {NO_JSON}") from None

    def json_lines_or_text(self) -> Iterator[tuple[str, dict[str, Any] | str]]:
        """JSON objects that end a line, or the text of a torn one, with their location; other lines are skipped."""
        for number, line in self.lines():
            begin = _OBJECT.search(line)
            if begin is None:
                continue
            where = f"{self.name}:{number}"
            try:
                found = json.loads(line[begin.start() :])
            except (ValueError, RecursionError):
                found = line
            if isinstance(found, dict | str):
                yield where, found

    def _check_regular(self) -> None:
        """Refuse pipes and devices, which may never end, or never begin."""
        if self.path.exists() and not self.path.is_file():
            raise TrackerError(
                f"{self.name}: this is no regular file; what comes out of a pipe is read by: hf-emissions import -"
            )

    def _first_bytes(self) -> bytes:
        with self.path.open("rb") as file:
            return file.read(4)

    def _decoded(self, lines: bytes, number: int) -> str:
        """Decode whole lines; `number` is that of the first."""
        try:
            text = lines.decode("utf-8")
        except UnicodeDecodeError:
            text = "".join(self._line(line, at) for at, line in enumerate(lines.splitlines(keepends=True), number))
        return text.removeprefix("\ufeff") if number == 1 else text

    def _line(self, line: bytes, number: int) -> str:
        """Decode a line as UTF-8, else as cp1252 if that yields plausible text, else as ASCII.

        Programs on Windows wrote the locale's encoding, and appended UTF-8 later. Figures are ASCII in each.
        """
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError:
            self._odd.setdefault("line", number)
        text = line.decode("cp1252", "replace")
        if all(char.isascii() or char.isalpha() or char in _SIGNS for char in text):
            return text
        self._odd.setdefault("lost", number)
        return line.decode("ascii", "replace")


def _delimiter(line: str) -> str:
    return max(",;\t", key=line.count)


def _encoding(data: bytes) -> str:
    """UTF-8, unless the byte order mark is one of UTF-16, as in PowerShell's files."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    return "utf-8"
