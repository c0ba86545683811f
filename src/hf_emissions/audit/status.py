"""Status of a card in an audit."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..facts.metadata import is_copy
from ..rules.estimable_emissions import basis
from ..rules.finding import Finding
from ..rules.missing_emissions import has_no_figure
from ..rules.rule import CardView
from ..rules.values import is_number_to_the_hub, leading_number
from .schema import Status

# Rules that doubt the figure itself, not its form or what stands beside it.
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
# Relative tolerance for equal figures.
_SAME = 1e-6


def status_of(card: CardView, findings: Sequence[Finding]) -> Status:
    """Classify a card.

    unreadable: the front matter cannot be parsed, or the block has a shape that nobody can read.
    questionable: there is a figure, but a rule doubts it, the Hub reads another number, or it stands outside the block.
    reported: the block has an undisputed figure.
    estimable: there is no figure, but enough facts for an estimate.
    missing: everything else.
    """
    rules = {finding.rule for finding in findings}
    if card.front_matter_error is not None:
        return "unreadable"
    if card.block_error is not None:
        # A person can still read what has a fix, or what a rule doubts, such as a value that is no mass.
        mendable = any(finding.fix for finding in findings if finding.line >= card.block_error.line)
        return "questionable" if mendable or rules & DOUBTS else "unreadable"
    if card.record is not None and card.record.emissions_g is not None:
        return "questionable" if rules & DOUBTS or _reads_otherwise(card, card.record.emissions_g) else "reported"
    if not has_no_figure(card) and "missing-emissions" not in rules:
        return "questionable" if "placeholder-value" not in rules else _without_figure(card)
    return _without_figure(card)


def _reads_otherwise(card: CardView, emissions_g: float) -> bool:
    """True if the Hub's client takes another number from a figure in words, such as 12 from `12 kg`."""
    listed = card.parsed is not None and isinstance(card.parsed.block_value, list)
    figure = None if listed else next((value for value in card.values if value.key == "emissions"), None)
    # The Hub passes on a number as a number, even where other YAML readers see text: `1.5e-3`, `.5`.
    if figure is None or is_number_to_the_hub(figure):
        return False
    read = leading_number(figure.written)
    return read is not None and not math.isclose(read, emissions_g, rel_tol=_SAME)


def _without_figure(card: CardView) -> Status:
    if is_copy(card.page):
        return "missing"
    facts = card.facts_of_emissions
    if facts.reported_g is not None:
        return "questionable"
    return "estimable" if basis(facts) is not None else "missing"
