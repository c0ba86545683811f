"""All rules over one card."""

from __future__ import annotations

from collections.abc import Collection

from . import (
    missing_emissions,
    missing_hardware,
    missing_location,
    missing_source,
    missing_training_type,
    unreadable_block,
    unreadable_front_matter,
)
from .finding import Finding
from .rule import Rule, view

RULES: tuple[Rule, ...] = (
    unreadable_front_matter.RULE,
    unreadable_block.RULE,
    missing_emissions.RULE,
    missing_source.RULE,
    missing_location.RULE,
    missing_hardware.RULE,
    missing_training_type.RULE,
)


def check_card(
    text: str, *, select: Collection[str] = (), ignore: Collection[str] = (), name: str = "README.md"
) -> list[Finding]:
    """What the rules find in a card, in the order of the card.

    Args:
        text: the whole card.
        select: ids of the rules to run; all when empty.
        ignore: ids of rules to leave out.
        name: what the commands that findings advise call the card.

    Raises:
        ValueError: an id that no rule has.
    """
    chosen = chosen_rules(select, ignore)
    card = view(text, name)
    return sorted(finding for rule in chosen for finding in rule.findings(card))


def chosen_rules(select: Collection[str] = (), ignore: Collection[str] = ()) -> list[Rule]:
    """The rules with these ids; see `check_card`."""
    known = {rule.id for rule in RULES}
    for rule_id in (*select, *ignore):
        if rule_id not in known:
            raise ValueError(f"there is no rule {rule_id!r}; the rules are {', '.join(sorted(known))}")
    return [rule for rule in RULES if (not select or rule.id in select) and rule.id not in ignore]
