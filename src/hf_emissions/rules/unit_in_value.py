"""Rule: a number with its unit, in a field whose unit is fixed."""

from __future__ import annotations

from collections.abc import Iterator

from ..units import plain_decimal
from .finding import Fix
from .fix_edits import excerpt, new_value
from .rule import CardView, Rule, RuleMatch
from .values import UNITS, Value, leading_number


def _look(card: CardView) -> Iterator[RuleMatch]:
    for value in card.values_of("with-unit"):
        plain = plain_decimal(value.amount or 0.0)
        message = (
            f"{value.key} is {excerpt(value.written)}, a text where a number in {UNITS[value.key]} should be, {plain}"
            f"{_otherwise_read(value)}"
        )
        yield RuleMatch(card.place(value.start), message, _fix(card.text, value), "write that number")


def _otherwise_read(value: Value) -> str:
    read = leading_number(value.written)
    if value.key != "emissions" or read is None or read == value.amount:
        return ""
    return f" (the Hub's client takes the first digits, {plain_decimal(read)})"


def _fix(text: str, value: Value) -> Fix | None:
    plain = plain_decimal(value.amount or 0.0)
    edit = new_value(text, value, plain)
    if edit is None:
        return None
    # With the same leading number, every reader of the text gets the same value.
    same = leading_number(value.written) == value.amount
    return Fix(same, f"write the number {plain}, in {UNITS[value.key]}", (edit,))


RULE = Rule(
    id="unit-in-value",
    severity="warning",
    looks_for=f"A number ({', '.join(f'`{key}`' for key in UNITS)}) with its unit in the value.",
    why="The Hub defines grams; kWh, hours and GB are in wide use. Its own client takes the first digits of "
    "a text: `12 kg` counts as 12 grams. Other programs skip a text.",
    fails="---\nco2_eq_emissions:\n  emissions: 12 kg\n---\n",
    passes="---\nco2_eq_emissions:\n  emissions: 12000\n---\n",
    look=_look,
    of="block",
)
