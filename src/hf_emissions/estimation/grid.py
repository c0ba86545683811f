"""Grid intensity at the place of a training, with its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

from .. import units
from ..errors import PlaceError
from ..factors.bounds import HIGHEST_GRID_G_PER_KWH
from ..factors.cloud_regions import find_cloud_region
from ..factors.countries import find_country
from ..factors.intensity import HYDROPOWER_G_PER_KWH, Intensity, grid_intensity, life_cycle
from ..facts.facts import Facts
from ..record import IntensityBasis
from .distributions import Constant, Lognormal
from .factor import Factor

# Standard deviations of the logarithm (estimation reference, section 1.4): between sources for a country, and between
# years for a region.
_COUNTRY_SIGMA = 0.12
_REGION_SIGMA = 0.17
# On low-carbon grids, sources differ by basis: life-cycle or combustion only.
_LOW_CARBON_SIGMA = 0.35
_LOW_CARBON = ("SWE", "NOR", "CHE", "FRA", "CAN")
_LOW_CARBON_G_PER_KWH = 100.0
# US states range from 24 to 893 g/kWh; three quarters of them, including Virginia, Iowa and Texas, are in the resulting
# range (191 to 713), and half are within half the spread.
_USA_SIGMA = 0.40
# Unknown place: from where trainings are known to have run.
_ANYWHERE = Lognormal(330.0, 0.75)
# The spread is a judgement.
_HYDROPOWER = Lognormal(HYDROPOWER_G_PER_KWH, 0.7)


@dataclass(frozen=True, slots=True)
class Grid:
    """Grid of a training: its factor in g/kWh, and the location fields of a record.

    `known` is True if its intensity is known; `place` is None if the place is not.
    """

    factor: Factor
    known: bool
    g_per_kwh: float
    place: str | None = None
    short: str = "place unknown"
    country_iso3: str | None = None
    basis: IntensityBasis | None = None
    source: str | None = None
    cloud_provider: str | None = None
    cloud_region: str | None = None


def find_grid(facts: Facts, intensity_g_per_kwh: float | None = None) -> Grid:
    """Grid that the facts name, or with the given intensity.

    Raises:
        PlaceError: an unknown or contradictory country or region, a region without a country, an impossible intensity.
        MissingExtraError: codecarbon is not installed.
    """
    if intensity_g_per_kwh is not None:
        return _given(facts, intensity_g_per_kwh)
    if facts.provider is not None and facts.region is not None:
        return _cloud(facts)
    if facts.country_iso3 is not None:
        return _named(grid_intensity(facts.country_iso3, facts.region))
    if facts.region is not None:
        raise PlaceError(f"a region ({facts.region!r}) needs its country, or its provider: --region gcp:europe-west4")
    words = "the place is not known: any grid (330 g/kWh, a factor of 3.4 either way)"
    return Grid(Factor("place", _ANYWHERE, words, "the country (country_iso3)"), False, _ANYWHERE.median)


def _given(facts: Facts, g_per_kwh: float) -> Grid:
    """Grid with an intensity given by the owner; the place must still exist."""
    if isinstance(g_per_kwh, bool) or not 0 < g_per_kwh <= HIGHEST_GRID_G_PER_KWH:
        raise PlaceError(f"no grid has {g_per_kwh:g} g/kWh; the highest is {HIGHEST_GRID_G_PER_KWH:g}")
    country, region, cloud = facts.country_iso3, facts.region, None
    if facts.provider is not None and region is not None:
        cloud = find_cloud_region(facts.provider, region)
        country, region = cloud.country_iso3, cloud.subdivision
    if country is None and region is not None:
        raise PlaceError(f"a region ({region!r}) needs its country, or its provider: --region gcp:europe-west4")
    place = None if country is None else find_country(country).name
    if country is not None and region is not None:
        place = grid_intensity(country, region).place
    words = f"the grid's intensity was given: {units.format_intensity(g_per_kwh)}"
    return Grid(
        Factor("place", Constant(g_per_kwh), words),
        True,
        g_per_kwh,
        place=place,
        short=f"grid {g_per_kwh:.3g} g/kWh, given",
        country_iso3=None if country is None else find_country(country).iso3,
        source="given by the owner",
        cloud_provider=cloud.provider if cloud else None,
        cloud_region=cloud.region if cloud else None,
    )


def _cloud(facts: Facts) -> Grid:
    assert facts.provider
    assert facts.region
    found = find_cloud_region(facts.provider, facts.region)
    if facts.country_iso3 is not None and find_country(facts.country_iso3).iso3 != found.country_iso3:
        raise PlaceError(
            f"{found.provider}:{found.region} stands in {found.country_iso3}, and the country is {facts.country_iso3}"
        )
    grid = _named(grid_intensity(found.country_iso3, found.subdivision))
    return Grid(
        grid.factor,
        *(True, grid.g_per_kwh, grid.place, grid.short, grid.country_iso3, grid.basis, grid.source),
        cloud_provider=found.provider,
        cloud_region=found.region,
    )


def _named(intensity: Intensity) -> Grid:
    instead = life_cycle(intensity)
    if instead is not intensity:
        return _nearly_no_combustion(intensity, instead.source)
    sigma, why, finer = _spread(intensity)
    where = intensity.country.iso3 + (f"/{intensity.region}" if intensity.region else "")
    basis = "combustion only" if intensity.basis == "combustion" else intensity.basis
    tool = intensity.source.removesuffix(" data")
    words = f"{intensity.place}: {units.format_intensity(intensity.g_per_kwh)}, {basis} ({intensity.source}); {why}"
    return Grid(
        Factor("place", Lognormal(intensity.g_per_kwh, sigma), words, finer),
        True,
        intensity.g_per_kwh,
        place=intensity.place,
        short=f"grid {where} {intensity.g_per_kwh:.3g} g/kWh {basis}, {tool}",
        country_iso3=intensity.country.iso3,
        basis=intensity.basis,
        source=intensity.source,
    )


def _nearly_no_combustion(intensity: Intensity, source: str) -> Grid:
    """Hydropower grid for which the data only cover combustion."""
    where = f"{intensity.country.iso3}/{intensity.region}"
    words = (
        f"{intensity.place}: {intensity.g_per_kwh:.3g} g/kWh are burned ({intensity.source}); over the life of its "
        f"plants {_HYDROPOWER.median:g} g/kWh, as hydropower (IPCC 2014), a factor of 3 either way"
    )
    return Grid(
        Factor("place", _HYDROPOWER, words, "what the grid emits over the life cycle (intensity)"),
        True,
        _HYDROPOWER.median,
        place=intensity.place,
        short=f"grid {where} {_HYDROPOWER.median:g} g/kWh life-cycle, hydropower, IPCC 2014",
        country_iso3=intensity.country.iso3,
        basis="life-cycle",
        source=source,
    )


def _spread(intensity: Intensity) -> tuple[float, str, str | None]:
    """Sigma, the reason for it, and the fact that would narrow it."""
    iso3 = intensity.country.iso3
    if intensity.region is not None and intensity.g_per_kwh < _LOW_CARBON_G_PER_KWH:
        return _LOW_CARBON_SIGMA, "sources differ much on a grid with little carbon", None
    if intensity.region is not None:
        return _REGION_SIGMA, "a region changes from year to year", None
    if iso3 == "USA":
        return _USA_SIGMA, "its states lie far apart", "the state or cloud region (region)"
    if iso3 in _LOW_CARBON or intensity.g_per_kwh < _LOW_CARBON_G_PER_KWH:
        return _LOW_CARBON_SIGMA, "sources differ much on a grid with little carbon", "the region or zone (region)"
    return _COUNTRY_SIGMA, "sources differ a little", None
