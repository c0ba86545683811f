"""Look up countries by code or name. Names are from pycountry, a dependency of codecarbon: ISO 3166-1 in English,
Debian's iso-codes for other languages.
"""

from __future__ import annotations

import difflib
import gettext
import importlib
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from ..errors import MissingExtraError, PlaceError
from .spelling import spelled, spelled_out
from .subdivisions import Subdivision, subdivisions_named

# Not in ISO 3166-1: parts of the United Kingdom (ISO 3166-2:GB), common and former names (most in Unicode's CLDR), and
# codes of other bodies (IOC, EU).
_ALSO = {
    "GBR": "uk, britain, great britain, england, scotland, wales, northern ireland, cymru, großbritannien, engeland, "
    "grande-bretagne, gran bretaña, gran bretagna, grã-bretanha, groot-brittannië, iso-britannia, angleterre, "
    "inglaterra, inghilterra, великобритания, イギリス",
    "USA": "america, eeuu, eua",
    "NLD": "holland, ned, nederlandene",
    "DEU": "ger, brd",
    "CHE": "sui",
    "GRC": "el, hellas",
    "IRL": "eire, republic of ireland",
    "FIN": "suomi",
    "RUS": "russia, rossiya, россия, russland, russie, rusia, rusland, ryssland, rosja, росія, rusya, rusko, "
    "oroszország, venäjä, ロシア, 러시아",
    "BLR": "biélorussie",
    "AUS": "オーストラリア",
    "TWN": "대만",
    "TUR": "turkey",
    "MKD": "macedonia",
    "BIH": "bosnia",
    "VAT": "vatican, vatican city",
    "CHN": "prc, mainland china, zhongguo, tiongkok",
    "HKG": "hong kong sar, hong kong sar china",
    "MAC": "macau, macau sar, macao sar, macao sar china",
    "PSE": "palestinian territories",
    "BES": "caribbean netherlands",
    "KOR": "rok",
    "PRK": "dprk",
    "JPN": "nippon, nihon",
    "IND": "bharat",
    "LAO": "laos",
    "MMR": "burma",
    "TLS": "east timor",
    "BRN": "brunei",
    "ARE": "uae, emirates",
    "SAU": "ksa",
    "CIV": "ivory coast, cote d ivoire, elfenbeinküste",
    "CPV": "cape verde",
    "SWZ": "swaziland",
    "ZAF": "rsa",
    "COD": "drc, dr congo, congo kinshasa, congo dr, zaire",
    "COG": "congo brazzaville, republic of congo",
    "IRN": "persia",
    "TTO": "trinidad",
    "FLK": "falklands, falkland islands",
}
# Codes often written with dots, or with "the".
_INITIALS = ("us", "usa", "uk", "gb", "uae", "drc", "prc", "rsa", "ksa")
# Country names with another common meaning.
_TWO_READINGS = {
    "georgia": 'may be the country (GEO) or the state of the USA; write GEO, or the country "USA" with the region '
    '"Georgia"'
}
# Languages for which iso-codes translates nearly all countries.
_LANGUAGES = (
    *("de", "fr", "es", "it", "pt", "pt_BR", "nl", "pl", "ru", "uk", "zh_CN", "zh_TW", "ja", "ko", "ar", "tr", "sv"),
    *("da", "nb_NO", "nn", "fi", "is", "cs", "sk", "hu", "ro", "el", "he", "bg", "hr", "sr", "sl", "et", "lv", "lt"),
    *("th", "id", "ms", "hi", "fa", "ca", "eu", "ga"),
)
# Allows one wrong letter in five. "England" and "Finland" score 0.71 and must not match.
NEAR, _NEARLY_AS_NEAR = 0.8, 0.05
LETTERS_OF_A_CODE = 3
_ZONE = re.compile(r"[a-z]{2}\d+")
_SHORT = re.compile(r",| \(")
_CODES = "write its ISO code of two or three letters, such as DE or DEU"


@dataclass(frozen=True, slots=True)
class Country:
    """ISO 3166-1 alpha-3 code and short English name of a country."""

    iso3: str
    name: str

    @property
    def words(self) -> str:
        """Name and code: `Germany (DEU)`."""
        return f"{self.name} ({self.iso3})"


def find_country(text: object) -> Country:
    """Look up a country by two- or three-letter ISO code, or by name in English or another language.

    Accents, dots, case and a leading "the" are ignored, except that in most codes only case is.

    Raises:
        PlaceError: no country or several match; the message has candidates.
        MissingExtraError: pycountry is not installed.
    """
    if not isinstance(text, str):
        raise PlaceError(_no_text(text))
    found = _countries(text)
    if _two_readings(text):
        raise PlaceError(f"{cut(text)} {_two_readings(text)}")
    if len(found) > 1:
        raise PlaceError(f"{cut(text)} may be {_any_of(found)}; write the code")
    if not found:
        raise PlaceError(_numeric(text.strip()) or f"{cut(text)} is no country; {_hint(text)}")
    return found[0]


def country_named(text: str) -> Country | None:
    """Like `find_country`, but None instead of PlaceError; cheaper, as no message is built."""
    found = _countries(text)
    return found[0] if len(found) == 1 and not _two_readings(text) else None


def is_ambiguous(text: str) -> bool:
    """True if the name fits several countries, or a country and a part of another."""
    return len(_countries(text)) > 1 or bool(_two_readings(text))


def _two_readings(text: str) -> str | None:
    return _TWO_READINGS.get(spelled(text))


def _countries(text: str) -> tuple[Country, ...]:
    key = spelled(text)
    # Codes have no accents, dots or slashes: "Áo" is Austria in Vietnamese, and "n/a" is not Namibia.
    is_code = len(key) <= LETTERS_OF_A_CODE and key.isascii()
    return () if is_code and key not in _INITIALS and text.strip().casefold() != key else _found(key)


@lru_cache(maxsize=4096)
def _found(key: str) -> tuple[Country, ...]:
    """Countries with this name; other languages only if English has none."""
    iso3s = _english().get(key) or _other_languages(key)
    return tuple(_country(iso3) for iso3 in sorted(iso3s))


def _other_languages(key: str) -> set[str]:
    iso3s = _translated().get(key, set())
    # A country in one language may be a subdivision in another: Granada.
    return iso3s | {_iso3(part) for part in subdivisions_named(key)} if iso3s else set()


@cache
def _country(iso3: str) -> Country:
    found = _pycountry().countries.get(alpha_3=iso3)
    name = getattr(found, "common_name", found.name)
    head = name.partition(",")[0]
    return Country(iso3, head if len(_english()[spelled(head)]) == 1 or head == name else _turned(name))


@cache
def _english() -> dict[str, set[str]]:
    """Countries by normalized code and English name. A short form may be shared by several."""
    names: dict[str, set[str]] = {}
    for found in _pycountry().countries:
        for name in (found.alpha_2, found.alpha_3, found.flag, *_official(found), *_names(found)):
            for form in (name, _turned(name), _SHORT.split(name)[0]):
                names.setdefault(spelled(form), set()).add(found.alpha_3)
    for iso3, also in _ALSO.items():
        for name in also.split(", "):
            for key in spelled_out(name):
                names.setdefault(key, set()).add(iso3)
    return names


def _official(found: Any) -> list[str]:
    return [found.official_name] if hasattr(found, "official_name") else []


def _turned(name: str) -> str:
    """Turn `Korea, Republic of` into `Republic of Korea`."""
    head, _, rest = name.partition(", ")
    return f"{rest} {head}"


@cache
def _translated() -> dict[str, set[str]]:
    """Countries by name in other languages, without official names: some translations are wrong."""
    written: dict[str, set[str]] = {}
    ours = [(found.alpha_3, name) for found in _pycountry().countries for name in _names(found)]
    for language in _LANGUAGES:
        translate = gettext.translation("iso3166-1", _pycountry().LOCALES_DIR, [language], fallback=True).gettext
        for iso3, name in ours:
            translated = translate(name)
            written.setdefault(translated, set()).add(iso3)
            if "," in name:
                written.setdefault(translated.partition(",")[0], set()).add(iso3)
    names: dict[str, set[str]] = {}
    for name, iso3s in written.items():
        # So few Latin letters are more likely a code or a word.
        for key in (key for key in spelled_out(name) if len(key) > LETTERS_OF_A_CODE or not key.isascii()):
            names.setdefault(key, set()).update(iso3s)
    return names


def _names(found: Any) -> list[str]:
    return list(dict.fromkeys([found.name, getattr(found, "common_name", found.name)]))


# Error messages


def _no_text(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return _numeric(str(value)) or f"{cut(value)} is no country; {_CODES}"
    return f'a country is a text, such as "DEU" or "Germany", and this is {cut(value)}'


def _numeric(digits: str) -> str | None:
    found = _pycountry().countries.get(numeric=digits.zfill(3)) if digits.isascii() and digits.isdigit() else None
    return found and f"{digits} is the numeric code of {_country(found.alpha_3).name}; write {found.alpha_3}"


def _hint(text: str) -> str:
    key = spelled(text)
    if not key:
        return f"it is empty: {_CODES}"
    countries = tuple(dict.fromkeys(_country(_iso3(part)) for part in subdivisions_named(text)))
    if len(countries) > _MOST_NAMED:
        return f"parts of {len(countries)} countries are called so: write the country"
    if countries:
        return f"it is a part of {_any_of(countries)}: write the country too, as in {countries[0].iso3}/{text.strip()}"
    zone = country_named(key[:2]) if _ZONE.fullmatch(key) else None
    return f"did you mean {zone.words}?" if zone else _near(key) or _CODES


_MOST_NAMED = 4


def _iso3(part: Subdivision) -> str:
    return part.country_iso3 or str(_pycountry().countries.get(alpha_2=part.code[:2]).alpha_3)


def _near(key: str) -> str | None:
    """Suggest the countries with the closest names, including near ties."""
    if len(key) <= LETTERS_OF_A_CODE:
        return None
    names = {**_translated(), **_english()}
    near = difflib.get_close_matches(key, names, n=4, cutoff=NEAR)
    best = _likeness(key, near[0]) if near else 0.0
    nearest = [name for name in near if best - _likeness(key, name) <= _NEARLY_AS_NEAR]
    found = dict.fromkeys(_country(iso3) for name in nearest for iso3 in sorted(names[name]))
    return f"did you mean {_any_of(tuple(found))}?" if found else None


def _likeness(first: str, second: str) -> float:
    return difflib.SequenceMatcher(None, second, first).ratio()


def _any_of(countries: tuple[Country, ...]) -> str:
    return " or ".join(country.words for country in countries)


def cut(value: object) -> str:
    """Format a value for a message: one line of bounded length."""
    words = repr(value)
    return words if len(words) <= 60 else f"{words[:57]}..."


def _pycountry() -> Any:
    try:
        return importlib.import_module("pycountry")
    except ImportError:
        raise MissingExtraError("looking up a country needs an extra: pip install 'hf-emissions[estimate]'") from None
