"""CodeCarbon: `emissions.csv` of every release since 0.0.9, task files, JSON lines of its logger, records of its API.

Kilograms and kWh, with the PUE inside. A run writes a row for each flush and one at its end, each with all of it up to
then, so that the last row stands for the run. Only the records of the API are of one stretch each, and add up.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from ... import units
from ...errors import TrackerError
from ...factors.intensity import COMBUSTION
from ...record import IntensityBasis
from ..file import Row, TrackerFile, read_number
from ..places import iso3_of
from ..tracked import Tracked
from ..tracker import Tracker

# What every release has written since 0.0.9.
_COLUMNS = {"timestamp", "project_name", "duration", "emissions", "energy_consumed"}
_API = {"run_id", "emissions_sum", "energy_consumed"}
# Where CodeCarbon puts a machine that it cannot locate; 2.1 and before, without a region.
_FALLBACK = (46.8, -71.2)
_NO_PLACE = (
    "CodeCarbon did not find out where the machine was and took Quebec, whose grid emits a hundredth of others'; say"
    " where it ran with --country, or what its grid emits with --intensity"
)
# More runs than any file has; memory holds one row of each.
_MOST_RUNS = 100_000


class CodeCarbon(Tracker):
    """The files of CodeCarbon."""

    name: ClassVar[str] = "codecarbon"
    title: ClassVar[str] = "CodeCarbon"

    def fits(self, file: TrackerFile) -> bool:
        """A table with its columns, or JSON with their names."""
        if set(file.header) >= _COLUMNS:
            return True
        found = _first_object(file.head)
        return found is not None and (found.keys() >= _COLUMNS or found.keys() >= _API)

    def read(self, file: TrackerFile) -> Iterable[Tracked]:
        """The runs, each by its last row."""
        if set(file.header) >= _COLUMNS:
            yield from _kept(file.rows(), file)
        elif _is_api(file):
            yield from _of_api(file)
        else:
            rows = (Row(_texts(found), where) for where, found in file.json_lines() if found.keys() >= _COLUMNS)
            yield from _kept(rows, file)


def _kept(rows: Iterable[Row], file: TrackerFile) -> Iterator[Tracked]:
    """The last row of each run; of a task file each row is a task."""
    last: dict[str, Row] = {}
    for row in rows:
        name = row.text("task_name", "run_id", "experiment_id") or "the run"
        last[name] = _later(last.get(name), row)
        if len(last) > _MOST_RUNS:
            raise TrackerError(f"{row.where}: more than {_MOST_RUNS} runs are no file of CodeCarbon")
    backup = next((name for name in _backups(file.path.name) if file.sibling(name)), None)
    notes = () if backup is None else (f"earlier runs are in {backup} beside it, where CodeCarbon moved them",)
    for name, row in last.items():
        yield _tracked(name, row, notes)


def _later(before: Row | None, row: Row) -> Row:
    """Of two rows of a run the one that has more of it."""
    if before is None or (row.number("duration") or 0.0) >= (before.number("duration") or 0.0):
        return row
    return before


def _backups(name: str) -> tuple[str, ...]:
    return f"{name}.bak", f"{name}_0.bak"


def _tracked(name: str, row: Row, notes: tuple[str, ...]) -> Tracked:
    version, country = row.text("codecarbon_version"), iso3_of(row.text("country_iso_code", "country_name"))
    pue = row.number("pue") or 1.0
    location = ", ".join(part for part in (_titled(row.text("region")), row.text("country_name")) if part)
    energy_kwh = row.required("energy_consumed")
    return Tracked(
        tool="CodeCarbon",
        run=name,
        where=row.where,
        version=version,
        detail=f"PUE {pue:g} inside" if pue != 1.0 else None,
        emissions_g=units.kg_to_g(row.required("emissions")),
        energy_kwh=energy_kwh,
        duration_s=row.number("duration"),
        method="mixed" if (row.number("gpu_energy") or 0.0) > 0 else "unknown",
        boundary="facility" if pue > 1.0 else "node",
        pue=pue,
        basis=_basis(country, row),
        country_iso3=country,
        region=row.text("region") if country in COMBUSTION else None,
        location=location or None,
        cloud_provider=row.text("cloud_provider"),
        cloud_region=row.text("cloud_region"),
        on_cloud={"Y": True, "N": False}.get(row.text("on_cloud") or ""),
        hardware=_hardware(row),
        cpu_model=row.text("cpu_model"),
        ram_gb=row.number("ram_total_size"),
        started=_started(row),
        power_w=_power_w(row),
        no_place=_NO_PLACE if _is_fallback(row, country) else None,
        notes=(*notes, *_notes(row)),
    )


def _started(row: Row) -> str | None:
    """When the run began: the timestamp of a row is that of its writing."""
    written, duration_s = row.text("timestamp"), row.number("duration")
    try:
        return (datetime.fromisoformat(written or "") - timedelta(seconds=duration_s or 0.0)).isoformat(sep=" ")
    except (ValueError, OverflowError):
        return None


def _notes(row: Row) -> Iterator[str]:
    ram, energy = row.number("ram_energy"), row.number("energy_consumed")
    if ram and energy and ram / energy > 0.4:
        yield f"{ram / energy:.0%} of the energy is what CodeCarbon's model takes memory to use, not a meter"
    if (row.number("gpu_count") or 0) > 1:
        yield "gpu_count is that of the machine: where the training used fewer, give --hardware"


def _power_w(row: Row) -> float | None:
    parts = [row.number(name) for name in ("cpu_power", "gpu_power", "ram_power")]
    return sum(part or 0.0 for part in parts) if any(part is not None for part in parts) else None


def _hardware(row: Row) -> str | None:
    gpu = row.text("gpu_model")
    if gpu is not None:
        return gpu
    threads, cpu = row.number("cpu_count"), row.text("cpu_model")
    return f"1 x {cpu} ({threads:.0f} CPU threads)" if cpu and threads else cpu


def _basis(country: str | None, row: Row) -> IntensityBasis | None:
    if country is None:
        return None
    return "combustion" if country in COMBUSTION and "region" in row else "life-cycle"


def _is_fallback(row: Row, country: str | None) -> bool:
    if country != "CAN":
        return False
    place = row.text("latitude"), row.text("longitude")
    if all(place):
        return {_abs(value) for value in place} == {abs(value) for value in _FALLBACK}
    return "region" not in row and "country_iso_code" in row and not any(place) and _is_online(row)


def _is_online(row: Row) -> bool:
    """Whether the file is of the releases whose fallback had no region."""
    return (row.text("codecarbon_version") or "2.1").startswith(("2.0", "2.1"))


def _abs(value: str | None) -> float:
    """A coordinate without its sign: some releases have latitude and longitude the other way round."""
    try:
        return abs(float(value or "nan"))
    except ValueError:
        return float("nan")


def _titled(region: str | None) -> str | None:
    return region.title() if region and region.islower() else region


def _first_object(head: str) -> dict[str, Any] | None:
    """The first JSON object of a text, as far as it stands there whole."""
    at = head.find("{")
    if at < 0 or "\n" in head[:at].strip() or len(head[:at]) > 300:
        return None
    try:
        found = json.JSONDecoder().raw_decode(head, at)[0]
    except (json.JSONDecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _is_api(file: TrackerFile) -> bool:
    found = _first_object(file.head)
    return found is not None and found.keys() >= _API


def _of_api(file: TrackerFile) -> Iterator[Tracked]:
    """The records of the API: each has what was used since the one before."""
    sums: dict[str, dict[str, float]] = {}
    for where, found in _records(file):
        run = str(found.get("run_id"))
        kept = sums.setdefault(run, dict.fromkeys(("emissions_sum", "energy_consumed", "duration"), 0.0))
        for name in kept:
            kept[name] += read_number(found.get(name) or 0.0, name, where)
    for run, kept in sums.items():
        yield Tracked(
            tool="CodeCarbon",
            run=run,
            where=file.name,
            emissions_g=units.kg_to_g(kept["emissions_sum"]),
            energy_kwh=kept["energy_consumed"],
            duration_s=kept["duration"],
        )


def _records(file: TrackerFile) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if file.head.lstrip().startswith("["):
        for number, found in enumerate(file.json(), 1):
            if isinstance(found, dict):
                yield f"{file.name}: record {number}", found
    else:
        yield from file.json_lines()


def _texts(found: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): "" if value is None else str(value) for name, value in found.items()}
