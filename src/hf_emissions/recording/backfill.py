"""Estimate the energy of the seconds before the meter began from its first readings. Pure.

Not from idle power: the training has begun, only its meter has not.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .meter import Reading

# Shortest time for a meaningful mean: NVIDIA's counters step every 0.02 to 0.1 s, the kernel counts load in steps of
# 0.01 s, CodeCarbon measures again after 0.05 s.
SHORTEST_S = 0.1
# A gap is filled with the mean power of the time just after. Initial power swings within a second (a batch is loaded,
# then computed), so even a shorter gap is filled from a whole second, if available.
LEAST_WINDOW_S = 1.0


@dataclass(frozen=True, slots=True)
class FilledGap:
    """Unmetered seconds, and the energy estimated for them."""

    seconds: float = 0.0
    energy: Reading = field(default_factory=Reading)

    def as_json(self) -> dict[str, object]:
        """JSON for a reading's ledger line; parsed by `runs`."""
        parts = {f"{name}_kwh": getattr(self.energy, f"{name}_kwh") for name in ("cpu", "gpu", "ram")}
        return {"s": round(self.seconds, 3), **parts}


def window_s(late_s: float) -> float:
    """Averaging window in seconds for filling a gap: the length of the gap, at least a second."""
    return max(late_s, LEAST_WINDOW_S)


def fill(seconds: float, reading: Reading, over_s: float) -> FilledGap:
    """Fill `seconds` at the mean power of a reading over `over_s`."""
    if seconds <= 0 or over_s <= 0:
        return FilledGap()
    share = seconds / over_s
    return FilledGap(seconds, Reading(reading.cpu_kwh * share, reading.gpu_kwh * share, reading.ram_kwh * share))
