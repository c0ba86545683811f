"""ML CO2 Impact: the sentences that its calculator offers, in LaTeX or as people reword them, in a file or a card.

Kilograms, rounded to two decimals at each step; rated power times hours, without a PUE.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar

from ... import units
from ...errors import TrackerError
from ..file import TrackerFile, read_number
from ..places import country_of_cloud, name_of
from ..tracked import Tracked
from ..tracker import Tracker

_UNIT = r"kg\s?CO\$?_?\{?\s?2\s?\}?\$?\s?eq?"
_NUMBER = r"(?P<{}>\d{{1,9}}(?:\.\d{{1,9}})?)"
_TOTAL = re.compile(
    rf"emissions\b[^.\n]{{0,120}}?(?:estimated\s+to\s+be|amounted\s+to|(?:is|are|were|of))\s+{_NUMBER.format('kg')}\s?{_UNIT}",
    re.IGNORECASE,
)
_EFFICIENCY = re.compile(
    rf"carbon\s+efficiency\s+of\s+{_NUMBER.format('kg')}\s?{_UNIT}\s?(?:/|per)\s?kWh", re.IGNORECASE
)
_HOURS = re.compile(rf"{_NUMBER.format('hours')}\s+hours?\s+of\s+computation", re.IGNORECASE)
_HARDWARE = re.compile(
    rf"hardware\s+of\s+type\s+(?P<name>[^()\n]{{1,80}}?)\s*\((?:TDP\s+of\s+)?{_NUMBER.format('watts')}\s?W\)",
    re.IGNORECASE,
)
_WHERE = re.compile(
    r"(?:conducted|performed|run)\s+using\s+(?:(?P<provider>[A-Z][\w ]{1,60}?)\s+in\s+region\s+(?P<region>[\w-]{1,40}))"
)
_PROVIDERS = {"google cloud platform": "gcp", "amazon web services": "aws", "azure": "azure"}
# What the calculator takes for a computer of one's own.
_WORLD = 0.432


class MLCO2Impact(Tracker):
    """The sentences of the calculator."""

    name: ClassVar[str] = "ml-co2-impact"
    title: ClassVar[str] = "ML CO2 Impact"

    def fits(self, file: TrackerFile) -> bool:
        """The sentence with the hours, or with the intensity, beside that with the total."""
        text = _plain(file.head)
        return bool(_TOTAL.search(text) and (_HOURS.search(text) or _EFFICIENCY.search(text)))

    def read(self, file: TrackerFile) -> Iterable[Tracked]:
        """The one run."""
        text = _plain(file.text())
        total = _TOTAL.search(text)
        if total is None:
            raise TrackerError(f"{file.name}: there is no sentence with the total in kgCO2eq in it")
        where = f"{file.name}:{text.count(chr(10), 0, total.start()) + 1}"
        return [_tracked(text, total, where)]


def _plain(text: str) -> str:
    """The text without the marks of LaTeX and Markdown that stand between its words."""
    return text.replace("\\_", "_").replace("**", "  ").replace("\\,", "  ").replace("<sub>", "").replace("</sub>", "")


def _tracked(text: str, total: re.Match[str], where: str) -> Tracked:
    grams = units.kg_to_g(read_number(total["kg"], "the total", where))
    hours, hardware = _HOURS.search(text), _HARDWARE.search(text)
    place, efficiency = _WHERE.search(text), _EFFICIENCY.search(text)
    provider, region = _cloud(place)
    country = country_of_cloud(provider, region)
    duration_s = None if hours is None else units.hours_to_s(float(hours["hours"]))
    energy_kwh = None
    if duration_s is not None and hardware is not None:
        energy_kwh = units.power_to_kwh(float(hardware["watts"]), duration_s)
    return Tracked(
        tool="ML CO2 Impact",
        run="the run",
        where=where,
        detail="estimate, rated power times hours, no PUE",
        emissions_g=grams,
        energy_kwh=energy_kwh,
        duration_s=duration_s,
        method="estimated",
        boundary="accelerators",
        modelled_share=1.0,
        country_iso3=country,
        location=", ".join(part for part in (region, name_of(country)) if part) or None,
        cloud_provider=provider,
        cloud_region=region,
        on_cloud=True if place else None,
        hardware=hardware["name"].strip() if hardware else None,
        notes=tuple(_notes(efficiency, energy_kwh, grams)),
    )


def _cloud(place: re.Match[str] | None) -> tuple[str | None, str | None]:
    """Provider and region, where the sentence names them."""
    return (_PROVIDERS.get(place["provider"].strip().lower()), place["region"]) if place else (None, None)


def _notes(efficiency: re.Match[str] | None, energy_kwh: float | None, grams: float) -> Iterable[str]:
    if efficiency and float(efficiency["kg"]) == _WORLD:
        yield "0.432 kg/kWh is what the calculator takes for a computer of one's own, wherever it is; give --country"
    yield "the calculator has one device and rounds to 10 g: where several were used, give that yourself"
    if efficiency and energy_kwh:
        worked_out = units.emissions_g(energy_kwh, units.kg_to_g(float(efficiency["kg"])))
        if abs(worked_out - grams) > max(20.0, 0.02 * worked_out):
            yield (
                f"the sentences do not go together: {units.format_energy(energy_kwh)} at {efficiency['kg']} kg/kWh are "
                f"{units.format_mass(worked_out)}, not {units.format_mass(grams)}"
            )
