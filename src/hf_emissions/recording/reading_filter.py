"""Accumulate a segment's readings: energy since its meter began, without physically impossible jumps. Pure.

The seconds before the meter began are filled in separately; see `backfill`.
"""

from __future__ import annotations

from .. import units
from .backfill import SHORTEST_S, FilledGap, fill, window_s
from .meter import Reading

# Upper bounds for the processors and the whole of any node: eight sockets of 500 W are 4 kW; an 8 x H100 node is rated
# 10.2 kW (arXiv 2506.14551), its successors 1.5 times that. A counter reset looks like a wrap and gives a jump of up to
# 260 kJ: 17 kW over the 15 s between two readings, which a bound ten times that of the processors would miss.
_MOST_CPU_W = 5_000.0
_MOST_NODE_W = 40_000.0

FRESH_S = 0.05  # CodeCarbon repeats its figure within this time


class ReadingFilter:
    """Accumulator for the readings of one segment.

    Attributes:
        late_s: how long the training had run when the meter began.
        metered_s: metered time up to the last reading.
        reading: energy in that time.
        filled: estimate for the time before.
        settled: True if `filled` is final, because enough was metered.
        power_w: mean power since the previous reading; kept if that interval is too short.
    """

    def __init__(self, late_s: float = 0.0) -> None:
        self.late_s = late_s
        self.metered_s = 0.0
        self.reading = Reading()
        self.filled = FilledGap()
        self.settled = late_s <= 0
        self.power_w = 0.0
        self._raw = Reading()
        self._offset = Reading()
        self._before = 0.0, Reading()  # time and value of the previous reading
        self._drawn = (0.0, 0.0)  # time in s and energy in kWh at the last update of power_w

    @property
    def energy_kwh(self) -> float:
        """Energy of all components, in kWh, including the filled-in part."""
        return self.reading.energy_kwh + self.filled.energy.energy_kwh

    @property
    def duration_s(self) -> float:
        """Time since the training began, up to the last reading."""
        return self.metered_s + self.filled.seconds

    @property
    def wants_reading_at_s(self) -> float | None:
        """Metered time at which a reading is due to fill in the first seconds; None once settled.

        First as soon as a mean exists, so that a kill loses no more than without the gap; then when it settles.
        """
        if self.settled:
            return None
        return window_s(self.late_s) if self.metered_s else SHORTEST_S

    def take(self, raw: Reading, at_s: float, *, reset: bool = False) -> bool:
        """Add a reading measured `at_s` after the meter began; False if it contained an impossible jump."""
        jump = Reading(*(new - old for new, old in zip(_parts(raw), _parts(self._raw), strict=True)))
        wrong = _impossible(jump, at_s - self.metered_s, reset)
        if wrong is not None:
            self._offset = Reading(*(a + b for a, b in zip(_parts(self._offset), _parts(wrong), strict=True)))
        self._raw, self._before = raw, (self.metered_s, self.reading)
        self.reading = Reading(*(a - b for a, b in zip(_parts(raw), _parts(self._offset), strict=True)))
        self._work_power_out(at_s)
        self.metered_s = max(at_s, self.metered_s)
        if not self.settled:
            self.filled = fill(self.late_s, self.reading, self.metered_s)
            self.settled = self.metered_s >= window_s(self.late_s)
        return wrong is None

    def cut(self, ended_s: float) -> None:
        """Remove what was metered after the training's end, at `ended_s` since the meter began (negative: before).

        The last reading comes later than the end, on a busy machine much; energy is interpolated linearly between it
        and the previous one. A training that ended before its meter began is filled in entirely.
        """
        before_s, before = self._before
        if ended_s < 0:
            self.filled = fill(self.late_s + ended_s, self.reading, self.metered_s)
        within_s = min(max(ended_s, before_s), self.metered_s)
        if self.metered_s > before_s:
            share = (within_s - before_s) / (self.metered_s - before_s)
            last = (old + share * (new - old) for old, new in zip(_parts(before), _parts(self.reading), strict=True))
            self.metered_s, self.reading = within_s, Reading(*last)

    def _work_power_out(self, at_s: float) -> None:
        (before_s, before_kwh), energy_kwh = self._drawn, self.reading.energy_kwh
        if at_s - before_s >= FRESH_S and energy_kwh > before_kwh:
            self._drawn = at_s, energy_kwh
            self.power_w = units.mean_power_w(energy_kwh - before_kwh, at_s - before_s)


def _impossible(jump: Reading, elapsed_s: float, reset: bool) -> Reading | None:
    """Physically impossible part of the energy since the last reading; None if there is none."""
    span_s = max(elapsed_s, 1.0)  # readings may coincide
    if min(_parts(jump)) < 0 or units.mean_power_w(jump.energy_kwh, span_s) > _MOST_NODE_W:
        return jump
    if reset or units.mean_power_w(jump.cpu_kwh, span_s) > _MOST_CPU_W:
        return Reading(cpu_kwh=jump.cpu_kwh)
    return None


def _parts(reading: Reading) -> tuple[float, float, float]:
    return reading.cpu_kwh, reading.gpu_kwh, reading.ram_kwh
