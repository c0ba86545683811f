"""One-line figures for the console."""

from __future__ import annotations

from .. import units
from ..record import EmissionsRecord
from .summary import Summary


def figure_in_words(summary: Summary) -> str:
    """Figure in one line: `71 mg CO2eq (187 mWh, 24 s, Germany 381 g/kWh, modelled)`."""
    record = summary.record
    if record is None:
        return "nothing was metered"
    details = ", ".join(_details(record))
    if record.emissions_g is not None:
        return f"{units.format_mass(record.emissions_g)} CO2eq ({details})"
    low, high = (units.format_mass(end) for end in summary.without_place_g or (0.0, 0.0))
    return f"between {low} and {high} CO2eq on any grid ({details}, place unknown)"


def _details(record: EmissionsRecord) -> list[str]:
    details = [] if record.energy_kwh is None else [units.format_energy(record.energy_kwh)]
    details += [] if record.duration_s is None else [units.format_duration(record.duration_s)]
    if record.intensity_g_per_kwh is not None:
        grid = units.format_intensity(record.intensity_g_per_kwh)
        details.append(f"{record.geographical_location} {grid}" if record.geographical_location else grid)
    return [*details, *([] if record.method == "unknown" else [record.method])]
