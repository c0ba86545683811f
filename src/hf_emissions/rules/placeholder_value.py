"""Rule: a placeholder value such as 0, TBD, "Not specified"."""

from __future__ import annotations

from collections.abc import Iterator

from ..card.patch import span
from . import market_based_zero
from .finding import Fix, Replacement
from .fix_edits import excerpt
from .rule import CardView, Rule, RuleMatch
from .values import Value


def _look(card: CardView) -> Iterator[RuleMatch]:
    for value in card.values_of("placeholder"):
        if value.amount == 0 and market_based_zero.RULE.findings(card):
            continue  # that rule explains the 0 better
        place, says = card.place(value.start), f"{value.key} is {excerpt(value.written)}"
        if value.key == "emissions":
            yield RuleMatch(place, f"{says}: {_of_no_figure(card, value)}")
        else:
            message = f"{says}, which says nothing; fill it in, or leave it out"
            yield RuleMatch(place, message, _fix(card, value), "a key without a value says as much")


def _of_no_figure(card: CardView, value: Value) -> str:
    what = "no training emits nothing, and the Hub takes 0 for none" if value.amount == 0 else "which is no figure"
    return (
        f"{what}; give it with: hf-emissions add {card.name} --emissions NUMBER_AND_UNIT --overwrite, "
        f"or take the block out with: hf-emissions remove {card.name}"
    )


def _fix(card: CardView, value: Value) -> Fix | None:
    """Remove the entry unless it is the only one of the block."""
    block = card.parsed.block_mapping if card.parsed is not None else None
    if block is None or len(block.entries) < 2:
        return None
    found = block.named(value.key)
    if len(found) != 1 or not found[0].key_start < value.start <= found[0].value_end:
        return None
    return Fix(False, f"take {value.key} out of the block", (Replacement(*span(card.text, block, found[0]), ""),))


RULE = Rule(
    id="placeholder-value",
    severity="warning",
    looks_for="A value of the block that says nothing: `emissions: 0`, `TBD`, `N/A`, `Not specified`, `[hardware]`.",
    why="Programs that count cards with a figure or a place take it for an answer. A missing key says "
    "honestly that the value is not known.",
    fails="---\nco2_eq_emissions:\n  emissions: 12.5\n  geographical_location: Not specified\n---\n",
    passes="---\nco2_eq_emissions:\n  emissions: 12.5\n  geographical_location: Quebec, Canada\n---\n",
    look=_look,
    of="block",
)
