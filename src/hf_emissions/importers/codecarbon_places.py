"""The places that CodeCarbon takes where it does not know one: Quebec, and the world."""

from __future__ import annotations

# Where CodeCarbon puts a machine that it cannot locate; some releases had latitude and longitude the other way round.
_FALLBACK = frozenset({46.8, 71.2})
# The releases whose fallback was Canada without a region or coordinates.
_WITHOUT_REGION = ("2.0", "2.1")
# What it takes for a country that it does not know: the world's mean of 2019 by the IEA, to its digits. Vietnam, by
# its tables, has nearly the same.
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
    """Whether a place is the one of a machine that could not be located, by its coordinates."""
    return country == "CAN" and frozenset((_abs(latitude), _abs(longitude))) == _FALLBACK


def is_canada_by_default(country: str | None, region: str | None, version: str | None) -> bool:
    """The same of releases that wrote neither region nor coordinates then, up to 2.1; None is such a release."""
    return country == "CAN" and region is None and (version or "2.1").startswith(_WITHOUT_REGION)


def is_world_by_default(country: str | None, intensity_g_per_kwh: float | None) -> bool:
    """Whether the intensity is the world's mean, which it takes for codes that it does not know."""
    if intensity_g_per_kwh is None or country == _LIKE_THE_WORLD:
        return False
    return abs(intensity_g_per_kwh / _WORLD_G_PER_KWH - 1) < _SAME


def _abs(value: object) -> float:
    try:
        return abs(float(str(value)))
    except ValueError:
        return float("nan")
