"""What a segment has metered: energy since its meter began, without what cannot have been drawn. Pure.

The seconds before the meter began are filled in beside it; see `filling`.
"""

from __future__ import annotations

from .. import units
from .filling import SHORTEST_S, FilledGap, fill, window_s
from .meter import Reading

# More than the processors, or the whole, of any node draw: eight sockets of 500 W are 4 kW, and an 8 x H100 node is
# rated 10.2 kW (arXiv 2506.14551), its successors half again as much. A counter that is reset looks like one that
# wrapped, and gives a jump of up to 260 kJ: 17 kW over the 15 s between two readings, so that ten times the limit of
# the processors would let it pass.
_MOST_CPU_W = 5_000.0
_MOST_NODE_W = 40_000.0

FRESH_S = 0.05  # CodeCarbon gives the same figure again when it is asked twice within this time


class Tally:
    """The readings of one segment, each taken over in turn.

    Attributes:
        late_s: how long the training had run when the meter began.
        metered_s: time of metering up to the last reading.
        reading: energy in that time.
        filled: what was filled in for the time before.
        settled: whether `filled` is the last word, because enough was metered.
        power_w: mean power since the reading before, the last one known where that is too short a time.
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
        self._before = 0.0, Reading()  # the last reading but one, and its time
        self._drawn = (0.0, 0.0)  # when and what was read when the power was worked out last: seconds, kWh

    @property
    def energy_kwh(self) -> float:
        """Energy of all components, with what was filled in."""
        return self.reading.energy_kwh + self.filled.energy.energy_kwh

    @property
    def duration_s(self) -> float:
        """Time since the training began, up to the last reading."""
        return self.metered_s + self.filled.seconds

    @property
    def wants_reading_at_s(self) -> float | None:
        """Time of metering at which a reading is due so that the first seconds are filled in; None where they are.

        As soon as there is a mean, so that a kill loses no more than it would without the gap; and when it is settled.
        """
        if self.settled:
            return None
        return window_s(self.late_s) if self.metered_s else SHORTEST_S

    def take(self, raw: Reading, at_s: float, *, reset: bool = False) -> bool:
        """Take a reading over that was measured `at_s` after the meter began; whether all of it can have been drawn."""
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
        """Leave out what was metered after the training's end, `ended_s` after the meter began, or before that.

        The last reading is taken a little later, on a busy machine much; between it and the one before power is taken
        to be even. Of a training that was over before the meter had begun all is filled in.
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
    """What of the energy since the last reading cannot have been drawn; None where all of it can."""
    span_s = max(elapsed_s, 1.0)  # two readings may come at once
    if min(_parts(jump)) < 0 or units.mean_power_w(jump.energy_kwh, span_s) > _MOST_NODE_W:
        return jump
    if reset or units.mean_power_w(jump.cpu_kwh, span_s) > _MOST_CPU_W:
        return Reading(cpu_kwh=jump.cpu_kwh)
    return None


def _parts(reading: Reading) -> tuple[float, float, float]:
    return reading.cpu_kwh, reading.gpu_kwh, reading.ram_kwh
