"""Parse place names: a country, a part of it, or a cloud region. Shared by all commands."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from dataclasses import replace

from ..errors import PlaceError
from ..record import Place
from .cloud_regions import CloudRegion, names_cloud_region, providers_of, read_cloud_region
from .countries import Country, country_named, cut, find_country, is_ambiguous
from .intensity import COMBUSTION, NORDIC, grid_intensity, place_in, region_key
from .subdivisions import subdivision_of

# `Virginia, United States`, `Germany (DEU)`, `USA/CA`, and ISO 3166-2 codes: `US-CA`.
_ENDS_WITH_COUNTRY = re.compile(r"(?P<part>.+),(?P<country>[^,]+)")
_IN_BRACKETS = re.compile(r"(?P<country>[^()]+)\((?P<part>[^()]+)\)\s*")
_BEGINS_WITH_COUNTRY = re.compile(r"(?P<country>[^/,]+)[/,](?P<part>.+)")
_CODE = re.compile(r"(?P<country>[A-Za-z]{2,3})[-_](?P<part>[A-Za-z0-9]{1,4})")


def read_place(country: object, region: object = None) -> Place:
    """Resolve a country with an optional region, or a cloud region.

    Args:
        country: a code or name, possibly with a part (`USA/CA`, `US-CA`, `California, USA`).
        region: a state, province or zone of the country, or a cloud region as `gcp:europe-west4`.

    Raises:
        PlaceError: an unknown or ambiguous name, a region without a country, or contradictory names.
        MissingExtraError: pycountry or codecarbon is not installed.
    """
    if names_cloud_region(region):
        return _in_cloud(str(region), country)
    if region is not None and not isinstance(region, str):
        raise PlaceError(f'a region is a text, such as "Virginia" or "gcp:europe-west4", and this is {cut(region)}')
    if country is None:
        raise PlaceError(f"region {cut(region)} needs its country, {_or_its_provider(region)}")
    named = _read_country(country)
    if region is None:
        return named
    found = grid_intensity(named.country_iso3 or "", region).place
    if named.region not in (None, found.region):
        raise PlaceError(f"country is {cut(country)} and region is {cut(region)}, two places; give one of them")
    return found


def _or_its_provider(region: str | None) -> str:
    found = providers_of(region or "")
    return f"or its provider, such as {found[0]}:{region}" if found else "or its provider, such as gcp:europe-west4"


def _in_cloud(region: str, country: object) -> Place:
    found = place_in_cloud(read_cloud_region(region))
    if country is None:
        return found
    named = _read_country(country)
    if named.country_iso3 != found.country_iso3 or named.region not in (None, found.region):
        raise PlaceError(
            f"{found.cloud_provider}:{found.cloud_region} stands in {found.name}, and the country is {cut(country)}; "
            "give one of them"
        )
    return found


def place_in_cloud(cloud: CloudRegion) -> Place:
    """Place of a cloud region."""
    place = place_in(find_country(cloud.country_iso3), cloud.subdivision)
    return replace(place, cloud_provider=cloud.provider, cloud_region=cloud.region, on_cloud=True)


def _read_country(text: object) -> Place:
    if not isinstance(text, str):
        return place_in(find_country(text))
    if names_cloud_region(text):
        raise PlaceError(f"country is {cut(text)}; a cloud's region is named as region")
    whole = country_named(text)
    if whole is not None:
        return place_in(whole)
    zone = _zone(text)
    if zone is not None:
        return zone
    found = next(_split(text), None)
    return place_in(find_country(text)) if found is None else _part(text, *found)


def _zone(text: str) -> Place | None:
    """Resolve a bidding zone, whose name starts with its country's code: `SE3`."""
    iso3 = {code: iso3 for iso3, code in NORDIC.items()}.get(text.strip()[:2].upper())
    country = None if iso3 is None else find_country(iso3)
    key = None if country is None else region_key(country, text)
    return None if country is None or key is None else place_in(country, key)


def _split(text: str) -> Iterator[tuple[Country, str, bool]]:
    """Possible splits of a text into country and part, and whether the part is a code."""
    for pattern in (_ENDS_WITH_COUNTRY, _IN_BRACKETS, _BEGINS_WITH_COUNTRY, _CODE):
        found = pattern.fullmatch(text.strip())
        country = None if found is None else country_named(found["country"])
        if found is not None and country is not None:
            yield country, found["part"].strip(), pattern is _CODE
        elif found is not None and is_ambiguous(found["country"]):
            find_country(found["country"].strip())  # raises, listing the candidates


def _part(text: str, country: Country, part: str, is_code: bool) -> Place:
    """Resolve a part of a country to its region, or to the country alone if it has no regional figures."""
    keys = (region_key(country, piece) for piece in _pieces(text, part))
    key = next((key for key in keys if key is not None), None)
    if key is not None:
        return place_in(country, key)
    known = subdivision_of(_alpha2(country), part)
    if known is not None and known.country_iso3 is not None:
        return place_in(find_country(known.country_iso3))
    other = country_named(part)
    if other != country and not (is_code and known and country.iso3 not in COMBUSTION):
        _check_part(text, country, part, is_code=is_code, other=other)
    return place_in(country)


def _pieces(text: str, part: str) -> list[str]:
    """Components of a part, the one next to the country first: `Santa Clara, California`."""
    pieces = [piece for piece in re.split(r"[,/]", part) if piece.strip()]
    return pieces[::-1] if text.strip().startswith(part) else pieces


def _check_part(text: str, country: Country, part: str, *, is_code: bool, other: Country | None) -> None:
    """Reject a part that names another country, an invalid code, or an unknown region where all are known.

    Raises:
        PlaceError: the part is rejected; with alternatives.
    """
    if other is not None:
        raise PlaceError(f"{cut(text)} names {country.words} and {other.words}; give one of them")
    if country.iso3 in COMBUSTION:
        grid_intensity(country.iso3, part)  # the national mean would be misleading
    if is_code:
        raise PlaceError(f"{cut(text)} is no code of a part of {country.name}; did you mean {country.words}?")


def _alpha2(country: Country) -> str:
    return str(importlib.import_module("pycountry").countries.get(alpha_3=country.iso3).alpha_2)
