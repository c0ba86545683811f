"""Intensity of Google's cloud regions in g/kWh, published by Google and packaged by codecarbon.

Operational: emissions of running power plants, hourly over a year, not over their lifetime. codecarbon's country
figures are life-cycle, so the two are never summed.
"""

from __future__ import annotations

from ..errors import PlaceError
from ..record import Intensity, Site
from .cloud_regions import find_cloud_region
from .codecarbon_tables import google_intensities_g_per_kwh, version
from .named_place import place_in_cloud

# Misspelled in codecarbon 3.3.2.
_SPELLED = {"me-central1": "me-cenrtal1"}

# Year of the figures in codecarbon 3.3.2: they equal Google's for 2023; the table does not say so.
_YEAR = 2023


def google_region_intensity(region: str) -> Site:
    """Return the intensity of a Google region, such as `asia-east1`.

    Raises:
        PlaceError: no such region (with near matches), or codecarbon has no figure for it.
        MissingExtraError: codecarbon is not installed.
    """
    place = find_cloud_region("gcp", region)
    figures = google_intensities_g_per_kwh()
    g_per_kwh = figures.get(place.region, figures.get(_SPELLED.get(place.region, "")))
    if g_per_kwh is None:
        raise PlaceError(
            f"codecarbon {version()} has no figure of Google's for {place.region}; use that of its country"
        )
    source = f"codecarbon {version()} data: Google, {_YEAR}"
    return Site(place_in_cloud(place), Intensity(g_per_kwh=g_per_kwh, basis="operational", source=source, year=_YEAR))
