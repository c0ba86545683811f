"""Rule: a number in quotes, or in a form that not every YAML parser reads as a number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..units import plain_decimal
from .finding import Fix
from .fix_edits import excerpt, new_value
from .rule import CardView, Rule, RuleMatch
from .values import UNITS, Value, is_octal_or_not

_DIGITS = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")


def _look(card: CardView) -> Iterator[RuleMatch]:
    for value in card.values_of("number-as-text"):
        message = f"{value.key} is {excerpt(value.written)}, {_why(value)}"
        fix, by_hand = _fix(card.text, value), f"write {value.key}: {_plain(value)}"
        yield RuleMatch(card.place(value.start), message, fix, by_hand)


def _why(value: Value) -> str:
    if is_octal_or_not(value):
        return "which is an octal number to some readers of YAML and a decimal one to others"
    if getattr(value.node, "style", None):
        return "a text in quotes and no number"
    return "which is a number to some readers of YAML and a text to others"


def _plain(value: Value) -> str:
    """The number as written if that is a plain decimal, so that no digit is lost."""
    text = value.written.strip()
    return text if _DIGITS.fullmatch(text) else plain_decimal(value.amount or 0.0)


def _fix(text: str, value: Value) -> Fix | None:
    if is_octal_or_not(value):
        return None
    edit = new_value(text, value, _plain(value))
    return None if edit is None else Fix(True, f"write the number {_plain(value)}", (edit,))


RULE = Rule(
    id="number-as-text",
    severity="warning",
    looks_for=f"A number ({', '.join(f'`{key}`' for key in UNITS)}) in quotes, or such as `1e-05`.",
    why="A program that sums or compares figures stops at a text, or skips it.",
    fails='---\nco2_eq_emissions:\n  emissions: "12.5"\n---\n',
    passes="---\nco2_eq_emissions:\n  emissions: 12.5\n---\n",
    look=_look,
    of="block",
)
