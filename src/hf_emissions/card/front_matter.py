"""Locate the front matter of a card. Knows nothing of YAML."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..errors import FrontMatterError

BOM = "\ufeff"

# The Hub finds front matter with one regular expression, repeated in huggingface_hub/repocard.py (2.4.0):
# white space, a line of exactly three dashes, YAML, and a line of three dashes. Whatever matches here matches there.
_OPENING = re.compile(r"\s*---(?:\r\n|\r|\n)")
_CLOSING = re.compile(r"(?:\r\n|\r|\n)(---[ \t]*(?:\r\n|\n|\Z))")
# The Hub sees no front matter in two adjacent lines of dashes; the author means an empty one.
_EMPTY = re.compile(r"---[ \t]*(?:\r\n|\n|\Z)")

_LINE_BREAK = re.compile(r"\r\n|\r|\n")


class FrontMatter(NamedTuple):
    """Character indices in a card's text.

    `opening` is the first dashes, `start` the YAML (which ends with a line break, or is empty), `closing` the last
    dashes, `body` the Markdown.
    """

    opening: int
    start: int
    closing: int
    body: int


def find_front_matter(text: str) -> FrontMatter | None:
    """Locate the front matter; None if the card has none.

    Raises:
        FrontMatterError: an opening line of exactly three dashes is never closed.
    """
    begin = len(BOM) if text.startswith(BOM) else 0
    opening = _OPENING.match(text, begin)
    if opening is None:
        return None
    dashes = text.index("---", begin)
    closing = _CLOSING.search(text, opening.end())
    if closing is not None:
        # YAML parsers skip a leading BOM and do not count it.
        start = opening.end() + text.startswith(BOM, opening.end())
        return FrontMatter(dashes, start, closing.start(1), closing.end(1))
    empty = _EMPTY.match(text, opening.end())
    if empty is not None:
        return FrontMatter(dashes, opening.end(), empty.start(), empty.end())
    line, column = position(text, dashes)
    raise FrontMatterError(
        "front matter opens here and is never closed; end it with a line of three dashes", line, column
    )


def find_empty_front_matter(text: str) -> FrontMatter | None:
    """Locate an empty front matter (two adjacent lines of dashes), ignoring dashes further down."""
    begin = len(BOM) if text.startswith(BOM) else 0
    opening = _OPENING.match(text, begin)
    empty = opening and _EMPTY.match(text, opening.end())
    if not opening or not empty:
        return None
    return FrontMatter(text.index("---", begin), opening.end(), empty.start(), empty.end())


def position(text: str, index: int) -> tuple[int, int]:
    """Line and column of the character at `index`, both from 1; columns count characters, without a BOM."""
    line, line_start = 1, len(BOM) if text.startswith(BOM) else 0
    for found in _LINE_BREAK.finditer(text, 0, index):
        line, line_start = line + 1, found.end()
    return line, max(index - line_start, 0) + 1


def line_end_before(text: str, index: int, default: str = "\n") -> str:
    """Line break that ends at `index`; else the first in the text; else `default`."""
    for ending in ("\r\n", "\n", "\r"):
        if text.endswith(ending, 0, index):
            return ending
    found = _LINE_BREAK.search(text)
    return found[0] if found else default


def line_start(text: str, index: int) -> int:
    """Index of the first character of the line containing `index`."""
    return max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1


def line_end(text: str, index: int) -> int:
    """Index after the line break that ends the line containing `index`, or the end of the text."""
    found = _LINE_BREAK.search(text, index)
    return found.end() if found else len(text)
