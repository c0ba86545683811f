"""Find the author's own heading in a Markdown body, ignoring code blocks and HTML comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from .front_matter import find_front_matter, line_end

_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+environmental impact[ \t]*#*[ \t]*\Z", re.IGNORECASE)
_ANY_HEADING = re.compile(r" {0,3}(?:#{1,6}(?:[ \t]|\Z)|=+[ \t]*\Z|-{2,}[ \t]*\Z)")
_FENCE = re.compile(r" {0,3}(?P<mark>`{3,}|~{3,})(?P<info>.*)\Z")


class Line(NamedTuple):
    """Line of a body without its line break, and its span in the card; `plain` if outside code and comments."""

    start: int
    end: int
    text: str
    plain: bool


def is_heading(line: str) -> bool:
    """True if a line, without its line break, is an "Environmental Impact" heading."""
    return _HEADING.match(line) is not None


def end_of_heading(text: str) -> int | None:
    """Start of the line after the first such heading; None without a heading that ends in a line break."""
    found = next((line for line in body_lines(text) if line.plain and is_heading(line.text)), None)
    # Nothing can be inserted below a last line without a line break.
    return None if found is None or found.end == len(text) else line_end(text, found.end)


def lines_below_heading(text: str, ours: tuple[int, int] | None) -> list[Line]:
    """Lines between the first such heading outside the span `ours` and the next heading of any kind."""
    found: list[Line] = []
    below = False
    for line in body_lines(text):
        inside = ours is not None and ours[0] <= line.start < ours[1]
        if line.plain and not inside and below and _ANY_HEADING.match(line.text):
            break
        if below:
            found.append(line)
        below = below or (line.plain and not inside and is_heading(line.text))
    return found


def body_lines(text: str) -> Iterator[Line]:
    """Yield the lines of the body."""
    place = find_front_matter(text)
    at = place.body if place else 0
    fence = ""
    in_comment = False
    while at < len(text):
        end = line_end(text, at)
        line = text[at:end].rstrip("\r\n")
        was_plain = not fence and not in_comment
        fence = _fence_after(line, fence) if not in_comment else fence
        in_comment = _comment_after(line, in_comment) if not fence else in_comment
        yield Line(at, at + len(line), line, was_plain)
        at = end


def _fence_after(line: str, fence: str) -> str:
    """Marker of the code fence open after a line, "" for none."""
    found = _FENCE.match(line)
    if not found:
        return fence
    mark, info = found["mark"], found["info"]
    if not fence:
        return "" if mark[0] == "`" and "`" in info else mark
    return "" if mark.startswith(fence) and not info.strip() else fence


def _comment_after(line: str, in_comment: bool) -> bool:
    """True if an HTML comment is open after a line."""
    opened, closed = line.rfind("<!--"), line.rfind("-->")
    if opened < 0 and closed < 0:
        return in_comment
    return opened > closed
