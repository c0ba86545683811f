"""Types of option values: text, paths and quantities."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from .. import units
from ..errors import UnitError, UsageError
from ..factors.bounds import pue_problem

Value = TypeVar("Value")


class OptionType(click.ParamType[Value]):
    """Option type with a parser.

    Empty values are rejected: an unset shell variable must not select the whole Hub or the current folder.
    """

    def __init__(self, name: str, parse: Callable[[str], Value]) -> None:
        self.name = name
        self.parse = parse

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Value:  # noqa: ARG002 - click's
        """Parse a value."""
        option = param.opts[0] if param else self.name
        if not value.strip():
            raise UsageError(f"{option} is empty; give it a value, or leave it out")
        try:
            return self.parse(value)
        except UnitError as error:
            raise UsageError(f"{option}: {error}") from None


def _positive(parse: Callable[[str], float]) -> Callable[[str], float]:
    def parse_positive(text: str) -> float:
        value = parse(text)
        if value <= 0:
            raise UnitError(f"{text!r} must be above zero")
        return value

    return parse_positive


def _seconds(text: str) -> float:
    return units.read_duration_s(text, default_unit="h")


def _count(text: str) -> int:
    number = units.read_number(text)
    if number != int(number):
        raise UnitError(f"{text} is no whole number")
    if number <= 0:
        raise UnitError(f"{text!r} must be above zero")
    return int(number)


# G as in giga, as tokens are counted by some; the words first, which end in letters too.
_SUFFIXES = units.SCALES | {"g": 10**9}


def _large_number(text: str) -> float:
    stripped = text.strip()
    for suffix, factor in _SUFFIXES.items():
        if stripped.lower().endswith(suffix):
            return units.read_number(stripped[: -len(suffix)].strip()) * factor
    return units.read_number(stripped)


def _pue(text: str) -> float:
    number = units.read_number(text)
    if problem := pue_problem(number):
        raise UsageError(f"--pue {problem}")
    return number


TEXT = OptionType("text", str.strip)
PATH = OptionType("path", Path)
MASS_G = OptionType("mass", units.read_mass_g)
ENERGY_KWH = OptionType("energy", units.read_energy_kwh)
DURATION_S = OptionType("duration", _seconds)
POSITIVE_ENERGY_KWH = OptionType("energy", _positive(units.read_energy_kwh))
POSITIVE_HOURS = OptionType("duration", _positive(lambda text: units.s_to_hours(_seconds(text))))
INTENSITY_G_PER_KWH = OptionType("intensity", _positive(units.read_intensity_g_per_kwh))
COUNT = OptionType("integer", _count)
NUMBER = OptionType("number", _positive(units.read_number))
LARGE_NUMBER = OptionType("number", _positive(_large_number))
PUE = OptionType("number", _pue)
