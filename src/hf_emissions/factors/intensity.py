"""Grams per kWh of a place's electricity, from the data that codecarbon packages. Beside
`codecarbon_tables` the only module that reads it.

Countries: Our World in Data and Ember, life-cycle. US states: EPA eGRID; Canadian provinces: their mix with
combustion factors; Chinese provinces: MEE and NBS, CO2 only: combustion. Nordic bidding zones: life-cycle.
codecarbon answers an unknown place with another one's figure and says nothing, so that every name is checked here.
"""

from __future__ import annotations

import difflib
import importlib
from dataclasses import dataclass
from functools import cache
from typing import Any

from .. import units
from ..errors import MissingExtraError, PlaceError
from ..record import IntensityBasis
from .countries import Country, find_country

COMBUSTION = ("USA", "CAN", "CHN")
_NORDIC = {"SWE": "SE", "NOR": "NO", "FIN": "FI"}


@dataclass(frozen=True, slots=True)
class Intensity:
    """The intensity of a place's electricity.

    `g_per_kwh` in grams CO2eq per kWh; `region` is codecarbon's own key, None for the whole country.
    """

    g_per_kwh: float
    basis: IntensityBasis
    country: Country
    region: str | None
    source: str

    @property
    def place(self) -> str:
        """The place in words: `Germany`, `Virginia, United States`."""
        if self.region is None:
            return self.country.name
        region = self.region if self.region.isupper() or self.region[-1:].isdigit() else self.region.title()
        return f"{region}, {self.country.name}"


def grid_intensity(country: str, region: str | None = None) -> Intensity:
    """The intensity of a country, or of a state, province or bidding zone where codecarbon has one.

    Args:
        country: ISO code of two or three letters, or English name.
        region: name or code (`Virginia`, `VA`, `US-VA`, `SE3`).

    Raises:
        PlaceError: the country or region is not known, or has no data; with near matches.
        MissingExtraError: codecarbon is not installed.
    """
    found = country_with_figures(country)
    key = None if region is None else _region_key(found, region)
    combustion = key is not None and found.iso3 in COMBUSTION
    return Intensity(
        g_per_kwh=units.round_significant(_look_up(found.iso3, key), 6),
        basis="combustion" if combustion else "life-cycle",
        country=found,
        region=key,
        source=f"codecarbon {version()} data",
    )


def country_with_figures(country: str) -> Country:
    """A country by code or English name, if codecarbon has figures for it.

    Raises:
        PlaceError: it is not known, or has no figures.
        MissingExtraError: codecarbon is not installed.
    """
    found = find_country(country)
    # Where hydropower is all there is, codecarbon has 0 for one country, which no grid emits over its life.
    if not _data_source().get_global_energy_mix_data().get(found.iso3, {}).get("carbon_intensity"):
        raise PlaceError(f"codecarbon has no intensity for {found.name} ({found.iso3}); give it with --intensity")
    return found


def version() -> str:
    """The version of codecarbon, which its data change with."""
    from importlib.metadata import version as installed

    return installed("codecarbon")


def regions(iso3: str) -> dict[str, str]:
    """The regions of a country that have an intensity of their own: codecarbon's key by each name, in lower case."""
    data = _data_source()
    if iso3 == "USA":
        return _states(data.get_country_emissions_data("usa"))
    if iso3 == "CAN":
        return _by_key([key for key in data.get_country_energy_mix_data("can") if not key.startswith("_")])
    if iso3 == "CHN":
        provinces = data.get_china_provincial_emissions_data()["data"]
        return {
            name: entry["names"][0] for code, entry in provinces.items() for name in (*entry["names"], code.lower())
        }
    if iso3 in _NORDIC:
        zones = data.get_nordic_country_energy_mix_data()["data"]
        return _by_key([zone for zone in zones if zone.startswith(_NORDIC[iso3])])
    return {}


def _states(states: dict[str, Any]) -> dict[str, str]:
    names = {key: entry for key, entry in states.items() if not key.startswith("_") and key != "usa"}
    codes = {str(entry.get("regionCode", "")).lower(): key for key, entry in names.items()}
    return {**{code: key for code, key in codes.items() if code}, **_by_key(list(names))}


def _by_key(keys: list[str]) -> dict[str, str]:
    return {key.lower(): key for key in keys}


def _region_key(country: Country, region: str) -> str:
    known = regions(country.iso3)
    if not known:
        raise PlaceError(f"{country.name} has no regions with an intensity of their own; leave the region out")
    wanted = region.strip().lower()
    for name in (wanted, wanted.partition("-")[2]):
        if name in known:
            return known[name]
    near = difflib.get_close_matches(wanted, known, n=3, cutoff=0.5) or sorted(set(known.values()))[:5]
    raise PlaceError(f"{region!r} is no region of {country.name}; try {', '.join(near)}")


def _look_up(iso3: str, region: str | None) -> float:
    emissions = importlib.import_module("codecarbon.core.emissions").Emissions(_data_source())
    energy = importlib.import_module("codecarbon.core.units").Energy.from_energy(kWh=1.0)
    place = importlib.import_module("codecarbon.external.geography").GeoMetadata(country_iso_code=iso3, region=region)
    return units.kg_to_g(emissions.get_private_infra_emissions(energy, place))


@cache
def _data_source() -> Any:
    try:
        return importlib.import_module("codecarbon.input").DataSource()
    except ImportError:
        raise MissingExtraError(
            "the intensity of a place needs an extra: pip install 'hf-emissions[estimate]'; "
            "or give it yourself with --intensity"
        ) from None
