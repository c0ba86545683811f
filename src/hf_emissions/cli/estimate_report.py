"""Format an estimate for people."""

from __future__ import annotations

from .. import units
from ..estimation.result import Estimate


def estimate_lines(found: Estimate) -> list[str]:
    """Lines with the figure, its basis, the assumptions, and how to improve it."""
    lines = [estimate_figure(found)]
    if found.energy_kwh is not None:
        low, median, high = (units.format_energy(end) for end in found.energy_kwh)
        lines.append(f"Energy: {median} (90 % range: {low} to {high})" if low != high else f"Energy: {median}")
    lines.append(f"Tier {found.tier}: {found.rests_on}; {found.grid}")
    lines += [f"  - {words}" for words in found.assumptions]
    if found.facility_g is not None:
        low_g, high_g = (units.format_mass(end) for end in found.facility_g)
        lines.append(f"With the facility's cooling, PUE unknown: {low_g} to {high_g}")
    if found.embodied_g is not None:
        low_g, _, high_g = (units.format_mass(end) for end in found.embodied_g)
        lines.append(f"Making the hardware, not in the figure: {low_g} to {high_g}")
    if found.narrow_by is not None:
        lines.append(f"What would narrow the range most: {found.narrow_by}")
    return lines


def estimate_figure(found: Estimate) -> str:
    """Format the figure with its range, or why there is none."""
    if found.median_g is None:
        band = f" but an order of magnitude: {found.band} of CO2eq" if found.band else ""
        return f"No number{band} ({found.why_no_number})"
    if found.low_g is None or found.high_g is None:
        # As many digits as the calculator shows, for comparison.
        kg = units.round_significant(units.g_to_kg(found.median_g), 7)
        return f"{units.plain_decimal(kg)} kg CO2eq ({found.method}, no range)"
    figure = f"{units.format_mass(found.median_g)} CO2eq"
    return f"{figure} (90 % range: {units.format_mass(found.low_g)} to {units.format_mass(found.high_g)})"
