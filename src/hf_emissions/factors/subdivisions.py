"""States, provinces and other parts of countries (ISO 3166-2, from pycountry)."""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from functools import cache

from .spelling import spelled

# Parts also listed as countries, with their own grids (ISO 3166-2, remarks of FR, NL, CN, FI, NO and US).
_COUNTRIES = """
    FR-971 GLP, FR-972 MTQ, FR-973 GUF, FR-974 REU, FR-976 MYT, FR-BL BLM, FR-MF MAF, FR-NC NCL, FR-PF PYF, FR-PM SPM,
    FR-TF ATF, FR-WF WLF, NL-AW ABW, NL-BQ1 BES, NL-BQ2 BES, NL-BQ3 BES, NL-CW CUW, NL-SX SXM, CN-HK HKG, CN-MO MAC,
    CN-TW TWN, FI-01 ALA, NO-21 SJM, NO-22 SJM, US-AS ASM, US-GU GUM, US-MP MNP, US-PR PRI, US-UM UMI, US-VI VIR
"""
_ALSO_NAMED = re.compile(r"\[.*\]")


@dataclass(frozen=True, slots=True)
class Subdivision:
    """Part of a country: code (`DE-BY`), name, and its country code if also listed as a country."""

    code: str
    name: str
    country_iso3: str | None


def subdivisions_named(text: str) -> list[Subdivision]:
    """Parts of any country with this code or name."""
    return _by_name().get(spelled(text), [])


def subdivision_of(country: str, text: str) -> Subdivision | None:
    """Part of a country (alpha-2 code) by name, or by code with or without the country's; None if not unique."""
    for name in (f"{country}-{text}", text):
        found = [part for part in subdivisions_named(name) if part.code.startswith(f"{country}-")]
        if len(found) == 1:
            return found[0]
    return None


@cache
def _by_name() -> dict[str, list[Subdivision]]:
    countries = dict(pair.split() for pair in _COUNTRIES.split(","))
    names: dict[str, list[Subdivision]] = {}
    for found in importlib.import_module("pycountry").subdivisions:
        part = Subdivision(found.code, found.name, countries.get(found.code))
        name = _ALSO_NAMED.sub("", found.name)
        for key in {spelled(text) for text in (found.code, name, name.partition(",")[0])}:
            names.setdefault(key, []).append(part)
    return names
