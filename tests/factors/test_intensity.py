"""Grams per kWh of a place: what codecarbon's data say, and that no place silently gets another one's figure."""

from __future__ import annotations

import contextlib

import pytest

codecarbon = pytest.importorskip("codecarbon")

from hf_emissions.errors import PlaceError  # noqa: E402 - after the skip
from hf_emissions.factors.bounds import HIGHEST_GRID_G_PER_KWH, LOWEST_GRID_G_PER_KWH  # noqa: E402
from hf_emissions.factors.countries import find_country  # noqa: E402
from hf_emissions.factors.intensity import country_with_figures, grid_intensity, regions  # noqa: E402

pytestmark = pytest.mark.train
LOCKED = "3.3.2"

# As codecarbon 3.3.2 packages them; they move between its releases, which is why a `source` names the version.
PINNED = [
    ("DEU", None, 380.95, "life-cycle"),
    ("USA", None, 369.47, "life-cycle"),
    ("USA", "virginia", 244.76, "combustion"),
    ("CAN", None, 170.04, "life-cycle"),
    ("CAN", "quebec", 3.94, "combustion"),
    ("CAN", "yukon", 272.49, "combustion"),
    ("CHN", None, 582.32, "life-cycle"),
    ("CHN", "beijing", 555.4, "combustion"),
    ("SWE", None, 40.7, "life-cycle"),
    ("SWE", "SE3", 27.0, "life-cycle"),
    ("NOR", "NO1", 26.0, "life-cycle"),
    ("FIN", "FI", 72.0, "life-cycle"),
    ("FRA", None, 56.04, "life-cycle"),
    ("POL", None, 661.93, "life-cycle"),
]


@pytest.mark.skipif(codecarbon.__version__ != LOCKED, reason=f"the figures are those of codecarbon {LOCKED}")
@pytest.mark.parametrize(
    ("country", "region", "year"), [("DEU", None, 2023), ("USA", "VA", 2023), ("SWE", "SE3", 2025), ("CAN", "QC", None)]
)
def test_the_year_is_that_of_the_table_or_unknown(country, region, year):
    assert grid_intensity(country, region).intensity.year == year


@pytest.mark.skipif(codecarbon.__version__ != LOCKED, reason=f"the figures are those of codecarbon {LOCKED}")
@pytest.mark.parametrize(("country", "region", "g_per_kwh", "basis"), PINNED)
def test_the_figures_of_the_locked_version(country, region, g_per_kwh, basis):
    found = grid_intensity(country, region)
    assert found.g_per_kwh == pytest.approx(g_per_kwh, abs=0.05)
    assert found.intensity.basis == basis
    assert found.intensity.source == f"codecarbon {LOCKED} data"


def test_a_place_by_any_of_its_names():
    assert len({grid_intensity(name) for name in ("DE", "DEU", "deu", " Germany ", "germany")}) == 1
    assert len({grid_intensity("USA", name) for name in ("Virginia", "VA", "va", "US-VA", "virginia")}) == 1
    assert grid_intensity("SWE", "se3").place.region == "SE3"
    assert [find_country(name).iso3 for name in ("UK", "South Korea", "Russia", "Turkey")] == [
        "GBR",
        "KOR",
        "RUS",
        "TUR",
    ]


def test_a_place_in_words():
    assert grid_intensity("DEU").place.name == "Germany"
    assert grid_intensity("USA", "VA").place.name == "Virginia, United States"
    assert grid_intensity("SWE", "SE3").place.name == "SE3, Sweden"


@pytest.mark.parametrize(
    ("country", "region", "words"),
    [
        ("ZZZ", None, "no country"),
        ("", None, "no country"),
        ("Germny", None, r"Germany \(DEU\)"),
        ("Untied States", None, r"\(USA\)"),
        ("XKX", None, "no country"),
        ("ATA", None, "no intensity for Antarctica"),
        ("USA", "nowhere", "no region of United States"),
        ("USA", "Virgina", "virginia"),
        ("USA", "", "no region"),
        ("USA", "_define", "no region"),
        ("USA", "usa", "no region"),
        ("CAN", "QC2", "no region of Canada"),
        ("CHN", "tibet", "no region of China"),
        ("SWE", "stockholm", "no region of Sweden"),
        ("SWE", "NO1", "no region of Sweden"),
        ("DEU", "bavaria", "Germany has no regions"),
    ],
)
def test_an_unknown_place_is_refused_with_near_matches(country, region, words):
    with pytest.raises(PlaceError, match=words):
        grid_intensity(country, region)


def test_a_country_without_a_figure_is_not_taken_for_one_without_emissions():
    with pytest.raises(PlaceError, match="no intensity for Central African Republic"):
        grid_intensity("CAF")


@pytest.mark.parametrize("iso3", ["USA", "CAN", "CHN", "SWE", "NOR", "FIN"])
def test_every_region_has_a_figure_of_its_own(iso3):
    whole = grid_intensity(iso3).g_per_kwh
    found = {key: grid_intensity(iso3, key).g_per_kwh for key in set(regions(iso3).values())}
    assert found
    # A figure that equals the country's is a silent fallback.
    assert [key for key, figure in found.items() if figure == whole] == []


def test_every_country_lies_between_the_bounds():
    import pycountry

    figures = {}
    for country in pycountry.countries:
        with contextlib.suppress(PlaceError):
            figures[country.alpha_3] = grid_intensity(country.alpha_3).g_per_kwh
    assert len(figures) > 180
    for iso3 in ("USA", "CAN", "CHN", "SWE", "NOR", "FIN"):
        figures |= {(iso3, key): grid_intensity(iso3, key).g_per_kwh for key in regions(iso3).values()}
    outside = {iso3: g for iso3, g in figures.items() if not LOWEST_GRID_G_PER_KWH <= g <= HIGHEST_GRID_G_PER_KWH}
    assert outside == {}


def test_a_country_with_figures():
    assert country_with_figures("de").iso3 == "DEU"
    with pytest.raises(PlaceError):
        country_with_figures("ATA")
