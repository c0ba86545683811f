"""Rule: a `training_type` other than the two that the Hub documents."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .finding import Fix, Replacement
from .fix_edits import excerpt, is_written_in_place
from .rule import CardView, Rule, RuleMatch
from .values import Value

KNOWN = ("pre-training", "fine-tuning")

_KNOWN = re.compile(r"\b(?:pre-training|fine-tuning)\b")
_MISSPELT = re.compile(r"\b(?:(?P<fine>fine[ _-]?tun(?:ing|ed|e))|pre[ _-]?train(?:ing|ed)?)\b", re.IGNORECASE)


def _look(card: CardView) -> Iterator[RuleMatch]:
    for value in card.values_of("fine"):
        if value.key == "training_type" and not _KNOWN.search(value.written):
            message = f"training_type is {excerpt(value.written)}; the Hub names two, {KNOWN[0]} and {KNOWN[1]}"
            by_hand = "write the one that it is nearest to, and the rest into the text of the card"
            yield RuleMatch(card.place(value.start), message, _fix(card.text, value), by_hand)


def _fix(text: str, value: Value) -> Fix | None:
    if not is_written_in_place(text, value):
        return None
    found = _MISSPELT.finditer(text, value.start, value.end)
    edits = tuple(Replacement(*match.span(), KNOWN[match["fine"] is not None]) for match in found)
    return Fix(True, f"write {' and '.join(dict.fromkeys(edit.new for edit in edits))}", edits) if edits else None


RULE = Rule(
    id="unknown-training-type",
    severity="info",
    looks_for="A `training_type` other than `pre-training` and `fine-tuning`, the two that the Hub names.",
    why="Pre-training and fine-tuning differ a thousandfold; figures are compared within these two groups.",
    fails="---\nco2_eq_emissions:\n  emissions: 12.5\n  training_type: finetuning\n---\n",
    passes="---\nco2_eq_emissions:\n  emissions: 12.5\n  training_type: fine-tuning\n---\n",
    look=_look,
    of="block",
)
