"""A file of a stranger, read as text: a piece at a time, never executed, never unpickled."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ..errors import TrackerError

# What a file is recognised by stands in its beginning.
HEAD_BYTES = 64 * 1024
# A line or a cell beyond this is no tracker's.
_LONGEST = 1_000_000
# JSON is read whole; no tracker writes one beyond this.
_MOST_JSON_BYTES = 64 * 1024 * 1024
_PICKLE = "a Python pickle, which is never opened here: reading one can run any program"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its cells by the name of their column, and where it stands."""

    cells: dict[str, str]
    where: str

    def __contains__(self, name: str) -> bool:
        return bool(self.cells.get(name, "").strip())

    def text(self, *names: str) -> str | None:
        """The first of these cells that is not empty, without the blanks around it."""
        return next((self.cells[name].strip() for name in names if name in self), None)

    def number(self, *names: str) -> float | None:
        """The first of these cells that is not empty, as a number of at least zero.

        Raises:
            TrackerError: it is none.
        """
        name = next((name for name in names if name in self), None)
        return None if name is None else read_number(self.cells[name], name, self.where)

    def required(self, *names: str) -> float:
        """The same, where an empty cell is no zero.

        Raises:
            TrackerError: it is empty, or no number.
        """
        found = self.number(*names)
        if found is None:
            raise TrackerError(f"{self.where}: {names[0]} is empty; nothing was recorded there")
        return found


@dataclass(frozen=True)
class TrackerFile:
    """A file, by its path; nothing of it is read before it is asked for.

    Raises:
        TrackerError: what is asked for cannot be read; with the file, the line, and why.
        OSError: the file cannot be opened.
    """

    path: Path

    @property
    def name(self) -> str:
        """What to call it."""
        return str(self.path)

    @cached_property
    def head(self) -> str:
        """The beginning, for telling what it is; what is no text is replaced."""
        with self.path.open("rb") as file:
            data = file.read(HEAD_BYTES)
        if data[:2] in (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"):
            raise TrackerError(f"{self.name}: {_PICKLE}; name the text file beside it")
        if not data.strip():
            raise TrackerError(f"{self.name}: the file is empty")
        return data.decode(_encoding(data), "replace").removeprefix("\ufeff")

    @cached_property
    def header(self) -> tuple[str, ...]:
        """The names of the columns, where the file is a table with commas, semicolons or tabs."""
        first = next((line for line in self.head.splitlines() if line.strip()), "")
        return tuple(name.strip() for name in next(csv.reader([first], delimiter=_delimiter(first)), []))

    def sibling(self, name: str) -> TrackerFile | None:
        """A file beside it, if there is one of this name."""
        path = self.path.with_name(name)
        return TrackerFile(path) if path != self.path and path.is_file() else None

    def lines(self) -> Iterator[tuple[int, str]]:
        """The lines with their numbers, from 1, without their ends."""
        encoding = _encoding(self._first_bytes())
        if encoding != "utf-8":
            yield from enumerate(self.text().split("\n"), 1)
            return
        with self.path.open("rb") as file:
            number = 0
            while line := file.readline(_LONGEST):
                number += 1
                if len(line) == _LONGEST:
                    raise TrackerError(f"{self.name}:{number}: a line of more than {_LONGEST} bytes is no tracker's")
                yield number, self._decoded(line, number).rstrip("\r\n")

    def text(self) -> str:
        """The whole text."""
        if self.path.stat().st_size > _MOST_JSON_BYTES:
            raise TrackerError(f"{self.name}: more than {_MOST_JSON_BYTES >> 20} MB are more than a tracker writes")
        data = self.path.read_bytes()
        encoding = _encoding(data)
        if encoding == "utf-8":
            return "\n".join(self._decoded(line, number) for number, line in enumerate(data.split(b"\n"), 1))
        return data.decode(encoding, "replace").removeprefix("\ufeff").replace("\r\n", "\n")

    def rows(self) -> Iterator[Row]:
        """The rows of a table, one at a time."""
        header = self.header
        delimiter = _delimiter(self.head.lstrip().partition("\n")[0])
        reader = csv.reader((line + "\n" for _, line in self.lines()), delimiter=delimiter)
        try:
            for number, cells in enumerate(reader):
                if not any(cell.strip() for cell in cells) or tuple(cell.strip() for cell in cells) == header:
                    continue
                where = f"{self.name}:{reader.line_num}"
                if number and len(cells) != len(header):
                    raise TrackerError(
                        f"{where}: the row has {len(cells)} of {len(header)} columns: it is cut off, or of another file"
                    )
                yield Row(dict(zip(header, cells, strict=True)), where)
        except csv.Error as error:
            raise TrackerError(f"{self.name}:{reader.line_num}: this is no row of a table ({error})") from None

    def json(self) -> Any:
        """The file as one JSON document."""
        text = self.text()
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise TrackerError(
                f"{self.name}:{error.lineno}:{error.colno}: this is no whole JSON ({error.msg})"
            ) from None
        except RecursionError:
            raise TrackerError(f"{self.name}: this JSON is nested too deeply") from None

    def json_lines(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The JSON objects that stand on a line of their own, with where they stand; loggers put words before them."""
        for number, line in self.lines():
            at = line.find("{")
            if at < 0:
                continue
            where = f"{self.name}:{number}"
            try:
                found = json.loads(line[at:])
            except (json.JSONDecodeError, RecursionError):
                raise TrackerError(f"{where}: this line is no whole JSON; it may have been cut off") from None
            if isinstance(found, dict):
                yield where, found

    def _first_bytes(self) -> bytes:
        with self.path.open("rb") as file:
            return file.read(4)

    def _decoded(self, line: bytes, number: int) -> str:
        try:
            return line.decode("utf-8").removeprefix("\ufeff") if number == 1 else line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise TrackerError(
                f"{self.name}:{number}: this line is no UTF-8 (byte {line[error.start]:#04x}); save the file as UTF-8"
            ) from None


def read_number(value: Any, what: str, where: str) -> float:
    """A number of at least zero, from text or JSON.

    Raises:
        TrackerError: it is none.
    """
    try:
        number = float(value) if not isinstance(value, bool) else math.nan
    except (TypeError, ValueError, OverflowError):
        raise TrackerError(f"{where}: {what} is {_quoted(value)}, which is no number") from None
    if not math.isfinite(number) or number < 0:
        raise TrackerError(f"{where}: {what} is {_quoted(value)}; it must be a finite number, at least 0")
    return number


def _quoted(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."


def _delimiter(line: str) -> str:
    return max(",;\t", key=line.count)


def _encoding(data: bytes) -> str:
    """UTF-8, but where the first bytes say otherwise, as those of PowerShell's files do."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    return "utf-8"
