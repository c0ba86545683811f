"""Facts that contradict each other: hours, or the energies of two methods."""

from __future__ import annotations

from collections.abc import Sequence

from .. import units
from ..facts.facts import Facts
from .distributions import Constant
from .energy_methods import EnergyMethod
from .result import Range

# Hours may be rounded to days, with or without waiting and reruns. A factor of two means another device count or
# another training; the limit is below it, by judgement.
_HOURS_APART = 1.5


def contradicting_hours(facts: Facts) -> str | None:
    """Message if wall hours and device hours contradict each other, else None."""
    wall, summed, count = facts.wall_hours, facts.device_hours, facts.count
    if wall is None or summed is None or count is None or 1 / _HOURS_APART <= summed / (wall * count) <= _HOURS_APART:
        return None
    return f"the facts contradict each other: {count} devices for {wall:g} h are not {summed:g} device hours"


def contradicting_energies(methods: Sequence[EnergyMethod], energies_kwh: Sequence[Range]) -> str | None:
    """Message if the ranges of two methods do not overlap, else None."""
    for index, (method, (low, _, high)) in enumerate(zip(methods, energies_kwh, strict=True)):
        for other, (other_low, _, other_high) in zip(methods[:index], energies_kwh[:index], strict=True):
            if any(
                factor.narrowed_by and isinstance(factor.distribution, Constant)
                for factor in (*method.factors, *other.factors)
            ):
                continue  # an assumed count of one contradicts nothing
            if low > other_high or other_low > high:
                return (
                    f"the facts contradict each other: {other.words} give {_span(other_low, other_high)}, and "
                    f"{method.words} give {_span(low, high)}"
                )
    return None


def _span(low_kwh: float, high_kwh: float) -> str:
    return f"{units.format_energy(low_kwh)} to {units.format_energy(high_kwh)}"
