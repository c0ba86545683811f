"""Rule: a placeholder value such as 0, TBD, "Not specified"."""

from __future__ import annotations

from collections.abc import Iterator

from ..card.parsed import ParsedCard
from . import market_based_zero
from .finding import Fix, Replacement
from .fix_edits import shown, span, with_command
from .rule import CardView, Rule, RuleMatch
from .values import Value


def _look(card: CardView) -> Iterator[RuleMatch]:
    for value in card.values:
        if card.parsed is None or value.kind != "placeholder":
            continue
        if value.amount == 0 and market_based_zero.RULE.findings(card):
            continue  # that rule explains the 0 better
        yield RuleMatch(card.parsed.place(value.start), *_message(card, card.parsed, value))


def _message(card: CardView, parsed: ParsedCard, value: Value) -> tuple[str, Fix | None]:
    if value.key == "emissions":
        what = "no training emits nothing, and the Hub takes 0 for none" if value.amount == 0 else "which is no figure"
        mend = (
            f"give it with: hf-emissions add {card.name} --emissions NUMBER_AND_UNIT --overwrite, "
            f"or take the block out with: hf-emissions remove {card.name}"
        )
        return f"emissions is {shown(value.written)}: {what}; {mend}", None
    fix = _fix(parsed, value)
    message = f"{value.key} is {shown(value.written)}, which says nothing; fill it in, or leave it out"
    return with_command(card, RULE.id, message, fix, "a key without a value says as much"), fix


def _fix(card: ParsedCard, value: Value) -> Fix | None:
    """Remove the entry unless it is the only one of the block."""
    block = card.block_mapping
    if block is None or len(block.entries) < 2:
        return None
    found = block.named(value.key)
    if len(found) != 1 or not found[0].key_start < value.start <= found[0].value_end:
        return None
    return Fix(False, f"take {value.key} out of the block", (Replacement(*span(card, block, found[0]), ""),))


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
