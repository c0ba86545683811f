"""Experiment Impact Tracker: sampled power, integrated over time.

Watts of the processor (RAPL) and the GPUs (NVML), as far as attributed to the experiment. There are no grams: place and
intensity are in `info.pkl`, a pickle, which is never opened. No PUE is included; its own report multiplies by 1.58.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from math import isnan, nan
from typing import Any, ClassVar

from ... import units
from ...errors import TrackerError
from ...record import Energy
from ..file import TrackerFile
from ..numbers import read_number
from ..time_spans import moment
from ..tracked import Tracked, parts_of_sum
from ..tracker import Tracker

_POWER = ("rapl_estimated_attributable_power_draw", "nvidia_estimated_attributable_power_draw")
# Keys that its lines have even if nothing was metered.
_KEYS = ("cpu_count_adjusted_average_load", "process_ids")
# It samples as often as it can; a step of this many usual ones is a pause: the machine slept, or another run began.
_PAUSE_STEPS = 10.0
# An unreadable sample, such as a kill leaves, is bridged by its neighbours; a file with a larger share is rejected.
_MOST_LOST = 0.1
# Lines by which a file is recognized.
_FIRST_LINES = 5
_INFO = "info.pkl"


class ExperimentImpactTracker(Tracker):
    """The samples of Experiment Impact Tracker."""

    name: ClassVar[str] = "experiment-impact-tracker"
    title: ClassVar[str] = "Experiment Impact Tracker"

    def fits(self, file: TrackerFile) -> bool:
        """True for JSON lines or a table with its names."""
        if "timestamp" in file.header and any(name in file.header for name in (*_POWER, *_KEYS)):
            return True
        # The first line may be torn.
        return any(map(_is_sample, file.head.split("\n", _FIRST_LINES)[:_FIRST_LINES]))

    def read(self, file: TrackerFile) -> Iterable[Tracked]:
        """The one run."""
        samples = _Samples()
        for where, time_s, powers in _samples(file):
            samples.add(where, time_s, powers)
        if samples.lost > _MOST_LOST * (len(samples.times_s) + samples.lost):
            raise TrackerError(f"{samples.why_lost}; {samples.lost} samples cannot be read")
        if len(samples.times_s):
            yield _tracked(file, samples, _integrated(samples))


def _is_sample(line: str) -> bool:
    named = '"timestamp"' in line and any(f'"{key}"' in line for key in (*_POWER, *_KEYS))
    return line.lstrip().startswith("{") and named


@dataclass(slots=True)
class _Samples:
    """Times in seconds and powers in W; NaN where a sample has no power of this kind."""

    times_s: array[float] = field(default_factory=lambda: array("d"))
    watts: tuple[array[float], ...] = field(default_factory=lambda: tuple(array("d") for _ in _POWER))
    # Number of unreadable samples, and the first error.
    lost: int = 0
    why_lost: str = ""

    def add(self, where: str, time_s: Any, powers: Any) -> None:
        """Add one sample, or count it as lost."""
        try:
            if isinstance(powers, str):
                raise TrackerError(powers)
            seconds = read_number(time_s, "timestamp", where)
            values = [powers.get(name) for name in _POWER]
            watts = [
                nan if value in (None, "") else read_number(value, name, where)
                for name, value in zip(_POWER, values, strict=True)
            ]
        except TrackerError as error:
            self.lost, self.why_lost = self.lost + 1, self.why_lost or str(error)
            return
        self.times_s.append(seconds)
        for kept, value in zip(self.watts, watts, strict=True):
            kept.append(value)

    @property
    def metered(self) -> list[int]:
        """Indices of the kinds of power that any sample has."""
        return [number for number, kept in enumerate(self.watts) if not all(map(isnan, kept))]


@dataclass(slots=True)
class _Sum:
    """Energy and time between consecutive samples, and the gaps left out."""

    energy_j: float = 0.0
    duration_s: float = 0.0
    gaps: int = 0
    gaps_s: float = 0.0


def _integrated(samples: _Samples) -> _Sum:
    """Integrate power over time; a pause, or a sample that lacks a power which others have, is a gap and not 0 W."""
    found, kinds = _Sum(), samples.metered
    pause_s = _PAUSE_STEPS * _usual_step_s(samples.times_s)
    for number, (before_s, time_s) in enumerate(pairwise(samples.times_s), 1):
        step_s, watts = time_s - before_s, sum(samples.watts[kind][number] for kind in kinds)
        if 0 <= step_s <= pause_s and not isnan(watts):
            found.energy_j += watts * step_s
            found.duration_s += step_s
        else:
            found.gaps, found.gaps_s = found.gaps + 1, found.gaps_s + abs(step_s)
    return found


def _usual_step_s(times_s: array[float]) -> float:
    steps = sorted(after - before for before, after in pairwise(times_s) if after > before)
    return steps[(len(steps) - 1) // 2] if steps else 0.0


def _tracked(file: TrackerFile, samples: _Samples, found: _Sum) -> Tracked:
    kinds, count = samples.metered, len(samples.times_s)
    return Tracked(
        tool="Experiment Impact Tracker",
        run="the run",
        where=file.name,
        detail=f"power of {_words(kinds)} over {count} samples" if kinds else None,
        energy=Energy(kwh=units.joules_to_kwh(found.energy_j) if kinds else None, method="measured"),
        parts=parts_of_sum("CPU meter", units.joules_to_kwh(found.energy_j) if kinds else None),
        duration_s=found.duration_s if kinds else max(samples.times_s) - min(samples.times_s),
        started=moment(min(samples.times_s)),
        ended=moment(max(samples.times_s)),
        no_figure=None if kinds else _no_power(count),
        notes=tuple(_notes(file, samples, found if kinds else _Sum())),
    )


def _notes(file: TrackerFile, samples: _Samples, found: _Sum) -> Iterator[str]:
    if samples.lost:
        yield f"{samples.why_lost}; {samples.lost} of {len(samples.times_s) + samples.lost} samples are left out"
    if found.gaps:
        lasted = units.format_duration(found.gaps_s)
        if found.gaps == 1:
            yield f"a gap of {lasted} in the samples or their powers is left out"
        else:
            yield f"{found.gaps} gaps of together {lasted} in the samples or their powers are left out"
    yield "no PUE is inside; its own report multiplies 1.58 in (give --pue 1.58 for that)"
    if file.sibling(_INFO):
        yield (
            f"{_INFO} beside it has the place, and is a pickle, which is never opened: reading one can run any program;"
            " say where it ran with --country"
        )


def _no_power(samples: int) -> str:
    return (
        f"none of the {samples} samples has a power: the machine had no meter that it could read;"
        " estimate the training with hf-emissions estimate"
    )


def _words(kinds: list[int]) -> str:
    return " and ".join(("processor and memory", "GPUs")[kind] for kind in kinds)


def _samples(file: TrackerFile) -> Iterator[tuple[str, Any, Any]]:
    """Location, time and values of each sample, or an error instead of the values."""
    if "timestamp" in file.header:
        for row in file.rows_or_torn():
            yield row.where, row.text("timestamp"), row.torn or row.cells
        return
    for where, found in file.json_lines_or_text():
        if isinstance(found, str):
            yield where, None, f"{where}: this line is no whole JSON; it may have been cut off"
        else:
            yield where, found.get("timestamp"), found
