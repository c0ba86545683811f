"""Units: spellings and sizes.

Sizes: t, min, h, d and the prefixes are those of the SI Brochure (BIPM, 9th edition, tables 7 and 8), which makes
1 kWh = 1000 W x 3600 s = 3.6e6 J; the pound is 453.59237 g (international yard and pound agreement, 1959).
Conversions work on the decimal digits as written, in fractions, and round once: 0.1069 kg is 106.9 g.
"""

from __future__ import annotations

import math
from enum import Enum
from fractions import Fraction
from typing import NamedTuple

from ..errors import UnitError


class Dimension(Enum):
    """What a unit measures, with its name in messages."""

    PLAIN = "a plain number"
    MASS = "a mass"
    ENERGY = "an energy"
    INTENSITY = "an intensity"
    TIME = "a time"
    POWER = "a power"


class Unit(NamedTuple):
    dimension: Dimension
    size: Fraction  # in the internal unit of the dimension


PLAIN, MASS, ENERGY, INTENSITY, TIME, POWER = Dimension
PROPOSED = {  # units suggested in messages
    PLAIN: ("",),
    MASS: (" g", " kg"),
    ENERGY: (" kWh", " Wh"),
    INTENSITY: (" g/kWh", " kg/kWh"),
    TIME: (" h", " min"),
}
_SPELLINGS = (
    (MASS, "1/1000", "mg milligram milligrams"),
    (MASS, "1", "g gram grams gramme grammes"),
    (MASS, "1000", "kg kgs kilo kilos kilogram kilograms kilogramme kilogrammes"),
    (MASS, "1e6", "t tonne tonnes metricton metrictons metrictonne metrictonnes Mg megagram megagrams"),
    (MASS, "1e9", "kt kilotonne kilotonnes Gg gigagram gigagrams"),
    (MASS, "1e12", "Mt megatonne megatonnes Tg teragram teragrams"),
    (MASS, "453.59237", "lb lbs pound pounds"),
    (ENERGY, "1e-6", "mWh milliwatthour milliwatthours"),
    (ENERGY, "1/1000", "Wh watthour watthours"),
    (ENERGY, "1", "kWh kWhs kilowatthour kilowatthours"),
    (ENERGY, "1000", "MWh megawatthour megawatthours"),
    (ENERGY, "1e6", "GWh gigawatthour gigawatthours"),
    (ENERGY, "1e9", "TWh terawatthour terawatthours"),
    (ENERGY, "1/3600000000", "mJ millijoule millijoules"),
    (ENERGY, "1/3600000", "J joule joules"),
    (ENERGY, "1/3600", "kJ kilojoule kilojoules"),
    (ENERGY, "10/36", "MJ megajoule megajoules"),
    (ENERGY, "10000/36", "GJ gigajoule gigajoules"),
    (TIME, "1/1000", "ms millisecond milliseconds"),
    (TIME, "1", "s sec secs second seconds"),
    (TIME, "60", "min mins minute minutes"),
    (TIME, "3600", "h hr hrs hour hours"),
    (TIME, "86400", "d day days"),
    (TIME, "604800", "wk wks week weeks"),
    (POWER, "1/1000", "mW milliwatt milliwatts"),
    (POWER, "1", "W watt watts"),
    (POWER, "1000", "kW kilowatt kilowatts"),
    (POWER, "1e6", "MW megawatt megawatts"),
)
UNITS = {name: Unit(dimension, Fraction(size)) for dimension, size, names in _SPELLINGS for name in names.split()}
UNITS[""] = Unit(PLAIN, Fraction(1))
ANY_CASE = {name.lower(): unit for name, unit in UNITS.items()}
# In "1h 30m" the m can only be minutes.
PARTS_OF_TIME = {name: unit.size for name, unit in UNITS.items() if unit.dimension == TIME} | {"m": Fraction(60)}

# Of words and letters behind a number in English: `7b`, `1.5 million`.
_SCALE_WORDS = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
SCALES = {**_SCALE_WORDS, **{word[0]: size for word, size in _SCALE_WORDS.items() if size > 10**3}, "k": 10**3}
# Hours in each unit of time; a month is a twelfth of 365.25 days.
HOURS_PER = {name: float(UNITS[name].size / 3600) for name in ("second", "minute", "hour", "day", "week")} | {
    "month": 730.5
}

# Lower-case spellings of ambiguous size; an exact match in UNITS is accepted all the same.
TRAPS = {
    **dict.fromkeys(("ton", "tons"), ("is short, long or metric", '"t" for 1000 kg')),
    "mt": ("is a metric tonne or a megatonne by its case", '"t" or "Mt"'),
    "mg": ("is milli or mega by its case", '"mg", or "t" for 1000 kg'),
    "mwh": ("is milli or mega by its case", '"mWh" or "MWh"'),
    "mj": ("is milli or mega by its case", '"mJ" or "MJ"'),
    "ms": ("is milli or mega by its case", '"ms" or "s"'),
    "m": ("is minutes, months or metres", '"min"'),
    **dict.fromkeys(("month", "months", "year", "years"), ("has no fixed length", '"days"')),
    **dict.fromkeys(("gpuhour", "gpuhours"), ("counts devices as well as time", 'the time on the clock in "h"')),
}

LONGEST = 200  # maximum characters of a value; bounds every pattern
SHOWN = 60  # characters of a value quoted in an error


def nearest(number: Fraction | float) -> float:
    """Nearest float; infinity beyond the largest."""
    try:
        return float(number)
    except OverflowError:
        return math.inf


def finite(x: float) -> float:
    """Convert to float. Raises UnitError if not finite."""
    if not math.isfinite(nearest(x)):
        raise UnitError(f"{quote(x)} is not a finite number: write the amount, or leave it out where it is not known")
    return float(x)


def scaled(x: float, factor: Fraction) -> float:
    """Multiply by a factor, exactly on the decimal digits, and round once. Raises UnitError if not finite."""
    return finite(nearest(Fraction(repr(finite(x))) * factor))


def quote(value: object) -> str:
    """A value as shown in messages, short and harmless."""
    if isinstance(value, str):
        text = repr(value[:LONGEST])[1:-1]
        return f'"{text}"' if len(text) <= SHOWN else f'"{text[:SHOWN]}..."'
    if isinstance(value, int) and value.bit_length() > LONGEST:
        return f"a whole number of {value.bit_length()} bits"
    return repr(value) if value is None or isinstance(value, int | float) else f"a {type(value).__name__}"
