"""Judge a segment's readings: energy since its meter began, without impossible jumps, up to the training's end. Pure.

The seconds before the meter began are filled in from its first readings. Not from idle power: the training has begun,
only its meter has not.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .. import units
from .meter import Reading

INTERVAL_S = 15.0  # upper bound of what a kill loses
WATCH_S = 1.0  # how often the recorder looks whether a reading is due

# Upper bounds for the processors and the whole of any node: eight sockets of 500 W are 4 kW; an 8 x H100 node is rated
# 10.2 kW (arXiv 2506.14551), its successors 1.5 times that. A counter reset looks like a wrap and gives a jump of up to
# 260 kJ: 17 kW over the 15 s between two readings, which a bound ten times that of the processors would miss.
_MOST_CPU_W = 5_000.0
_MOST_NODE_W = 40_000.0

# Shortest time for a meaningful mean: NVIDIA's counters step every 0.02 to 0.1 s, the kernel counts load in steps of
# 0.01 s, CodeCarbon measures again after 0.05 s.
SHORTEST_S = 0.1
# A gap is filled with the mean power of the time just after. Initial power swings within a second (a batch is loaded,
# then computed), so even a shorter gap is filled from a whole second, if available.
LEAST_WINDOW_S = 1.0

FRESH_S = 0.05  # CodeCarbon repeats its figure within this time

# Texts for the card.
RESET = "a counter was reset while the training ran; what was drawn around that time is missing"
SKIPPED = "a counter of the processors could not be read; what they drew in that time is missing"
AFTERWARDS = (
    "the training ended before its meter could measure it; the figure is what the machine drew in the moments after, "
    "and may be far from what the training drew"
)


@dataclass(frozen=True, slots=True)
class RunningTotals:
    """Totals up to the last reading: energy in kWh, time in seconds, mean power in W since the reading before."""

    energy_kwh: float = 0.0
    duration_s: float = 0.0
    power_w: float = 0.0


@dataclass(frozen=True, slots=True)
class FilledGap:
    """Unmetered seconds, and the energy estimated for them."""

    seconds: float = 0.0
    energy: Reading = field(default_factory=Reading)

    def as_json(self) -> dict[str, object]:
        """JSON for a reading's ledger line; parsed by `runs`."""
        parts = {f"{name}_kwh": getattr(self.energy, f"{name}_kwh") for name in ("cpu", "gpu", "ram")}
        return {"s": round(self.seconds, 3), **parts}


class ReadingFilter:
    """The readings of one segment; times are seconds since its meter began.

    Attributes:
        late_s: how long the training had run by then.
        metered_s: time of the last reading.
        reading: energy up to it.
        filled: estimate for the time before the meter began.
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
        self._logged_s = 0.0  # time of the last reading in the ledger

    @property
    def totals(self) -> RunningTotals:
        """Totals since the training began, including what was filled in."""
        energy_kwh = self.reading.energy_kwh + self.filled.energy.energy_kwh
        return RunningTotals(energy_kwh, self.metered_s + self.filled.seconds, self.power_w)

    def is_due(self, now_s: float) -> bool:
        """True if a reading has to reach the ledger now.

        Every 15 seconds; and to fill in the first seconds as soon as a mean exists, so that a kill loses no more than
        without the gap, then when the mean settles.
        """
        if now_s - self._logged_s >= INTERVAL_S - WATCH_S:
            return True
        return not self.settled and now_s >= (window_s(self.late_s) if self.metered_s else SHORTEST_S)

    def accept(
        self, raw: Reading, at_s: float, *, reset: bool = False, skipped: bool = False, ended_s: float | None = None
    ) -> list[str]:
        """Add a reading, the last one if the training ended, at `ended_s`; return its problems, for the card."""
        problems = [] if self.take(raw, at_s, reset=reset) else [RESET]
        problems += [SKIPPED] if skipped else []
        if ended_s is not None:
            self.cut(ended_s)
            problems += [AFTERWARDS] if ended_s < SHORTEST_S else []
        return problems

    def as_line(self, now_s: float) -> dict[str, object]:
        self._logged_s = now_s
        return {
            "t_s": round(self.metered_s, 3),
            "cpu_kwh": self.reading.cpu_kwh,
            "gpu_kwh": self.reading.gpu_kwh,
            "ram_kwh": self.reading.ram_kwh,
            **({"filled": self.filled.as_json()} if self.filled.seconds else {}),
        }

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


def window_s(late_s: float) -> float:
    """Averaging window in seconds for filling a gap: the length of the gap, at least a second."""
    return max(late_s, LEAST_WINDOW_S)


def fill(seconds: float, reading: Reading, over_s: float) -> FilledGap:
    """Fill `seconds` at the mean power of a reading over `over_s`."""
    if seconds <= 0 or over_s <= 0:
        return FilledGap()
    share = seconds / over_s
    return FilledGap(seconds, Reading(reading.cpu_kwh * share, reading.gpu_kwh * share, reading.ram_kwh * share))
