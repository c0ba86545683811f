"""Tables of Markdown: where they are, and their cells with their offsets."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice, pairwise

from .card_text import CardText

Cell = tuple[str, int]

_RULE = re.compile(
    r"[ \t]{0,3}\|?[ \t]{0,8}:?-{2,60}:?[ \t]{0,8}(?:\|[ \t]{0,8}:?-{2,60}:?[ \t]{0,8}){1,16}\|?[ \t]{0,8}\r?"
)
_BAR = re.compile(r"\|")
_TAGS = re.compile(r"<[^<>\n]{1,80}>|&nbsp;|&#\d{1,5};")
# Limits that bound the work for any card: tables, rows of each, and characters below a header that may have a keyword.
_MOST_TABLES, _MOST_ROWS, _REACH = 20, 60, 600


def grids(page: CardText, keywords: frozenset[str]) -> Iterator[list[list[Cell]]]:
    """Rows of each table with one of the keywords, the header first; rows of other lengths are left out."""
    for start, end in islice(_rules(page, keywords), _MOST_TABLES):
        header = _cells(page.text, page.text.rfind("\n", 0, max(start - 1, 0)) + 1, start)
        rows = [row for row in (_cells(page.text, *line) for line in _lines(page.text, end + 1)) if row]
        yield [header, *(row for row in rows if len(row) == len(header))]


def _rules(page: CardText, keywords: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Lines of dashes below the headers of tables that have a keyword."""
    text, places = page.text, page.places(keywords)
    place = text.find("--", page.body)
    while place >= 0:
        start, end = text.rfind("\n", 0, place) + 1, text.find("\n", place)
        end = len(text) if end < 0 else end
        header = text.rfind("\n", 0, max(start - 1, 0)) + 1
        near = bisect_left(places, header)
        if near < len(places) and places[near] < end + _REACH and "|" in text[start:end]:
            rule = _RULE.fullmatch(text, start, end)
            if rule is not None and not page.is_code(start):
                yield rule.span()
        place = text.find("--", end)


def _cells(text: str, start: int, end: int) -> list[Cell]:
    """Cells of a row, also empty ones, with their offsets."""
    line = _TAGS.sub(lambda tag: " " * len(tag[0]), text[start:end].rstrip())
    edges = [-1, *(bar.start() for bar in _BAR.finditer(line)), len(line)]
    if line.lstrip().startswith("|"):
        edges = edges[1:]
    if line.endswith("|"):
        edges = edges[:-1]
    return [(line[left + 1 : right], start + left + 1) for left, right in pairwise(edges)]


def _lines(text: str, start: int) -> Iterator[tuple[int, int]]:
    for _ in range(_MOST_ROWS):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if "|" not in text[start:end]:
            return
        yield start, end
        start = end + 1
