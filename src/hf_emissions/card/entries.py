"""Entries of a YAML mapping and the span of text that each owns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    ScalarEvent,
)

from .events import Events, place_of, place_of_end
from .front_matter import line_end, line_start


class Entry:
    """One `key: value` of a mapping.

    `first` and `last` are the indices of its events, including the key. Positions are character indices in the card,
    computed lazily because few are needed.
    """

    __slots__ = ("_base", "_events", "_text", "first", "last", "name")

    def __init__(self, text: str, base: int, events: list[Event], first: int, last: int) -> None:
        self._text, self._base, self._events = text, base, events
        self.first = first
        self.last = last
        self.name = _name(events, events[first])

    @property
    def key_start(self) -> int:
        """Start of the key."""
        return self._base + place_of(self._events[self.first])

    @property
    def key_end(self) -> int:
        """End of the key."""
        return self._base + place_of_end(self._events[self.first])

    @property
    def value_start(self) -> int:
        """Start of the value."""
        start = self._base + place_of(self._events[self.first + 1])
        return self.key_end if self._has_no_colon(start) else start

    @property
    def value_end(self) -> int:
        """End of the value, without trailing comments and blank lines."""
        end = self._base + _written_end(self._events, self.first + 1, self.last)
        return self.key_end if self._has_no_colon(end) else end

    def _has_no_colon(self, end: int) -> bool:
        # A key without a colon (`? key`, or in a flow mapping): libyaml marks its null at the next token.
        value = self._events[self.first + 1]
        is_nothing = place_of(value) == place_of_end(value)
        return is_nothing and ":" not in self._text[self.key_end : end]


class Mapping(NamedTuple):
    """Mapping in a card: ordered entries, their keys, flow or block style, span and indentation.

    In flow style, the span includes the braces. `column`, from 0, is that of the first key or of its `?`.
    """

    entries: tuple[Entry, ...]
    names: frozenset[str]
    flow: bool
    start: int
    end: int
    column: int

    def named(self, name: str) -> list[Entry]:
        """Return the entries with this key; several if the author repeated it."""
        return [entry for entry in self.entries if entry.name == name]


def root_index(events: list[Event]) -> int | None:
    """Index of the first event of the document's content; None if the document is empty."""
    for index, event in enumerate(events):
        if isinstance(event, DocumentStartEvent):
            return None if _is_nothing(events[index + 1]) else index + 1
    return None


def _is_nothing(event: Event) -> bool:
    # For `--- ` alone, or only comments, libyaml reports an empty plain scalar.
    return isinstance(event, ScalarEvent) and not event.value and event.implicit[0]


def content_end(events: list[Event], default: int) -> int:
    """Latest position for new content: an explicit end of document (`...`), else `default`."""
    for event in reversed(events):
        if isinstance(event, DocumentEndEvent):
            return place_of(event) if event.explicit else default
    return default


def read_root(text: str, base: int, found: Events, index: int) -> Mapping:
    """Return the root mapping, whose start event is at `index`; marks are relative to `base`."""
    # The root's end event is third from last, before those of the document and the stream.
    return _mapping(text, base, found.events, index, found.root_keys, len(found.events) - 3)


def read_mapping(text: str, base: int, events: list[Event], index: int) -> Mapping:
    """Return the mapping whose start event is `events[index]`; marks are relative to `base`."""
    keys: list[int] = []
    cursor = index + 1
    while not isinstance(events[cursor], MappingEndEvent):
        keys.append(cursor)
        cursor = _node_end(events, cursor + 1) + 1
    return _mapping(text, base, events, index, keys, cursor)


def _mapping(text: str, base: int, events: list[Event], index: int, keys: list[int], end_index: int) -> Mapping:
    ends = [*keys[1:], end_index]
    entries = [Entry(text, base, events, first, after - 1) for first, after in zip(keys, ends, strict=False)]
    start = events[index]
    flow = isinstance(start, CollectionStartEvent) and bool(start.flow_style)
    # The start mark would be that of an anchor or tag. The end mark is just after the brace, or, in block style, at
    # the first key or its `?`.
    begin = base + place_of_end(start) - (1 if flow else 0)
    end = base + (place_of_end(events[end_index]) if flow else place_of(events[end_index]))
    names = frozenset([entry.name for entry in entries])
    return Mapping(tuple(entries), names, flow, begin, end, begin - line_start(text, begin))


def _node_end(events: list[Event], index: int) -> int:
    """Index of the last event of the node starting at `index`."""
    depth = 0
    while True:
        event = events[index]
        if isinstance(event, CollectionStartEvent):
            depth += 1
        elif isinstance(event, CollectionEndEvent):
            depth -= 1
        if depth == 0:
            return index
        index += 1


def _name(events: list[Event], key: Event) -> str:
    if type(key) is ScalarEvent:
        return str(key.value)
    if isinstance(key, AliasEvent):
        meant = (event for event in events if isinstance(event, ScalarEvent) and event.anchor == key.anchor)
        key = next(meant, key)
    return str(key.value) if isinstance(key, ScalarEvent) else ""


def _written_end(events: list[Event], first: int, last: int) -> int:
    """End of the last token in these events.

    Only scalars, aliases and brackets count: a block collection's end mark is at the next key, after comments that
    do not belong to it.
    """
    flow: list[bool] = []
    end = place_of(events[first])
    for event in events[first : last + 1]:
        if isinstance(event, CollectionStartEvent):
            flow.append(bool(event.flow_style))
            end = max(end, place_of_end(event)) if flow[-1] else end
        elif not isinstance(event, CollectionEndEvent) or flow.pop():
            end = place_of_end(event)
    return end


def explicit_key_start(text: str, entry: Entry, column: int, after: int) -> int | None:
    """Position of an explicit key's `?`, searched for from `after` on; None for a simple key."""
    found = None
    for mark in _QUESTION.finditer(text, line_start(text, after), entry.key_start):
        if len(mark["indent"]) == column and mark.end() > after:
            found = mark
    return None if found is None else found.end() - 1


_QUESTION = re.compile(r"(?:^|(?<=\r))(?P<indent> *)\?(?=[ \t\r\n])", re.MULTILINE)


def lines_of(text: str, entry: Entry, column: int, after: int) -> tuple[int, int]:
    """Span of whole lines that an entry of a block mapping owns.

    From the line of its key (or of its `?`, searched for from `after` on) to the end of its value, plus following
    comments indented deeper than the key. Every other comment belongs to the next key.
    """
    question = explicit_key_start(text, entry, column, after)
    start = line_start(text, entry.key_start if question is None else question)
    return start, end_of_lines(text, entry, column)


def end_of_lines(text: str, entry: Entry, column: int) -> int:
    """End of the whole lines that an entry of a block mapping owns; see `lines_of`."""
    end = last_line_end(text, entry)
    for line_begin, line_finish in _lines(text, end):
        line = text[line_begin:line_finish]
        stripped = line.lstrip(" \t")
        if stripped.startswith("#") and len(line) - len(stripped) > column:
            end = line_finish
        elif stripped.strip("\r\n"):
            break
    return end


def last_line_end(text: str, entry: Entry) -> int:
    """End of the last line of an entry's value, without a literal's trailing blank lines."""
    written = text[entry.key_start : max(entry.value_end, entry.key_end)].rstrip(" \t\r\n")
    return line_end(text, entry.key_start + len(written))


def _lines(text: str, start: int) -> Iterator[tuple[int, int]]:
    while start < len(text):
        end = line_end(text, start)
        yield start, end
        start = end
