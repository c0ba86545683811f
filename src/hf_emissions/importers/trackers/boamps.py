"""BoAmps reports as CodeCarbon writes them: energy and country, no emissions.

kWh and seconds; whether a PUE is included is not stated. The place may be CodeCarbon's fallback.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from ...errors import TrackerError
from ...record import Energy, Hardware, Place
from ..codecarbon_places import NO_PLACE, is_quebec_by_default
from ..file import TrackerFile
from ..numbers import read_number
from ..places import iso3_of, known_words
from ..tracked import Tracked, parts_of_sum
from ..tracker import Tracker


class BoAmps(Tracker):
    """A BoAmps report."""

    name: ClassVar[str] = "boamps"
    title: ClassVar[str] = "BoAmps"

    def fits(self, file: TrackerFile) -> bool:
        """True for JSON with its measures."""
        return file.head.lstrip().startswith("{") and '"measures"' in file.head and '"powerConsumption"' in file.head

    def read(self, file: TrackerFile) -> Iterable[Tracked]:
        """Runs of the report, one per measure."""
        report = file.json()
        try:
            measures = [dict(measure) for measure in report["measures"]]
        except (KeyError, TypeError, ValueError):
            raise TrackerError(f"{file.name}: a BoAmps report has a list of measures; this has none") from None
        report_id = _text(_get(report, "header", "reportId"))
        place = _get(report, "environment", "country")
        for number, measure in enumerate(measures, 1):
            where = f"{file.name}: measure {number}"
            duration = measure.get("measurementDuration")
            kwh, tool = read_number(measure.get("powerConsumption"), "powerConsumption", where), _tool(measure)
            yield Tracked(
                tool=tool,
                run=(report_id or "the run") + (f"-{number}" if number > 1 else ""),
                where=where,
                run_id=report_id and report_id + (f"-{number}" if number > 1 else ""),
                version=_text(measure.get("version")),
                detail="BoAmps report",
                energy=Energy(kwh=kwh, pue=None),
                parts=parts_of_sum("CodeCarbon", kwh) if tool == "CodeCarbon" else (),
                duration_s=None if duration is None else read_number(duration, "measurementDuration", where),
                place=Place(country_iso3=iso3_of(place), name=known_words(_text(place))),
                hardware=Hardware(used=_hardware(report)),
                started=_text(measure.get("measurementDateTime")),
                no_place=_no_place(report, iso3_of(place)),
                notes=("a BoAmps report does not say whether a PUE is inside its energy",),
            )


def _no_place(report: Any, country: str | None) -> str | None:
    latitude, longitude = (_get(report, "environment", name) for name in ("latitude", "longitude"))
    return NO_PLACE if is_quebec_by_default(country or _canada(report), latitude, longitude) else None


def _canada(report: Any) -> str | None:
    """Recognise Canada without the country names, which a core installation lacks."""
    return "CAN" if _get(report, "environment", "country") == "Canada" else None


def _tool(measure: dict[str, Any]) -> str:
    name = measure.get("measurementMethod")
    return "CodeCarbon" if str(name).lower() == "codecarbon" else _text(name) or "BoAmps"


def _get(report: Any, *names: str) -> Any:
    for name in names:
        report = report.get(name) if isinstance(report, dict) else None
    return report


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _hardware(report: Any) -> str | None:
    parts = _get(report, "infrastructure", "components")
    kinds = ("gpu", "cpu")
    found = [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
    for kind in kinds:
        named = [part for part in found if part.get("componentType") == kind and _text(part.get("componentName"))]
        if named:
            return " and ".join(f"{part.get('nbComponent') or 1} x {part['componentName'].strip()}" for part in named)
    return None
