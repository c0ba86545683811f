"""Rule: a number in quotes, or in a form that not every YAML parser reads as a number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..card.parsed import ParsedCard
from ..units import plain_decimal
from .finding import Fix
from .fix_edits import new_value, shown, with_command
from .rule import CardView, Rule, RuleMatch
from .values import UNITS, Value, is_octal_or_not

_DIGITS = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")


def _look(card: CardView) -> Iterator[RuleMatch]:
    for value in card.values:
        if card.parsed is None or value.kind != "number-as-text":
            continue
        fix = _fix(card.parsed, value)
        why = _why(value)
        digits = f"{value.key}: {_plain(value)}"
        message = f"{value.key} is {shown(value.written)}, {why}"
        yield RuleMatch(
            card.parsed.place(value.start), with_command(card, RULE.id, message, fix, f"write {digits}"), fix
        )


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


def _fix(card: ParsedCard, value: Value) -> Fix | None:
    if is_octal_or_not(value):
        return None
    edit = new_value(card, value, _plain(value))
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
