"""Labels and values: lines such as `- **Hardware Type:** A100`, rows of Markdown and HTML tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from .card_text import CardText, lowered
from .keywords import DEVICES, FIGURES, NODES, PLACES, SIZES, TIME_LABELS, TIMES

_KEYWORDS = DEVICES | TIMES | TIME_LABELS | FIGURES | PLACES | SIZES | NODES
# Many cards have a machine's specification in a code fence.
_ALSO_IN_CODE = frozenset(["gpu", "gpus", "cpu/gpu", "gpu/cpu"])
# Limit of pairs; most cards have fewer than a hundred.
_MOST = 2000

_LINE = re.compile(
    r"[ \t]{0,8}(?:[|>*+-][ \t]{0,3}){0,3}(?:\d{1,2}[.)][ \t])?[*_`\"'\[ \t]{0,6}"
    r"(?P<label>[^\W\d_][^\n:|=*`<>\"]{1,100}?)[*_`\"'\] \t]{0,24}"
    r"[:|=\uff1a][*_`\"' \t=]{0,8}(?P<value>[^\s|*`_\"',][^\n|]{0,300})",
)
# A label alone on its line, with a colon or as a heading, and a short value below it, behind blank lines or not.
_ALONE = re.compile(
    r"[ \t]{0,8}(?:#{1,6} |(?:[>*+-][ \t]{0,3}){1,3})?(?:\d{1,2}[.)][ \t])?[*_`\"'\[ \t]{0,6}"
    r"(?P<label>[^\W\d_][^\n:|=*`<>\"]{1,60}?)[*_`\"'\] \t]{0,24}(?P<colon>[:\uff1a]?)[*_`\"' \t\\]{0,8}\r?$"
)
_LONGEST_VALUE = 80
_INLINE = re.compile(
    r"[.;,)\u3002\uff1b] [*_]{0,3}(?P<label>[^\W\d_][^\n:|=*`<>\".;,]{1,40}?)[*_]{0,3} ?[:\uff1a][*_]{0,3} ?"
    r"(?P<value>[^\s|*`_\"'.,;][^\n|;]{0,60}?)(?=[.;](?:\s|$)|, |\n|$)"
)
_VALUE = re.compile(r"[ \t]{0,8}(?:[*+-][ \t]{1,3})?[*_`]{0,3}(?P<value>[~\u2248]?[ \t]?[^\s|#<>*_`-][^\n|]{0,60})")
_CHINESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]+")
_LETTERS = re.compile("[a-z]{3}")
_SEPARATOR = re.compile("[:|=\uff1a]")
_ROW = re.compile(
    r"<t[dh]\b[^<>]{0,80}>[ \t\n]{0,20}(?:<[a-z]{1,6}>){0,2}(?P<label>[^<>\n]{2,60})(?:</[a-z]{1,6}>){0,2}"
    r"[ \t\n]{0,20}</t[dh]>"
    r"[ \t\n]{0,20}<td\b[^<>]{0,80}>[ \t\n]{0,20}(?:<[a-z]{1,6}>){0,2}(?P<value>[^<>\n]{1,300})",
    re.IGNORECASE,
)
_RULE = re.compile(
    r"[ \t]{0,3}\|?[ \t]{0,8}:?-{2,60}:?[ \t]{0,8}(?:\|[ \t]{0,8}:?-{2,60}:?[ \t]{0,8}){1,12}\|?[ \t]{0,8}\r?$"
)
_CELL = re.compile(r"[^|\n]{1,200}")
_UNIT = re.compile(r"[ (\[]{1,3}(?:in )?(?P<unit>[^()\[\]]{1,24})[)\]]$")


def labels(listed: str) -> frozenset[str]:
    """Split a comma-separated list of labels."""
    return frozenset(listed.split(", "))


class Pair(NamedTuple):
    """A lower-case label without markup, its unit from brackets, and its value, with offsets."""

    label: str
    unit: str
    value: str
    label_start: int
    start: int

    @property
    def end(self) -> int:
        """End offset of the value."""
        return self.start + len(self.value)


def pairs(page: CardText) -> list[Pair]:
    """Label-value pairs in body lines with a keyword, up to the end of the card's own text."""
    found: list[Pair] = []
    done = page.body
    for place in sorted([*page.places(_KEYWORDS), *page.foreign_times]):
        if place < done:
            continue
        start, done = max(page.text.rfind("\n", 0, place) + 1, page.body), _line_end(page.text, place)
        on_line = list(_on_line(page, start, done))
        if on_line and page.is_code(place):
            on_line = [pair for pair in on_line if pair.label in _ALSO_IN_CODE]
        found += on_line
        if len(found) > _MOST:
            break
    return found


def _on_line(page: CardText, start: int, end: int) -> Iterator[Pair]:
    text = page.text
    separated = _SEPARATOR.search(text, start, end)
    line = _LINE.match(text, start, end) if separated else None
    if line and not _is_wide(text[line.end() : end]):
        yield _pair(line["label"], line["value"], line.start("label"), line.start("value"))
    elif line is None:
        yield from _label_above(page, start, end)
    if text.find("|", start, end) >= 0:
        yield from _below_header(text, start, end)
    if (line and text.count(":", start, end) > 1) or (line is None and separated):
        yield from _inline(text, start, end)
    # An HTML table cell may have the label alone on its line.
    if text.find("<t", start, end) >= 0:
        for row in _ROW.finditer(text, start, min(page.end, end + 400)):
            yield _pair(row["label"], row["value"], row.start("label"), row.start("value"))


def _inline(text: str, start: int, end: int) -> Iterator[Pair]:
    """Labels within a line, behind a full stop, a comma or a semicolon: `Hardware: 1 x T4. Time: 3 h.`"""
    for found in _INLINE.finditer(text, start, end):
        yield _pair(found["label"], found["value"], found.start("label"), found.start("value"))


def _label_above(page: CardText, start: int, end: int) -> Iterator[Pair]:
    """The pair of a short line and the label that stands alone above it."""
    text = page.text
    above = len(text[max(start - 6, page.body) : start].rstrip()) + max(start - 6, page.body)
    if above <= max(start - 6, page.body) or end - start > _LONGEST_VALUE:
        return
    value = _VALUE.fullmatch(text, start, end - (text[end - 1 : end] == "\r"))
    if value is None:
        return
    line_start = max(text.rfind("\n", 0, above) + 1, page.body)
    alone = _ALONE.fullmatch(text, line_start, above)
    if alone and (alone["colon"] or text.startswith("#", line_start)):
        yield _pair(alone["label"], value["value"], alone.start("label"), value.start("value"))


def _pair(label: str, value: str, label_start: int, start: int) -> Pair:
    low = " ".join(_in_one_language(lowered(label)).replace("_", " ").split()).strip(" *`-")
    unit = _UNIT.search(f"{low}]" if "[" in low and "]" not in low else low)
    if unit or "(" in low:
        low = low[: unit.start() if unit else low.find("(")].strip()
    return Pair(low, unit["unit"] if unit else "", value.rstrip(" \t*`_\"',"), label_start, start)


def _in_one_language(label: str) -> str:
    """The English half of a label such as `参数 Parameter`."""
    return _CHINESE.sub(" ", label) if not label.isascii() and _LETTERS.search(label) else label


def _is_wide(rest: str) -> bool:
    """True if a table row has further cells after the value: it compares several things."""
    return rest.startswith("|") and any(char not in "| \t\r" for char in rest)


def _below_header(text: str, start: int, end: int) -> Iterator[Pair]:
    """Pairs of a table with exactly one row; longer tables compare several things."""
    rule_end = _line_end(text, end + 1)
    if not _RULE.match(text, end + 1, rule_end):
        return
    row_end = _line_end(text, rule_end + 1)
    if "|" in text[row_end + 1 : _line_end(text, row_end + 1)]:
        return
    header, cells = _cells(text, start, end), _cells(text, rule_end + 1, row_end)
    if len(header) == len(cells):
        for (label, label_start), (value, place) in zip(header, cells, strict=True):
            lead = len(value) - len(value.lstrip(" \t*`"))
            yield _pair(label, value[lead:], label_start, place + lead)


def _cells(text: str, start: int, end: int) -> list[tuple[str, int]]:
    return [(cell[0], cell.start()) for cell in _CELL.finditer(text, start, end) if cell[0].strip()]


def _line_end(text: str, place: int) -> int:
    end = text.find("\n", place)
    return len(text) if end < 0 else end
