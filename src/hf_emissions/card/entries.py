"""The entries of a YAML mapping and the span of text that each one owns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
)

from .events import place_of, place_of_end
from .front_matter import line_end, line_start


@dataclass(frozen=True, slots=True)
class Entry:
    """One `key: value` of a mapping.

    `first` and `last` are the indices of its events, key included; the others are indices of characters in the card:
    `key_start` and `key_end` enclose the key, `value_start` and `value_end` what is written of the value
    (trailing comments and blank lines are no part of it).
    """

    name: str
    first: int
    last: int
    key_start: int
    key_end: int
    value_start: int
    value_end: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping in a card: its entries in order, whether it is in flow form, its own span and indentation.

    In flow form `start` and `end` enclose the braces. `column`, from 0, is that of the first key, or of its `?`.
    """

    entries: tuple[Entry, ...]
    flow: bool
    start: int
    end: int
    column: int

    def named(self, name: str) -> list[Entry]:
        """The entries with this key; more than one where the author repeated it."""
        return [entry for entry in self.entries if entry.name == name]


def root_index(events: list[Event]) -> int | None:
    """Index of the event with which the document's content begins; None where the YAML holds nothing."""
    for index, event in enumerate(events):
        if isinstance(event, DocumentStartEvent):
            return None if _is_nothing(events[index + 1]) else index + 1
    return None


def _is_nothing(event: Event) -> bool:
    # `--- ` alone, or front matter of comments: libyaml reports a plain scalar of no characters.
    return isinstance(event, ScalarEvent) and not event.value and event.implicit[0]


def content_end(events: list[Event], default: int) -> int:
    """Where new content must end at the latest: before an explicit end of document (`...`), else `default`."""
    for event in reversed(events):
        if isinstance(event, DocumentEndEvent):
            return place_of(event) if event.explicit else default
    return default


def read_mapping(text: str, base: int, events: list[Event], index: int) -> Mapping:
    """The mapping whose start event is `events[index]`; `base` is where the events' marks count from."""
    start = events[index]
    assert isinstance(start, MappingStartEvent)
    entries: list[Entry] = []
    cursor = index + 1
    while not isinstance(events[cursor], CollectionEndEvent):
        last = _node_end(events, cursor + 1)
        entries.append(_entry(text, base, events, cursor, last))
        cursor = last + 1
    flow = bool(start.flow_style)
    # A mapping with an anchor or a tag starts at theirs; its start event ends just after the brace, or, in block
    # form, at the first key or its `?`.
    begin = base + place_of_end(start) - (1 if flow else 0)
    end = base + (place_of_end(events[cursor]) if flow else place_of(events[cursor]))
    return Mapping(tuple(entries), flow, begin, end, begin - line_start(text, begin))


def _node_end(events: list[Event], index: int) -> int:
    """Index of the last event of the node that begins at `index`."""
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


def _entry(text: str, base: int, events: list[Event], first: int, last: int) -> Entry:
    key, value = events[first], events[first + 1]
    name = _name(events, key)
    key_end = base + place_of_end(key)
    value_start = base + place_of(value)
    value_end = base + _written_end(events, first + 1, last)
    if value_start == value_end and ":" not in text[key_end:value_start]:
        # A key without a colon (`? key`, or in a flow mapping): libyaml marks its null at whatever comes next.
        value_start = value_end = key_end
    return Entry(name, first, last, base + place_of(key), key_end, value_start, value_end)


def _name(events: list[Event], key: Event) -> str:
    if isinstance(key, AliasEvent):
        meant = (event for event in events if isinstance(event, ScalarEvent) and event.anchor == key.anchor)
        key = next(meant, key)
    return str(key.value) if isinstance(key, ScalarEvent) else ""


def _written_end(events: list[Event], first: int, last: int) -> int:
    """Where the last thing that is written in these events ends.

    The end mark of a block collection stands at the next key, behind comments that are not its own, so that only
    scalars, aliases and closing brackets count.
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
    """Where the `?` of an entry in the explicit form stands, at most `after` back; None for the common form."""
    found = None
    for mark in _QUESTION.finditer(text, line_start(text, after), entry.key_start):
        if len(mark["indent"]) == column and mark.end() > after:
            found = mark
    return None if found is None else found.end() - 1


_QUESTION = re.compile(r"(?:^|(?<=\r))(?P<indent> *)\?(?=[ \t\r\n])", re.MULTILINE)


def lines_of(text: str, entry: Entry, column: int, after: int) -> tuple[int, int]:
    """The span of whole lines that an entry of a block mapping owns.

    From the line of its key (or of its `?`, looked for from `after` on) to the line its value ends on, and the
    comments below that are indented deeper than the key. Any other comment belongs to the next key.
    """
    question = explicit_key_start(text, entry, column, after)
    start = line_start(text, entry.key_start if question is None else question)
    end = last_line_end(text, entry)
    for line_begin, line_finish in _lines(text, end):
        line = text[line_begin:line_finish]
        stripped = line.lstrip(" \t")
        if stripped.startswith("#") and len(line) - len(stripped) > column:
            end = line_finish
        elif stripped.strip("\r\n"):
            break
    return start, end


def last_line_end(text: str, entry: Entry) -> int:
    """Where the line ends on which the value of an entry ends; a literal's trailing blank lines are left out."""
    written = text[entry.key_start : max(entry.value_end, entry.key_end)].rstrip(" \t\r\n")
    return line_end(text, entry.key_start + len(written))


def _lines(text: str, start: int) -> Iterator[tuple[int, int]]:
    while start < len(text):
        end = line_end(text, start)
        yield start, end
        start = end
