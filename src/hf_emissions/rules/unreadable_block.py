"""Rule: an unparsable block whose cause no other rule reports."""

from __future__ import annotations

from collections.abc import Iterator

from .duplicate_key import block_is_repeated
from .list_shaped_block import block_list
from .rule import CardView, Rule, RuleMatch


def _look(card: CardView) -> Iterator[RuleMatch]:
    error = card.block_error
    if error and not _is_named(card):
        yield RuleMatch((error.line, error.column), error.reason)


def _is_named(card: CardView) -> bool:
    """True if another rule reports why the block is unreadable."""
    if card.parsed is None:
        return False
    values = any(value.error for value in card.values)
    return values or block_list(card.parsed) is not None or block_is_repeated(card)


RULE = Rule(
    id="unreadable-block",
    severity="error",
    looks_for="A `co2_eq_emissions` block from a merge key, or with a list or mapping where one value should be.",
    why="Programs that filter models by emissions stop at such a card, or read another number than was meant.",
    fails="---\nco2_eq_emissions:\n  emissions: {value: 12.5}\n---\n",
    passes="---\nco2_eq_emissions:\n  emissions: 12.5\n---\n",
    look=_look,
    of="block",
)
