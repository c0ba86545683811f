"""eco2AI: `emission.csv`, old and new.

Kilograms and kWh. A run has one row, or one per epoch with the energy of that epoch alone, so the rows of an ID are
summed: the opposite of CodeCarbon. A PUE given by the user is multiplied in and not recorded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from ... import units
from ...errors import TrackerError
from ...record import Energy, Hardware, Method, Place
from ..file import TrackerFile
from ..places import is_no_country, iso3_of, known_words, name_of
from ..row import Row
from ..tracked import Tracked, parts_of_sum, unreadable
from ..tracker import Tracker

# Header names: kWTh until August 2022, time(s) before that.
_ENERGY = ("power_consumption(kWh)", "power_consumption(kWTh)")
_DURATION = ("duration(s)", "time(s)")
_GRAMS = "CO2_emissions(kg)"
# Intensities of no place, in g/kWh: a constant of 0.1, and the fallback of later releases for countries missing from
# their table of intensities. No country in it has either.
_OF_NO_PLACE = (
    (511.7942, "as its releases 0.1 did wherever they ran"),
    (436.529, "the world's mean, for a country that it does not know"),
)
_SAME = 1e-5
# More runs than any file has; the sums of each are held in memory.
_MOST_RUNS = 100_000


class Eco2AI(Tracker):
    """The files of eco2AI."""

    name: ClassVar[str] = "eco2ai"
    title: ClassVar[str] = "eco2AI"

    def fits(self, file: TrackerFile) -> bool:
        """True for a table with its columns."""
        return _GRAMS in file.header and any(name in file.header for name in _ENERGY)

    def read(self, file: TrackerFile) -> Iterable[Tracked | TrackerError]:
        """Runs, each the sum of its rows; without an ID column, as in old files, each row is a run."""
        runs: dict[str, _Sums] = {}
        for number, row in enumerate(file.rows_or_torn(), 1):
            if (
                "id" in file.header
                and row.text("id") is None
                and (row.torn or not any(map(str.strip, row.cells.values())))
            ):
                yield TrackerError(row.torn or f"{row.where}: the row is empty")
                continue
            name = row.text("id") or f"row {number}"
            if name not in runs and len(runs) >= _MOST_RUNS:
                raise TrackerError(f"{row.where}: more than {_MOST_RUNS} runs are no file of eco2AI")
            runs.setdefault(name, _Sums(row.where, row, row)).add(row)
        for name, sums in runs.items():
            if sums.unread is not None:
                yield unreadable("eco2AI", name, sums.where, sums.unread, sums.first.text("id"))
            else:
                yield _tracked(name, sums)


@dataclass(slots=True)
class _Sums:
    """Sum of the rows of one run."""

    where: str
    first: Row
    last: Row
    count: int = 0
    kg: float = 0.0
    energy_kwh: float = 0.0
    duration_s: float = 0.0
    unread: str | None = None

    def add(self, row: Row) -> None:
        """Add one row; if one cannot be read, the run has no sum."""
        self.last, self.count = row, self.count + 1
        try:
            if row.torn is not None:
                raise TrackerError(row.torn)
            self.kg += row.required(_GRAMS)
            self.energy_kwh += row.required(*_ENERGY)
            self.duration_s += row.number(*_DURATION) or 0.0
        except TrackerError as error:
            self.unread = self.unread or str(error)


def _tracked(name: str, sums: _Sums) -> Tracked:
    last = sums.last
    country, region, location = _place(last.text("region/country", "country"))
    intensity = units.kg_to_g(sums.kg) / sums.energy_kwh if sums.energy_kwh else None
    return Tracked(
        tool="eco2AI",
        run=name,
        run_id=last.text("id"),
        where=sums.where if sums.count == 1 else f"{sums.where} and {sums.count - 1} more",
        detail=f"sum of {sums.count} epochs" if sums.count > 1 else None,
        emissions_g=units.kg_to_g(sums.kg),
        energy=Energy(kwh=sums.energy_kwh, method=_method(last), pue=None),
        parts=parts_of_sum("CPU model", sums.energy_kwh),
        duration_s=sums.duration_s,
        place=Place(country_iso3=country, region=region if country == "USA" else None, name=location),
        hardware=Hardware(used=_hardware(last), cpu_model=_device(last.text("CPU_name"))),
        started=sums.first.text("start_time"),
        no_place=_no_place(intensity),
        notes=("eco2AI puts the PUE that its user gives inside and does not write it down",),
    )


def _method(row: Row) -> Method:
    """Processors are always modelled, from rated power and load; GPUs are metered."""
    return "mixed" if _gpu(row) else "modelled"


def _gpu(row: Row) -> str | None:
    """Convert its `NVIDIA A100/2 device(s)` to our notation."""
    name, _, count = (row.text("GPU_name") or "").partition("/")
    number = count.split(" ")[0] if count else ""
    return f"{number} x {name.strip()}" if name.strip() and number.isdigit() and int(number) else None


def _device(text: str | None) -> str | None:
    """Name before `/1 device(s), TDP:500.0`."""
    return (text or "").partition("/")[0].strip() or None


def _hardware(row: Row) -> str | None:
    cpu, text = _device(row.text("CPU_name")), row.text("CPU_name") or ""
    number = text.partition("/")[2].split(" ")[0]
    return _gpu(row) or (f"{number if number.isdigit() else 1} x {cpu}" if cpu else None)


def _no_place(intensity_g_per_kwh: float | None) -> str | None:
    for taken, whose in _OF_NO_PLACE:
        if intensity_g_per_kwh is not None and abs(intensity_g_per_kwh / taken - 1) < _SAME:
            return (
                f"eco2AI took {taken:g} g/kWh, {whose}; say where it ran with --country, or what its grid emits with"
                " --intensity"
            )
    return None


def _place(written: str | None) -> tuple[str | None, str | None, str | None]:
    """Country, region and text of `DE` or `US/California`; 0.1 put the region first: `California/US`."""
    # In brackets if the user gave the intensity.
    first, _, second = (known_words(written) or "").strip("()").partition("/")
    country, region = iso3_of(first), known_words(second)
    if country is None and region is not None:
        country, region = iso3_of(region), known_words(first)
    if country is None:
        return None, None, None if is_no_country(first) else known_words(written)
    return country, region, ", ".join(part for part in (region, name_of(country)) if part)
