"""A country and its part, however they are written together, and a cloud's region with its provider."""

from __future__ import annotations

import pytest

pytest.importorskip("codecarbon")
pycountry = pytest.importorskip("pycountry")

from hf_emissions.errors import PlaceError  # noqa: E402 - after the skip
from hf_emissions.factors.cloud_regions import cloud_regions  # noqa: E402
from hf_emissions.factors.named_place import read_place  # noqa: E402
from hf_emissions.facts.facts import place_facts  # noqa: E402

pytestmark = pytest.mark.train

PLACES = {
    ("USA", "california"): "USA/CA | USA/California | US-CA | us_ca | California, USA | Santa Clara, California, USA "
        "| USA, California | United States (California) | America/California | usa/ca/ | CA, U.S.",
    ("CAN", "quebec"): "Canada/QC | CA-QC | CAN-QC | CA/QC | Québec, Canada | Canada/Quebec | Montréal, Québec, Kanada",
    ("CAN", "ontario"): "CA-ON | Canada/ON | Ontario, Canada",
    ("USA", "georgia"): "USA/Georgia | US-GA | Georgia, USA | Atlanta, Georgia, United States",
    ("USA", "virginia"): "Virginia, United States | US-VA",
    ("USA", "district of columbia"): "US-DC | Washington, D.C., USA | Washington DC, USA",
    ("USA", "washington"): "US-WA | Seattle, Washington, USA",
    ("CHN", "guangdong"): "CN-GD | China/Guangdong | Guangdong, China",
    ("SWE", "SE3"): "SE3 | se3 | SE-SE3 | SE3, Sweden | Sweden/SE3 | Schweden/SE3",
    ("NOR", "NO1"): "NO1 | Norway/NO1",
    ("DEU", None): "DE-BY | de_by | Germany/Bayern | Bayern, Deutschland | Munich, Germany | Germany (DEU)",
    ("GBR", None): "GB-ENG | GB-SCT | England, UK | UK/Scotland | London, England | London, U.K.",
    ("FRA", None): "Paris, France | FR-IDF | France/Paris",
    ("SWE", None): "SE-AB | Stockholm, Sweden",
    ("NOR", None): "NO-03 | Oslo, Norway",
    ("FIN", None): "FI | Finland",
    ("KOR", None): "Seoul, South Korea | KR-11",
    ("MMR", None): "Myanmar (Burma)",
    ("PRI", None): "US-PR | USA/Puerto Rico | Puerto Rico, USA",
    ("HKG", None): "CN-HK | Hong Kong",
    ("REU", None): "FR-974",
    ("GIN", None): "GN-ML",
    ("NGA", None): "NG-NI",
}  # fmt: skip


@pytest.mark.parametrize(("place", "names"), PLACES.items(), ids=["-".join(map(str, place)) for place in PLACES])
def test_a_country_with_its_part(place, names):
    found = {name: read_place(name) for name in names.split(" | ")}
    assert {name: (one.country_iso3, one.region) for name, one in found.items()} == dict.fromkeys(found, place)


def test_every_code_of_a_part_is_its_country_or_one_that_is_listed_as_such():
    found, refused = {}, []
    for part in pycountry.subdivisions:
        try:
            found[part.code] = read_place(part.code).country_iso3
        except PlaceError:
            refused.append(part.code)
    # China's mean would not be that of Tibet, which has no figure.
    assert refused == ["CN-XZ"]
    mothers = {country.alpha_2: country.alpha_3 for country in pycountry.countries}
    others = {code: iso3 for code, iso3 in found.items() if iso3 != mothers[code[:2]]}
    assert len(others) == 30
    for code, iso3 in {"US-PR": "PRI", "FR-NC": "NCL", "NL-CW": "CUW", "CN-TW": "TWN", "FI-01": "ALA"}.items():
        assert others[code] == iso3


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("DE/FR", "'DE/FR' names Germany (DEU) and France (FRA); give one of them"),
        ("France, Germany", "France (FRA)"),
        ("DE-LU", "Luxembourg (LUX)"),
        ("DE-XX", "no code of a part of Germany; did you mean Germany (DEU)?"),
        ("DK-DK1", "did you mean Denmark (DNK)?"),
        ("US-XX", "no region of United States"),
        ("USA/Quebec", "no region of United States"),
        ("Virgina, USA", "did you mean virginia?"),
        ("Austin, USA", "no region of United States; there are alabama"),
        ("Atlanta, Georgia", "'Georgia' may be the country (GEO) or the state of the USA"),
        ("Kinshasa, Congo", "(COD)"),
        ("Korea/Seoul", "(KOR) or North Korea (PRK)"),
        ("Canda/QC", "is no country"),
        ("gcp:us-central1", "a cloud's region is named as region"),
        ("/", "is no country"),
        (["USA/CA"], "a country is a text"),
        (276, "numeric code of Germany"),
    ],
)
def test_a_place_that_is_none_or_two_is_refused(name, words):
    with pytest.raises(PlaceError) as refused:
        read_place(name)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_every_cloud_region_by_its_provider():
    for entry in cloud_regions():
        found = read_place(None, f"{entry.provider}:{entry.region}")
        assert (found.cloud_provider, found.cloud_region) == (entry.provider, entry.region)
        assert (found.country_iso3, found.region) == (entry.country_iso3, entry.subdivision)


@pytest.mark.parametrize(
    "region", ["gcp:europe-west4", "GCP:Europe-West4", " Google Cloud : europe-west4 ", "google:europe-west4"]
)
@pytest.mark.parametrize("country", [None, "NLD", "Holland"])
def test_a_cloud_region_however_it_is_written(country, region):
    found = read_place(country, region)
    assert (found.cloud_provider, found.cloud_region, found.country_iso3) == ("gcp", "europe-west4", "NLD")
    assert place_facts(country, region) == {"provider": "gcp", "region": "europe-west4"}


@pytest.mark.parametrize(
    ("country", "region", "words"),
    [
        ("FRA", "gcp:us-central1", "gcp:us-central1 stands in Iowa, United States, and the country is 'FRA'"),
        ("US-TX", "gcp:us-central1", "stands in Iowa, United States"),
        ("USA/CA", "TX", "country is 'USA/CA' and region is 'TX', two places"),
        (None, "Bavaria", "region 'Bavaria' needs its country, or its provider, such as gcp:europe-west4"),
        (None, "us-east-1", "needs its country, or its provider, such as aws:us-east-1"),
        ("USA", "us-east-1", "did you mean aws:us-east-1?"),
        ("USA", 3, "a region is a text"),
        (None, ["VA"], "a region is a text"),
        ("USA", "", "no region of United States"),
        (None, "gcp:europe-west99", "did you mean europe-west9"),
        (None, "mars:north", "no provider"),
        (None, "aws:", "no region of aws"),
        (None, None, "needs its country"),
    ],
)
def test_a_country_and_a_region_that_do_not_go_together(country, region, words):
    with pytest.raises(PlaceError) as refused:
        read_place(country, region)
    assert words in str(refused.value)


def test_both_at_once_where_they_agree():
    assert read_place("USA/CA", "California") == read_place("USA", "CA") == read_place("US-CA")
    assert read_place("US-IA", "gcp:us-central1") == read_place("USA", "gcp:us-central1")
