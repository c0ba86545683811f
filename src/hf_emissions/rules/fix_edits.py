"""Edits that fixes are made of: replacements of values and entries; and text from a card in messages."""

from __future__ import annotations

import yaml

from ..card.entries import Entry, last_line_end
from ..card.front_matter import line_end, line_start
from ..terminal import one_line
from .finding import Replacement
from .values import Value

_SHOWN = 60


def excerpt(text: str) -> str:
    """Quote text from a card: shortened, on one line, safe for a terminal."""
    text = one_line(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")
    return f'"{text}"'


def is_written_in_place(text: str, value: Value) -> bool:
    """True for a literal one-line scalar: no alias, anchor, tag or escape."""
    written = text[value.start : value.end]
    style = value.node.style if isinstance(value.node, yaml.ScalarNode) else "|"
    if style:
        return style in "'\"" and written[:1] == style and "\n" not in written and "\r" not in written
    return written == value.written != ""


def new_value(text: str, value: Value, new: str) -> Replacement | None:
    """Replacement of a scalar; None if it is not written in place."""
    return Replacement(value.start, value.end, new) if is_written_in_place(text, value) else None


def indented(text: str, entry: Entry, indent: str) -> list[Replacement]:
    """Insertions that indent every non-blank line of a block-style entry."""
    at, end, found = line_start(text, entry.key_start), last_line_end(text, entry), []
    while at < end:
        after = line_end(text, at)
        if text[at:after].strip():
            found.append(Replacement(at, at, indent))
        at = after
    return found
