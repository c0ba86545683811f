"""The seconds before the meter began, filled in from its first readings. Pure.

Not from what the machine draws when it is idle: the training has begun, only its meter has not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .meter import Reading

# A mean over less is none: NVIDIA's counters step every 0.02 to 0.1 s, the kernel counts load in steps of 0.01 s,
# CodeCarbon measures again after 0.05 s.
SHORTEST_S = 0.1
# What is filled in is about what the training drew just after; power at its beginning swings within a second (a batch
# is loaded, then computed), so that a gap of less is filled from a whole second where there is one.
LEAST_WINDOW_S = 1.0


@dataclass(frozen=True, slots=True)
class FilledGap:
    """So many seconds that were not metered, and the energy that was put in their place."""

    seconds: float = 0.0
    energy: Reading = field(default_factory=Reading)

    def as_json(self) -> dict[str, Any]:
        """For a reading's line in the ledger; `runs` reads it."""
        parts = {f"{name}_kwh": getattr(self.energy, f"{name}_kwh") for name in ("cpu", "gpu", "ram")}
        return {"s": round(self.seconds, 3), **parts}


def window_s(late_s: float) -> float:
    """Over how much of the metered time the mean is taken that fills a gap: as long as the gap, at least a second."""
    return max(late_s, LEAST_WINDOW_S)


def fill(seconds: float, reading: Reading, over_s: float) -> FilledGap:
    """`seconds` at the mean power of a reading that spans `over_s`."""
    if seconds <= 0 or over_s <= 0:
        return FilledGap()
    share = seconds / over_s
    return FilledGap(seconds, Reading(reading.cpu_kwh * share, reading.gpu_kwh * share, reading.ram_kwh * share))
