"""Places as tracker files name them: a code, a name, or a cloud region."""

from __future__ import annotations

import re

from ..errors import HfEmissionsError, MissingExtraError
from ..factors.cloud_regions import cloud_regions, find_cloud_region
from ..factors.countries import find_country

_ISO3 = re.compile(r"[A-Z]{3}")
_NOWHERE = (
    "",
    "-",
    "n/a",
    "na",
    "nan",
    "none",
    "null",
    "unknown",
    "undetected",
    "undefined",
    "no country",
    "any",
    "world",
)


def known_words(text: str | None) -> str | None:
    """Place as text; None if it means unknown, or lost letters in decoding."""
    return None if text is None or text.strip().casefold() in _NOWHERE or "\ufffd" in text else text.strip()


def iso3_of(text: object) -> str | None:
    """ISO alpha-3 code of an ISO code or English name; None if unknown, or names cannot be looked up.

    Without a list of countries (core installation), a code of three letters is returned as is: Canada must still be
    recognised.
    """
    if not isinstance(text, str) or known_words(text) is None:
        return None
    try:
        return find_country(text).iso3
    except MissingExtraError:
        return text.strip() if _ISO3.fullmatch(text.strip()) else None
    except HfEmissionsError:
        return None


def is_no_country(text: str) -> bool:
    """True if a text names no country; False if names cannot be looked up."""
    try:
        find_country(text)
    except MissingExtraError:
        return False
    except HfEmissionsError:
        return True
    return False


def name_of(iso3: str | None) -> str | None:
    """Name of a country, or its code if names cannot be looked up."""
    try:
        return None if iso3 is None else find_country(iso3).name
    except HfEmissionsError:
        return iso3


def country_of_cloud(provider: str | None, region: str | None) -> str | None:
    """Country of a cloud region by our own table; None if not listed."""
    try:
        return find_cloud_region(provider, region).country_iso3 if provider and region else None
    except HfEmissionsError:
        return None


def cloud_of_region(region: str) -> tuple[str, str] | None:
    """Provider and country of a region by its name alone; None unless the name determines the country."""
    found = [one for one in cloud_regions() if one.region == region.strip().lower()]
    return (found[0].provider, found[0].country_iso3) if len({one.country_iso3 for one in found}) == 1 else None
