"""Comparisons: each factor as its source has it, and never a comparison without it."""

from __future__ import annotations

import re

import pytest

from hf_emissions import units
from hf_emissions.factors.equivalences import (
    CAR_KM,
    COAL_KG,
    EQUIVALENCES,
    HOUSEHOLD_HOURS,
    SEEDLINGS,
    TRAIN_KM,
    Equivalent,
    amount_in_words,
    comparison,
    equivalents,
)


@pytest.mark.parametrize(
    ("thing", "factor_g"),
    [
        (CAR_KM, 247.306),  # 398 g a mile / 1.609344
        (TRAIN_KM, 41),
        (COAL_KG, 1995.184),  # 905 g a pound x 2.204623
        (SEEDLINGS, 60_000),
        (HOUSEHOLD_HOURS, 953.196),  # 8,350,000 g / 8760
    ],
)
def test_the_factors(thing, factor_g):
    assert thing.factor_g == pytest.approx(factor_g, abs=0.001)


@pytest.mark.parametrize("thing", EQUIVALENCES, ids=lambda thing: thing.key)
def test_the_factor_in_words_is_the_factor(thing):
    mass = re.split("/| each", thing.factor)[0]
    assert units.read_mass_g(mass) == pytest.approx(thing.factor_g, rel=0.002)
    assert thing.source
    assert thing.publisher in thing.source
    assert 2019 <= thing.year <= 2026


def test_the_keys_are_different():
    assert len({thing.key for thing in EQUIVALENCES}) == len(EQUIVALENCES)


def test_words():
    assert [item.words for item in equivalents(11_880)] == [
        "48 km in an average car with a combustion engine (247 g/km, EPA 2021)",
        "290 km by train for one passenger (41 g/km, BEIS 2020)",
        "5.95 kg of coal burned (1.995 kg/kg, EPA 2021)",
        "0.2 tree seedlings grown for ten years (60 kg each, EPA 2021)",
        "12.5 hours of a household's energy in the USA (953 g/h, EPA 2020)",
    ]


def test_one_is_singular():
    assert Equivalent(1.0, SEEDLINGS).words == "1 tree seedling grown for ten years (60 kg each, EPA 2021)"
    assert Equivalent(0.9999, HOUSEHOLD_HOURS).words.startswith("1 hour of")
    assert Equivalent(1.01, HOUSEHOLD_HOURS).words.startswith("1.01 hours of")


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "0"),
        (1e-300, "less than 0.001"),
        (0.00099, "less than 0.001"),
        (0.001, "0.001"),
        (0.0502, "0.05"),
        (0.198, "0.2"),
        (0.792, "0.79"),
        (5.954, "5.95"),
        (48.04, "48"),
        (192.15, "192"),
        (1234, "1230"),
        (999_499, "999000"),
        (999_999, "1 million"),
        (34_169_601, "34.2 million"),
        (3.9e11, "390 billion"),
        (2e13, "20 trillion"),
    ],
)
def test_amounts(amount, words):
    assert amount_in_words(amount) == words


@pytest.mark.parametrize("emissions_g", [0.0, 1e-300, 0.3, 12.5, 1e6, 1e15, 1e300])
def test_no_comparison_stands_without_its_factor(emissions_g):
    sentence = comparison(emissions_g)
    for item in equivalents(emissions_g):
        assert f"({item.equivalence.factor}, " in item.words
        assert item.words in sentence
        assert not re.search("e[+-]?[0-9]|inf|nan", item.words.split(" ")[0])


def test_for_programs():
    first = equivalents(247.306)[0].document()
    assert first["amount"] == pytest.approx(1, abs=1e-5)
    assert first.keys() == {"key", "amount", "unit", "what", "factor_g", "source", "year", "words"}
