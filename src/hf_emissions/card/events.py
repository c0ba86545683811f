"""The YAML of a front matter as a guarded list of parser events. Knows nothing of emissions.

Events, not nodes, because they carry exact places, cost 30 microseconds a card with libyaml, and leave aliases
unexpanded. Composing recurses in C and crashes the process on deep nesting, so depth is checked here first.
"""

from __future__ import annotations

import re
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    StreamEndEvent,
)

from ..errors import FrontMatterError
from .front_matter import position

# A PyYAML built without libyaml has only the slower one, which gives the same events.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Parser: Any = (
    getattr(yaml, "CParser", None) or getattr(yaml.cyaml, "CParser", None) if yaml.__with_libyaml__ else _Loader
)

MAX_DEPTH = 64
# A merge key can name an alias of merges: ten levels of ten make ten thousand million pairs.
MAX_MERGED_PAIRS = 10_000

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MERGE = "<<"
# Plain scalars that begin so may be numbers, dates or YAML's value key, which safe loading can fail to construct.
_MAY_FAIL = frozenset("0123456789+-.=")
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,300}(?:\.[0-9]{0,300})?\Z")


def parse_events(text: str, start: int, end: int) -> list[Event]:
    """The events of the YAML in `text[start:end]`, checked to be one document that safe loading accepts.

    Marks count from `start`.

    Raises:
        FrontMatterError: with line and column in `text`, for whatever safe loading would refuse, for several
            documents, and for nesting deeper than `MAX_DEPTH`.
    """
    source = text[start:end]
    unprintable = _UNPRINTABLE.search(source)
    if unprintable:
        code = f"U+{ord(unprintable[0]):04X}"
        raise _error(text, start + unprintable.start(), f"YAML does not allow the character {code}; remove it")
    try:
        events = _read(source)
        _check_documents(events)
        _check_values(source, events)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        index = min(mark.index, len(source)) if mark else 0
        raise _error(text, start + index, f"front matter cannot be read: {_reason(error)}") from None
    return events


def _error(text: str, index: int, reason: str) -> FrontMatterError:
    return FrontMatterError(reason, *position(text, index))


def _reason(error: yaml.MarkedYAMLError) -> str:
    parts = [part.strip() for part in (error.context, error.problem) if part]
    return ", ".join(parts) or "not YAML"


def _fail(event: Any, problem: str) -> None:
    raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)


def place_of(event: Any) -> int:
    """Where an event begins, counted in characters from the start of the YAML."""
    return int(event.start_mark.index)


def place_of_end(event: Any) -> int:
    """Where an event ends, counted in characters from the start of the YAML."""
    return int(event.end_mark.index)


def _read(source: str) -> list[Event]:
    parser = _Parser(source)
    events: list[Event] = []
    depth = 0
    while True:
        event = parser.get_event()
        events.append(event)
        if isinstance(event, CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                _fail(event, f"more than {MAX_DEPTH} levels of nesting")
        elif isinstance(event, CollectionEndEvent):
            depth -= 1
        elif isinstance(event, StreamEndEvent):
            return events


def _check_documents(events: list[Event]) -> None:
    starts = [event for event in events if isinstance(event, DocumentStartEvent)]
    if len(starts) > 1:
        _fail(starts[1], "a second YAML document begins inside the front matter")


def _check_values(source: str, events: list[Event]) -> None:
    _check_aliases(events)
    for event in events:
        if _may_fail(event):
            _check_scalar(event)
    for key in non_scalar_keys(events):
        _fail(key, "a key that is not a single value")
    if any(getattr(event, "tag", None) is not None or _is_merge(event) for event in events):
        _check_by_loading(source)


def _check_aliases(events: list[Event]) -> None:
    anchors: set[str] = set()
    for event in events:
        anchor = getattr(event, "anchor", None)
        if anchor is None:
            continue
        if isinstance(event, AliasEvent):
            if anchor not in anchors:
                _fail(event, f"the alias *{anchor} is not defined")
        elif anchor in anchors:
            _fail(event, f"the anchor &{anchor} is set twice")
        else:
            anchors.add(anchor)


def _may_fail(event: Event) -> bool:
    if not isinstance(event, ScalarEvent) or event.value[:1] not in _MAY_FAIL or not event.implicit[0]:
        return False
    return _PLAIN_NUMBER.match(event.value) is None


def _is_merge(event: Event) -> bool:
    return isinstance(event, ScalarEvent) and event.value == _MERGE and bool(event.implicit[0])


def non_scalar_keys(events: list[Event]) -> list[Event]:
    """The first events of those mapping keys that are collections (safe loading calls them unhashable)."""
    found: list[Event] = []
    # Per open collection: is it a mapping, and is its next node a key?
    stack: list[list[bool]] = []
    for event in events:
        if isinstance(event, CollectionEndEvent):
            stack.pop()
        elif isinstance(event, (ScalarEvent, AliasEvent, CollectionStartEvent)):
            if stack and stack[-1][0]:
                if stack[-1][1] and isinstance(event, CollectionStartEvent):
                    found.append(event)
                stack[-1][1] = not stack[-1][1]
            if isinstance(event, CollectionStartEvent):
                stack.append([isinstance(event, MappingStartEvent), True])
    return found


class _Scalars(yaml.SafeLoader):
    """A safe loader without a text, to resolve and construct single scalars."""

    def __init__(self) -> None:
        super().__init__("")


def _check_scalar(event: Any) -> None:
    loader: Any = _Scalars()
    tag = loader.resolve(yaml.ScalarNode, event.value, (True, False))
    _construct(loader, yaml.ScalarNode(tag, event.value, event.start_mark, event.end_mark))


def _construct(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    try:
        return loader.construct_document(node)
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        # What PyYAML's constructors raise when a value does not fit its tag.
        problem = str(error) if isinstance(error, ValueError) else "a value that does not fit its type"
        raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark) from None


def _check_by_loading(source: str) -> None:
    node = compose(source)
    if node is None:
        return
    pairs: dict[int, int] = {}
    _count_merged(node, pairs)
    if sum(pairs.values()) > MAX_MERGED_PAIRS:
        raise yaml.MarkedYAMLError(problem="merge keys that multiply too far", problem_mark=node.start_mark)
    _construct(_Scalars(), node)


def compose(source: str) -> yaml.Node | None:
    """The root node of YAML that `parse_events` has accepted."""
    node: yaml.Node | None = yaml.compose(source, Loader=_Loader)
    return node


def load(source: str) -> Any:
    """The data of YAML that `parse_events` has accepted."""
    return yaml.load(source, Loader=_Loader)  # noqa: S506 - a safe loader, with libyaml or without


def _count_merged(node: yaml.Node, pairs: dict[int, int]) -> int:
    """How many pairs merge keys bring into this node; `pairs` collects it for every node below, each once."""
    if id(node) in pairs or isinstance(node, yaml.ScalarNode):
        return pairs.get(id(node), 0)
    pairs[id(node)] = 0  # met again inside itself, a node brings nothing
    if isinstance(node, yaml.SequenceNode):
        pairs[id(node)] = sum(_count_merged(item, pairs) + _own_pairs(item) for item in node.value)
        return pairs[id(node)]
    merged = 0
    for key, value in node.value:
        below = _count_merged(value, pairs)
        merged += below + _own_pairs(value) if key.value == _MERGE else 0
    pairs[id(node)] = merged
    return merged


def _own_pairs(node: yaml.Node) -> int:
    return len(node.value) if isinstance(node, yaml.MappingNode) else 0
