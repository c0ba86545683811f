"""Split a delimited text into records; a stray quote costs its own line, not all that follow."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator

# Maximum number of lines of one record. Trackers write one line; a person may have put a line break into a quoted cell.
_MOST_LINES = 20
_SHOWN = 60


def records(lines: Iterable[str], delimiter: str, width: int) -> Iterator[tuple[int, list[str]]]:
    """Last line number and cells of each record; a line of a torn record has fewer than `width` cells.

    A quoted cell may contain line breaks if the record has `width` cells with them. If not, its first line is torn, and
    the next line begins another record.
    """
    source, waiting = enumerate(lines, 1), deque[tuple[int, str]]()
    while (item := waiting.popleft() if waiting else next(source, None)) is not None:
        number, line = item
        if '"' not in line:
            yield number, line.rstrip("\r\n").split(delimiter)
            continue
        if not _is_open(line, delimiter):
            yield number, _cells(line, delimiter)
            continue
        following = _following(line, waiting, source, delimiter)
        cells = _cells(line + "".join(text for _, text in following), delimiter)
        if following and len(cells) == width:
            yield following[-1][0], cells
            continue
        waiting.extendleft(reversed(following))
        # The cell that the quote opens is not complete.
        yield number, _cells(line, delimiter)[:-1] or [line[:_SHOWN]]


def _following(
    line: str, waiting: deque[tuple[int, str]], source: Iterator[tuple[int, str]], delimiter: str
) -> list[tuple[int, str]]:
    """Lines up to the one that closes the quote."""
    taken: list[tuple[int, str]] = []
    while len(taken) < _MOST_LINES and (item := waiting.popleft() if waiting else next(source, None)) is not None:
        taken.append(item)
        line += item[1]
        if not _is_open(line, delimiter):
            break
    return taken


def _is_open(text: str, delimiter: str) -> bool:
    """True if a quoted cell is not closed at the end of the text."""
    try:
        next(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def _cells(text: str, delimiter: str) -> list[str]:
    try:
        # A carriage return within a cell is an error to `csv`.
        lone = text.rstrip("\r\n").replace("\r\n", "\n").replace("\r", " ")
        return next(csv.reader([lone], delimiter=delimiter), [])
    except csv.Error:
        return [text[:_SHOWN]]
