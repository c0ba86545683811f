"""The lines of a card, counted as its rules count them."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from ...card.front_matter import BOM

_LINE_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Lines:
    """A card's text and where each of its lines begins, so that many places cost one look through it."""

    text: str
    starts: tuple[int, ...]

    def span(self, line: int) -> tuple[int, int] | None:
        """Where a line begins and ends, its line break left out; None where there is no such line."""
        if not 1 <= line <= len(self.starts):
            return None
        start = self.starts[line - 1]
        found = _LINE_BREAK.search(self.text, start)
        return start, found.start() if found else len(self.text)

    def place(self, index: int) -> tuple[int, int]:
        """Line and column of a place, as `card.front_matter.position` gives them."""
        line = max(bisect_right(self.starts, index), 1)
        return line, max(index - self.starts[line - 1], 0) + 1


def lines_of(text: str) -> Lines:
    """The lines of a card; a byte order mark is no part of the first."""
    first = len(BOM) if text.startswith(BOM) else 0
    return Lines(text, (first, *(found.end() for found in _LINE_BREAK.finditer(text, first))))
