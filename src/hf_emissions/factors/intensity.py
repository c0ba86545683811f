"""Grid intensity of places in g/kWh, from codecarbon's data. Only this module and `codecarbon_tables` read them.

Life-cycle: countries (Our World in Data and Ember), Nordic bidding zones. Combustion: US states (EPA eGRID), Canadian
provinces (mix with combustion factors), Chinese provinces (MEE and NBS, CO2 only).
For an unknown place codecarbon silently returns another's figure, so every name is validated here.
"""

from __future__ import annotations

import difflib
import importlib
from functools import cache
from typing import Any

from .. import units
from ..errors import MissingExtraError, PlaceError
from ..record import Intensity, Place, Site, Spread
from ..record.site import GIVEN
from .cloud_regions import providers_of
from .countries import LETTERS_OF_A_CODE, NEAR, Country, cut, find_country
from .spelling import spelled
from .subdivisions import subdivision_of

COMBUSTION = ("USA", "CAN", "CHN")
NORDIC = {"SWE": "SE", "NOR": "NO", "FIN": "FI"}

# A grid that burns next to nothing has the life-cycle emissions of hydropower: 24 g/kWh, 1 to 2200 for single plants
# (IPCC 2014, AR5 WG III, Annex III, table A.III.2).
NEARLY_NO_COMBUSTION_G_PER_KWH = 20.0
HYDROPOWER_G_PER_KWH = 24.0


HYDROPOWER_SOURCE = "IPCC 2014, hydropower"

# Standard deviations of the logarithm (estimation reference, section 1.4): between sources for a country, and between
# years for a region.
_COUNTRY = Spread(0.12, "sources differ a little")
_REGION = Spread(0.17, "a region changes from year to year")
# On low-carbon grids, sources differ by basis: life-cycle or combustion only.
_LOW_CARBON = Spread(0.35, "sources differ much on a grid with little carbon", "the region or zone (region)")
_LOW_CARBON_COUNTRIES = ("SWE", "NOR", "CHE", "FRA", "CAN")
_LOW_CARBON_G_PER_KWH = 100.0
# US states range from 24 to 893 g/kWh; three quarters of them, including Virginia, Iowa and Texas, are in the resulting
# range (191 to 713), and half are within half the spread.
_USA = Spread(0.40, "its states lie far apart", "the state or cloud region (region)")
# The spread is a judgement.
_HYDROPOWER = Spread(
    0.7,
    "the table counts combustion alone, which is next to nothing here; hydropower's life cycle stands for it, within "
    "a factor of 3",
    "what the grid emits over the life cycle (intensity)",
)

# A place of which nothing is known, from where trainings are known to have run: median in g/kWh, and sigma.
ANYWHERE_G_PER_KWH, ANYWHERE_SIGMA = 330.0, 0.75
_GIVEN = Spread(0.0, "the intensity was given")


def grid_intensity(country: str, region: str | None = None) -> Site:
    """Return the tabulated intensity of a country, or of its state, province or bidding zone; see `resolve`.

    Args:
        country: ISO code of two or three letters, or name.
        region: name or code (`Virginia`, `VA`, `US-VA`, `SE3`).

    Raises:
        PlaceError: the country or region is unknown or has no data; with near matches.
        MissingExtraError: codecarbon is not installed.
    """
    found = country_with_figures(country)
    key = None if region is None else _region_key(found, region)
    g_per_kwh = units.round_significant(_look_up(found.iso3, key), 6)
    intensity = Intensity(
        g_per_kwh=g_per_kwh,
        basis="combustion" if key is not None and found.iso3 in COMBUSTION else "life-cycle",
        source=f"codecarbon {version()} data",
        year=_year(found.iso3, key),
        spread=_spread(found.iso3, key, g_per_kwh),
    )
    return Site(place_in(found, key), intensity)


def place_in(country: Country, key: str | None = None) -> Place:
    """Place of a country, or of its region with this key."""
    if key is None:
        return Place(name=country.name, country_iso3=country.iso3)
    region = key if key.isupper() or key[-1:].isdigit() else key.title()
    return Place(name=f"{region}, {country.name}", country_iso3=country.iso3, region=key)


def life_cycle(intensity: Intensity) -> Intensity:
    """Substitute hydropower's life-cycle intensity for a near-zero combustion figure; else a no-op."""
    if intensity.basis != "combustion" or (intensity.g_per_kwh or 0.0) >= NEARLY_NO_COMBUSTION_G_PER_KWH:
        return intensity
    return Intensity(
        g_per_kwh=HYDROPOWER_G_PER_KWH, basis="life-cycle", source=HYDROPOWER_SOURCE, year=2014, spread=_HYDROPOWER
    )


def spread_of(place: Place, intensity: Intensity) -> Spread | None:
    """How far an intensity may be off, as read back from a ledger or a file; None if nothing is known of it."""
    if intensity.spread is not None:
        return intensity.spread
    if intensity.source == GIVEN:
        return _GIVEN
    if intensity.source == HYDROPOWER_SOURCE:
        return _HYDROPOWER
    if place.country_iso3 is None or intensity.g_per_kwh is None:
        return None
    return _spread(place.country_iso3, place.region, intensity.g_per_kwh)


def _spread(iso3: str, key: str | None, g_per_kwh: float) -> Spread:
    if key is not None:
        return _LOW_CARBON._replace(narrowed_by=None) if g_per_kwh < _LOW_CARBON_G_PER_KWH else _REGION
    if iso3 == "USA":
        return _USA
    return _LOW_CARBON if iso3 in _LOW_CARBON_COUNTRIES or g_per_kwh < _LOW_CARBON_G_PER_KWH else _COUNTRY


def _year(iso3: str, key: str | None) -> int | None:
    """Year of a tabulated intensity; None if the table does not say."""
    data = _data_source()
    if key is None:
        return _whole(data.get_global_energy_mix_data().get(iso3, {}).get("year"))
    if iso3 == "USA":
        return _whole(data.get_country_emissions_data("usa").get("_source", {}).get("year"))
    if iso3 in NORDIC:
        return _whole(data.get_nordic_country_energy_mix_data()["data"].get(key, {}).get("year"))
    return None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


def country_with_figures(country: str) -> Country:
    """Look up a country by code or name, requiring figures in codecarbon.

    Raises:
        PlaceError: unknown, or without figures.
        MissingExtraError: codecarbon is not installed.
    """
    found = find_country(country)
    # codecarbon has 0 for one all-hydropower country, which is impossible over the life cycle.
    if not _data_source().get_global_energy_mix_data().get(found.iso3, {}).get("carbon_intensity"):
        raise PlaceError(
            f"codecarbon has no intensity for {found.name} ({found.iso3}); say what its grid emits, "
            "with --intensity, or intensity= in Python"
        )
    return found


def version() -> str:
    """Installed version of codecarbon, which its data depend on."""
    from importlib.metadata import version as installed

    return installed("codecarbon")


def regions(iso3: str) -> dict[str, str]:
    """Regions of a country with their own intensity: codecarbon's key by each lower-case name."""
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
    if iso3 in NORDIC:
        zones = data.get_nordic_country_energy_mix_data()["data"]
        return _by_key([zone for zone in zones if zone.startswith(NORDIC[iso3])])
    return {}


def _states(states: dict[str, Any]) -> dict[str, str]:
    names = {key: entry for key, entry in states.items() if not key.startswith("_") and key != "usa"}
    codes = {str(entry.get("regionCode", "")).lower(): key for key, entry in names.items()}
    capital = {name: codes[code] for name, code in _CAPITAL.items() if code in codes}
    return {**{code: key for code, key in codes.items() if code}, **_by_key(list(names)), **capital}


# "Washington" alone is the state.
_CAPITAL = {"washington dc": "dc", "washington d.c.": "dc"}


def _by_key(keys: list[str]) -> dict[str, str]:
    return {key.lower(): key for key in keys}


def region_key(country: Country, region: str) -> str | None:
    """codecarbon's key of a region, by name or ISO 3166-2 code with or without the country; else None."""
    known = {spelled(name): key for name, key in regions(country.iso3).items()}
    if spelled(region) in known:
        return known[spelled(region)]
    code, dash, rest = region.strip().partition("-")
    alpha2 = _alpha2(country)
    if dash and spelled(code) in (country.iso3.lower(), alpha2.lower()):
        return region_key(country, rest)
    part = subdivision_of(alpha2, region) if known else None
    return None if part is None else known.get(spelled(part.name)) or known.get(spelled(part.code))


def _alpha2(country: Country) -> str:
    return str(importlib.import_module("pycountry").countries.get(alpha_3=country.iso3).alpha_2)


def _region_key(country: Country, region: str) -> str:
    known = regions(country.iso3)
    if not known:
        raise PlaceError(f"{country.name} has no regions with an intensity of their own; leave the region out")
    found = region_key(country, region)
    if found is not None:
        return found
    raise PlaceError(f"{cut(region)} is no region of {country.name}; {_near(region, known)}")


def _near(region: str, known: dict[str, str]) -> str:
    """Suggest near matches, or list the known regions."""
    key = spelled(region)
    clouds = [f"{provider}:{region.strip().lower()}" for provider in providers_of(region)]
    names = [] if len(key) <= LETTERS_OF_A_CODE else difflib.get_close_matches(key, known, n=3, cutoff=NEAR)
    if clouds or names:
        return f"did you mean {' or '.join([*clouds, *names])}?"
    every = sorted(set(known.values()))
    return f"there are {', '.join(every[:_SHOWN])}{' and so on' if len(every) > _SHOWN else ''}"


_SHOWN = 5


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
