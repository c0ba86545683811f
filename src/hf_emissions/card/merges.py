"""Limit YAML merge keys: ten levels of ten expand to ten billion pairs."""

from __future__ import annotations

import yaml

MAX_MERGED_PAIRS = 10_000

_MERGE = "<<"


def check_merges(root: yaml.Node) -> None:
    """Reject a document whose merge keys add more than `MAX_MERGED_PAIRS` pairs in total.

    Raises:
        MarkedYAMLError: too many pairs; marked at the root.
    """
    pairs: dict[int, int] = {}
    _count(root, pairs)
    if sum(pairs.values()) > MAX_MERGED_PAIRS:
        raise yaml.MarkedYAMLError(problem="merge keys that multiply too far", problem_mark=root.start_mark)


def _count(node: yaml.Node, pairs: dict[int, int]) -> int:
    """Number of pairs that merge keys add to this node; memoized in `pairs`, by node id."""
    if id(node) in pairs or isinstance(node, yaml.ScalarNode):
        return pairs.get(id(node), 0)
    pairs[id(node)] = 0  # a self-reference adds nothing
    if isinstance(node, yaml.SequenceNode):
        # Counted as if merged itself, as it is when it follows a merge key.
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
