"""Rule: a duplicate key in the front matter or in the block."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from ..card.block import KEY
from ..card.block_node import MAX_BLOCK_NODES
from ..card.entries import Entry, Mapping
from ..card.patch import span
from ..errors import BlockError
from .finding import Fix, Replacement
from .fix_edits import excerpt
from .rule import CardView, Rule, RuleMatch

# Maximum number of duplicates reported per mapping.
_MOST = 20


def repeated(mapping: Mapping | None) -> Iterator[tuple[Entry, Entry]]:
    """Pairs of first and repeated entry for each duplicate key; merge keys may repeat."""
    if mapping is None or len(mapping.names) == len(mapping.entries):
        return
    first: dict[str, Entry] = {}
    for entry in mapping.entries:
        if entry.name in first and entry.name != "<<":
            yield first[entry.name], entry
        first.setdefault(entry.name, entry)


def block_is_repeated(card: CardView) -> bool:
    """True if the block, or one of its keys, is duplicated."""
    root = repeated(card.parsed.root) if card.parsed is not None else ()
    return any(entry.name == KEY for _, entry in root) or any(repeated(own_mapping(card)))


def own_mapping(card: CardView) -> Mapping | None:
    """Mapping of the block; None if the block is not a single inline mapping, or is too large."""
    if card.parsed is None or KEY not in card.keys:
        return None
    try:
        block = card.parsed.block
        if block is None or block.last - block.first > 2 * MAX_BLOCK_NODES:
            return None  # too large to be hand-written; reported elsewhere
        return card.parsed.block_mapping
    except BlockError:
        return None


def _look(card: CardView) -> Iterator[RuleMatch]:
    root = card.parsed.root if card.parsed is not None else None
    for mapping in (root, own_mapping(card) if "block" in card.scopes else None):
        for first, entry in islice(repeated(mapping), _MOST):
            assert mapping is not None
            yield _match(card, mapping, first, entry)


def _match(card: CardView, mapping: Mapping, first: Entry, entry: Entry) -> RuleMatch:
    fix, says = None, "with another value, and which one counts differs between programs"
    if _written(card, first) == _written(card, entry):
        says = "with the same value"
        fix = Fix(True, f"take the second {entry.name} out", (Replacement(*span(card.text, mapping, entry), ""),))
    line, _ = card.place(first.key_start)
    message = f"{excerpt(entry.name)} stands on line {line} already, {says}"
    return RuleMatch(card.place(entry.key_start), message, fix, "keep one of the two")


def _written(card: CardView, entry: Entry) -> str:
    return card.text[entry.value_start : entry.value_end]


RULE = Rule(
    id="duplicate-key",
    severity="error",
    looks_for="A key that occurs twice in the front matter or in the block.",
    why="YAML forbids it. Some programs refuse the whole front matter, others silently keep the last of the two.",
    fails="---\nco2_eq_emissions:\n  emissions: 12.5\n  emissions: 14\n---\n",
    passes="---\nco2_eq_emissions:\n  emissions: 12.5\n---\n",
    look=_look,
)
