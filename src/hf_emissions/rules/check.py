"""Run all rules over one card. A rule is a module of this package with a `RULE`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Collection, Sequence
from functools import cache

from ..record import EmissionsRecord
from .finding import SEVERITIES, Finding
from .rule import CardView, Rule, Scope, view


def _discovered(package: str) -> tuple[Rule, ...]:
    """Every `RULE` of a module in a package: the most severe first, then by id."""
    names = (module.name for module in pkgutil.iter_modules(importlib.import_module(package).__path__))
    modules = (importlib.import_module(f"{package}.{name}") for name in names)
    found = (getattr(module, "RULE", None) for module in modules)
    rules = [rule for rule in found if isinstance(rule, Rule)]
    return tuple(sorted(rules, key=lambda rule: (-SEVERITIES.index(rule.severity), rule.id)))


RULES = _discovered(__package__)


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
    findings: list[Finding] = []
    for rule in _all_of(card.scopes) if rules is RULES else rules:
        if rule.of in card.scopes:
            findings += rule.findings(card)
    return sorted(findings)


@cache
def _all_of(scopes: frozenset[Scope]) -> list[Rule]:
    """Rules for cards of these scopes: a card without a block has few."""
    return [rule for rule in RULES if rule.of in scopes]


def chosen_rules(select: Collection[str] = (), ignore: Collection[str] = ()) -> Sequence[Rule]:
    """Selected rules; see `check_card`."""
    if not select and not ignore:
        return RULES
    known = {rule.id for rule in RULES}
    for rule_id in (*select, *ignore):
        if rule_id not in known:
            raise ValueError(f"there is no rule {rule_id!r}; the rules are {', '.join(sorted(known))}")
    return [rule for rule in RULES if (not select or rule.id in select) and rule.id not in ignore]
