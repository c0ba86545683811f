"""A place with the intensity of its grid, in words, and what a record says of both where it is asked flatly."""

from __future__ import annotations

import pytest

from hf_emissions.record import EmissionsRecord, Energy, Intensity, Place, Site
from hf_emissions.record.site import GIVEN

GERMANY = Place(name="Germany", country_iso3="DEU")


@pytest.mark.parametrize(
    ("place", "intensity", "grid"),
    [
        (GERMANY, Intensity(g_per_kwh=381.234, basis="life-cycle"), "grid DEU 381 g/kWh life-cycle"),
        (
            Place(name="Virginia, United States", country_iso3="USA", region="virginia"),
            Intensity(g_per_kwh=281, basis="combustion"),
            "grid USA/virginia 281 g/kWh combustion only",
        ),
        (GERMANY, Intensity(g_per_kwh=40, basis="operational"), "grid DEU 40 g/kWh operational"),
        (Place(name="the world"), Intensity(g_per_kwh=475), "grid world 475 g/kWh"),
        (Place(), Intensity(g_per_kwh=56), "grid 56 g/kWh"),
    ],
)
def test_the_grid_in_brief(place, intensity, grid):
    assert Site(place, intensity).grid == grid


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("codecarbon 3.3.2 data", "grid DEU 381 g/kWh, codecarbon 3.3.2"),
        ("Ember 2025", "grid DEU 381 g/kWh, Ember 2025"),
        (GIVEN, "grid DEU 381 g/kWh, given"),
        (None, "grid DEU 381 g/kWh"),
    ],
)
def test_the_grid_with_its_source(source, words):
    site = Site(GERMANY, Intensity(g_per_kwh=381, source=source))
    assert site.grid_with_source == words
    assert site.is_given is (source == GIVEN)
    assert site.g_per_kwh == 381


def test_a_site_without_an_intensity_is_a_slip_of_ours():
    with pytest.raises(AssertionError):
        Site(GERMANY, Intensity()).g_per_kwh  # noqa: B018 - the access raises


@pytest.mark.parametrize(
    ("place", "known"),
    [
        (Place(country_iso3="DEU"), True),
        (Place(name="Germany"), True),
        (GERMANY, True),
        (Place(cloud_provider="gcp", cloud_region="nowhere-1", on_cloud=True), False),
        (Place(region="virginia"), False),
    ],
)
def test_when_a_place_is_known(place, known):
    assert place.is_known is known


@pytest.mark.parametrize(
    ("energy", "flat"),
    [
        (Energy(kwh=1.0), 1.0),
        (Energy(kwh=1.0, boundary="facility", pue=1.4), 1.4),
    ],
)
def test_a_record_has_a_pue_of_one_where_none_is_inside(energy, flat):
    assert EmissionsRecord(energy=energy).pue == flat


def test_a_record_of_no_energy_has_a_pue_of_one():
    assert EmissionsRecord(emissions_g=12.5).pue == 1.0
