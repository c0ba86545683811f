"""Parse and format quantities; the only package that knows sizes of units and how people write numbers.

Internal units are grams of CO2eq for mass, kWh for energy, g/kWh for intensity, seconds for time.
`numerals` parses digits, `sizes` defines the units, `values` parses standalone amounts (options, front matter, files),
`amounts` finds amounts in text, `changes` converts numbers, `words` formats them.
"""

from __future__ import annotations

from .amounts import CO2, Amount, find_energies, find_masses, read_in
from .changes import (
    clock_to_s,
    emissions_g,
    g_to_kg,
    hours_to_s,
    joules_to_kwh,
    kg_per_kwh_to_g_per_kwh,
    kg_to_g,
    kwh_to_joules,
    lb_per_mwh_to_g_per_kwh,
    mean_power_w,
    power_to_kwh,
    s_to_hours,
    t_to_g,
)
from .numerals import english_number, last_digit_off
from .sizes import HOURS_PER, SCALES
from .values import (
    has_unit,
    read_duration_s,
    read_energy_kwh,
    read_intensity_g_per_kwh,
    read_mass_g,
    read_number,
)
from .words import (
    format_duration,
    format_energy,
    format_intensity,
    format_mass,
    format_power,
    mass_order,
    plain_decimal,
    round_significant,
)

__all__ = [
    "CO2",
    "HOURS_PER",
    "SCALES",
    "Amount",
    "clock_to_s",
    "emissions_g",
    "english_number",
    "find_energies",
    "find_masses",
    "format_duration",
    "format_energy",
    "format_intensity",
    "format_mass",
    "format_power",
    "g_to_kg",
    "has_unit",
    "hours_to_s",
    "joules_to_kwh",
    "kg_per_kwh_to_g_per_kwh",
    "kg_to_g",
    "kwh_to_joules",
    "last_digit_off",
    "lb_per_mwh_to_g_per_kwh",
    "mass_order",
    "mean_power_w",
    "plain_decimal",
    "power_to_kwh",
    "read_duration_s",
    "read_energy_kwh",
    "read_in",
    "read_intensity_g_per_kwh",
    "read_mass_g",
    "read_number",
    "round_significant",
    "s_to_hours",
    "t_to_g",
]
