"""Convert an imported run to a record: add or replace what the user gives, and say so in the source."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .. import units
from ..errors import PlaceError, RecordError, TrackerError, UnitError, UsageError
from ..estimation.uncertainty import EXACT, assumed_pue_ends, energy_ends, grid_ends, range_around
from ..factors.resolve import resolve
from ..record import EmissionsRecord, Intensity, Place, Site
from .places import country_of_cloud
from .power import duration_warning
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


def to_record(run: Tracked, given: UserFacts) -> EmissionsRecord:
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
    site = _site(run, given)
    energy_kwh = None if run.energy.kwh is None else run.energy.kwh * pue
    grams = _grams(run, energy_kwh, site, pue)
    inside = (run.energy.pue or 1.0) * pue
    # A duration that contradicts the energy is not written.
    duration_s = None if duration_warning(run) is not None else run.duration_s
    return EmissionsRecord(
        emissions_g=grams,
        # A block has hours; converted back, they give seconds to this many digits.
        duration_s=None if duration_s is None else units.round_significant(duration_s, 12),
        source=_source(run, site, given.pue),
        training_type=given.training_type or run.training_type,
        energy=replace(
            run.energy, kwh=energy_kwh, boundary="facility" if inside > 1.0 else run.energy.boundary, pue=inside
        ),
        place=run.place if site is None else _place(run, site, given),
        intensity=_intensity_of_file(run, grams, energy_kwh) if site is None else site.intensity,
        hardware=replace(run.hardware, used=given.hardware or run.hardware.used),
        tool=run.tool,
        tool_version=run.version,
        range_g=_range(run, site, grams, energy_kwh),
    )


def _range(run: Tracked, site: Site | None, grams: float, energy_kwh: float | None) -> tuple[float, float] | None:
    """90 % range, from what is known of the tool's method and of the grid; None if either is not known."""
    place, intensity = (site.place, site.intensity) if site else (run.place, _intensity_of_file(run, grams, energy_kwh))
    pue = assumed_pue_ends(run.energy.pue) if run.pue_assumed and run.energy.pue else EXACT
    return range_around(grams, energy_ends(run.parts, run.energy.boundary), grid_ends(place, intensity), pue)


def _pue(run: Tracked, given: float | None) -> float:
    """Factor for energy and grams."""
    if given is None:
        return 1.0
    if run.energy.pue is None:
        raise UsageError(
            f"{run.where}: {run.tool} puts its PUE inside and does not say which; --pue would be put on top"
        )
    if run.energy.boundary == "accelerators":
        # A PUE is the facility's energy over that of whole machines; it does not apply to accelerators alone.
        raise UsageError(
            f"{run.where}: {run.tool} has the energy of the accelerators alone, and a PUE is one of whole machines;"
            " leave --pue out"
        )
    if run.energy.pue != 1.0:
        raise UsageError(f"{run.where}: a PUE of {run.energy.pue:g} is inside already; leave --pue out")
    return given


def _site(run: Tracked, given: UserFacts) -> Site | None:
    """Place and intensity to compute the grams with; None to keep the file's."""
    if given.place:
        return resolve(given.country, given.region, intensity_g_per_kwh=given.intensity_g_per_kwh)
    if run.no_place is not None:
        raise UsageError(f"{run.where}: {run.no_place}")
    if run.emissions_g is not None and not run.place.is_known:
        raise UsageError(f"{run.where}: {_nowhere(run)}")
    if run.emissions_g is not None or run.place.country_iso3 is None:
        return None
    try:
        return site_of_file(run)
    except PlaceError as error:
        raise UsageError(f"{run.where}: {error}") from None


def site_of_file(run: Tracked) -> Site | None:
    """Place in a file, looked up; a cloud region that we know is finer than a country.

    Raises:
        PlaceError: an unknown place.
        MissingExtraError: looking up a place needs the extra `estimate`.
    """
    place = run.place
    if country_of_cloud(place.cloud_provider, place.cloud_region):
        return resolve(region=f"{place.cloud_provider}:{place.cloud_region}")
    return resolve(place.country_iso3, place.region)


def _nowhere(run: Tracked) -> str:
    """Advice for a file with grams of an unknown grid."""
    said = "the file does not say where it ran; give --country"
    if not run.energy.kwh or run.emissions_g is None:
        return said
    own = f"{run.emissions_g / run.energy.kwh:.4g} g/kWh"
    return f'{said}, or take what its grams rest on, with --intensity "{own}"'


def _grams(run: Tracked, energy_kwh: float | None, site: Site | None, pue: float) -> float:
    if site is not None:
        if energy_kwh is None:
            raise UsageError(
                f"{run.where}: the file has no energy, from which grams could be worked out for another place"
            )
        return units.emissions_g(energy_kwh, site.g_per_kwh)
    if run.emissions_g is None:
        raise UsageError(
            f"{run.where}: the file says {units.format_energy(energy_kwh or 0.0)} and neither grams nor where it ran;"
            " give --country or --intensity"
        )
    return run.emissions_g * pue


def _source(run: Tracked, site: Site | None, pue: float | None) -> str:
    """The tool, and what was computed here."""
    details = [run.detail, "grid combustion only" if site is None and run.intensity.basis == "combustion" else None]
    detail = "; ".join(words for words in details if words)
    words = [f"{run.by} ({detail})" if detail else run.by]
    if pue is not None:
        words.append(f"PUE {pue:g} put on top")
    if site is not None:
        words.append(f"grams worked out from its energy, {site.grid_with_source}")
    return "; ".join(words)


def _place(run: Tracked, site: Site, given: UserFacts) -> Place:
    """The given place; if only an intensity is given, the file's place is kept if credible."""
    stands = given.country is None and given.region is None and run.no_place is None
    return run.place if stands and run.place.is_known else replace(site.place, on_cloud=run.place.on_cloud)


def _intensity_of_file(run: Tracked, grams: float, energy_kwh: float | None) -> Intensity:
    if not energy_kwh:
        return replace(run.intensity, g_per_kwh=None)
    return replace(run.intensity, g_per_kwh=grams / energy_kwh, source=run.by)
