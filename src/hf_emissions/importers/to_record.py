"""Convert an imported run to a record: add or replace what the user gives, and say so in the source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .. import units
from ..errors import PlaceError, RecordError, TrackerError, UnitError, UsageError
from ..estimation.grid import Grid, find_grid
from ..factors.cloud_regions import names_cloud_region
from ..factors.named_place import read_place
from ..facts.facts import Facts
from ..record import EmissionsRecord
from .places import country_of_cloud
from .power import doubt_of_duration
from .tracked import Tracked


@dataclass(frozen=True, slots=True, kw_only=True)
class UserFacts:
    """Facts that the user gives in addition to the file. None if not given.

    Attributes:
        country: where it ran, ISO code or name.
        region: state, province or zone of the country, or a cloud's region as `gcp:europe-west4`.
        intensity_g_per_kwh: intensity of the grid.
        pue: power usage effectiveness of the facility.
        training_type: `pre-training`, `fine-tuning` or another word.
        hardware: hardware that ran.
    """

    country: str | None = None
    region: str | None = None
    intensity_g_per_kwh: float | None = None
    pue: float | None = None
    training_type: str | None = None
    hardware: str | None = None

    @property
    def place(self) -> bool:
        """True if a place or an intensity is given."""
        return any(value is not None for value in (self.country, self.region, self.intensity_g_per_kwh))


def complete(run: Tracked, given: UserFacts) -> EmissionsRecord:
    """Convert a run to a record.

    Raises:
        UsageError: the file has no figure, or no credible place and none is given; or a given fact is in the file
            already, or does not fit what the file covers.
        TrackerError: a value in the file is invalid in a record.
        PlaceError: an unknown place.
        MissingExtraError: looking up a place needs the extra `estimate`.
    """
    if run.unread is not None:
        raise TrackerError(run.unread)
    if run.no_figure is not None:
        raise UsageError(f"{run.where}: {run.no_figure}")
    if run.is_empty:
        raise UsageError(f"{run.where}: 0 kWh were used, which no training does: nothing was metered")
    try:
        return _record(run, given)
    except (RecordError, UnitError) as error:
        # These errors do not name the file.
        raise TrackerError(f"{run.where}: {error}") from None


def _record(run: Tracked, given: UserFacts) -> EmissionsRecord:
    pue = _pue(run, given.pue)
    grid = _grid(run, given)
    energy_kwh = None if run.energy_kwh is None else run.energy_kwh * pue
    grams = _grams(run, energy_kwh, grid, pue)
    inside = (run.pue or 1.0) * pue
    # A duration that contradicts the energy is not written.
    duration_s = None if doubt_of_duration(run) is not None else run.duration_s
    return EmissionsRecord(
        emissions_g=grams,
        energy_kwh=energy_kwh,
        # A block has hours; converted back, they give seconds to this many digits.
        duration_s=None if duration_s is None else units.round_significant(duration_s, 12),
        source=_source(run, grid, given.pue),
        training_type=given.training_type or run.training_type,
        hardware_used=given.hardware or run.hardware,
        method=run.method,
        boundary="facility" if inside > 1.0 else run.boundary,
        modelled_share=run.modelled_share,
        pue=inside,
        on_cloud=run.on_cloud,
        cpu_model=run.cpu_model,
        ram_gb=run.ram_gb,
        tool=run.tool,
        tool_version=run.version,
        **(_place_of_grid(grid, run, given) if grid else _place_of_file(run, grams, energy_kwh)),
    )


def _pue(run: Tracked, given: float | None) -> float:
    """Factor for energy and grams."""
    if given is None:
        return 1.0
    if run.pue is None:
        raise UsageError(
            f"{run.where}: {run.tool} puts its PUE inside and does not say which; --pue would be put on top"
        )
    if run.boundary == "accelerators":
        # A PUE is the facility's energy over that of whole machines; it does not apply to accelerators alone.
        raise UsageError(
            f"{run.where}: {run.tool} has the energy of the accelerators alone, and a PUE is one of whole machines;"
            " leave --pue out"
        )
    if run.pue != 1.0:
        raise UsageError(f"{run.where}: a PUE of {run.pue:g} is inside already; leave --pue out")
    return given


def _grid(run: Tracked, given: UserFacts) -> Grid | None:
    """Grid to compute the grams with; None to keep the file's."""
    if given.place:
        return find_grid(_facts(given), given.intensity_g_per_kwh)
    if run.no_place is not None:
        raise UsageError(f"{run.where}: {run.no_place}")
    if run.emissions_g is not None and not run.is_placed:
        raise UsageError(f"{run.where}: {_nowhere(run)}")
    if run.emissions_g is not None or run.country_iso3 is None:
        return None
    try:
        return find_grid(place_of(run))
    except PlaceError as error:
        raise UsageError(f"{run.where}: {error}") from None


def place_of(run: Tracked) -> Facts:
    """Place in a file, as facts for the grid lookup; a cloud region is finer than a country."""
    if run.cloud_provider and run.cloud_region and country_of_cloud(run.cloud_provider, run.cloud_region):
        return Facts(provider=run.cloud_provider, region=run.cloud_region)
    return Facts(country_iso3=run.country_iso3, region=run.region)


def _nowhere(run: Tracked) -> str:
    """Advice for a file with grams of an unknown grid."""
    said = "the file does not say where it ran; give --country"
    if not run.energy_kwh or run.emissions_g is None:
        return said
    own = f"{run.emissions_g / run.energy_kwh:.4g} g/kWh"
    return f'{said}, or take what its grams rest on, with --intensity "{own}"'


def _facts(given: UserFacts) -> Facts:
    country, region = given.country, given.region
    if country is None and region is None:
        return Facts()
    if country is None and not names_cloud_region(region):
        raise UsageError(f"--region {region!r} needs --country, or its provider: --region gcp:europe-west4")
    return Facts(**read_place(country, region).facts)


def _grams(run: Tracked, energy_kwh: float | None, grid: Grid | None, pue: float) -> float | None:
    if grid is not None:
        if energy_kwh is None:
            raise UsageError(
                f"{run.where}: the file has no energy, from which grams could be worked out for another place"
            )
        return units.emissions_g(energy_kwh, grid.g_per_kwh)
    if run.emissions_g is None:
        raise UsageError(
            f"{run.where}: the file says {units.format_energy(energy_kwh or 0.0)} and neither grams nor where it ran;"
            " give --country or --intensity"
        )
    return run.emissions_g * pue


def _source(run: Tracked, grid: Grid | None, pue: float | None) -> str:
    """The tool, and what was computed here."""
    details = [run.detail, "grid combustion only" if grid is None and run.basis == "combustion" else None]
    detail = "; ".join(words for words in details if words)
    words = [f"{run.by} ({detail})" if detail else run.by]
    if pue is not None:
        words.append(f"PUE {pue:g} put on top")
    if grid is not None:
        words.append(f"grams worked out from its energy, {grid.short}")
    return "; ".join(words)


def _place_of_grid(grid: Grid, run: Tracked, given: UserFacts) -> dict[str, Any]:
    """Fields of the given place; if only an intensity is given, the file's place is kept if credible."""
    stands = given.country is None and given.region is None and run.no_place is None
    place = run if stands and run.is_placed else None
    return {
        "geographical_location": place.location if place else grid.place,
        "country_iso3": place.country_iso3 if place else grid.country_iso3,
        "cloud_provider": place.cloud_provider if place else grid.cloud_provider,
        "cloud_region": place.cloud_region if place else grid.cloud_region,
        "intensity_g_per_kwh": grid.g_per_kwh,
        "intensity_source": grid.source,
        "intensity_basis": grid.basis,
    }


def _place_of_file(run: Tracked, grams: float | None, energy_kwh: float | None) -> dict[str, Any]:
    return {
        "geographical_location": run.location,
        "country_iso3": run.country_iso3,
        "cloud_provider": run.cloud_provider,
        "cloud_region": run.cloud_region,
        "intensity_g_per_kwh": grams / energy_kwh if grams is not None and energy_kwh else None,
        "intensity_source": run.by if grams is not None and energy_kwh else None,
        "intensity_basis": run.basis,
    }
