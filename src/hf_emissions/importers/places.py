"""Places as the files of trackers name them: a code, a name, or the region of a cloud."""

from __future__ import annotations

import re

from ..errors import HfEmissionsError
from ..factors.cloud_regions import find_cloud_region
from ..factors.countries import find_country

_ISO3 = re.compile(r"[A-Z]{3}")


def iso3_of(text: object) -> str | None:
    """The country of an ISO code or an English name; None where it is none, or names cannot be looked up.

    A code of three letters stands as it is: a core installation has no list of countries, and must know all the same
    which files say Canada.
    """
    if not isinstance(text, str):
        return None
    if _ISO3.fullmatch(text.strip()):
        return text.strip()
    try:
        return find_country(text).iso3
    except HfEmissionsError:
        return None


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
