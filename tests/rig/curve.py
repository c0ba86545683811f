"""A scripted power curve, and the counter of a processor package that it drives."""

from __future__ import annotations

import bisect
import errno
import random
from dataclasses import asdict, dataclass, field
from typing import Any

USUAL_RANGE_UJ = 262_143_328_850  # of many Intel processors: 262 kJ


@dataclass
class Counter:
    """A package counter: watts in steps over time, and the accidents that a real one has.

    Attributes:
        points: (seconds since `t0`, watts), the first at 0; the last power holds for ever.
        t0: time at which the curve begins.
        start_uj: what the counter shows at `t0`.
        range_uj: the largest value before it wraps.
        resets: times at which it starts from 0 again, as after a suspend.
        unreadable: spans of time in which it cannot be read.
    """

    points: list[tuple[float, float]]
    t0: float
    start_uj: int = 1_000_000_000
    range_uj: int = USUAL_RANGE_UJ
    resets: list[float] = field(default_factory=list)
    unreadable: list[tuple[float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._times = [time for time, _ in self.points]
        self._joules = [0.0]
        for (begin, watts), (end, _) in zip(self.points, self.points[1:], strict=False):
            self._joules.append(self._joules[-1] + watts * (end - begin))

    def joules(self, now: float) -> float:
        """Energy drawn from `t0` to `now`."""
        since = now - self.t0
        if since <= 0:
            return 0.0
        index = bisect.bisect_right(self._times, since) - 1
        return self._joules[index] + self.points[index][1] * (since - self._times[index])

    def between(self, begin: float, end: float) -> float:
        """Joules drawn between two times."""
        return self.joules(end) - self.joules(begin)

    def text(self, now: float) -> str:
        """What its file holds.

        Raises:
            OSError: it cannot be read at this time.
        """
        if any(begin <= now < end for begin, end in self.unreadable):
            raise OSError(errno.ENODATA, "No data available")
        reset = max((time for time in self.resets if time <= now), default=None)
        drawn = self.start_uj + self.joules(now) * 1e6 if reset is None else self.between(reset, now) * 1e6
        return f"{int(drawn) % (self.range_uj + 1)}\n"

    def as_json(self) -> dict[str, Any]:
        """For the file beside the counter's."""
        return asdict(self)


def random_counter(
    draw: random.Random, t0: float, seconds: float, *, start_uj: int | None = None, range_uj: int = USUAL_RANGE_UJ
) -> Counter:
    """A counter with 5 to 400 W in steps of 0.2 to 20 s."""
    now, points = 0.0, []
    while now < seconds:
        points.append((round(now, 3), round(draw.uniform(5, 400), 1)))
        now += draw.uniform(0.2, 20)
    return Counter(points, t0, draw.randrange(range_uj) if start_uj is None else start_uj, range_uj)
