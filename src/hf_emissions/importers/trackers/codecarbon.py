"""CodeCarbon: `emissions.csv` of every release since 0.0.9, task files, logger JSON, API records.

Kilograms and kWh, with the PUE included. A run writes a row at each flush and one at its end, all cumulative, so the
row with the most energy represents the run. Duration is no criterion: a task resets the clock. Only API records are
increments, and are summed. A PUE multiplies the energy since 2.2.3; task files and the API have no column for it, so it
is unknown there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from ... import units
from ...errors import TrackerError
from ...estimation.uncertainty import FoundBy, Part
from ...factors.intensity import COMBUSTION
from ...record import Energy, Hardware, Intensity, IntensityBasis, Place
from ..codecarbon_json import has_names, objects
from ..codecarbon_places import NO_COUNTRY, NO_PLACE, is_canada_by_default, is_quebec_by_default, is_world_by_default
from ..codecarbon_plausibility import codecarbon_warnings
from ..codecarbon_rows import RunRows, duration_of, notes_of_noise, rows_by_run, start_of
from ..file import TrackerFile
from ..numbers import read_number, read_pue
from ..places import iso3_of, known_words
from ..row import Row
from ..tracked import Tracked, parts_of_sum, unreadable
from ..tracker import Tracker

# Written by every release since 0.0.9.
_COLUMNS = {"timestamp", "project_name", "duration", "emissions", "energy_consumed"}
_API_FIGURES = ("emissions_sum", "energy_consumed")
_API = {"run_id", *_API_FIGURES}
_FOUND_BY: dict[str, FoundBy] = {"gpu_energy": "GPU meter", "cpu_energy": "CPU model", "ram_energy": "RAM model"}
# By so much the parts of an energy may miss it.
_PARTS_OFF = 0.05
# Tolerance for sums of floats.
_ALL_OF_IT = 1.000001
# CodeCarbon numbers the files that it moves away; nobody upgrades it more often.
_MOST_BACKUPS = 100
# For truncated lines.
_RUN_ID = re.compile(r'"run_id": *"(?P<id>[^"\\]{1,100})"')


class CodeCarbon(Tracker):
    """The files of CodeCarbon."""

    name: ClassVar[str] = "codecarbon"
    title: ClassVar[str] = "CodeCarbon"

    def fits(self, file: TrackerFile) -> bool:
        """True for a table with its columns, or JSON with their names."""
        return set(file.header) >= _COLUMNS or has_names(file, _COLUMNS) or has_names(file, _API)

    def read(self, file: TrackerFile) -> Iterable[Tracked | TrackerError]:
        """Runs, each from its row with the most energy."""
        if set(file.header) >= _COLUMNS:
            yield from _kept(file.rows_or_torn(), file)
        elif has_names(file, _API):
            yield from _of_api(file)
        else:
            yield from _kept((_row(found, where) for where, found in objects(file, _COLUMNS)), file)


def _kept(rows: Iterable[Row], file: TrackerFile) -> Iterator[Tracked | TrackerError]:
    """Best row of each run; in a task file each row is a task."""
    found = rows_by_run(rows)
    notes = tuple(_notes_of_backups(file))
    for one in found.runs:
        why = one.unread_reason
        if why is not None:
            yield unreadable("CodeCarbon", one.name, one.where, why, None if one.task else one.run_id)
            continue
        try:
            yield _tracked(one, notes)
        except TrackerError as error:
            yield unreadable("CodeCarbon", one.name, one.where, str(error), None if one.task else one.run_id)
    yield from map(TrackerError, found.stray)


def _notes_of_backups(file: TrackerFile) -> Iterator[str]:
    names = [f"{file.path.name}{ending}" for ending in (".bak", *(f"_{number}.bak" for number in range(_MOST_BACKUPS)))]
    found = [name for name in names if file.sibling(name)]
    if found:
        yield f"earlier runs are in {', '.join(found)} beside it, where CodeCarbon moved them"


def _tracked(best: RunRows, notes: tuple[str, ...]) -> Tracked:
    row, duration_s, memory_s = best.row, duration_of(best.row), _memory_s(best.row)
    country = iso3_of(row.text("country_iso_code", "country_name"))
    pue = _pue(row)
    emissions_g, energy_kwh = units.kg_to_g(row.required("emissions")), row.required("energy_consumed")
    return Tracked(
        tool="CodeCarbon",
        run=best.name,
        where=row.where,
        run_id=best.run_id,
        is_part="task_name" in row,
        version=row.text("codecarbon_version"),
        detail=f"PUE {pue:g} inside" if pue not in (None, 1.0) else None,
        emissions_g=emissions_g,
        energy=Energy(
            kwh=energy_kwh,
            method="mixed" if (row.stated("gpu_energy") or 0.0) > 0 else "unknown",
            boundary="facility" if pue is not None and pue > 1.0 else "node",
            pue=pue,
        ),
        parts=_parts(row, energy_kwh),
        duration_s=duration_s,
        intensity=Intensity(basis=_basis(country, row)),
        place=Place(
            country_iso3=country,
            region=row.text("region") if country in COMBUSTION else None,
            name=_location(row),
            cloud_provider=row.text("cloud_provider"),
            cloud_region=row.text("cloud_region"),
            on_cloud={"Y": True, "N": False}.get(row.text("on_cloud") or ""),
        ),
        hardware=Hardware(
            used=_hardware(row), cpu_model=row.text("cpu_model"), ram_gb=_known(row.stated("ram_total_size"))
        ),
        started=_started(row),
        memory_s=memory_s,
        whole_machine=row.text("tracking_mode") != "process",
        no_place=_no_place(row, country, emissions_g / energy_kwh if energy_kwh else None),
        doubts=tuple(codecarbon_warnings(row, duration_s or memory_s)),
        notes=(*notes, *_notes(best, energy_kwh)),
    )


def _parts(row: Row, energy_kwh: float) -> tuple[Part, ...]:
    """Parts of the energy; it alone, if the row lacks them or they are not its parts.

    No row says whether the processor was metered or modelled; what holds for a model holds for a meter.
    """
    found = [Part(found_by, row.stated(name) or 0.0) for name, found_by in _FOUND_BY.items() if name in row]
    whole = math.fsum(part.kwh for part in found)
    if abs(whole - energy_kwh) <= _PARTS_OFF * energy_kwh and min((part.kwh for part in found), default=-1) >= 0:
        return tuple(found)
    return parts_of_sum("CodeCarbon", energy_kwh)


def _pue(row: Row) -> float | None:
    """PUE included: as in the row, else 1.0; None (unknown) in a task file."""
    written = row.text("pue")
    if written is not None:
        return read_pue(written, row.where)
    return None if "task_name" in row else 1.0


def _no_place(row: Row, country: str | None, intensity_g_per_kwh: float | None) -> str | None:
    latitude, longitude = row.text("latitude"), row.text("longitude")
    if is_quebec_by_default(country, latitude, longitude):
        return NO_PLACE
    unlocated = latitude is None and longitude is None and "country_iso_code" in row
    if unlocated and is_canada_by_default(country, row.text("region"), row.text("codecarbon_version")):
        return NO_PLACE
    named = row.text("country_iso_code", "country_name") is not None
    return NO_COUNTRY if named and is_world_by_default(country, intensity_g_per_kwh) else None


def _location(row: Row) -> str | None:
    parts = (_titled(known_words(row.text("region"))), known_words(row.text("country_name")))
    return ", ".join(part for part in parts if part) or None


def _started(row: Row) -> str | None:
    start = start_of(row)
    return None if start is None else start.isoformat(sep=" ")


def _memory_s(row: Row) -> float | None:
    """Seconds for which memory drew its constant power; the energy includes a PUE, and the power before 3.3 does not.

    None for a single process, whose memory power is its current use and no constant.
    """
    energy_kwh, power_w = row.stated("ram_energy"), row.stated("ram_power")
    if not energy_kwh or not power_w or min(energy_kwh, power_w) < 0 or row.text("tracking_mode") == "process":
        return None
    return units.kwh_to_joules(energy_kwh) / power_w / (_pue(row) or 1.0)


def _known(number: float | None) -> float | None:
    return number if number is not None and number > 0 else None


def _notes(best: RunRows, energy_kwh: float) -> Iterator[str]:
    row, duration_s = best.row, duration_of(best.row)
    if duration_s is None and row.text("duration") is not None:
        yield f"the duration is {row.text('duration')} s and is left out; energy and grams do not rest on it"
    elif (duration_s or 0.0) < best.longest_s:
        yield (
            f"its rows have less time where they have more energy ({best.longest_s:.4g} s, then"
            f" {duration_s or 0.0:.4g} s): a task sets CodeCarbon's clock back; the energy is of all of it"
        )
    if best.timeless > 1:
        yield (
            f"{best.timeless} rows have neither an id nor a time that tells runs apart: that with most energy is taken"
        )
    if best.empty is not None:
        yield f"{best.empty}: this row of the run has no energy and is left out"
    yield from notes_of_noise(row, energy_kwh)
    yield from _notes_of_memory(row, energy_kwh)
    if (row.stated("gpu_count") or 0) > 1:
        yield "gpu_count is that of the machine: where the training used fewer, give --hardware"


def _notes_of_memory(row: Row, energy_kwh: float) -> Iterator[str]:
    ram = row.stated("ram_energy")
    if not ram or not energy_kwh:
        return
    if ram > energy_kwh * _ALL_OF_IT:
        yield f"memory alone has {units.format_energy(ram)}, more than the whole: the columns do not go together"
    elif ram / energy_kwh > 0.4:
        yield f"{ram / energy_kwh:.0%} of the energy is what CodeCarbon's model takes memory to use, not a meter"


def _hardware(row: Row) -> str | None:
    gpu = row.text("gpu_model")
    if gpu is not None:
        return gpu
    threads, cpu = _known(row.stated("cpu_count")), row.text("cpu_model")
    return f"1 x {cpu} ({threads:.0f} CPU threads)" if cpu and threads else cpu


def _basis(country: str | None, row: Row) -> IntensityBasis | None:
    if country is None:
        return None
    return "combustion" if country in COMBUSTION and "region" in row else "life-cycle"


def _titled(region: str | None) -> str | None:
    return region.title() if region and region.islower() else region


def _of_api(file: TrackerFile) -> Iterator[Tracked | TrackerError]:
    """Sum the API records, each of which covers the time since the one before."""
    sums: dict[str, dict[str, float | None]] = {}
    unread: dict[str, str] = {}
    for where, found in objects(file, _API - {"energy_consumed"}):
        if isinstance(found, str):
            yield TrackerError(f"{where}: this line is no whole JSON; it may have been cut off")
            continue
        run = str(found["run_id"])
        kept = sums.setdefault(run, dict.fromkeys((*_API_FIGURES, "duration"), 0.0))
        try:
            for name in _API_FIGURES:
                kept[name] = (kept[name] or 0.0) + _of_record(found, name, where)
            kept["duration"] = _longer(kept["duration"], found.get("duration"), where)
        except TrackerError as error:
            unread.setdefault(run, str(error))
    for run, kept in sums.items():
        if run in unread:
            yield unreadable("CodeCarbon", run, file.name, unread[run], run)
            continue
        yield Tracked(
            tool="CodeCarbon",
            run=run,
            run_id=run,
            where=file.name,
            emissions_g=units.kg_to_g(kept["emissions_sum"] or 0.0),
            energy=Energy(kwh=kept["energy_consumed"], pue=None),
            parts=parts_of_sum("CodeCarbon", kept["energy_consumed"]),
            duration_s=kept["duration"],
        )


def _longer(duration_s: float | None, more: object, where: str) -> float | None:
    """Sum of two durations; None if one is unknown."""
    return None if duration_s is None or more is None else duration_s + read_number(more, "duration", where)


def _of_record(found: Mapping[str, Any], name: str, where: str) -> float:
    if found.get(name) is None:
        raise TrackerError(f"{where}: {name} is missing; nothing was recorded there")
    return read_number(found[name], name, where)


def _row(found: Mapping[str, Any] | str, where: str) -> Row:
    """Convert a JSON record, or a torn line, to a row."""
    if isinstance(found, str):
        run_id = _RUN_ID.search(found)
        torn = f"{where}: this line is no whole JSON; it may have been cut off"
        return Row({"run_id": run_id["id"]} if run_id else {}, where, torn)
    return Row({str(name): "" if value is None else str(value) for name, value in found.items()}, where)
