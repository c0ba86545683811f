"""A bound on YAML's merge keys: ten levels of ten make ten thousand million pairs."""

from __future__ import annotations

import yaml

MAX_MERGED_PAIRS = 10_000

_MERGE = "<<"


def check_merges(root: yaml.Node) -> None:
    """Refuse a document whose merge keys bring in more than `MAX_MERGED_PAIRS` pairs, all taken together.

    Raises:
        MarkedYAMLError: at the root.
    """
    pairs: dict[int, int] = {}
    _count(root, pairs)
    if sum(pairs.values()) > MAX_MERGED_PAIRS:
        raise yaml.MarkedYAMLError(problem="merge keys that multiply too far", problem_mark=root.start_mark)


def _count(node: yaml.Node, pairs: dict[int, int]) -> int:
    """How many pairs merge keys bring into this node; `pairs` collects it for every node below, each once."""
    if id(node) in pairs or isinstance(node, yaml.ScalarNode):
        return pairs.get(id(node), 0)
    pairs[id(node)] = 0  # met again inside itself, a node brings nothing
    if isinstance(node, yaml.SequenceNode):
        # Counted as if it were merged itself: it is, where it stands behind a merge key.
        brought = [_count(item, pairs) + _own_pairs(item) for item in node.value]
        pairs[id(node)] = sum(brought)
        return pairs[id(node)]
    merged = 0
    for key, value in node.value:
        below = _count(value, pairs)
        merged += below + _own_pairs(value) if key.value == _MERGE else 0
    pairs[id(node)] = merged
    return merged


def _own_pairs(node: yaml.Node) -> int:
    return len(node.value) if isinstance(node, yaml.MappingNode) else 0
