"""Parse values that are a single amount: options, front matter, cells and fields of files.

All callers share one convention: a point marks decimals, and a comma is accepted only where it must be grouping.
Anything else is rejected, with what to write instead.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from itertools import pairwise

from ..errors import UnitError
from .sizes import (
    ANY_CASE,
    ENERGY,
    INTENSITY,
    LONGEST,
    MASS,
    PARTS_OF_TIME,
    PLAIN,
    PROPOSED,
    TIME,
    TRAPS,
    UNITS,
    Dimension,
    Unit,
    finite,
    nearest,
    quote,
)


class _RefusalError(Exception):
    """Why a value is rejected, and what to write instead (if omitted, an example of the dimension)."""

    def __init__(self, why: str, instead: str | None = None) -> None:
        super().__init__(why)
        self.why, self.instead = why, instead


_LARGEST_EXPONENT = 999  # beyond any float, yet cheap to expand
_SIGNS = {"": 1, "+": 1, "-": -1, "\u2212": -1}
_BEYOND = "is beyond what a number can hold"
_CO2 = "CO\u2082"  # normalised CO2, so that its 2 is not read as a number

_WRITTEN_CO2 = re.compile(
    r"[ -]?\(?(?:of )?(?:eq\.? ?)?(?:carbon dioxide|co(?:<sub>2</sub>|~2~|\$?_?\{?2\}?\$?))"
    r"(?:[ -]?e(?:q(?:uiv(?:alents?)?)?)?\b\.?)?\)?(?: emissions\b)?",
    re.IGNORECASE,
)
# Blanks and apostrophes separate groups of three digits only; `1.e3` is a YAML number.
_NUMBER = re.compile(
    r"((?<![0-9.,_])[1-9][0-9]{0,2}(?:[ '\u2019][0-9]{3})+(?![0-9_])(?:[.,][0-9]+)*"
    r"|\.?[0-9](?:[0-9.,_]*(?:[0-9]|\.(?=[eE][+-]?[0-9])))?(?:[eE][+-]?[0-9]+)?)"
)
_UNMARKED = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")
_LATEX_BLANK = re.compile(r"(?<=[0-9])\\[,;: ](?=[0-9])")
# YAML integers in other bases, as in js-yaml 4.1 (lib/type/int.js), which the Hub reads cards with.
_OF_BASE = re.compile(r"([-+]?)0(?:x([0-9a-fA-F_]+)|o([0-7_]+)|b([01_]+))")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:(?:,[0-9]{3})+|(?:_[0-9]{3})+)(?:\.[0-9]+)?")
_CLOCK = re.compile(r"(?<![0-9:.,_])([0-9]+):([0-5][0-9]):([0-5][0-9](?:\.[0-9]+)?)$")
_PER = re.compile(r" *(?:/|\bper\b) *")
_GAP = re.compile(r"\b[ \u00b7-]+\b")  # as in watt-hour, metric tons, kW h


def read_mass_g(value: object, *, default_unit: str | None = None) -> float:
    """Parse a mass in grams; a bare number is in `default_unit`. Raises UnitError if ambiguous or invalid."""
    return _read(value, MASS, default_unit)


def read_energy_kwh(value: object, *, default_unit: str | None = None) -> float:
    """Parse an energy in kWh; a bare number is in `default_unit`. Raises UnitError, as `read_mass_g` does."""
    return _read(value, ENERGY, default_unit)


def read_intensity_g_per_kwh(value: object, *, default_unit: str | None = None) -> float:
    """Parse an intensity in g/kWh; a bare number is in `default_unit`. Raises UnitError, as `read_mass_g` does."""
    return _read(value, INTENSITY, default_unit)


def read_duration_s(value: object, *, default_unit: str | None = None) -> float:
    """Parse a time in seconds, also "4 days 9.5 hours" and "1:30:00". Raises UnitError, as `read_mass_g` does."""
    return _read(value, TIME, default_unit)


def read_number(value: object) -> float:
    """Parse a plain non-negative number without a unit. Raises UnitError otherwise."""
    return _read(value, PLAIN, "")


def has_unit(value: object) -> bool:
    """True if a word follows a number in this text as its unit, known or not; CO2 alone does not count."""
    try:
        behind = "".join(_NUMBER.split(_simplified(value))[2::2]) if isinstance(value, str) else ""
    except _RefusalError:
        return False
    return any(char.isalpha() for char in behind.replace(_CO2, ""))


def _read(value: object, wanted: Dimension, default_unit: str | None) -> float:
    try:
        return _rounded(_exact(value, wanted, default_unit))
    except _RefusalError as refusal:
        advice = refusal.instead or f"{wanted.value} such as {_example(wanted)}"
        raise UnitError(f"{quote(value)} {refusal.why}: write {advice}") from None


def _exact(value: object, wanted: Dimension, default_unit: str | None) -> Fraction:
    quantities = _quantities(value)
    if len(quantities) > 1:
        return _sum_of_times(quantities, wanted)
    [(amount, phrase)] = quantities
    if not phrase.replace(_CO2, "").strip():
        if default_unit is None:
            raise _RefusalError("has no unit", _example(wanted, f"{_rounded(amount):.15g}"))
        phrase = f"{_simplified(default_unit)} {phrase}"
    unit = _unit(phrase)
    if unit.dimension != wanted:
        raise _RefusalError(f"is {unit.dimension.value}, not {wanted.value}")
    return amount * unit.size


def _sum_of_times(quantities: list[tuple[Fraction, str]], wanted: Dimension) -> Fraction:
    """Sum of times such as "4 days 9.5 hours", each unit smaller than the one before it."""
    sizes = [PARTS_OF_TIME.get(phrase.lower().removesuffix(" and").strip(" ,"), 0) for _, phrase in quantities]
    if wanted != TIME or 0 in sizes or any(left <= right for left, right in pairwise(sizes)):
        raise _RefusalError("holds more than one number")
    return sum((amount * size for (amount, _), size in zip(quantities, sizes, strict=True)), Fraction())


def _quantities(value: object) -> list[tuple[Fraction, str]]:
    """Numbers of the value, each with the words that follow it."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _RefusalError("is neither a number nor text")
    if not isinstance(value, str):
        return [(Fraction(repr(finite(value))), "")]
    whole = _whole_of_base(value)
    if whole is not None:
        return [(Fraction(whole), "")]
    lead, *rest = _NUMBER.split(_simplified(value))
    if not rest:
        raise _RefusalError("has no number")
    if lead.strip() not in _SIGNS:
        raise _RefusalError("does not start with a number")
    numbers = [_SIGNS[lead.strip()] * _amount(written) for written in rest[::2]]
    return [(number, phrase.strip(" .,")) for number, phrase in zip(numbers, rest[1::2], strict=True)]


def _whole_of_base(text: str) -> int | None:
    """Value of `0x1F`, `0o17`, `0b11`; None for anything else."""
    found = _OF_BASE.fullmatch(text.strip()) if len(text) <= LONGEST else None
    if found is None:
        return None
    sign, *digits = found.groups()
    base, written = next((base, part) for base, part in zip((16, 8, 2), digits, strict=True) if part is not None)
    plain = written.replace("_", "")
    return _SIGNS[sign] * int(plain, base) if plain else None


def _simplified(text: str) -> str:
    """Normalise blanks and CO2, and write clock times as hours, minutes and seconds."""
    if len(text) > LONGEST:
        raise _RefusalError(f"is longer than {LONGEST} characters")
    text = _LATEX_BLANK.sub(" ", " ".join(text.split()).replace("\u2082", "2"))
    if any(char.isnumeric() and not char.isascii() for char in text):
        raise _RefusalError("has other digits than 0 to 9")
    text = _CLOCK.sub(r"\1 h \2 min \3 s", _WRITTEN_CO2.sub(f" {_CO2} ", text))
    if re.search("[0-9]:[0-9]", text):
        raise _RefusalError("could be hours and minutes or minutes and seconds", '"1:30:00" or "90 min"')
    return text


def _amount(written: str) -> Fraction:
    written = re.sub("[ '\u2019]", "", written)
    digits, _, exponent = written.lower().partition("e")
    if not _UNMARKED.fullmatch(digits):
        _check_marks(digits)
    if abs(int(exponent or "0")) > _LARGEST_EXPONENT:
        raise _RefusalError(_BEYOND)
    return Fraction(written.replace(",", "").replace("_", ""))


def _check_marks(digits: str) -> None:
    grouped = _GROUPED.fullmatch(digits)
    if digits.count(",") == 1 and "." not in digits:
        advice = f"{digits.replace(',', '')} or {digits.replace(',', '.')}" if grouped else digits.replace(",", ".")
        raise _RefusalError("has a comma that could mark thousands or decimals", f"the number as {advice}")
    if not grouped:
        mixed = "," in digits and "." in digits
        why = "mixes comma and point, either of which could be the decimal mark" if mixed else "is not one number"
        raise _RefusalError(why, "the number with one decimal point and no other mark, such as 1234.5")


def _unit(phrase: str) -> Unit:
    words = phrase.replace(_CO2, "").strip().removeprefix("in ")
    above, per, below = _GAP.sub("", _PER.sub("/", words)).partition("/")
    unit = _named(above)
    if _CO2 in phrase and unit.dimension != MASS:
        raise _RefusalError(f"is {unit.dimension.value}, not one of CO2")
    if not per:
        return unit
    divisor = _named(below)
    if (unit.dimension, divisor.dimension) != (MASS, ENERGY):
        raise _RefusalError(f"has the unknown unit {quote(phrase)}")
    return Unit(INTENSITY, unit.size / divisor.size)


def _named(spelling: str) -> Unit:
    folded = spelling.lower()
    if spelling not in UNITS and folded in TRAPS:
        why, advice = TRAPS[folded]
        raise _RefusalError(f"has the unit {quote(spelling)}, which {why}", advice)
    unit = UNITS.get(spelling) or ANY_CASE.get(folded)
    if unit is None:
        raise _RefusalError(f"has the unknown unit {quote(spelling)}")
    return unit


def _rounded(exact: Fraction) -> float:
    if exact < 0:
        raise _RefusalError("is negative", "0 or more")
    number = nearest(exact)
    if math.isinf(number) or (number == 0 and exact):
        raise _RefusalError(_BEYOND)
    return number


def _example(wanted: Dimension, number: str = "12.5") -> str:
    return " or ".join(f'"{number}{unit}"' for unit in PROPOSED[wanted])
