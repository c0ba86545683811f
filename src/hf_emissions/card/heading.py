"""Finding the author's own heading in the Markdown of a body, code examples and HTML comments left aside."""

from __future__ import annotations

import re

from .front_matter import find_front_matter, line_end

_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+environmental impact[ \t]*#*[ \t]*\Z", re.IGNORECASE)
_FENCE = re.compile(r" {0,3}(?P<mark>`{3,}|~{3,})(?P<info>.*)\Z")


def is_heading(line: str) -> bool:
    """Whether a line, without its line end, is a heading "Environmental Impact"."""
    return _HEADING.match(line) is not None


def end_of_heading(text: str) -> int | None:
    """Where the line after the first such heading begins; None where there is no heading that ends in a line break."""
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
        if was_plain and is_heading(line) and text.endswith(("\n", "\r"), at, end):
            return end
        at = end
    return None


def _fence_after(line: str, fence: str) -> str:
    """The mark of the code fence that is open after a line, "" for none."""
    found = _FENCE.match(line)
    if not found:
        return fence
    mark, info = found["mark"], found["info"]
    if not fence:
        return "" if mark[0] == "`" and "`" in info else mark
    return "" if mark.startswith(fence) and not info.strip() else fence


def _comment_after(line: str, in_comment: bool) -> bool:
    """Whether an HTML comment is open after a line."""
    opened, closed = line.rfind("<!--"), line.rfind("-->")
    if opened < 0 and closed < 0:
        return in_comment
    return opened > closed
