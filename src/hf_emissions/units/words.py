"""Format numbers and quantities for people, and as decimals for YAML."""

from __future__ import annotations

from decimal import Decimal

from .sizes import UNITS, finite, scaled

# With hours as the smallest unit from 3 days on, and days from 100 days on, a time is accurate to 1 % or better.
_DAYS_FROM_H = 72
_WHOLE_DAYS_FROM = 100


def plain_decimal(x: float) -> str:
    """Shortest decimal text that round-trips to this float; YAML 1.1 and 1.2 agree on it. UnitError if not finite."""
    text = format(Decimal(repr(finite(x) + 0.0)), "f")  # -0.0 + 0.0 is 0.0
    return text.rstrip("0").rstrip(".") if "." in text else text


def round_significant(x: float, digits: int = 3) -> float:
    """Round to `digits` significant digits, 1 or more; 0 stays 0. Raises UnitError if not finite."""
    return finite(float(f"{finite(x):.{digits - 1}e}"))


def mass_order(g: float) -> str:
    """Order of magnitude of a mass in grams, in words."""
    for unit, name in (("g", "less than a gram"), ("kg", "grams"), ("t", "kilograms"), ("kt", "tonnes")):
        if g < UNITS[unit].size:
            return name
    return "kilotonnes or more" if g < UNITS["Mt"].size else "megatonnes"


def format_mass(g: float) -> str:
    """Format a mass in grams, such as "1.23 kg". Raises UnitError if not finite, as all formatters do."""
    return _format(g, ("kt", "t", "kg", "g", "mg"))


def format_energy(kwh: float) -> str:
    """Format an energy in kWh, such as "370 Wh"."""
    return _format(kwh, ("GWh", "MWh", "kWh", "Wh", "mWh"))


def format_duration(s: float) -> str:
    """Format a time in seconds, such as "24 s", "1 h 12 min" or "12 days 4 h"."""
    if round_significant(s) < 60:
        return f"{plain_decimal(round_significant(s))} s"
    seconds, minutes, hours = (round(scaled(s, 1 / UNITS[unit].size)) for unit in ("s", "min", "h"))
    if seconds < 3600:
        return _in_two_units(seconds, 60, "min", "s")
    if minutes < _DAYS_FROM_H * 60 and minutes % (24 * 60):
        return _in_two_units(minutes, 60, "h", "min")
    if hours < _WHOLE_DAYS_FROM * 24:
        return _in_two_units(hours, 24, "day" if hours < 48 else "days", "h")
    return f"{plain_decimal(round_significant(scaled(s, 1 / UNITS['d'].size)))} days"


def _in_two_units(count: int, ratio: int, large: str, small: str) -> str:
    whole, rest = divmod(count, ratio)
    return f"{whole} {large} {rest} {small}" if rest else f"{whole} {large}"


def format_power(w: float) -> str:
    """Format a power in watts, such as "2.4 kW"."""
    return _format(w, ("MW", "kW", "W", "mW"))


def format_intensity(g_per_kwh: float) -> str:
    """Format an intensity in g/kWh, always in that unit, so that grids compare at a glance."""
    return f"{plain_decimal(round_significant(g_per_kwh))} g/kWh"


def _format(x: float, ladder: tuple[str, ...]) -> str:
    """Format in the largest unit whose rounded number reaches 1, else the smallest; 0 in the internal unit."""
    for unit in ladder:
        size = UNITS[unit].size
        number = round_significant(scaled(x, 1 / size))
        if abs(number) >= 1 or (number == 0 and size == 1):
            break
    return f"{plain_decimal(number)} {unit}"
