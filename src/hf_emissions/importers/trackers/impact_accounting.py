"""Impact accounting: its `dia_report` in the front matter of a README.

Kilograms and kWh. It labels CodeCarbon's energy as measured even if that is rated power times load, so its label is not
adopted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import yaml

from ... import units
from ...card.parsed import parse_card
from ...errors import CardError, TrackerError
from ...estimation.uncertainty import Part
from ...record import Energy, Hardware, Place
from ..file import TrackerFile
from ..numbers import read_number
from ..places import iso3_of, known_words
from ..tracked import Tracked, parts_of_sum
from ..tracker import Tracker

_KEY = "dia_report"
# CodeCarbon's intensity for Quebec, its fallback place; and half a unit of the report's last decimal.
_QUEBEC_G_PER_KWH = 3.94
_STEP = 0.00005
_NO_PLACE = (
    "its grams are CodeCarbon's for Quebec, which that takes where it does not find the place; say where it ran with"
    " --country, or what its grid emits with --intensity"
)
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ImpactAccounting(Tracker):
    """The block of Impact accounting."""

    name: ClassVar[str] = "impact-accounting"
    title: ClassVar[str] = "Impact accounting"

    def fits(self, file: TrackerFile) -> bool:
        """True for front matter with its key."""
        return file.head.lstrip().startswith("---") and f"\n{_KEY}:" in file.head

    def read(self, file: TrackerFile) -> Iterable[Tracked]:
        """The one run."""
        yield _tracked(_report(file), file.name)


def _report(file: TrackerFile) -> Mapping[str, Any]:
    try:
        # `parse_card` rejects front matter that is nested too deeply or is not a mapping.
        text = parse_card(file.text()).yaml_text
        front = yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader
    except CardError as error:
        raise TrackerError(str(error.named(file.name))) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise TrackerError(f"{file.name}: the front matter has a value that cannot be read") from None
    report = front.get(_KEY) if isinstance(front, Mapping) else None
    if not isinstance(report, Mapping):
        raise TrackerError(f"{file.name}: there is no {_KEY} in the front matter, or it is no mapping")
    return report


def _tracked(report: Mapping[str, Any], where: str) -> Tracked:
    energy, carbon = _footprint(report, "energy_kwh", where), _footprint(report, "carbon_kgco2eq", where)
    tool, quality = _text(report.get("tool")), _text(_get(report, "footprint", "energy_kwh", "quality"))
    estimated = quality is None or not quality.startswith("measured")
    country = iso3_of(_get(report, "context", "region"))
    count = _get(report, "compute", "hardware", "count")
    return Tracked(
        tool="Impact accounting",
        run="the report",
        where=where,
        detail=f"{'estimate' if estimated else 'energy'} of {tool or 'a tool that it does not name'}",
        emissions_g=None if carbon is None else units.kg_to_g(carbon),
        energy=Energy(
            kwh=energy,
            method="estimated" if estimated else "measured" if tool == "nvml" else "unknown",
            boundary="accelerators" if tool == "nvml" else "node",
            modelled_share=1.0 if estimated else None,
            pue=None,
        ),
        parts=_parts(tool, energy, estimated=estimated),
        duration_s=_duration_s(report, count, where),
        place=Place(country_iso3=country, name=known_words(_text(_get(report, "context", "region")))),
        hardware=Hardware(used=_hardware(_text(_get(report, "compute", "hardware", "gpu")), count)),
        no_place=_NO_PLACE if tool == "codecarbon" and _is_quebec(energy, carbon) else None,
        no_figure=None if energy or carbon else "its figures are 0 with four decimals; the run was too short for it",
        notes=tuple(_notes(report, tool, quality)),
    )


def _parts(tool: str | None, energy_kwh: float | None, *, estimated: bool) -> tuple[Part, ...]:
    if tool == "nvml" and not estimated:
        return parts_of_sum("GPU meter", energy_kwh)
    return parts_of_sum("CodeCarbon", energy_kwh) if tool == "codecarbon" else ()


def _notes(report: Mapping[str, Any], tool: str | None, quality: str | None) -> Iterable[str]:
    if quality == "measured" and tool == "codecarbon":
        yield "it calls the energy measured, as it does with every figure of CodeCarbon, modelled ones too"
    if any(isinstance(_get(report, "footprint", name, "value"), list) for name in ("energy_kwh", "carbon_kgco2eq")):
        yield "it gives a range, of which this is the middle"
    yield "it may have put a PUE of 1.1 inside, and does not say so"


def _is_quebec(energy: float | None, carbon: float | None) -> bool:
    """True if grams and energy have the ratio of CodeCarbon's fallback place, to the report's four decimals."""
    if not energy or carbon is None:
        return False
    low, high = (units.kg_to_g(max(carbon + step, 0.0)) / energy for step in (-_STEP, _STEP))
    return low <= _QUEBEC_G_PER_KWH <= high < 20


def _footprint(report: Mapping[str, Any], name: str, where: str) -> float | None:
    found = _get(report, "footprint", name)
    value = found.get("value") if isinstance(found, Mapping) else found
    if isinstance(value, list) and len(value) == 2:
        return sum(read_number(end, name, where) for end in value) / 2
    return None if value is None else read_number(value, name, where)


def _duration_s(report: Mapping[str, Any], count: Any, where: str) -> float | None:
    hours = _get(report, "compute", "duration_gpu_hours")
    if hours is None:
        return None
    devices = count if isinstance(count, int) and not isinstance(count, bool) and count > 0 else 1
    return units.hours_to_s(read_number(hours, "duration_gpu_hours", where) / devices)


def _hardware(gpu: str | None, count: Any) -> str | None:
    known = isinstance(count, int) and not isinstance(count, bool) and count > 0
    return f"{count} x {gpu}" if gpu and known else gpu


def _get(report: Any, *names: str) -> Any:
    for name in names:
        report = report.get(name) if isinstance(report, Mapping) else None
    return report


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
