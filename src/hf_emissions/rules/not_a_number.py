"""Rule: text in place of a number, from which none can be parsed."""

from __future__ import annotations

from collections.abc import Iterator

from .rule import CardView, Rule, RuleMatch
from .values import UNITS, leading_number


def _look(card: CardView) -> Iterator[RuleMatch]:
    for value in card.values_of("no-number"):
        digits = leading_number(value.written)
        taken = "" if digits is None else f" (a program that takes the first digits reads {digits:g})"
        wanted = f"hf-emissions add {card.name} --emissions NUMBER_AND_UNIT --overwrite"
        mend = f"give it with: {wanted}" if value.key == "emissions" else f"write a number in {UNITS[value.key]}"
        yield RuleMatch(card.place(value.start), f"{value.error}{taken}; {mend}")


RULE = Rule(
    id="not-a-number",
    severity="error",
    looks_for=f"A value of {', '.join(f'`{key}`' for key in UNITS)} that cannot be read as a number without guessing.",
    why=(
        "Programs that filter models by emissions stop at such a card, or read another number than was meant: "
        "`1,5` is 1 to some, 15 to others."
    ),
    fails="---\nco2_eq_emissions:\n  emissions: see the paper\n---\n",
    passes="---\nco2_eq_emissions:\n  emissions: 12.5\n---\n",
    look=_look,
    of="block",
)
