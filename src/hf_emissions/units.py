"""Quantities in and out of text; the only module that knows how large a unit is.

Inside the project a mass is in grams of CO2eq, an energy in kWh, an intensity in g/kWh, a time in seconds.
Sizes: t, min, h, d and the prefixes are those of the SI Brochure (BIPM, 9th edition, tables 7 and 8), which makes
1 kWh = 1000 W x 3600 s = 3.6e6 J; the pound is 453.59237 g (international yard and pound agreement, 1959).
A change of unit works on the decimal digits as written, in fractions, and rounds once: 0.1069 kg is 106.9 g.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from .errors import UnitError


class _Unit(NamedTuple):
    dimension: str
    size: Fraction  # in the unit that the project keeps the dimension in


class _RefusalError(Exception):
    """Why a value cannot be read, and what to write instead (nothing: an example of what was wanted)."""


_PLAIN, _MASS, _ENERGY = "a plain number", "a mass", "an energy"
_INTENSITY, _TIME, _POWER = "an intensity", "a time", "a power"
_PROPOSED = {  # what a message tells people to write behind their number
    _PLAIN: ("",),
    _MASS: (" g", " kg"),
    _ENERGY: (" kWh", " Wh"),
    _INTENSITY: (" g/kWh", " kg/kWh"),
    _TIME: (" h", " min"),
}
_SPELLINGS = (
    (_MASS, "1/1000", "mg milligram milligrams"),
    (_MASS, "1", "g gram grams gramme grammes"),
    (_MASS, "1000", "kg kgs kilo kilos kilogram kilograms kilogramme kilogrammes"),
    (_MASS, "1e6", "t tonne tonnes metricton metrictons metrictonne metrictonnes Mg megagram megagrams"),
    (_MASS, "1e9", "kt kilotonne kilotonnes"),
    (_MASS, "453.59237", "lb lbs pound pounds"),
    (_ENERGY, "1e-6", "mWh milliwatthour milliwatthours"),
    (_ENERGY, "1/1000", "Wh watthour watthours"),
    (_ENERGY, "1", "kWh kWhs kilowatthour kilowatthours"),
    (_ENERGY, "1000", "MWh megawatthour megawatthours"),
    (_ENERGY, "1e6", "GWh gigawatthour gigawatthours"),
    (_ENERGY, "1/3600000000", "mJ millijoule millijoules"),
    (_ENERGY, "1/3600000", "J joule joules"),
    (_ENERGY, "1/3600", "kJ kilojoule kilojoules"),
    (_ENERGY, "10/36", "MJ megajoule megajoules"),
    (_TIME, "1/1000", "ms millisecond milliseconds"),
    (_TIME, "1", "s sec secs second seconds"),
    (_TIME, "60", "min mins minute minutes"),
    (_TIME, "3600", "h hr hrs hour hours"),
    (_TIME, "86400", "d day days"),
    (_TIME, "604800", "wk wks week weeks"),
    (_POWER, "1/1000", "mW milliwatt milliwatts"),
    (_POWER, "1", "W watt watts"),
    (_POWER, "1000", "kW kilowatt kilowatts"),
    (_POWER, "1e6", "MW megawatt megawatts"),
)
_UNITS = {name: _Unit(dimension, Fraction(size)) for dimension, size, names in _SPELLINGS for name in names.split()}
_UNITS[""] = _Unit(_PLAIN, Fraction(1))
_ANY_CASE = {name.lower(): unit for name, unit in _UNITS.items()}
# In "1h 30m" the m can only be minutes.
_PARTS_OF_TIME = {name: unit.size for name, unit in _UNITS.items() if unit.dimension == _TIME} | {"m": Fraction(60)}

# Spellings, in lower case, that leave the size open; what is in _UNITS exactly as written is read all the same.
_TRAPS = {
    **dict.fromkeys(("ton", "tons"), ("is short, long or metric", '"t" for 1000 kg')),
    "mt": ("is a metric tonne or a megatonne", '"t" or "kt"'),
    "mg": ("is milli or mega by its case", '"mg", or "t" for 1000 kg'),
    "mwh": ("is milli or mega by its case", '"mWh" or "MWh"'),
    "mj": ("is milli or mega by its case", '"mJ" or "MJ"'),
    "ms": ("is milli or mega by its case", '"ms" or "s"'),
    "m": ("is minutes, months or metres", '"min"'),
    **dict.fromkeys(("month", "months", "year", "years"), ("has no fixed length", '"days"')),
    **dict.fromkeys(("gpuhour", "gpuhours"), ("counts devices as well as time", 'the time on the clock in "h"')),
}

_LONGEST = 200  # characters of a value that are read at all; bounds every pattern below
_SHOWN = 60  # characters of a value that an error quotes
_LARGEST_EXPONENT = 999  # beyond any float, and no work to write out
_SIGNS = {"": 1, "+": 1, "-": -1, "\u2212": -1}
_BEYOND = "is beyond what a number can hold"
_CO2 = "CO\u2082"  # what every way to write CO2 is turned into, lest its 2 be taken for a number

_WRITTEN_CO2 = re.compile(
    r"[ -]?\(?(?:of )?(?:eq\.? ?)?(?:carbon dioxide|co(?:<sub>2</sub>|~2~|\$?_?\{?2\}?\$?))"
    r"(?:[ -]?e(?:q(?:uiv(?:alents?)?)?)?\b\.?)?\)?(?: emissions\b)?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(\.?[0-9](?:[0-9.,_]*[0-9])?(?:[eE][+-]?[0-9]+)?)")
_UNMARKED = re.compile(r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:(?:,[0-9]{3})+|(?:_[0-9]{3})+)(?:\.[0-9]+)?")
_CLOCK = re.compile(r"(?<![0-9:.,_])([0-9]+):([0-5][0-9]):([0-5][0-9](?:\.[0-9]+)?)$")
_PER = re.compile(r" *(?:/|\bper\b) *")
_GAP = re.compile(r"\b[ \u00b7-]+\b")  # as in watt-hour, metric tons, kW h


def read_mass_g(value: object, *, default_unit: str | None = None) -> float:
    """Grams of a mass; a bare number is in `default_unit`. Raises UnitError for all that takes guessing to read."""
    return _read(value, _MASS, default_unit)


def read_energy_kwh(value: object, *, default_unit: str | None = None) -> float:
    """Energy in kWh; a bare number is in `default_unit`. Raises UnitError, as `read_mass_g` does."""
    return _read(value, _ENERGY, default_unit)


def read_intensity_g_per_kwh(value: object, *, default_unit: str | None = None) -> float:
    """Intensity in g/kWh; a bare number is in `default_unit`. Raises UnitError, as `read_mass_g` does."""
    return _read(value, _INTENSITY, default_unit)


def read_duration_s(value: object, *, default_unit: str | None = None) -> float:
    """Seconds of a time, "4 days 9.5 hours" and "1:30:00" included. Raises UnitError, as `read_mass_g` does."""
    return _read(value, _TIME, default_unit)


def read_number(value: object) -> float:
    """A plain number from 0 up, without a unit. Raises UnitError for everything else."""
    return _read(value, _PLAIN, "")


def has_unit(value: object) -> bool:
    """Whether a number in this text has a word behind it that stands as its unit, known or not; CO2 alone is none."""
    try:
        behind = "".join(_NUMBER.split(_simplified(value))[2::2]) if isinstance(value, str) else ""
    except _RefusalError:
        return False
    return any(char.isalpha() for char in behind.replace(_CO2, ""))


def kg_to_g(kg: float) -> float:
    """Grams of a mass in kilograms. Raises UnitError for what is not finite, as every change of unit does."""
    return _scaled(kg, _UNITS["kg"].size)


def g_to_kg(g: float) -> float:
    """Kilograms of a mass in grams."""
    return _scaled(g, 1 / _UNITS["kg"].size)


def t_to_g(t: float) -> float:
    """Grams of a mass in metric tonnes."""
    return _scaled(t, _UNITS["t"].size)


def kwh_to_joules(kwh: float) -> float:
    """Joules of an energy in kWh."""
    return _scaled(kwh, 1 / _UNITS["J"].size)


def joules_to_kwh(joules: float) -> float:
    """Energy in kWh of one in joules."""
    return _scaled(joules, _UNITS["J"].size)


def hours_to_s(hours: float) -> float:
    """Seconds of a time in hours."""
    return _scaled(hours, _UNITS["h"].size)


def s_to_hours(seconds: float) -> float:
    """Hours of a time in seconds."""
    return _scaled(seconds, 1 / _UNITS["h"].size)


def kg_per_kwh_to_g_per_kwh(kg_per_kwh: float) -> float:
    """Intensity in g/kWh of one in kg/kWh."""
    return _scaled(kg_per_kwh, _UNITS["kg"].size)


def lb_per_mwh_to_g_per_kwh(lb_per_mwh: float) -> float:
    """Intensity in g/kWh of one in lb/MWh, the unit of the US EPA's eGRID."""
    return _scaled(lb_per_mwh, _UNITS["lb"].size / _UNITS["MWh"].size)


def power_to_kwh(power_w: float, duration_s: float) -> float:
    """Energy in kWh of a power in watts held for so many seconds. Raises UnitError if either is not finite."""
    return joules_to_kwh(_finite(power_w) * _finite(duration_s))


def mean_power_w(energy_kwh: float, duration_s: float) -> float:
    """Watts of an energy in kWh spent over so many seconds. Raises UnitError unless there is some time."""
    if not duration_s > 0:
        raise UnitError(f"{_quote(duration_s)} s has no mean power: give a duration above 0")
    return kwh_to_joules(energy_kwh) / duration_s


def emissions_g(energy_kwh: float, intensity_g_per_kwh: float) -> float:
    """Grams of CO2eq of an energy in kWh at an intensity in g/kWh. Raises UnitError if not finite."""
    return _finite(_finite(energy_kwh) * _finite(intensity_g_per_kwh))


def plain_decimal(x: float) -> str:
    """Shortest decimal text that gives back this float; YAML 1.1 and 1.2 read it alike. UnitError if not finite."""
    text = format(Decimal(repr(_finite(x))), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def round_significant(x: float, digits: int = 3) -> float:
    """The number to so many significant digits, 1 or more; 0 stays 0. Raises UnitError if not finite."""
    return _finite(float(f"{_finite(x):.{digits - 1}e}"))


def format_mass(g: float) -> str:
    """Text for people of a mass in grams, such as "1.23 kg". UnitError if not finite, as in all of these."""
    return _format(g, ("kt", "t", "kg", "g", "mg"))


def format_energy(kwh: float) -> str:
    """Text for people of an energy in kWh, such as "370 Wh"."""
    return _format(kwh, ("GWh", "MWh", "kWh", "Wh", "mWh"))


def format_duration(s: float) -> str:
    """Text for people of a time in seconds, such as "24 s", "1 h 12 min" or "12 days 4 h"."""
    if round_significant(s) < 60:
        return f"{plain_decimal(round_significant(s))} s"
    seconds, minutes, hours = (round(_scaled(s, 1 / _UNITS[unit].size)) for unit in ("s", "min", "h"))
    if seconds < 3600:
        return _in_two_units(seconds, 60, "min", "s")
    if minutes < _DAYS_FROM_H * 60 and minutes % (24 * 60):
        return _in_two_units(minutes, 60, "h", "min")
    if hours < _WHOLE_DAYS_FROM * 24:
        return _in_two_units(hours, 24, "day" if hours < 48 else "days", "h")
    return f"{plain_decimal(round_significant(_scaled(s, 1 / _UNITS['d'].size)))} days"


# With hours as the least unit from 3 days on, and none from 100 days on, a time is said to 1 % at least.
_DAYS_FROM_H = 72
_WHOLE_DAYS_FROM = 100


def _in_two_units(count: int, ratio: int, large: str, small: str) -> str:
    whole, rest = divmod(count, ratio)
    return f"{whole} {large} {rest} {small}" if rest else f"{whole} {large}"


def format_power(w: float) -> str:
    """Text for people of a power in watts, such as "2.4 kW"."""
    return _format(w, ("MW", "kW", "W", "mW"))


def format_intensity(g_per_kwh: float) -> str:
    """Text for people of an intensity in g/kWh, always in that unit, so that grids compare at a glance."""
    return f"{plain_decimal(round_significant(g_per_kwh))} g/kWh"


def _read(value: object, wanted: str, default_unit: str | None) -> float:
    try:
        return _rounded(_exact(value, wanted, default_unit))
    except _RefusalError as refusal:
        why, *instead = refusal.args
        advice = instead[0] if instead else f"{wanted} such as {_example(wanted)}"
        raise UnitError(f"{_quote(value)} {why}: write {advice}") from None


def _exact(value: object, wanted: str, default_unit: str | None) -> Fraction:
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
        raise _RefusalError(f"is {unit.dimension}, not {wanted}")
    return amount * unit.size


def _sum_of_times(quantities: list[tuple[Fraction, str]], wanted: str) -> Fraction:
    """Such as "4 days 9.5 hours": only times, each unit smaller than the one before it."""
    sizes = [_PARTS_OF_TIME.get(phrase.lower().removesuffix(" and").strip(" ,"), 0) for _, phrase in quantities]
    if wanted != _TIME or 0 in sizes or any(left <= right for left, right in pairwise(sizes)):
        raise _RefusalError("holds more than one number")
    return sum((amount * size for (amount, _), size in zip(quantities, sizes, strict=True)), Fraction())


def _quantities(value: object) -> list[tuple[Fraction, str]]:
    """Every number of the value, with the words that follow it."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _RefusalError("is neither a number nor text")
    if not isinstance(value, str):
        return [(Fraction(repr(_finite(value))), "")]
    lead, *rest = _NUMBER.split(_simplified(value))
    if not rest:
        raise _RefusalError("has no number")
    if lead.strip() not in _SIGNS:
        raise _RefusalError("does not start with a number")
    numbers = [_SIGNS[lead.strip()] * _amount(written) for written in rest[::2]]
    return [(number, phrase.strip(" .,")) for number, phrase in zip(numbers, rest[1::2], strict=True)]


def _simplified(text: str) -> str:
    """The text with single blanks, one way to write CO2, and a clock's hours, minutes and seconds in words."""
    if len(text) > _LONGEST:
        raise _RefusalError(f"is longer than {_LONGEST} characters")
    text = " ".join(text.split()).replace("\u2082", "2")
    if any(char.isnumeric() and not char.isascii() for char in text):
        raise _RefusalError("has other digits than 0 to 9")
    text = _CLOCK.sub(r"\1 h \2 min \3 s", _WRITTEN_CO2.sub(f" {_CO2} ", text))
    if re.search("[0-9]:[0-9]", text):
        raise _RefusalError("could be hours and minutes or minutes and seconds", '"1:30:00" or "90 min"')
    return text


def _amount(written: str) -> Fraction:
    digits, _, exponent = written.lower().partition("e")
    if not _UNMARKED.fullmatch(digits):
        _check_marks(digits)
    if abs(int(exponent or 0)) > _LARGEST_EXPONENT:
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


def _unit(phrase: str) -> _Unit:
    words = phrase.replace(_CO2, "").strip().removeprefix("in ")
    above, per, below = _GAP.sub("", _PER.sub("/", words)).partition("/")
    unit = _named(above)
    if _CO2 in phrase and unit.dimension != _MASS:
        raise _RefusalError(f"is {unit.dimension}, not one of CO2")
    if not per:
        return unit
    divisor = _named(below)
    if (unit.dimension, divisor.dimension) != (_MASS, _ENERGY):
        raise _RefusalError(f"has the unknown unit {_quote(phrase)}")
    return _Unit(_INTENSITY, unit.size / divisor.size)


def _named(spelling: str) -> _Unit:
    folded = spelling.lower()
    if spelling not in _UNITS and folded in _TRAPS:
        why, advice = _TRAPS[folded]
        raise _RefusalError(f"has the unit {_quote(spelling)}, which {why}", advice)
    unit = _UNITS.get(spelling) or _ANY_CASE.get(folded)
    if unit is None:
        raise _RefusalError(f"has the unknown unit {_quote(spelling)}")
    return unit


def _rounded(exact: Fraction) -> float:
    if exact < 0:
        raise _RefusalError("is negative", "0 or more")
    number = _nearest(exact)
    if math.isinf(number) or (number == 0 and exact):
        raise _RefusalError(_BEYOND)
    return number


def _nearest(number: Fraction | float) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf


def _finite(x: float) -> float:
    if not math.isfinite(_nearest(x)):
        raise UnitError(f"{_quote(x)} is not a finite number: write the amount, or leave it out where it is not known")
    return float(x)


def _scaled(x: float, factor: Fraction) -> float:
    return _finite(_nearest(Fraction(repr(_finite(x))) * factor))


def _format(x: float, ladder: tuple[str, ...]) -> str:
    """In the largest unit of the ladder in which the rounded number reaches 1, else in the smallest; 0 in ours."""
    for unit in ladder:
        size = _UNITS[unit].size
        number = round_significant(_scaled(x, 1 / size))
        if abs(number) >= 1 or (number == 0 and size == 1):
            break
    return f"{plain_decimal(number)} {unit}"


def _example(wanted: str, number: str = "12.5") -> str:
    return " or ".join(f'"{number}{unit}"' for unit in _PROPOSED[wanted])


def _quote(value: object) -> str:
    if isinstance(value, str):
        text = repr(value[:_LONGEST])[1:-1]
        return f'"{text}"' if len(text) <= _SHOWN else f'"{text[:_SHOWN]}..."'
    if isinstance(value, int) and value.bit_length() > _LONGEST:
        return f"a whole number of {value.bit_length()} bits"
    return repr(value) if value is None or isinstance(value, int | float) else f"a {type(value).__name__}"
