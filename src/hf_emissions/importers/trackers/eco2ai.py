"""eco2AI: `emission.csv`, old and new.

Kilograms and kWh. A run has one row, or one an epoch with the energy of that epoch alone, so that the rows of an id are
added up: the opposite of CodeCarbon. A PUE that its user gives is multiplied in and not written down.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from ... import units
from ...record import Method
from ..file import Row, TrackerFile
from ..places import iso3_of, name_of
from ..tracked import Tracked
from ..tracker import Tracker

# The header said kWTh until August 2022, and time(s) before.
_ENERGY = ("power_consumption(kWh)", "power_consumption(kWTh)")
_DURATION = ("duration(s)", "time(s)")
_GRAMS = "CO2_emissions(kg)"


class Eco2AI(Tracker):
    """The files of eco2AI."""

    name: ClassVar[str] = "eco2ai"
    title: ClassVar[str] = "eco2AI"

    def fits(self, file: TrackerFile) -> bool:
        """A table with its columns."""
        return _GRAMS in file.header and any(name in file.header for name in _ENERGY)

    def read(self, file: TrackerFile) -> Iterable[Tracked]:
        """The runs, the rows of each added up; without an id, as in old files, each row is a run."""
        runs: dict[str, list[Row]] = {}
        for number, row in enumerate(file.rows(), 1):
            runs.setdefault(row.text("id") or f"row {number}", []).append(row)
        return [_tracked(name, rows) for name, rows in runs.items()]


def _tracked(name: str, rows: list[Row]) -> Tracked:
    last = rows[-1]
    place = last.text("region/country", "country")
    country, region = _place(place)
    return Tracked(
        tool="eco2AI",
        run=name,
        where=last.where if len(rows) == 1 else f"{rows[0].where} and {len(rows) - 1} more",
        detail=f"sum of {len(rows)} epochs" if len(rows) > 1 else None,
        emissions_g=units.kg_to_g(sum(row.required(_GRAMS) for row in rows)),
        energy_kwh=sum(row.required(*_ENERGY) for row in rows),
        duration_s=sum(row.number(*_DURATION) or 0.0 for row in rows),
        method=_method(last),
        pue=None,
        country_iso3=country,
        region=region if country == "USA" else None,
        location=", ".join(part for part in (region, name_of(country) or place) if part) or None,
        hardware=_hardware(last),
        cpu_model=_device(last.text("CPU_name")),
        started=rows[0].text("start_time"),
        notes=("eco2AI puts the PUE that its user gives inside and does not write it down",),
    )


def _method(row: Row) -> Method:
    """Its processors are always modelled, by their rated power and load; its GPUs are metered."""
    return "mixed" if _gpu(row) else "modelled"


def _gpu(row: Row) -> str | None:
    """Its `NVIDIA A100/2 device(s)` as we say it."""
    name, _, count = (row.text("GPU_name") or "").partition("/")
    number = count.split(" ")[0] if count else ""
    return f"{number} x {name.strip()}" if name.strip() and number.isdigit() and int(number) else None


def _device(text: str | None) -> str | None:
    """The name before `/1 device(s), TDP:500.0`."""
    return (text or "").partition("/")[0].strip() or None


def _hardware(row: Row) -> str | None:
    cpu, text = _device(row.text("CPU_name")), row.text("CPU_name") or ""
    number = text.partition("/")[2].split(" ")[0]
    return _gpu(row) or (f"{number if number.isdigit() else 1} x {cpu}" if cpu else None)


def _place(place: str | None) -> tuple[str | None, str | None]:
    """Country and region of `DE` or `US/California`."""
    code, _, region = (place or "").partition("/")
    country = iso3_of(code)
    return country, (region.strip() or None) if country else None
