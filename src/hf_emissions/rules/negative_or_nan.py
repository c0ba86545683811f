"""Rule: a negative or non-finite amount (`.nan`, `inf`)."""

from __future__ import annotations

from collections.abc import Iterator

from .fix_edits import excerpt
from .rule import CardView, Rule, RuleMatch
from .values import UNITS

_WHY = {"emissions": "a training emits something, and what was offset belongs into the text"}


def _look(card: CardView) -> Iterator[RuleMatch]:
    for value in card.values_of("negative"):
        why = _WHY.get(value.key, "it must be a number, 0 or more")
        add = f"hf-emissions add {card.name} --emissions NUMBER_AND_UNIT --overwrite"
        mend = f"give the amount with: {add}" if value.key == "emissions" else "give the amount, or take the line out"
        yield RuleMatch(card.place(value.start), f"{value.key} is {excerpt(value.written)}: {why}; {mend}")


RULE = Rule(
    id="negative-or-nan",
    severity="error",
    looks_for=f"A value of {', '.join(f'`{key}`' for key in UNITS)} below 0, or no amount (`.nan`, `.inf`).",
    why="One such value spoils every sum and average; and the Hub's own client reads -5 as 5.",
    fails="---\nco2_eq_emissions:\n  emissions: -5\n---\n",
    passes="---\nco2_eq_emissions:\n  emissions: 5\n---\n",
    look=_look,
    of="block",
)
