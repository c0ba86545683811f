"""Estimates as text and as records, never without tier and range."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from .. import __version__, units
from ..card.patch import OUR_ESTIMATE
from ..errors import UsageError
from ..record import EmissionsRecord, Energy
from .result import Estimate

# Prefix of our sources, which identifies an estimate on a card.
PREFIX = OUR_ESTIMATE


# First sentences of a section's notes, which identify it.
_ESTIMATE = "This figure is an estimate, not a measurement."
_NO_FIGURE = "No figure is given"


def is_section_of_estimate(section: str) -> bool:
    """True if the text is a section of one of our estimates."""
    return _ESTIMATE in section or f"\n{_NO_FIGURE}: " in section.replace("\r\n", "\n")


def source_of(estimate: Estimate) -> str:
    """Source text of an estimate: tier, facts, boundary, grid, and 90 % range."""
    if estimate.method != "monte-carlo":
        return f"{PREFIX} {__version__} ({estimate.method}: {estimate.rests_on}; {estimate.grid}); no range"
    in_facility = estimate.boundary == "facility" and estimate.pue is not None
    boundary = f"facility, PUE {estimate.pue:g}" if in_facility else estimate.boundary
    about = f"tier {estimate.tier}: {estimate.rests_on}, {boundary}; {estimate.grid}"
    return f"{PREFIX} {__version__} ({about}); 90 % range {range_words(estimate)}"


def range_words(estimate: Estimate) -> str:
    """Range of the emissions, such as `60-190 kg`; both ends in the unit of the higher one."""
    if estimate.low_g is None or estimate.high_g is None:
        return "unknown"
    high = units.format_mass(estimate.high_g)
    number, _, unit = high.rpartition(" ")
    low = units.plain_decimal(units.round_significant(estimate.low_g * float(number) / estimate.high_g, 2))
    return f"{low}-{high}" if unit else f"{units.format_mass(estimate.low_g)} to {high}"


def record_of(estimate: Estimate) -> EmissionsRecord:
    """Convert the estimate to a record.

    Raises:
        UsageError: it gives no number.
    """
    if estimate.median_g is None:
        raise UsageError(estimate.why_no_number or "this estimate gives no number")
    ends = None if estimate.low_g is None or estimate.high_g is None else (estimate.low_g, estimate.high_g)
    return EmissionsRecord(
        emissions_g=estimate.median_g,
        energy=Energy(
            kwh=None if estimate.energy_kwh is None else estimate.energy_kwh[1],
            method="estimated",
            boundary=estimate.boundary,
            modelled_share=1.0 if estimate.tier != "A" else None,
            pue=estimate.pue or 1.0,
        ),
        duration_s=estimate.duration_s,
        source=source_of(estimate),
        place=estimate.place,
        intensity=estimate.intensity if estimate.place.is_known else replace(estimate.intensity, g_per_kwh=None),
        hardware_used=estimate.hardware_used,
        training_type=estimate.training_type,
        tool="hf-emissions",
        tool_version=__version__,
        range_g=ends,
    )


def estimate_to_json(estimate: Estimate) -> dict[str, Any]:
    """The estimate as a flat document; its names are an API."""
    document = asdict(estimate)
    del document["intensity"]
    place, intensity = estimate.place, estimate.intensity
    return document | {
        "place": place.name,
        "place_known": place.is_known,
        "country_iso3": place.country_iso3,
        "cloud_provider": place.cloud_provider,
        "cloud_region": place.cloud_region,
        "intensity_g_per_kwh": intensity.g_per_kwh,
        "intensity_basis": intensity.basis,
        "intensity_source": intensity.source,
    }


def record_of_section(estimate: Estimate) -> EmissionsRecord | None:
    """Record for a section: energy without grams if the place is unknown; None without a number."""
    if estimate.median_g is None:
        return None
    record = record_of(estimate)
    return record if estimate.place.is_known else record.replace(emissions_g=None, range_g=None)


def refusal_of_block(estimate: Estimate) -> str | None:
    """Reason to keep an estimate out of a block; None at tier A or B with a known place."""
    if estimate.median_g is None:
        return estimate.why_no_number
    if estimate.method != "monte-carlo":
        return f"the figure of {estimate.method} has no range"
    if not estimate.place.is_known:
        return "its place is not known; give --country or --region"
    if estimate.unsure is not None:
        return estimate.unsure
    if estimate.tier not in ("A", "B"):
        return f"it rests on tier {estimate.tier}; a block takes tier A (metered energy) or B (hardware and hours)"
    return None


def notes_of(estimate: Estimate) -> tuple[str, ...]:
    """Sentences below the list of the section."""
    notes = [_ESTIMATE]
    if estimate.median_g is None:
        notes = [f"{_NO_FIGURE}: {estimate.why_no_number}."]
    if estimate.band:
        notes.append(f"It lies in the order of {estimate.band} CO2eq.")
    if not estimate.place.is_known and estimate.low_g is not None and estimate.high_g is not None:
        ends = f"{units.format_mass(estimate.low_g)} and {units.format_mass(estimate.high_g)}"
        notes.append(
            "The place of the training is not known, so that grams cannot be given; any grid would give between "
            f"{ends}. With the country it becomes a figure: hf-emissions estimate ... --country ... --into README.md"
        )
    notes += [f"{_capital(words)}." for words in estimate.assumptions]
    if estimate.facility_g:
        low, high = (units.format_mass(end) for end in estimate.facility_g)
        notes.append(f"With the cooling of the facility, whose PUE is not known, it lies between {low} and {high}.")
    if estimate.embodied_g:
        low, _, high = (units.format_mass(end) for end in estimate.embodied_g)
        notes.append(f"Making the hardware emitted {low} to {high} more, by its hours; they are not in the figure.")
    if estimate.narrow_by:
        notes.append(f"What would narrow the range most: {estimate.narrow_by}.")
    return tuple(notes)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
