"""ML CO2 Impact (Lacoste et al. 2019): power x hours x intensity, with the site's rounding.

The site rounds to two decimals at each step, so its figures are off by up to a few per cent. It has no device count or
utilisation, and does not apply the PUE in its data.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

from ... import units
from .calculation import Calculation, check_number

METHOD = "ml-co2-impact"
SOURCE = "ML CO2 Impact, mlco2.github.io/impact (Lacoste et al. 2019, arXiv:1910.09700)"

# Values of the site that differ from today's tables: W by our accelerator name, kg/kWh by provider and region. Its TPU
# power is a mean in use including the host's share (Patterson et al. 2021, arXiv:2104.10350), not a rating; its
# intensity of Taiwan is that of one hour on 2 July 2019 (electricityMap).
SITE_POWER_W = {"TPU v2": 221.0, "TPU v3": 283.0}
SITE_INTENSITY_KG_PER_KWH = {("gcp", "asia-east1"): 0.557}

_ROUNDED = "(rounded to two decimals, as the site does)"
_MOST = 1e12  # beyond any real input; products still keep two decimals
_DIGITS = Context(prec=100)


def ml_co2_impact(
    power_w: float, hours: float, intensity_kg_per_kwh: float, *, intensity_as_typed: bool = False
) -> Calculation:
    """Reproduce the site's result for one device.

    Args:
        power_w: power of the device in W.
        hours: hours of use; for several devices multiply the result, as users of the site do.
        intensity_kg_per_kwh: kg CO2eq per kWh.
        intensity_as_typed: the intensity is the user's own. The site rounds those of its table, but not those typed
            under "Private Infrastructure".

    Raises:
        UsageError: power or hours are not above 0, the intensity is negative, or a number is too large.
    """
    check_number("the power in W", power_w, high=_MOST, above=True)
    check_number("hours", hours, high=_MOST, above=True)
    check_number("the intensity in kg/kWh", intensity_kg_per_kwh, high=_MOST)
    energy_kwh = two_decimals(units.power_to_kwh(power_w, units.hours_to_s(hours)))
    intensity = intensity_kg_per_kwh if intensity_as_typed else two_decimals(intensity_kg_per_kwh)
    kg = two_decimals(energy_kwh * intensity)
    shown, taken = units.plain_decimal(energy_kwh), units.plain_decimal(intensity)
    steps = [f"{units.plain_decimal(power_w)} W x {units.plain_decimal(hours)} h = {shown} kWh {_ROUNDED}"]
    if intensity != intensity_kg_per_kwh:
        steps.append(f"{units.plain_decimal(intensity_kg_per_kwh)} kg/kWh becomes {taken} kg/kWh {_ROUNDED}")
    steps.append(f"{shown} kWh x {taken} kg/kWh = {units.plain_decimal(kg)} kg CO2eq {_ROUNDED}")
    steps.append("one device at that power all the time; no PUE")
    return Calculation(units.kg_to_g(kg), energy_kwh, tuple(steps), METHOD, SOURCE)


def two_decimals(x: float) -> float:
    """Round like JavaScript's `toFixed(2)`: on exact digits, half away from zero."""
    return float(Decimal(x).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP, context=_DIGITS))
