"""Helpers of the rules with fixes: replacements of values and entries, and message texts."""

from __future__ import annotations

import yaml

from ..card import flow
from ..card.entries import Entry, Mapping, last_line_end, lines_of
from ..card.front_matter import line_end, line_start
from ..card.parsed import ParsedCard
from ..terminal import one_line
from .finding import Fix, Replacement
from .rule import CardView
from .values import Value

_SHOWN = 60


def shown(text: str) -> str:
    """Quote text from a card: shortened, on one line, safe for a terminal."""
    text = one_line(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")
    return f'"{text}"'


def with_command(card: CardView, rule_id: str, message: str, fix: Fix | None, otherwise: str) -> str:
    """Append the remedy to a message: the command that applies the fix, or `otherwise` if there is no fix."""
    if fix is None:
        return f"{message}; {otherwise}"
    unsafe = "" if fix.safe else " --unsafe-fixes"
    return f"{message}; mend it with: hf-emissions check {card.name} --select {rule_id} --fix{unsafe}"


def is_written_in_place(card: ParsedCard, value: Value) -> bool:
    """True for a literal one-line scalar: no alias, anchor, tag or escape."""
    written = card.text[value.start : value.end]
    style = value.node.style if isinstance(value.node, yaml.ScalarNode) else "|"
    if style:
        return style in "'\"" and written[:1] == style and "\n" not in written and "\r" not in written
    return written == value.written != ""


def new_value(card: ParsedCard, value: Value, new: str) -> Replacement | None:
    """Replacement of a scalar; None if it is not written in place."""
    return Replacement(value.start, value.end, new) if is_written_in_place(card, value) else None


def span(card: ParsedCard, mapping: Mapping, entry: Entry) -> tuple[int, int]:
    """Span of text to remove in order to delete an entry of a mapping."""
    if mapping.flow:
        return flow.span(card.text, mapping, entry)
    index = mapping.entries.index(entry)
    return lines_of(card.text, entry, mapping.column, mapping.entries[index - 1].value_end if index else mapping.start)


def indented(card: ParsedCard, entry: Entry, indent: str) -> list[Replacement]:
    """Insertions that indent every non-blank line of a block-style entry."""
    at, end, found = line_start(card.text, entry.key_start), last_line_end(card.text, entry), []
    while at < end:
        after = line_end(card.text, at)
        if card.text[at:after].strip():
            found.append(Replacement(at, at, indent))
        at = after
    return found
