"""ML CO2 Impact: its calculator's sentences, in LaTeX or reworded, in a file or a card.

Kilograms, rounded to two decimals at each step; rated power times hours, without a PUE.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from ... import units
from ...errors import TrackerError, UnitError
from ...record import Energy, Hardware, Intensity, Place
from ..file import TrackerFile
from ..ml_co2_sentences import Report, has_report, reports
from ..places import country_of_cloud, name_of
from ..tracked import Tracked, parts_of_sum
from ..tracker import Tracker

_PROVIDERS = {"google cloud platform": "gcp", "amazon web services": "aws", "azure": "azure"}
# The calculator's intensity for one's own computer.
_WORLD_G_PER_KWH = 432.0


class MLCO2Impact(Tracker):
    """The sentences of the calculator."""

    name: ClassVar[str] = "ml-co2-impact"
    title: ClassVar[str] = "ML CO2 Impact"

    def fits(self, file: TrackerFile) -> bool:
        """True if the text has the total, and the hours or the intensity."""
        return has_report(file.head)

    def read(self, file: TrackerFile) -> Iterable[Tracked]:
        """Runs, one per report."""
        found = list(reports(file.text()))
        if not found:
            raise TrackerError(f"{file.name}: there is no sentence with the total in kgCO2eq in it")
        for number, report in enumerate(found, 1):
            name = "the run" if len(found) == 1 else f"report {number}"
            yield _tracked(report, name, f"{file.name}:{report.line}")


def _tracked(report: Report, name: str, where: str) -> Tracked:
    grams = _read(units.read_mass_g, report.total, where)
    hours = None if report.hours is None else _read(units.read_number, report.hours, where)
    watts = None if report.watts is None else _read(units.read_number, report.watts, where)
    intensity = None
    if report.kg_per_kwh is not None:
        intensity = units.kg_per_kwh_to_g_per_kwh(_read(units.read_number, report.kg_per_kwh, where))
    provider = _PROVIDERS.get((report.provider or "").lower())
    country = country_of_cloud(provider, report.region)
    duration_s = None if hours is None else units.hours_to_s(hours)
    energy_kwh = None if duration_s is None or watts is None else units.power_to_kwh(watts, duration_s)
    return Tracked(
        tool="ML CO2 Impact",
        run=name,
        where=where,
        detail="estimate, rated power times hours, no PUE",
        emissions_g=grams,
        energy=Energy(kwh=energy_kwh, method="estimated", boundary="accelerators", modelled_share=1.0),
        parts=parts_of_sum("rated power of the accelerators", energy_kwh),
        duration_s=duration_s,
        intensity=Intensity(g_per_kwh=intensity),
        place=Place(
            country_iso3=country,
            name=f"{report.region}, {name_of(country)}" if country else None,
            cloud_provider=provider,
            cloud_region=report.region,
            on_cloud=True if report.provider else None,
        ),
        hardware=Hardware(used=report.hardware),
        notes=tuple(_notes(intensity, report.region if provider and not country else None)),
    )


def _read(read: object, text: str, where: str) -> float:
    try:
        found = read(text)  # type: ignore[operator]
    except UnitError as error:
        raise TrackerError(f"{where}: {error}") from None
    return float(found)


def _notes(intensity_g_per_kwh: float | None, unknown: str | None) -> Iterable[str]:
    if intensity_g_per_kwh == _WORLD_G_PER_KWH:
        yield "0.432 kg/kWh is what the calculator takes for a computer of one's own, wherever it is; give --country"
    if unknown is not None:
        yield f"{unknown} is no region of this cloud that is known, so that it is no place; give --country or --region"
    yield "the calculator has one device and rounds to 10 g: where several were used, give that yourself"
