"""Energy and emission bounds for given hardware and hours.

The bounds are deliberately wide: they exclude the impossible. Likely values are up to the estimator.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..factors.bounds import HIGHEST_OF_A_COUNTRY_G_PER_KWH, LOWEST_BUT_QUEBEC_G_PER_KWH, MOST_USUAL_PUE
from ..factors.find_accelerator import UnknownDeviceError, find_accelerator
from ..factors.hardware_name import HardwareName
from ..facts.facts import Facts
from ..terminal import one_line
from ..units import emissions_g, hours_to_s, power_to_kwh, s_to_hours

# The grids of the two bounds in grams, in words.
LEAST_GRID = f"at {LOWEST_BUT_QUEBEC_G_PER_KWH:g} g/kWh"
MOST_GRID = f"at {HIGHEST_OF_A_COUNTRY_G_PER_KWH:g} g/kWh"

# Mean over rated power of an accelerator: half of 0.40, the lowest measured over a whole run (369 trainings of image
# networks, del Rey et al. 2023, GAISSA).
LEAST_SHARE = 0.2
# Upper bound: a node of eight H100 is rated at 10.2 kW for 5.6 kW of accelerators (Newkirk et al. 2025), a desktop
# draws 200 to 300 W beside even a small one, and a data centre up to twice the power of its machines.
_MOST_SHARE = 1.82
_HOST_W = 300.0


@dataclass(frozen=True, slots=True)
class Allowed:
    """Energy bounds of a training by hardware and hours; `most_kwh` is None if the device count is unknown."""

    least_kwh: float
    most_kwh: float | None
    least_words: str
    most_words: str

    @property
    def least_g(self) -> float:
        """Lower bound in grams: least energy on the cleanest grid."""
        return emissions_g(self.least_kwh, LOWEST_BUT_QUEBEC_G_PER_KWH)

    @property
    def most_g(self) -> float | None:
        """Upper bound in grams: most energy on the dirtiest grid."""
        return None if self.most_kwh is None else emissions_g(self.most_kwh, HIGHEST_OF_A_COUNTRY_G_PER_KWH)


def allowed(facts: Facts) -> Allowed | None:
    """Bounds from the facts; None without hardware of known power, or without hours."""
    named, device_hours = named_device(facts), least_device_hours(facts)
    if named is None or device_hours is None or not named.power_is_published:
        return None
    seconds = hours_to_s(device_hours)
    least = power_to_kwh(LEAST_SHARE * named.power_low_w, seconds)
    most_w = (_MOST_SHARE * named.power_high_w + _HOST_W) * MOST_USUAL_PUE
    what = one_line(named.written)
    return Allowed(
        least,
        power_to_kwh(most_w, seconds) if _is_counted(facts) else None,
        f"{device_hours:.4g} hours of one {what} at a fifth of its {named.power_low_w:g} W are {least:.3g} kWh",
        f"{device_hours:.4g} hours of one {what} take {most_w:.4g} W at most, host and cooling included",
    )


def named_device(facts: Facts) -> HardwareName | None:
    """Device that the facts name; None if it is not in the table."""
    if facts.hardware is None:
        return None
    try:
        return find_accelerator(facts.hardware)
    except UnknownDeviceError:
        return None


def least_device_hours(facts: Facts) -> float | None:
    """Lower bound of device-hours: an unknown count is 1, and ambiguous hours count as they are."""
    if facts.device_hours is not None:
        return facts.device_hours
    if facts.hours is not None:
        return facts.hours
    runtime = s_to_hours(facts.train_runtime_s) if facts.train_runtime_s is not None else None
    wall = facts.wall_hours if facts.wall_hours is not None else runtime
    return None if wall is None else wall * (facts.count or 1)


def _is_counted(facts: Facts) -> bool:
    """True if the device-hours are exact rather than a lower bound."""
    return facts.device_hours is not None or (facts.hours is None and facts.count is not None)
