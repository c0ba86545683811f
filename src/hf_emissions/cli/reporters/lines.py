"""Lines of a card, numbered as in findings."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from ...card.front_matter import BOM

_LINE_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Lines:
    """Card text with an index of line starts, so that many positions need only one scan."""

    text: str
    starts: tuple[int, ...]

    def span(self, line: int) -> tuple[int, int] | None:
        """Span of a line without its line break; None if there is no such line."""
        if not 1 <= line <= len(self.starts):
            return None
        start = self.starts[line - 1]
        found = _LINE_BREAK.search(self.text, start)
        return start, found.start() if found else len(self.text)

    def place(self, index: int) -> tuple[int, int]:
        """Line and column of an index, as in `card.front_matter.position`."""
        line = max(bisect_right(self.starts, index), 1)
        return line, max(index - self.starts[line - 1], 0) + 1


def lines_of(text: str) -> Lines:
    """Index the lines of a card; a byte order mark is not part of the first."""
    first = len(BOM) if text.startswith(BOM) else 0
    return Lines(text, (first, *(found.end() for found in _LINE_BREAK.finditer(text, first))))
