"""Parse front matter into validated YAML events. Knows nothing of emissions.

Events rather than nodes: they have exact positions, take 30 microseconds per card with libyaml, and leave aliases
unexpanded. Composing recurses in C and crashes the process on deep nesting, so depth is checked here first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any, NamedTuple

import yaml
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from ..errors import FrontMatterError
from .front_matter import position
from .merges import check_merges

# Fallback for PyYAML without libyaml: slower, same events.
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Parser: Any = getattr(getattr(yaml, "cyaml", None), "CParser", _Loader)

_RESOLVER: Any = yaml.resolver.Resolver()

MAX_DEPTH = 64

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MERGE = "<<"
# Plain scalars with these first characters may be numbers, dates or YAML's value key, which safe loading can fail to
# construct; it never fails on the second pattern.
_MAY_FAIL = frozenset("0123456789+-.=")
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,300}(?:\.[0-9]{0,300})?\Z")


class Events(NamedTuple):
    """YAML events, and the indices of the root mapping's keys. Marks are relative to the start of the YAML."""

    events: list[Event]
    root_keys: list[int]


def parse_events(text: str, start: int, end: int) -> Events:
    """Parse `text[start:end]` and check that it is a single document that safe loading accepts.

    Raises:
        FrontMatterError: safe loading would fail, there are several documents, or nesting exceeds `MAX_DEPTH`; with
            line and column in `text`.
    """
    source = text[start:end]
    # Fast path for nearly all cards.
    plain = source.isascii() and source.replace("\n", "").isprintable()
    unprintable = None if plain else _UNPRINTABLE.search(source)
    if unprintable:
        code = f"U+{ord(unprintable[0]):04X}"
        raise _error(text, start + unprintable.start(), f"YAML does not allow the character {code}; remove it")
    try:
        reader = _Reader()
        events = reader.read(source)
        reader.check(source)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        index = min(mark.index, len(source)) if mark else 0
        raise _error(text, start + index, f"front matter cannot be read: {_reason(error)}") from None
    return Events(events, reader.root_keys)


def read_events(source: str) -> list[Event]:
    """Parse YAML into events, checking only its syntax.

    Raises:
        MarkedYAMLError: it is not well formed.
    """
    next_event = _Parser(source).get_event
    events = [next_event()]
    while type(events[-1]) is not StreamEndEvent:
        events.append(next_event())
    return events


def count_events(source: str) -> int:
    """Number of events in YAML; with libyaml, five times faster than reading them.

    Raises:
        MarkedYAMLError: it is not well formed.
    """
    parser = _Parser(source)
    return int(parser.raw_parse()) if hasattr(parser, "raw_parse") else len(read_events(source))


def place_of(event: Any) -> int:
    """Start of an event or node, in characters from the start of the YAML."""
    return int(event.start_mark.index)


def place_of_end(event: Any) -> int:
    """End of an event or node, in characters from the start of the YAML."""
    return int(event.end_mark.index)


def marks_of(event: Any) -> tuple[Any, Any]:
    """Start and end mark of an event, for a node that is made of it."""
    return event.start_mark, event.end_mark


def tag_of(event: ScalarEvent) -> str:
    """Tag of a scalar: its own, or the one that its value has in YAML 1.1."""
    return event.tag or str(_RESOLVER.resolve(yaml.ScalarNode, event.value, event.implicit))


# attrgetter for speed: comparing dominates the cost of verification.
_SAYS: dict[type, Callable[[Event], object]] = {
    ScalarEvent: attrgetter("value", "style", "implicit", "tag", "anchor"),
    MappingStartEvent: attrgetter("__class__", "flow_style", "implicit", "tag", "anchor"),
    SequenceStartEvent: attrgetter("__class__", "flow_style", "implicit", "tag", "anchor"),
    AliasEvent: attrgetter("__class__", "anchor"),
    MappingEndEvent: type,
    SequenceEndEvent: type,
}


def said(events: Iterable[Event]) -> list[object]:
    """What the events of entries say, without their positions: equal for the same YAML elsewhere."""
    return [_SAYS[type(event)](event) for event in events]


def compose(source: str) -> yaml.Node | None:
    """Return the root node of YAML that `parse_events` accepted."""
    node: yaml.Node | None = yaml.compose(source, Loader=_Loader)
    return node


def load(source: str) -> Mapping[object, object]:
    """Load YAML that `parse_events` accepted; empty if it is no mapping."""
    found = yaml.load(source, Loader=_Loader)  # noqa: S506 - a safe loader, with libyaml or without
    return found if isinstance(found, Mapping) else {}


def _error(text: str, index: int, reason: str) -> FrontMatterError:
    return FrontMatterError(reason, *position(text, index))


def _reason(error: yaml.MarkedYAMLError) -> str:
    if "maximum nesting depth" in (error.problem or ""):
        # libyaml has its own limit since 0.2.6, and hits it before ours applies.
        return f"more than {MAX_DEPTH} levels of nesting"
    parts = [part.strip() for part in (error.context, error.problem) if part]
    return ", ".join(parts) or "not YAML"


def _fail(event: Event, problem: str) -> None:
    raise yaml.MarkedYAMLError(problem=problem, problem_mark=marks_of(event)[0])


_SEQUENCE, _KEY, _VALUE = 0, 1, 2


class _Reader:
    """Single pass over the events that collects what safe loading may reject. This is the hot loop."""

    def __init__(self) -> None:
        self.root_keys: list[int] = []
        self._anchors: set[str | None] = set()
        self._documents = 0
        self._needs_loading = False
        self._doubtful: list[ScalarEvent] = []
        # Per open collection: _SEQUENCE, or the kind of a mapping's next node, _KEY or _VALUE.
        self._open: list[int] = []

    def read(self, source: str) -> list[Event]:
        """Return all events of the source."""
        events: list[Event] = []
        append, handler_of, stack, scalar = events.append, _HANDLERS.get, self._open, self._scalar
        # The parser returns None after the last event. An event is checked before the next is read: an old libyaml
        # takes ever longer for ever deeper nesting.
        for index, event in enumerate(iter(_Parser(source).get_event, None)):
            append(event)
            if type(event) is ScalarEvent:
                if stack and (state := stack[-1]):
                    # `_key_or_value`, inlined because most events reach it.
                    if state == _KEY and len(stack) == 1:
                        self.root_keys.append(index)
                    stack[-1] = _KEY + _VALUE - state
                value = event.value
                if event.anchor is not None or event.tag is not None or value[:1] in _MAY_FAIL or value == _MERGE:
                    scalar(event, value)
            elif (handler := handler_of(type(event))) is not None:
                handler(self, event, index)
        return events

    def _scalar(self, event: ScalarEvent, value: str) -> None:
        """A scalar that has an anchor or a tag, or is no plain text."""
        if event.anchor is not None:
            self._anchor(event)
        if event.tag is not None or (value == _MERGE and event.implicit[0]):
            self._needs_loading = True
        elif value and value[0] in _MAY_FAIL and event.implicit[0] and not _PLAIN_NUMBER.match(value):
            self._doubtful.append(event)

    def _key_or_value(self, stack: list[int], index: int) -> None:
        if stack == [_KEY]:
            self.root_keys.append(index)
        stack[-1] = _KEY + _VALUE - stack[-1]

    def _alias(self, event: AliasEvent, index: int) -> None:
        stack = self._open
        if stack and stack[-1]:
            self._key_or_value(stack, index)
        if event.anchor not in self._anchors:
            _fail(event, f"the alias *{event.anchor} is not defined")

    def _mapping(self, event: CollectionStartEvent, index: int) -> None:
        self._start(event, index, _KEY)

    def _sequence(self, event: CollectionStartEvent, index: int) -> None:
        self._start(event, index, _SEQUENCE)

    def _start(self, event: CollectionStartEvent, index: int, state: int) -> None:
        stack = self._open
        if stack and stack[-1]:
            if stack[-1] == _KEY:
                _fail(event, "a key that is not a single value")
            self._key_or_value(stack, index)
        stack.append(state)
        if len(stack) > MAX_DEPTH:
            _fail(event, f"more than {MAX_DEPTH} levels of nesting")
        if event.anchor is not None:
            self._anchor(event)
        if event.tag is not None:
            self._needs_loading = True

    def _end(self, _event: Event, _index: int) -> None:
        self._open.pop()

    def _anchor(self, event: NodeEvent) -> None:
        if event.anchor in self._anchors:
            _fail(event, f"the anchor &{event.anchor} is set twice")
        self._anchors.add(event.anchor)

    def _document(self, event: Event, _index: int) -> None:
        self._documents += 1
        if self._documents > 1:
            _fail(event, "a second YAML document begins inside the front matter")

    def check(self, source: str) -> None:
        """Construct what may fail: doubtful scalars, and the whole document if it has tags or merge keys."""
        for event in self._doubtful:
            _construct(yaml.ScalarNode(tag_of(event), event.value, *marks_of(event)))
        if self._needs_loading:
            node = compose(source)
            if node is not None:
                check_merges(node)
                _construct(node)


_HANDLERS: dict[type, Callable[[_Reader, Any, int], None]] = {
    AliasEvent: _Reader._alias,
    MappingStartEvent: _Reader._mapping,
    SequenceStartEvent: _Reader._sequence,
    MappingEndEvent: _Reader._end,
    SequenceEndEvent: _Reader._end,
    DocumentStartEvent: _Reader._document,
}


def _construct(node: yaml.Node) -> None:
    try:
        yaml.SafeLoader("").construct_document(node)
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        # PyYAML's constructors raise these when a value does not fit its tag.
        problem = str(error) if isinstance(error, ValueError) else "a value that does not fit its type"
        raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark) from None
