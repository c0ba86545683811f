"""Places as the files of trackers name them: a code, a name, or the region of a cloud."""

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
    """A place in words; None for the words that say that it is not known, and where letters were lost in reading."""
    return None if text is None or text.strip().casefold() in _NOWHERE or "\ufffd" in text else text.strip()


def iso3_of(text: object) -> str | None:
    """The country of an ISO code or an English name; None where it is none, or names cannot be looked up.

    A code of three letters stands as it is: a core installation has no list of countries, and must know all the same
    which files say Canada.
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
    """Whether a text names no country; where names cannot be looked up, any may be one."""
    try:
        find_country(text)
    except MissingExtraError:
        return False
    except HfEmissionsError:
        return True
    return False


def name_of(iso3: str | None) -> str | None:
    """The name of a country, or its code where names cannot be looked up."""
    try:
        return None if iso3 is None else find_country(iso3).name
    except HfEmissionsError:
        return iso3


def country_of_cloud(provider: str | None, region: str | None) -> str | None:
    """The country that a cloud's region stands in, by our own table; None where it is not in it."""
    try:
        return find_cloud_region(provider, region).country_iso3 if provider and region else None
    except HfEmissionsError:
        return None


def cloud_of_region(region: str) -> tuple[str, str] | None:
    """The provider of a region and its country, where the name of the region alone tells both."""
    found = [one for one in cloud_regions() if one.region == region.strip().lower()]
    return (found[0].provider, found[0].country_iso3) if len({one.country_iso3 for one in found}) == 1 else None
