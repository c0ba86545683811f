"""Block values as YAML nodes: build from events, read without type resolution."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml
from yaml.events import CollectionEndEvent, Event, MappingStartEvent, ScalarEvent

from .block import KEY, BlockShapeError
from .events import marks_of, tag_of


def node_of(events: list[Event]) -> yaml.Node:
    """Build a node from alias-free events, without composing the rest of the card."""
    rest = iter(events)
    return _node(next(rest), rest)


def _node(event: Event, rest: Iterator[Event]) -> yaml.Node:
    if isinstance(event, ScalarEvent):
        return yaml.ScalarNode(tag_of(event), event.value, *marks_of(event), event.style)
    children, (begin, _) = _children(rest), marks_of(event)
    if isinstance(event, MappingStartEvent):
        entries = list(zip(children[::2], children[1::2], strict=True))
        return yaml.MappingNode("tag:yaml.org,2002:map", entries, begin)
    return yaml.SequenceNode("tag:yaml.org,2002:seq", children, begin)


def _children(rest: Iterator[Event]) -> list[yaml.Node]:
    nodes: list[yaml.Node] = []
    for event in rest:
        if isinstance(event, CollectionEndEvent):
            break
        nodes.append(_node(event, rest))
    return nodes


def pairs(node: yaml.Node | None) -> list[tuple[yaml.Node, yaml.Node]]:
    """Key and value nodes of a block: of its mapping, or of the mappings in its list."""
    if isinstance(node, yaml.MappingNode):
        return list(node.value)
    if isinstance(node, yaml.SequenceNode):
        return [pair for item in node.value if isinstance(item, yaml.MappingNode) for pair in item.value]
    return []


_KINDS = {"str": str, "int": float, "float": float, "bool": bool}
# Forms that YAML 1.1 and 1.2 read alike: no octal, no underscores, a point before an exponent, `true` but not `yes`.
_ALIKE: dict[type, re.Pattern[str]] = {
    float: re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+(?:[eE][-+][0-9]+)?)?\Z"),
    bool: re.compile(r"(?:true|false)\Z", re.IGNORECASE),
}


def is_plain_scalar(node: yaml.Node, kind: type) -> bool:
    """True if a node is a scalar of this type in a form that YAML readers agree on."""
    if not isinstance(node, yaml.ScalarNode) or _KINDS.get(node.tag.removeprefix("tag:yaml.org,2002:")) is not kind:
        return False
    return kind is str or _ALIKE[kind].match(node.value) is not None


# A block has about a dozen values. More come from multiplying or self-referencing aliases.
MAX_BLOCK_NODES = 500
MAX_BLOCK_DEPTH = 8


def as_written(node: yaml.Node) -> object:
    """Convert a block's value to None, strings, and mappings and lists of them.

    Raises:
        BlockShapeError: too many values or levels, or a duplicate key.
    """
    return _as_written(node, [])


def _as_written(node: yaml.Node, seen: list[yaml.Node], depth: int = 0) -> object:
    seen.append(node)
    if len(seen) > MAX_BLOCK_NODES or depth > MAX_BLOCK_DEPTH:
        raise BlockShapeError(f"{KEY} holds more than {MAX_BLOCK_NODES} values, or {MAX_BLOCK_DEPTH} levels of them")
    if isinstance(node, yaml.MappingNode):
        return _mapping_as_written(node, seen, depth)
    if isinstance(node, yaml.SequenceNode):
        return [_as_written(item, seen, depth + 1) for item in node.value]
    return None if node.tag == "tag:yaml.org,2002:null" else node.value


def _mapping_as_written(node: yaml.MappingNode, seen: list[yaml.Node], depth: int) -> dict[str, object]:
    merged = any(key.value == "<<" for key, _ in node.value)
    if merged:
        yaml.SafeLoader("").flatten_mapping(node)
    written: dict[str, object] = {}
    for key, value in node.value:
        if key.value in written and not merged:
            raise BlockShapeError(f"{key.value} stands in the block twice; keep one", key.value)
        written[str(key.value)] = _as_written(value, seen, depth + 1)
    return written
