"""Experiment Impact Tracker: the power that it sampled, integrated over time.

Watts at a time, of the processor (RAPL) and the GPUs (NVML), as far as they are the experiment's. It keeps no grams:
its place and intensity stand in `info.pkl`, a pickle, which is never opened. A PUE is not inside; its own report
multiplies 1.58 in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from ... import units
from ..file import TrackerFile, read_number
from ..tracked import Tracked
from ..tracker import Tracker

_POWER = ("rapl_estimated_attributable_power_draw", "nvidia_estimated_attributable_power_draw")
# Keys that its lines have whether or not anything was metered.
_KEYS = ("cpu_count_adjusted_average_load", "process_ids")
# A pause that no sampling has: the machine slept, or it is another run.
_PAUSE_S = 3600.0


class ExperimentImpactTracker(Tracker):
    """The samples of Experiment Impact Tracker."""

    name: ClassVar[str] = "experiment-impact-tracker"
    title: ClassVar[str] = "Experiment Impact Tracker"

    def fits(self, file: TrackerFile) -> bool:
        """JSON lines or a table with its names."""
        if "timestamp" in file.header and any(name in file.header for name in (*_POWER, *_KEYS)):
            return True
        first = file.head.lstrip().partition("\n")[0]
        return (
            first.startswith("{") and '"timestamp"' in first and any(f'"{key}"' in first for key in (*_POWER, *_KEYS))
        )

    def read(self, file: TrackerFile) -> Iterable[Tracked]:
        """The one run."""
        energy_j, first, last, samples, metered = 0.0, None, None, 0, set[str]()
        notes: list[str] = []
        for where, time_s, powers in _samples(file):
            metered |= powers.keys()
            if last is not None and 0 < time_s - last <= _PAUSE_S:
                energy_j += sum(powers.values()) * (time_s - last)
            elif last is not None and time_s != last:
                notes.append(
                    f"{where}: a gap of {units.format_duration(abs(time_s - last))} in the samples is left out"
                )
            first, last, samples = time_s if first is None else first, time_s, samples + 1
        yield Tracked(
            tool="Experiment Impact Tracker",
            run="the run",
            where=file.name,
            detail=f"power of {_words(metered)} over {samples} samples" if metered else None,
            energy_kwh=units.joules_to_kwh(energy_j) if metered else None,
            duration_s=None if first is None or last is None else abs(last - first),
            method="measured",
            no_figure=None if metered else _no_power(samples),
            notes=(*notes[:3], "no PUE is inside; its own report multiplies 1.58 in (give --pue 1.58 for that)"),
        )


def _no_power(samples: int) -> str:
    return (
        f"none of the {samples} samples has a power: the machine had no meter that it could read;"
        " estimate the training with hf-emissions estimate"
    )


def _words(metered: set[str]) -> str:
    parts = [words for name, words in zip(_POWER, ("processor and memory", "GPUs"), strict=True) if name in metered]
    return " and ".join(parts)


def _samples(file: TrackerFile) -> Iterator[tuple[str, float, dict[str, float]]]:
    """Where each sample stands, its time in seconds, and the powers in W."""
    if "timestamp" in file.header:
        for row in file.rows():
            powers = {name: row.number(name) or 0.0 for name in _POWER if name in row}
            yield row.where, row.number("timestamp") or 0.0, powers
        return
    for where, found in file.json_lines():
        powers = {name: read_number(found[name], name, where) for name in _POWER if found.get(name) is not None}
        yield where, read_number(found.get("timestamp"), "timestamp", where), powers
