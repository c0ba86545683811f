"""The one way from whatever names a place to the intensity of its grid."""

from __future__ import annotations

from dataclasses import replace

from ..errors import PlaceError
from ..record import Intensity, Place, Site
from ..record.site import GIVEN
from .bounds import HIGHEST_GRID_G_PER_KWH, LOWEST_GRID_G_PER_KWH
from .intensity import grid_intensity, life_cycle
from .named_place import read_place

# World average grid as packaged by codecarbon (IEA 2019, life-cycle); used on request only.
WORLD_AVERAGE_G_PER_KWH = 475.0


def resolve(
    country: object = None, region: object = None, *, intensity_g_per_kwh: float | None = None, known_by: str = ""
) -> Site | None:
    """Place and intensity of whatever is given; None if nothing is.

    Args:
        country: see `read_place`.
        region: a state, province or zone of the country, or a cloud region as `gcp:europe-west4`; see `read_place`.
        intensity_g_per_kwh: overrides the intensity of the place's grid; it needs no place.
        known_by: how the place is known, if the user did not give it.

    Raises:
        PlaceError: an unknown place, or one without an intensity; contradictory names; an intensity that no grid has.
        MissingExtraError: pycountry or codecarbon is not installed.
    """
    if country is None and region is None:
        return None if intensity_g_per_kwh is None else with_intensity(Place(), intensity_g_per_kwh)
    place = replace(read_place(country, region), known_by=known_by)
    return site_of(place) if intensity_g_per_kwh is None else with_intensity(place, intensity_g_per_kwh)


def site_of(place: Place) -> Site:
    """A place with the intensity of its grid: over the life cycle, where combustion is next to nothing.

    Raises:
        PlaceError: the place has no intensity.
        MissingExtraError: codecarbon is not installed.
    """
    return Site(place, life_cycle(grid_intensity(place.country_iso3 or "", place.region).intensity))


def with_intensity(place: Place, g_per_kwh: float) -> Site:
    """A place, which may be unknown, with an intensity that the user gave.

    Raises:
        PlaceError: no grid has that intensity.
    """
    check_intensity(g_per_kwh)
    return Site(place, Intensity(g_per_kwh=g_per_kwh, source=GIVEN))


def check_intensity(g_per_kwh: float | None) -> None:
    """Validate an intensity against the range of real grids.

    Raises:
        PlaceError: names the range.
    """
    if g_per_kwh is not None and (isinstance(g_per_kwh, bool) or not 0 < g_per_kwh <= HIGHEST_GRID_G_PER_KWH):
        raise PlaceError(
            f"no grid has {g_per_kwh:g} g/kWh; it lies between {LOWEST_GRID_G_PER_KWH:g} and {HIGHEST_GRID_G_PER_KWH:g}"
        )


def world_average() -> Site:
    """Average of the world's grids; used on request only."""
    place = Place(name="world average", known_by="place unknown, world average assumed")
    return Site(place, Intensity(g_per_kwh=WORLD_AVERAGE_G_PER_KWH, basis="life-cycle", source="IEA 2019", year=2019))
