"""Grams per kWh of Google's cloud regions, as Google publishes them and codecarbon packages them.

They are operational: what the power plants emitted while they ran, hour by hour over a year, and not over their
life. codecarbon's own figures of countries are life-cycle, so that the two are never summed.
"""

from __future__ import annotations

from ..errors import PlaceError
from .cloud_regions import find_cloud_region
from .codecarbon_tables import google_intensities_g_per_kwh, version
from .countries import find_country
from .intensity import Intensity

# As codecarbon 3.3.2 misspells it.
_SPELLED = {"me-central1": "me-cenrtal1"}

# Of the figures in codecarbon 3.3.2. Its table does not say so; they are those that Google published for 2023.
_YEAR = 2023


def google_region_intensity(region: str) -> Intensity:
    """The intensity of one of Google's regions, such as `asia-east1`.

    Raises:
        PlaceError: Google has no such region (with near matches), or codecarbon no figure for it.
        MissingExtraError: codecarbon is not installed.
    """
    place = find_cloud_region("gcp", region)
    figures = google_intensities_g_per_kwh()
    g_per_kwh = figures.get(place.region, figures.get(_SPELLED.get(place.region, "")))
    if g_per_kwh is None:
        raise PlaceError(
            f"codecarbon {version()} has no figure of Google's for {place.region}; use that of its country"
        )
    return Intensity(
        g_per_kwh=g_per_kwh,
        basis="operational",
        country=find_country(place.country_iso3),
        region=place.region,
        source=f"codecarbon {version()} data: Google, {_YEAR}",
    )
