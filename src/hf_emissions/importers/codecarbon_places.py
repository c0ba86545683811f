"""Fallback places of CodeCarbon for an unknown location: Quebec, and the world."""

from __future__ import annotations

# Coordinates for a machine that it cannot locate; some releases swapped latitude and longitude.
_FALLBACK = frozenset({46.8, 71.2})
# Releases whose fallback was Canada without a region or coordinates.
_WITHOUT_REGION = ("2.0", "2.1")
# Intensity for an unknown country: the IEA world mean of 2019, to its digits. Vietnam has nearly the same in
# CodeCarbon's tables.
_WORLD_G_PER_KWH = 475.0
_SAME = 1e-6
_LIKE_THE_WORLD = "VNM"
NO_PLACE = (
    "CodeCarbon did not find out where the machine was and took Quebec, whose grid emits a hundredth of others'; say"
    " where it ran with --country, or what its grid emits with --intensity"
)
NO_COUNTRY = (
    "its grams are those of the world's mean, 475 g/kWh, which CodeCarbon takes for a country that it does not know;"
    " say where it ran with --country, or what its grid emits with --intensity"
)


def is_quebec_by_default(country: str | None, latitude: object, longitude: object) -> bool:
    """True if country and coordinates are those of the Quebec fallback."""
    return country == "CAN" and frozenset((_abs(latitude), _abs(longitude))) == _FALLBACK


def is_canada_by_default(country: str | None, region: str | None, version: str | None) -> bool:
    """True for the fallback of releases up to 2.1, without region and coordinates; version None is such a release."""
    return country == "CAN" and region is None and (version or "2.1").startswith(_WITHOUT_REGION)


def is_world_by_default(country: str | None, intensity_g_per_kwh: float | None) -> bool:
    """True if the intensity is the world mean, the fallback for unknown country codes."""
    if intensity_g_per_kwh is None or country == _LIKE_THE_WORLD:
        return False
    return abs(intensity_g_per_kwh / _WORLD_G_PER_KWH - 1) < _SAME


def _abs(value: object) -> float:
    try:
        return abs(float(str(value)))
    except ValueError:
        return float("nan")
