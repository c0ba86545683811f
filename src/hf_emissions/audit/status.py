"""What an audit says of a card in one word."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from ..facts.metadata import is_copy
from ..rules.estimable_emissions import basis
from ..rules.finding import Finding
from ..rules.missing_emissions import has_no_figure
from ..rules.rule import CardView
from ..rules.values import is_number_to_the_hub
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
# The number that the Hub's own client takes from a figure that is written in words.
_NUMBER = re.compile(r"\d+\.\d+|\d+")
# Two figures are the same within this.
_SAME = 1e-6


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
        # What can be mended, or is no mass at all, can be read by a person.
        mendable = any(finding.fix for finding in findings if finding.line >= card.block_error.line)
        return "questionable" if mendable or rules & DOUBTS else "unreadable"
    if card.record is not None and card.record.emissions_g is not None:
        return "questionable" if rules & DOUBTS or _reads_otherwise(card, card.record.emissions_g) else "reported"
    if not has_no_figure(card) and "missing-emissions" not in rules:
        return "questionable" if "placeholder-value" not in rules else _without_figure(card)
    return _without_figure(card)


def _reads_otherwise(card: CardView, emissions_g: float) -> bool:
    """Whether the Hub's client takes another number from a figure in words, such as 12 from `12 kg`."""
    listed = card.parsed is not None and isinstance(card.parsed.block_value, list)
    figure = None if listed else next((value for value in card.values if value.key == "emissions"), None)
    # The Hub hands on a number as a number, also where other readers of YAML see a text: `1.5e-3`, `.5`.
    if figure is None or is_number_to_the_hub(figure):
        return False
    found = _NUMBER.search(figure.written)
    return found is not None and not math.isclose(float(found[0]), emissions_g, rel_tol=_SAME)


def _without_figure(card: CardView) -> Status:
    if is_copy(card.page):
        return "missing"
    facts = card.facts_of_emissions
    if facts.reported_g is not None:
        return "questionable"
    return "estimable" if basis(facts) is not None else "missing"
