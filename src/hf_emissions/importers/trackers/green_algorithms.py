"""Green Algorithms: the table exported by its calculator, one row with semicolons.

Grams and kWh, including the PUE and the number of repetitions. The page for AI has columns for training and inference;
only training is read, never the totals. All values are computed from rated power and usage.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from ... import units
from ...errors import TrackerError
from ...record import Energy, Hardware, Intensity, Place
from ..file import TrackerFile
from ..numbers import read_pue
from ..places import country_of_cloud, iso3_of, known_words, name_of
from ..row import Row
from ..tracked import Tracked, parts_of_sum, unreadable
from ..tracker import Tracker

_TRAINING = "training-"
_FIGURES = ("carbonEmissions", "energy_needed")


class GreenAlgorithms(Tracker):
    """The export of the calculator."""

    name: ClassVar[str] = "green-algorithms"
    title: ClassVar[str] = "Green Algorithms"

    def fits(self, file: TrackerFile) -> bool:
        """True if both figures are columns, for a computation or a training."""
        return any({prefix + name for name in _FIGURES} <= set(file.header) for prefix in ("", _TRAINING))

    def read(self, file: TrackerFile) -> Iterable[Tracked]:
        """Runs, one per row."""
        prefix = _TRAINING if _TRAINING + _FIGURES[0] in file.header else ""
        for number, row in enumerate(file.rows_or_torn(), 1):
            try:
                if row.torn is not None:
                    raise TrackerError(row.torn)
                yield _tracked(row, prefix, number)
            except TrackerError as error:
                yield unreadable("Green Algorithms", f"row {number}", row.where, str(error))


def _tracked(row: Row, prefix: str, number: int) -> Tracked:
    figures = {name: row.number(prefix + name) for name in _FIGURES}
    if None in figures.values():
        missing = next(prefix + name for name, value in figures.items() if value is None)
        raise TrackerError(f"{row.where}: the column {missing} is empty")
    pue = read_pue(_text(row, prefix, "PUE") or "1", row.where)
    provider, server = _text(row, prefix, "provider"), _text(row, prefix, "server")
    country = country_of_cloud(provider, server) or iso3_of(_text(row, prefix, "locationCountry"))
    version = _text(row, prefix, "appVersion")
    repeated = _number(row, prefix, "mult_factor") or 1.0
    hours = _number(row, prefix, "runTime")
    return Tracked(
        tool="Green Algorithms",
        run=f"row {number}",
        where=row.where,
        version=version,
        detail="; ".join(["estimate", *([f"PUE {pue:g} inside"] if pue != 1.0 else []), *_times(repeated)]),
        emissions_g=figures["carbonEmissions"],
        energy=Energy(
            kwh=figures["energy_needed"],
            method="estimated",
            boundary="facility" if pue > 1.0 else "node",
            modelled_share=1.0,
            pue=pue,
        ),
        parts=parts_of_sum("rated power", figures["energy_needed"]),
        duration_s=None if hours is None else units.hours_to_s(hours * repeated),
        intensity=Intensity(g_per_kwh=_number(row, prefix, "carbonIntensity"), basis="life-cycle"),
        place=Place(
            country_iso3=country,
            region=known_words(_text(row, prefix, "locationRegion")),
            name=_location(row, prefix) or (server and name_of(country)),
            cloud_provider=provider,
            cloud_region=server,
        ),
        hardware=Hardware(used=_hardware(row, prefix), ram_gb=_number(row, prefix, "memory")),
        notes=_notes(row, prefix),
    )


def _times(repeated: float) -> list[str]:
    return [f"{repeated:g} repetitions inside"] if repeated != 1.0 else []


def _notes(row: Row, prefix: str) -> tuple[str, ...]:
    if prefix and (row.number("inference-carbonEmissions") or 0.0) > 0:
        return ("the calculator's total has inference, too; this is the training alone",)
    return ()


def _location(row: Row, prefix: str) -> str | None:
    parts = [_text(row, prefix, name) for name in ("locationRegion", "locationCountry")]
    return ", ".join(part for part in dict.fromkeys(map(known_words, parts)) if part) or None


def _hardware(row: Row, prefix: str) -> str | None:
    gpus, cores = _number(row, prefix, "numberGPUs"), _number(row, prefix, "numberCPUs")
    gpu, cpu = _text(row, prefix, "GPUmodel"), _text(row, prefix, "CPUmodel")
    if gpus and gpu:
        return f"{gpus:g} x {gpu}"
    return f"{cores:g} cores of {cpu}" if cores and cpu else cpu


def _text(row: Row, prefix: str, name: str) -> str | None:
    found = row.text(prefix + name, name)
    return None if found in (None, "None", "nan") else found


def _number(row: Row, prefix: str, name: str) -> float | None:
    return None if _text(row, prefix, name) is None else row.number(prefix + name, name)
