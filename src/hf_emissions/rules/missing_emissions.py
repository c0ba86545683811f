"""Rule: a card without an emissions figure."""

from __future__ import annotations

from collections.abc import Iterator

from ..units import format_mass, plain_decimal
from .block_outside_front_matter import block_in_body
from .key_suggestions import meant_block
from .misplaced_keys import nested_block, stray_keys
from .rule import CardView, Rule, RuleMatch
from .unknown_key import meant_keys


def has_no_figure(card: CardView) -> bool:
    """True if a card has no figure and no other rule explains its absence."""
    if card.parsed is None:
        return False
    return "figure" not in card.scopes or _names_none(card)


def _names_none(card: CardView) -> bool:
    if card.block_error or (card.record and card.record.emissions_g is not None):
        return False
    if any(value.key == "emissions" and value.kind == "placeholder" for value in card.values):
        return False
    return not _is_elsewhere(card)


def _is_elsewhere(card: CardView) -> bool:
    return (
        any(entry.name == "emissions" for entry in stray_keys(card))
        or nested_block(card) is not None
        or meant_block(card.keys) is not None
        or block_in_body(card) is not None
        or "emissions" in meant_keys(card)
    )


def _look(card: CardView) -> Iterator[RuleMatch]:
    if not has_no_figure(card) or card.parsed is None:
        return
    place, what = (1, 1), "no co2_eq_emissions block"
    if card.parsed.block is not None:
        place, what = card.parsed.place(card.parsed.block.key_start), "the block has no figure under `emissions`"
    yield RuleMatch(place, f"{what}; {_advice(card)}")


def _advice(card: CardView) -> str:
    printed = card.facts_of_emissions.reported_g
    if printed is None or card.parsed is None:
        command = f'hf-emissions add {card.name} --emissions "12.5 g" --source ... --location ... --hardware ...'
        return f"add one with: {command}" if card.parsed and card.parsed.block is None else f"add it with: {command}"
    line = card.parsed.place(card.facts.places["reported_g"].start)[0]
    command = f'hf-emissions add {card.name} --emissions "{plain_decimal(printed)} g"'
    return f"the text gives {format_mass(printed)} on line {line}, so that: {command}"


RULE = Rule(
    id="missing-emissions",
    severity="warning",
    looks_for="A card without a `co2_eq_emissions` block, or with one that has no figure.",
    why="Nobody can compare or sum an unreported figure, and the Hub's filter for reported emissions leaves "
    "the model out.",
    fails="---\nlicense: mit\n---\n# A model\n",
    passes="---\nlicense: mit\nco2_eq_emissions:\n  emissions: 12.5\n---\n# A model\n",
    look=_look,
)
