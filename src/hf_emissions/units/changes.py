"""From one unit to another, and from energy to power and emissions and back."""

from __future__ import annotations

from ..errors import UnitError
from .sizes import UNITS, finite, quote, scaled


def kg_to_g(kg: float) -> float:
    """Grams of a mass in kilograms. Raises UnitError for what is not finite, as every change of unit does."""
    return scaled(kg, UNITS["kg"].size)


def g_to_kg(g: float) -> float:
    """Kilograms of a mass in grams."""
    return scaled(g, 1 / UNITS["kg"].size)


def t_to_g(t: float) -> float:
    """Grams of a mass in metric tonnes."""
    return scaled(t, UNITS["t"].size)


def kwh_to_joules(kwh: float) -> float:
    """Joules of an energy in kWh."""
    return scaled(kwh, 1 / UNITS["J"].size)


def joules_to_kwh(joules: float) -> float:
    """Energy in kWh of one in joules."""
    return scaled(joules, UNITS["J"].size)


def hours_to_s(hours: float) -> float:
    """Seconds of a time in hours."""
    return scaled(hours, UNITS["h"].size)


def s_to_hours(seconds: float) -> float:
    """Hours of a time in seconds."""
    return scaled(seconds, 1 / UNITS["h"].size)


def kg_per_kwh_to_g_per_kwh(kg_per_kwh: float) -> float:
    """Intensity in g/kWh of one in kg/kWh."""
    return scaled(kg_per_kwh, UNITS["kg"].size)


def lb_per_mwh_to_g_per_kwh(lb_per_mwh: float) -> float:
    """Intensity in g/kWh of one in lb/MWh, the unit of the US EPA's eGRID."""
    return scaled(lb_per_mwh, UNITS["lb"].size / UNITS["MWh"].size)


def power_to_kwh(power_w: float, duration_s: float) -> float:
    """Energy in kWh of a power in watts held for so many seconds. Raises UnitError if either is not finite."""
    return joules_to_kwh(finite(power_w) * finite(duration_s))


def mean_power_w(energy_kwh: float, duration_s: float) -> float:
    """Watts of an energy in kWh spent over so many seconds. Raises UnitError unless there is some time."""
    if not duration_s > 0:
        raise UnitError(f"{quote(duration_s)} s has no mean power: give a duration above 0")
    return kwh_to_joules(energy_kwh) / duration_s


def emissions_g(energy_kwh: float, intensity_g_per_kwh: float) -> float:
    """Grams of CO2eq of an energy in kWh at an intensity in g/kWh. Raises UnitError if not finite."""
    return finite(finite(energy_kwh) * finite(intensity_g_per_kwh))
