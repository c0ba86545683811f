"""What an audit says of a card in one word."""

from __future__ import annotations

from collections.abc import Sequence

from ..facts.metadata import is_copy
from ..rules.estimable_emissions import basis
from ..rules.finding import Finding
from ..rules.missing_emissions import has_no_figure
from ..rules.rule import CardView
from .schema import Status

# The rules that doubt the figure itself. Those about its form, and about what stands beside it, do not.
DOUBTS = frozenset(
    (
        "body-disagrees",
        "copied-from-base-model",
        "implausible-intensity",
        "inference-figure",
        "kilograms-as-grams",
        "market-based-zero",
        "modelled-memory-dominates",
        "negative-or-nan",
        "quebec-default",
    )
)
# A block in one of these shapes has a figure that a person can read and a program cannot.
MISSHAPEN = frozenset(("duplicate-key", "list-shaped-block", "not-a-number", "unit-in-value"))


def status_of(card: CardView, findings: Sequence[Finding]) -> Status:
    """The status of a card.

    unreadable: its front matter cannot be read, or its block has a shape that nobody can read.
    questionable: a figure is there that cannot be taken as it stands: a rule doubts it, or it stands outside the block.
    reported: the block has a figure that nothing speaks against.
    estimable: there is no figure, and enough is said for an estimate.
    missing: the rest.
    """
    rules = {finding.rule for finding in findings}
    if card.front_matter_error is not None:
        return "unreadable"
    if card.block_error is not None:
        return "questionable" if rules & (MISSHAPEN | DOUBTS) else "unreadable"
    if card.record is not None and card.record.emissions_g is not None:
        return "questionable" if rules & DOUBTS else "reported"
    if not has_no_figure(card) and "missing-emissions" not in rules:
        return "questionable" if "placeholder-value" not in rules else _without_figure(card)
    return _without_figure(card)


def _without_figure(card: CardView) -> Status:
    if is_copy(card.page):
        return "missing"
    facts = card.facts_of_emissions
    if facts.reported_g is not None:
        return "questionable"
    return "estimable" if basis(facts) is not None else "missing"
