"""Factory of the rules `missing-source`, `-location`, `-hardware` and `-training-type`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..units import plain_decimal
from .misplaced_keys import stray_keys
from .rule import CardView, Rule, RuleMatch
from .unknown_key import meant_keys

_CARD = "---\nco2_eq_emissions:\n  emissions: 12.5\n{line}---\n"


def missing_key(rule_id: str, key: str, why: str, example: str, option: str) -> Rule:
    """Rule for a block with a figure but without `key`; `option` of `hf-emissions add` sets it."""
    return Rule(
        id=rule_id,
        severity="warning",
        looks_for=f"A block with a figure and without `{key}`.",
        why=why,
        fails=_CARD.format(line=""),
        passes=_CARD.format(line=f"  {key}: {example}\n"),
        look=_look_for(key, example, option),
        of="block",
    )


def _look_for(key: str, example: str, option: str) -> Callable[[CardView], Iterator[RuleMatch]]:
    def look(card: CardView) -> Iterator[RuleMatch]:
        if card.parsed is None or card.record is None or not card.record.emissions_g or card.parsed.block is None:
            return
        if getattr(card.record, key) is None and not _is_elsewhere(card, key):
            place = card.parsed.place(card.parsed.block.key_start)
            grams = f'--emissions "{plain_decimal(card.record.emissions_g)} g"'
            command = f'hf-emissions add {card.name} {grams} {option} "{example}"'
            yield RuleMatch(place, f"the block has no {key}; add yours, such as: {command}")

    return look


def _is_elsewhere(card: CardView, key: str) -> bool:
    """True if another rule reports the key as misspelt or outside the block."""
    return key in meant_keys(card) or any(entry.name == key for entry in stray_keys(card))
