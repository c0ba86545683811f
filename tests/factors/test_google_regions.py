"""Google's own figures of its regions, as codecarbon packages them."""

from __future__ import annotations

import pytest

codecarbon = pytest.importorskip("codecarbon")

from hf_emissions.errors import PlaceError  # noqa: E402 - after the skip
from hf_emissions.factors.cloud_regions import cloud_regions  # noqa: E402
from hf_emissions.factors.codecarbon_tables import google_intensities_g_per_kwh  # noqa: E402
from hf_emissions.factors.google_regions import google_region_intensity  # noqa: E402

pytestmark = pytest.mark.train
LOCKED = "3.3.2"


@pytest.mark.skipif(codecarbon.__version__ != LOCKED, reason=f"the figures are those of codecarbon {LOCKED}")
@pytest.mark.parametrize(
    ("region", "g_per_kwh", "iso3"),
    [
        ("asia-east1", 451, "TWN"),
        ("asia-east2", 360, "HKG"),
        ("europe-west4", 236, "NLD"),
        ("europe-west9", 34, "FRA"),
        ("northamerica-northeast1", 2, "CAN"),
        ("us-central1", 430, "USA"),
        ("me-central1", 575, "QAT"),  # misspelled in codecarbon's table
    ],
)
def test_the_figures_of_the_locked_version(region, g_per_kwh, iso3):
    found = google_region_intensity(region)
    assert (found.g_per_kwh, found.place.country_iso3, found.place.cloud_region) == (g_per_kwh, iso3, region)
    assert found.intensity.basis == "operational"
    assert found.intensity.source == f"codecarbon {LOCKED} data: Google, 2023"


def test_a_place_in_words():
    assert google_region_intensity(" Asia-East1 ").place.name == "Taiwan"


def test_every_figure_belongs_to_a_region_that_we_know():
    found = set()
    for entry in cloud_regions():
        if entry.provider == "gcp":
            try:
                found.add(google_region_intensity(entry.region).place.cloud_region)
            except PlaceError as error:
                assert "has no figure of Google's" in str(error)  # noqa: PT017 - newer than the table
    assert len(found) == len(google_intensities_g_per_kwh())


@pytest.mark.parametrize(
    ("region", "words"),
    [
        ("europe-north2", "no figure of Google's for europe-north2; use that of its country"),
        ("asia-east11", "did you mean asia-east1"),
        ("us-east-1", "no region of gcp"),
        ("me-cenrtal1", "me-central1"),
    ],
)
def test_another_regions_figure_is_never_taken(region, words):
    with pytest.raises(PlaceError, match=words):
        google_region_intensity(region)
