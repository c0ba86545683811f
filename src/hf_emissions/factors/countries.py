"""Countries by code or English name. The names come from pycountry, which codecarbon brings along."""

from __future__ import annotations

import difflib
import importlib
from dataclasses import dataclass
from typing import Any

from ..errors import MissingExtraError, PlaceError

# English names in daily use that ISO 3166 does not list.
_DAILY_NAMES = {
    "america": "USA",
    "britain": "GBR",
    "great britain": "GBR",
    "holland": "NLD",
    "laos": "LAO",
    "russia": "RUS",
    "south korea": "KOR",
    "uk": "GBR",
    "uae": "ARE",
    "turkey": "TUR",
    "usa": "USA",
}


@dataclass(frozen=True, slots=True)
class Country:
    """A country: its ISO 3166-1 alpha-3 code and its short English name."""

    iso3: str
    name: str


def find_country(text: str) -> Country:
    """The country that an ISO code of two or three letters, or an English name, stands for.

    Raises:
        PlaceError: no country has that code or name; the message has near matches.
        MissingExtraError: pycountry is not installed.
    """
    countries = _pycountry().countries
    wanted = text.strip()
    code = _DAILY_NAMES.get(wanted.casefold(), wanted)
    try:
        return _country(countries.lookup(code))
    except LookupError:
        raise PlaceError(f"{text!r} is no country; {_nearest(wanted, countries)}") from None


def _country(found: Any) -> Country:
    return Country(found.alpha_3, getattr(found, "common_name", found.name).split(",")[0])


def _nearest(wanted: str, countries: Any) -> str:
    names = {name.casefold(): _country(found) for found in countries for name in (found.name, found.alpha_3)}
    names |= {name: _country(countries.get(alpha_3=code)) for name, code in _DAILY_NAMES.items()}
    near = [names[name] for name in difflib.get_close_matches(wanted.casefold(), names, n=4, cutoff=0.6)]
    if not near:
        return "write its ISO code of two or three letters, such as DE or DEU"
    unique = dict.fromkeys(f"{country.name} ({country.iso3})" for country in near)
    return f"did you mean {' or '.join(unique)}?"


def _pycountry() -> Any:
    try:
        return importlib.import_module("pycountry")
    except ImportError:
        raise MissingExtraError("looking up a country needs an extra: pip install 'hf-emissions[estimate]'") from None
