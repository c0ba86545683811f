"""Run all rules over one card."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..record import EmissionsRecord
from . import (
    block_outside_front_matter,
    body_disagrees,
    classroom_factors,
    copied_from_base_model,
    duplicate_key,
    estimable_emissions,
    implausible_intensity,
    inference_figure,
    kilograms_as_grams,
    list_shaped_block,
    market_based_zero,
    misplaced_keys,
    missing_emissions,
    missing_hardware,
    missing_location,
    missing_source,
    missing_training_type,
    modelled_memory_dominates,
    negative_or_nan,
    not_a_number,
    number_as_text,
    placeholder_value,
    quebec_default,
    unit_in_value,
    unknown_key,
    unknown_training_type,
    unreadable_block,
    unreadable_front_matter,
)
from .finding import Finding
from .rule import CardView, Rule, view

RULES: tuple[Rule, ...] = (
    unreadable_front_matter.RULE,
    duplicate_key.RULE,
    block_outside_front_matter.RULE,
    misplaced_keys.RULE,
    missing_emissions.RULE,
    estimable_emissions.RULE,
    missing_source.RULE,
    missing_location.RULE,
    missing_hardware.RULE,
    missing_training_type.RULE,
    unreadable_block.RULE,
    list_shaped_block.RULE,
    not_a_number.RULE,
    negative_or_nan.RULE,
    unit_in_value.RULE,
    number_as_text.RULE,
    placeholder_value.RULE,
    unknown_key.RULE,
    unknown_training_type.RULE,
    kilograms_as_grams.RULE,
    body_disagrees.RULE,
    implausible_intensity.RULE,
    copied_from_base_model.RULE,
    market_based_zero.RULE,
    inference_figure.RULE,
    modelled_memory_dominates.RULE,
    quebec_default.RULE,
    classroom_factors.RULE,
)


def check_card(
    text: str,
    *,
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    base: EmissionsRecord | None = None,
    name: str = "README.md",
) -> list[Finding]:
    """Findings of the rules in a card, in card order.

    Args:
        text: the whole card.
        select: ids of the rules to run; all when empty.
        ignore: ids of the rules to skip.
        base: record of the base model, for the rules that compare the two.
        name: name of the card in the commands that findings suggest.

    Raises:
        ValueError: an unknown rule id.
    """
    return findings_in(view(text, name, base), chosen_rules(select, ignore))


def findings_in(card: CardView, rules: Sequence[Rule] = RULES) -> list[Finding]:
    """Findings of the rules in a parsed card, in card order."""
    scopes = card.scopes
    findings: list[Finding] = []
    for rule in [rule for rule in rules if rule.of in scopes]:
        findings += rule.findings(card)
    return sorted(findings)


def chosen_rules(select: Collection[str] = (), ignore: Collection[str] = ()) -> Sequence[Rule]:
    """Selected rules; see `check_card`."""
    if not select and not ignore:
        return RULES
    known = {rule.id for rule in RULES}
    for rule_id in (*select, *ignore):
        if rule_id not in known:
            raise ValueError(f"there is no rule {rule_id!r}; the rules are {', '.join(sorted(known))}")
    return [rule for rule in RULES if (not select or rule.id in select) and rule.id not in ignore]
