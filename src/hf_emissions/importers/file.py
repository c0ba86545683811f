"""A file of a stranger, read as text: a piece at a time, never executed, never unpickled."""

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
from .row import Row

# What a file is recognised by stands in its beginning.
HEAD_BYTES = 64 * 1024
# A line or a cell beyond this is no tracker's.
_LONGEST = 1_000_000
# JSON is read whole; no tracker writes one beyond this.
_MOST_JSON_BYTES = 64 * 1024 * 1024
# Where JSON cannot be made sense of beyond its form: numbers of thousands of digits, brackets within brackets.
NO_JSON = "nested too deeply, or has a number of thousands of digits"
_OBJECT = re.compile(r'\{\s*(?:"|\}|$)')
# What stands in words beside letters: marks of trade, a degree, quotes and dashes of cp1252, a no-break blank.
_SIGNS = "\xae\u2122\xb0\u2019\u2018\u201c\u201d\u2013\u2014\xb7\xa0"
# The first line of a log may have commas, of a table it has more.
_FEW = 6
_PICKLE = "a Python pickle, which is never opened here: reading one can run any program"


@dataclass(frozen=True)
class TrackerFile:
    """A file, by its path; nothing of it is read before it is asked for.

    Args:
        path: where it is.
        called: what to call it, where that is not its path.

    Raises:
        TrackerError: what is asked for cannot be read; with the file, the line, and why.
        OSError: the file cannot be opened.
    """

    path: Path
    called: str | None = None
    # The lines that are no UTF-8, as they are met: the first of them, and whether all were cp1252.
    _odd: dict[str, int] = field(default_factory=dict, compare=False, repr=False)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said of the reading, as far as the file was read."""
        line, lost = self._odd.get("line"), self._odd.get("lost")
        if lost:
            return (f"{self.name}:{lost}: this line is neither UTF-8 nor cp1252; letters beyond ASCII are lost",)
        return () if not line else (f"{self.name}:{line}: this line is no UTF-8, and was read as cp1252 of Windows",)

    @property
    def name(self) -> str:
        """What to call it."""
        return self.called or str(self.path)

    @cached_property
    def head(self) -> str:
        """The beginning, for telling what it is; what is no text is replaced."""
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
        """The names of the columns, where the file is a table with commas, semicolons or tabs."""
        first = next((line.rstrip("\r") for line in self.head.split("\n") if line.strip()), "")
        try:
            return tuple(name.strip() for name in next(csv.reader([first], delimiter=_delimiter(first)), []))
        except csv.Error:
            return ()

    @property
    def is_text(self) -> bool:
        """Whether it begins like a log, and like no table or JSON."""
        return not self.head.lstrip().startswith(("{", "[")) and "\0" not in self.head and len(self.header) <= _FEW

    def has(self, words: bytes) -> bool:
        """Whether these stand anywhere in a file that could be read whole; for what is not known by its beginning."""
        size = self.path.stat().st_size
        if not HEAD_BYTES < size <= _MOST_JSON_BYTES:
            return False
        with self.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return data.find(words) >= 0

    @cached_property
    def digest(self) -> bytes:
        """What tells its bytes from all others."""
        self._check_regular()
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()

    def sibling(self, name: str) -> TrackerFile | None:
        """A file beside it, if there is one of this name."""
        path = self.path.with_name(name)
        return TrackerFile(path) if path != self.path and path.is_file() else None

    def lines(self) -> Iterator[tuple[int, str]]:
        """The lines with their numbers, from 1, without their ends."""
        return ((number, line.rstrip("\r\n")) for number, line in enumerate(self._lines(), 1))

    def _lines(self) -> Iterator[str]:
        """The lines with their ends, decoded a piece of the file at a time."""
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
        """The whole text, its lines ended by a line feed alone."""
        self._check_regular()
        if self.path.stat().st_size > _MOST_JSON_BYTES:
            raise TrackerError(f"{self.name}: more than {_MOST_JSON_BYTES >> 20} MB are more than a tracker writes")
        data = self.path.read_bytes()
        encoding = _encoding(data)
        if encoding == "utf-8":
            return self._decoded(data, 1).replace("\r\n", "\n")
        return data.decode(encoding, "replace").removeprefix("\ufeff").replace("\r\n", "\n")

    def rows(self) -> Iterator[Row]:
        """The rows of a table, one at a time.

        Raises:
            TrackerError: one is torn.
        """
        for row in self.rows_or_torn():
            if row.torn is not None:
                raise TrackerError(row.torn)
            yield row

    def rows_or_torn(self) -> Iterator[Row]:
        """The same; `torn` says why one is no whole row, and it has what is whole of its cells."""
        header, name, width = self.header, self.name, len(self.header)
        for number, cells in self._rows():
            where = f"{name}:{number}"
            if len(cells) == width:
                yield Row(dict(zip(header, cells, strict=True)), where)
            else:
                # Of a row that is cut off the last cell may be too.
                whole = cells if len(cells) > width else cells[:-1]
                yield Row(dict(zip(header, whole, strict=False)), where, f"{where}: {self._why_torn(cells)}")

    def cells_or_torn(self) -> Iterator[tuple[int, list[str], str | None]]:
        """The line that each row ends on, its cells in the order of the header, and why it is no whole row."""
        width = len(self.header)
        for number, cells in self._rows():
            yield number, cells, None if len(cells) == width else f"{self.name}:{number}: {self._why_torn(cells)}"

    def _why_torn(self, cells: list[str]) -> str:
        return f"the row has {len(cells)} of {len(self.header)} columns: it is cut off, or of another file"

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        width, written = len(self.header), None
        self._check_names()
        delimiter = _delimiter(self.head.lstrip().partition("\n")[0])
        reader = csv.reader(self._lines(), delimiter=delimiter)
        try:
            for cells in reader:
                # Programs that append to a file write their header again.
                if cells == written or not (cells and (cells[0].strip() or any(map(str.strip, cells)))):
                    continue
                if written is None and len(cells) == width:
                    written = cells
                    continue
                yield reader.line_num, cells
        except csv.Error as error:
            raise TrackerError(f"{self.name}:{reader.line_num}: this is no row of a table ({error})") from None

    def _check_names(self) -> None:
        names = [name for name in self.header if name]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise TrackerError(
                f"{self.name}:1: two columns are called {twice[:60]}; leave in the file the one that counts"
            )

    def json(self) -> Any:
        """The file as one JSON document."""
        text = self.text()
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise TrackerError(
                f"{self.name}:{error.lineno}:{error.colno}: this is no whole JSON ({error.msg})"
            ) from None
        except (RecursionError, ValueError):
            raise TrackerError(f"{self.name}: this JSON is {NO_JSON}") from None

    def json_lines(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The JSON objects that stand on a line of their own, with where they stand; loggers put words before them,
        and write other lines between them.

        Raises:
            TrackerError: one is torn.
        """
        for where, found in self.json_lines_or_text():
            if isinstance(found, str):
                raise TrackerError(f"{where}: this line is no whole JSON; it may have been cut off")
            yield where, found

    def json_lines_or_text(self) -> Iterator[tuple[str, dict[str, Any] | str]]:
        """The same; the line where it is torn."""
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
        """A pipe or a device may never end, or never begin."""
        if self.path.exists() and not self.path.is_file():
            raise TrackerError(
                f"{self.name}: this is no regular file; what comes out of a pipe is read by: hf-emissions import -"
            )

    def _first_bytes(self) -> bytes:
        with self.path.open("rb") as file:
            return file.read(4)

    def _decoded(self, lines: bytes, number: int) -> str:
        """Whole lines, the first of which has this number."""
        try:
            text = lines.decode("utf-8")
        except UnicodeDecodeError:
            text = "".join(self._line(line, at) for at, line in enumerate(lines.splitlines(keepends=True), number))
        return text.removeprefix("\ufeff") if number == 1 else text

    def _line(self, line: bytes, number: int) -> str:
        """One line; where it is no UTF-8, that of Windows in Western Europe, if that makes words of it.

        Programs on Windows wrote the encoding of the locale, and appended UTF-8 later. Figures are ASCII in each.
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
    """UTF-8, but where the first bytes say otherwise, as those of PowerShell's files do."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    return "utf-8"
