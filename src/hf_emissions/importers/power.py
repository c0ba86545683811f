"""Check power and duration of a run against each other."""

from __future__ import annotations

from .. import units
from ..factors.accelerators import accelerators
from ..factors.find_accelerator import UnknownDeviceError
from ..facts.card_text import lowered
from ..facts.devices import devices
from .tracked import Tracked

# Maximum draw of a machine without accelerators: four sockets of 500 W, memory, disks, a facility's overhead.
_HOST_W = 3000.0
# Maximum node power per watt of its accelerators, times a facility's overhead; as in rules/plausible.py.
_ACCELERATOR_FACTOR = 1.82 * 2.0
# Tolerance of the duration that memory's energy implies at constant power: it detects tasks of half of the time, and
# accepts meters that start later than the clock.
_SAME_DURATION = 1.5


def duration_warning(run: Tracked) -> str | None:
    """Why the duration contradicts the energy, so that it is not written; None if plausible or not checkable."""
    if not run.energy.kwh or not run.duration_s or run.memory_s is None:
        return None
    if run.memory_s <= run.duration_s * _SAME_DURATION:
        return None
    return (
        f"{power_note(run)}, where memory drew its power for {units.format_duration(run.memory_s)}: the duration may"
        " be that of the last task alone, and is not written; the energy stands"
    )


def mean_w(run: Tracked) -> float:
    """Mean power in W of a run with known energy and duration."""
    return units.kwh_to_joules(run.energy.kwh or 0.0) / (run.duration_s or 1.0)


def power_note(run: Tracked) -> str:
    """Energy, duration and mean power as text."""
    energy, duration = units.format_energy(run.energy.kwh or 0.0), units.format_duration(run.duration_s or 0.0)
    return f"{energy} in {duration} are {mean_w(run):.3g} W"


def most_w(hardware: str | None) -> float:
    """Maximum power of the hardware in W; an unknown accelerator counts as the strongest known."""
    limit_w = _HOST_W
    for device in devices(hardware, lowered(hardware)) if hardware else ():
        try:
            rated_w = device.meant.power_high_w if device.meant else None
        except UnknownDeviceError:
            rated_w = None
        limit_w += (device.count or 1) * (rated_w or _strongest_w()) * _ACCELERATOR_FACTOR
    return limit_w


def _strongest_w() -> float:
    """Most of a device that a node can hold several of; a Cerebras is a machine by itself."""
    return max(one.power_w for one in accelerators() if one.vendor != "Cerebras")
