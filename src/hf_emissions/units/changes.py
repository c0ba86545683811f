"""Convert between units, and between energy, power and emissions."""

from __future__ import annotations

from ..errors import UnitError
from .sizes import UNITS, finite, quote, scaled


def kg_to_g(kg: float) -> float:
    """Convert kilograms to grams. Raises UnitError if not finite, as every conversion does."""
    return scaled(kg, UNITS["kg"].size)


def g_to_kg(g: float) -> float:
    """Convert grams to kilograms."""
    return scaled(g, 1 / UNITS["kg"].size)


def t_to_g(t: float) -> float:
    """Convert metric tonnes to grams."""
    return scaled(t, UNITS["t"].size)


def kwh_to_joules(kwh: float) -> float:
    """Convert kWh to joules."""
    return scaled(kwh, 1 / UNITS["J"].size)


def joules_to_kwh(joules: float) -> float:
    """Convert joules to kWh."""
    return scaled(joules, UNITS["J"].size)


def hours_to_s(hours: float) -> float:
    """Convert hours to seconds."""
    return scaled(hours, UNITS["h"].size)


def s_to_hours(seconds: float) -> float:
    """Convert seconds to hours."""
    return scaled(seconds, 1 / UNITS["h"].size)


def clock_to_s(hours: int, minutes: int, seconds: float = 0.0, *, days: int = 0) -> float:
    """Convert a time as a clock shows it, such as 1 day 5:12:33, to seconds."""
    return days * 86400 + hours * 3600 + minutes * 60 + seconds


def kg_per_kwh_to_g_per_kwh(kg_per_kwh: float) -> float:
    """Convert an intensity from kg/kWh to g/kWh."""
    return scaled(kg_per_kwh, UNITS["kg"].size)


def lb_per_mwh_to_g_per_kwh(lb_per_mwh: float) -> float:
    """Convert an intensity from lb/MWh, the unit of the US EPA's eGRID, to g/kWh."""
    return scaled(lb_per_mwh, UNITS["lb"].size / UNITS["MWh"].size)


def power_to_kwh(power_w: float, duration_s: float) -> float:
    """Energy in kWh of a power in W over a duration in seconds. Raises UnitError if either is not finite."""
    return joules_to_kwh(finite(power_w) * finite(duration_s))


def mean_power_w(energy_kwh: float, duration_s: float) -> float:
    """Mean power in W of an energy in kWh over a duration in seconds. UnitError unless the duration is above 0."""
    if not duration_s > 0:
        raise UnitError(f"{quote(duration_s)} s has no mean power: give a duration above 0")
    return kwh_to_joules(energy_kwh) / duration_s


def emissions_g(energy_kwh: float, intensity_g_per_kwh: float) -> float:
    """Emissions in grams of CO2eq of an energy in kWh at an intensity in g/kWh. Raises UnitError if not finite."""
    return finite(finite(energy_kwh) * finite(intensity_g_per_kwh))
