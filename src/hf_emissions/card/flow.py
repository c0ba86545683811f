"""Add and remove entries of a flow-style YAML mapping, `{a: 1, b: 2}`."""

from __future__ import annotations

from .entries import Entry, Mapping
from .front_matter import line_end_before, line_start


def insertion(text: str, mapping: Mapping, entry: str) -> tuple[int, str]:
    """Position of a new entry, and its text with commas and whitespace: on its own line if the last entry has one."""
    if not mapping.entries:
        return mapping.start + 1, entry
    last = mapping.entries[-1]
    comma = _comma_after(text, last.value_end, mapping.end)
    gap = _gap(text, last)
    if comma is None:
        return last.value_end, f",{gap}{entry}"
    return comma + 1, f"{gap}{entry},"


def span(text: str, mapping: Mapping, entry: Entry) -> tuple[int, int]:
    """Span to delete so that the entry goes and the commas stay valid; the inverse of `insertion`."""
    index = mapping.entries.index(entry)
    after = _comma_after(text, entry.value_end, mapping.end)
    before = _comma_after(text, mapping.entries[index - 1].value_end, entry.key_start) if index else None
    if before is not None:
        if "#" in text[before + 1 : entry.key_start]:
            # The comment in between belongs to the entry above; keep it and, if last, the comma.
            return line_start(text, entry.key_start), entry.value_end if after is None else after + 1
        return (before, entry.value_end) if after is None else (before + 1, after + 1)
    if after is None:
        return entry.key_start, entry.value_end
    end = after + 1
    while text[end : end + 1] == " ":
        end += 1
    return entry.key_start, end


def _gap(text: str, last: Entry) -> str:
    begin = line_start(text, last.key_start)
    indent = text[begin : last.key_start]
    return " " if indent.strip() else line_end_before(text, begin) + indent


def _comma_after(text: str, index: int, limit: int) -> int | None:
    while index < limit:
        if text[index] == ",":
            return index
        if text[index] == "#":
            while index < limit and text[index] not in "\r\n":
                index += 1
        elif not text[index].isspace():
            return None
        index += 1
    return None
