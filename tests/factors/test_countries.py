"""Countries as people write them: understood, or refused with what may be meant, and never taken for another one."""

from __future__ import annotations

import pytest

pycountry = pytest.importorskip("pycountry")

from hf_emissions.errors import PlaceError  # noqa: E402 - after the skip
from hf_emissions.factors.countries import NEAR, country_named, find_country  # noqa: E402

pytestmark = pytest.mark.train

NAMES = {
    "GBR": "England | Scotland | Wales | Northern Ireland | UK | U.K. | u.k. | Great Britain | the UK | "
        "Britain | united kingdom | Großbritannien | Vereinigtes Königreich | Royaume-Uni | Angleterre | "
        "Verenigd Koninkrijk",
    "USA": "US | usa | U.S. | U.S.A. | U. S. A. | the US | The United States | America | United States of "
        "America | Vereinigte Staaten | États-Unis | Etats Unis | Estados Unidos | Stati Uniti | EEUU",
    "DEU": "DE | deu | Germany | GERMANY |  germany  | Deutschland | deutschland | Allemagne | Alemania | "
        "Alemanha | Niemcy | Duitsland | Tyskland | Saksa | Германия | 德国 | ドイツ | 독일 | 🇩🇪",
    "NLD": "Holland | Netherlands | The Netherlands | the netherlands | Nederland | Niederlande | Pays-Bas",
    "KOR": "South Korea | Republic of Korea | Korea, Republic of | Südkorea | Corea del Sur | ROK | 대한민국",
    "PRK": "North Korea | DPRK | Nordkorea",
    "RUS": "Russia | Russian Federation | Russland | Россия | Rusia",
    "VNM": "Viet Nam | Vietnam | VIETNAM",
    "CZE": "Czechia | Czech Republic | the Czech Republic | Česko | Cesko | Tschechien",
    "TUR": "Türkiye | Turkiye | TÜRKİYE | Turkey | Türkei | Tuerkei",
    "ESP": "Espana | España | Spain | Spanien | Espagne",
    "BRA": "Brasil | Brazil | Brasilien",
    "CHE": "Schweiz | Suisse | Svizzera | Switzerland | Swiss | SUI",
    "AUT": "Österreich | Oesterreich | Osterreich | ÖSTERREICH | Austria | Autriche",
    "AUS": "Australia | Australien",
    "FRA": "Frankreich | France | Francia | Frankrijk",
    "CIV": "Ivory Coast | Côte d'Ivoire | Cote d\u2019Ivoire | cote d ivoire | COTE DIVOIRE | Elfenbeinküste",
    "HKG": "Hong Kong | hongkong | Hong Kong SAR",
    "TWN": "Taiwan | Taiwan, Province of China",
    "COD": "DR Congo | DRC | Congo-Kinshasa | Democratic Republic of the Congo | Congo, Democratic Republic "
        "of the",
    "COG": "Congo-Brazzaville | Republic of the Congo",
    "BIH": "Bosnia | Bosnia & Herzegovina | bosnia and herzegovina",
    "LCA": "St. Lucia | St Lucia | Saint Lucia",
    "GMB": "Gambia | The Gambia | Gambia, The",
    "IRN": "Iran | Islamic Republic of Iran",
    "MKD": "Macedonia | North Macedonia",
    "ARE": "UAE | U.A.E. | Emirates | United Arab Emirates",
    "REU": "Réunion | reunion",
    "CUW": "Curaçao | Curacao",
    "POL": "Polska | Polen | Pologne",
    "ISL": "Island | Iceland",
    "IRL": "Irland | Ireland | Republic of Ireland | Eire",
    "JPN": "日本 | Japan | Nippon",
    "CHN": "中国 | PRC | China | Kina",
    "NER": "Niger",
    "NGA": "Nigeria",
    "MLI": "Mali",
    "GNB": "Guinea-Bissau",
}  # fmt: skip


@pytest.mark.parametrize(("iso3", "names"), NAMES.items(), ids=NAMES)
def test_a_country_by_the_names_that_people_write(iso3, names):
    every = names.split(" | ")
    assert {name: find_country(name).iso3 for name in every} == dict.fromkeys(every, iso3)


def test_every_country_by_all_that_iso_3166_calls_it():
    wrong = []
    for country in pycountry.countries:
        official = getattr(country, "official_name", country.name)
        for name in (country.alpha_2, country.alpha_3.lower(), country.name, official):
            found = country_named(name)
            wrong += [(name, found)] if found is None or found.iso3 != country.alpha_3 else []
    assert [name for name, _ in wrong] == ["Congo", "Georgia", "Georgia"]  # which have two readings


def test_no_two_countries_have_one_name_in_words():
    names = [find_country(country.alpha_3).name for country in pycountry.countries]
    assert len(names) == len(set(names))
    assert not any("," in name for name in names if name != "Bonaire, Sint Eustatius and Saba")


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Korea", ["(KOR)", "(PRK)"]),
        ("Corea", ["(KOR)", "(PRK)"]),
        ("Congo", ["(COD)", "(COG)"]),
        ("Kongo", ["(COD)", "(COG)"]),
        ("Georgia", ["(GEO)", "state of the USA"]),
        ("Virgin Islands", ["(VGB)", "(VIR)"]),
        # A country in Spanish, and towns in two countries where it is spoken.
        ("Granada", ["(GRD)", "(ESP)", "(NIC)"]),
        ("Norfolk", ["(NFK)", "(GBR)"]),
    ],
)
def test_a_name_of_several_is_refused_with_each_of_them(name, codes):
    with pytest.raises(PlaceError, match="may be") as refused:
        find_country(name)
    assert [code for code in codes if code not in str(refused.value)] == []
    assert country_named(name) is None


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("Germny", "Germany (DEU)"),
        ("Deutschlnd", "Germany (DEU)"),
        ("Englnad", "United Kingdom (GBR)"),
        ("Finlnd", "Finland (FIN)"),
        ("Untied States", "United States (USA)"),
        ("Amercia", "United States (USA)"),
        ("Swizerland", "Switzerland (CHE)"),
        ("New Zeeland", "New Zealand (NZL)"),
        ("Brazl", "Brazil (BRA)"),
        ("DK1", "Denmark (DNK)"),
    ],
)
def test_a_misspelt_name_is_refused_with_the_one_that_is_near(name, near):
    with pytest.raises(PlaceError) as refused:
        find_country(name)
    assert str(refused.value) == f"'{name}' is no country; did you mean {near}?"


def test_what_is_near():
    """One wrong letter of five is near; "England" and "Finland", five of seven, are not."""
    assert 5 / 7 < NEAR <= 4 / 5


@pytest.mark.parametrize("name", ["Atlantis", "XXX", "ZZ", "EU", "Europe", "Narnia", "Cloud", "Kosovo", "XKX", "home"])
def test_where_nothing_is_near_no_country_is_named(name):
    with pytest.raises(
        PlaceError, match="is no country; write its ISO code of two or three letters, such as DE or DEU"
    ):
        find_country(name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Bayern", "a part of Germany (DEU): write the country too, as in DEU/Bayern"),
        ("Texas", "a part of United States (USA): write the country too, as in USA/Texas"),
        ("London", "a part of United Kingdom (GBR)"),
        ("Amazonas", "a part of Brazil (BRA) or Colombia (COL) or Peru (PER) or Venezuela (VEN)"),
        ("Central", "countries are called so: write the country"),
    ],
)
def test_a_part_of_a_country_is_refused_with_its_country(name, words):
    with pytest.raises(PlaceError) as refused:
        find_country(name)
    assert words in str(refused.value)


NO_NAMES = [
    (276, "276 is the numeric code of Germany; write DEU"),
    ("276", "276 is the numeric code of Germany; write DEU"),
    (4, "4 is the numeric code of Afghanistan; write AFG"),
    ("004", "numeric code of Afghanistan; write AFG"),
    (999, "999 is no country; write its ISO code"),
    (True, "a country is a text"),
    (276.0, "a country is a text"),
    (["DEU"], "a country is a text"),
    (b"DEU", "a country is a text"),
    (None, "a country is a text"),
    ("", "'' is no country; it is empty"),
    (" \n", "is no country; it is empty"),
    ("Ger\nmany", "is no country"),
    ("x" * 10_000, "is no country"),
    (["DEU"] * 1000, "a country is a text"),
]


@pytest.mark.parametrize(("value", "words"), NO_NAMES, ids=[repr(value)[:20] for value, _ in NO_NAMES])
def test_what_is_no_name_is_one_clean_line(value, words):
    with pytest.raises(PlaceError) as refused:
        find_country(value)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("text", ["N/A", "n.a.", "I.T.", "D.E.", "Áo", "Y", "Man", "Fas", "-"])
def test_what_only_looks_like_a_code_or_a_short_name_is_none(text):
    assert country_named(text) is None


def test_no_translation_is_another_countrys_english_name_or_code():
    """Of twelve languages, those of Unicode's translators: what they call a country is it, or is refused."""
    import gettext

    for language in ("de", "fr", "es", "it", "pt", "nl", "pl", "ru", "zh_CN", "ja", "ko", "tr"):
        translate = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, [language]).gettext
        found = {country.alpha_3: country_named(translate(country.name)) for country in pycountry.countries}
        assert [iso3 for iso3, other in found.items() if other is not None and other.iso3 != iso3] == []
        assert sum(other is not None for other in found.values()) > 235
