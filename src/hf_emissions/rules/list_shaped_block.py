"""Rule: a block that is a list instead of a mapping."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import yaml

from ..card.front_matter import line_start
from ..card.parsed import ParsedCard
from ..errors import BlockError
from .finding import Fix, Replacement
from .rule import CardView, Rule, RuleMatch

_DASH = re.compile(r"[ ]*-[ ]+")


def block_list(card: ParsedCard | None) -> yaml.SequenceNode | None:
    """Sequence node of a list-shaped block; None if the block has another shape."""
    try:
        node = card.block_node if card is not None else None
    except BlockError:
        return None
    return node if isinstance(node, yaml.SequenceNode) and node.value else None


def _look(card: CardView) -> Iterator[RuleMatch]:
    node = block_list(card.parsed)
    if node is None or card.parsed is None or card.parsed.block is None:
        return
    message = "co2_eq_emissions is a list; programs look for `emissions` in a mapping"
    by_hand = "write keys and values without dashes or brackets, `emissions: 12.5` in grams"
    yield RuleMatch(card.place(card.parsed.block.value_start), message, _fix(card.parsed, node), by_hand)


def _fix(card: ParsedCard, node: yaml.SequenceNode) -> Fix | None:
    """Replace the dashes with spaces, so that the keys behind them form a mapping."""
    starts = [_key_start(item) for item in node.value]
    if node.flow_style or card.front_matter is None or None in starts or not _are_one(node):
        return None
    places = [card.front_matter.start + start for start in starts if start is not None]
    begins = [line_start(card.text, place) for place in places]
    heads = [card.text[begin:place] for begin, place in zip(begins, places, strict=True)]
    if len({len(head) for head in heads}) != 1 or not all(_DASH.fullmatch(head) for head in heads):
        return None
    edits = tuple(
        Replacement(begin + head.index("-"), begin + head.index("-") + 1, " ")
        for begin, head in zip(begins, heads, strict=True)
    )
    return Fix(True, "write the list as a mapping", edits)


def _key_start(item: yaml.Node) -> int | None:
    if not isinstance(item, yaml.MappingNode) or item.flow_style or not item.value:
        return None
    return int(item.value[0][0].start_mark.index)


def _are_one(node: yaml.SequenceNode) -> bool:
    """True if no key repeats and all offsets ascend, so that no item is an alias."""
    keys = [key for item in node.value for key, _ in item.value]
    places = [key.start_mark.index for key in keys]
    return len({key.value for key in keys}) == len(keys) and all(left < right for left, right in pairwise(places))


RULE = Rule(
    id="list-shaped-block",
    severity="error",
    looks_for="A `co2_eq_emissions` that is a list: `- emissions: 12.5`.",
    why="The Hub documents a mapping. Programs that ask it for `emissions` find nothing in a list, or stop.",
    fails="---\nco2_eq_emissions:\n- emissions: 12.5\n- source: CodeCarbon\n---\n",
    passes="---\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n---\n",
    look=_look,
    of="block",
)
