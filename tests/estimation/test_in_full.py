"""Estimates in full: every field and sentence, as `in_full.json` has them, which was held against the facts.

The intensity is given wherever it would be codecarbon's, which changes with its releases. Where an estimate changes on
purpose, `python tests/estimation/test_in_full.py` writes the document anew; its difference says what has changed.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("numpy")
pytest.importorskip("codecarbon")

from hf_emissions import estimate
from hf_emissions.errors import HfEmissionsError
from hf_emissions.estimation.explanation import (
    estimate_to_json,
    is_section_of_estimate,
    notes_of,
    range_words,
    record_of,
    record_of_section,
    refusal_of_block,
    source_of,
)
from hf_emissions.estimation.hardware import find_hardware
from hf_emissions.estimation.mfu import mfu
from hf_emissions.estimation.power import default_power, power_ratio

IN_FULL = Path(__file__).with_name("in_full.json")
GIVEN = {"intensity_g_per_kwh": 400.0}
EIGHT = {"hardware": "A100 SXM", "count": 8, "wall_hours": 96.0, **GIVEN}
LARGE = {"parameters": 7e9, "tokens": 2e12, **GIVEN}
STEPS = {"parameters": 1.1e8, "steps": 5000, "total_batch_size": 64, "sequence_length": 512, **GIVEN}
CASES: dict[str, dict[str, Any]] = {
    # A meter.
    "a meter": {"energy_kwh": 3.5, "country_iso3": "DEU", **GIVEN},
    "a meter and a PUE": {"energy_kwh": 3.5, "pue": 1.4, **GIVEN},
    "a meter at a provider": {"energy_kwh": 3.5, "provider": "gcp", "region": "europe-west4", **GIVEN},
    "a meter and hours that agree": {**EIGHT, "energy_kwh": 300.0},
    "a meter and hours that do not": {**EIGHT, "energy_kwh": 3.0},
    # Hours.
    "eight devices": {**EIGHT, "country_iso3": "DEU", "training_type": "fine-tuning"},
    "eight devices nowhere": {**EIGHT, "intensity_g_per_kwh": None},
    "eight devices in a facility": {**EIGHT, "pue": 1.25},
    "another seed": {**EIGHT, "seed": 3},
    "sixteen devices": {**EIGHT, "count": 16},
    "fifteen devices": {**EIGHT, "count": 15},
    "a small model": {**EIGHT, "parameters": 1e6},
    "no count": {**EIGHT, "count": None},
    "hours of either kind": {**EIGHT, "wall_hours": None, "hours": 12.5},
    "hours of either kind and one device": {**EIGHT, "wall_hours": None, "hours": 12.5, "count": 1},
    "hours in all": {**EIGHT, "wall_hours": None, "device_hours": 768.25},
    "hours in all that agree": {**EIGHT, "device_hours": 770.0},
    "hours in all that do not": {**EIGHT, "device_hours": 2000.0},
    "hours of Trainer": {**EIGHT, "wall_hours": None, "train_runtime_s": 12_345.0},
    "a pod slice": {"hardware": "TPU v3-8", "count": 2, "wall_hours": 10.0, **GIVEN},
    "a name of several forms": {"hardware": "V100", "count": 4, "wall_hours": 10.0, **GIVEN},
    "a device at home": {"hardware": "RTX 3090", "count": 1, "wall_hours": 10.0, **GIVEN},
    "a processor": {"hardware": "Intel Core i7-12700H", "wall_hours": 10.0, **GIVEN},
    "a device of no published power": {"hardware": "TPU v6e", "count": 4, "wall_hours": 10.0, **GIVEN},
    "a device of no published power, by operations": {"hardware": "TPU v6e", **LARGE},
    # Operations.
    "tokens": {"hardware": "A100", **LARGE},
    "tokens on a cluster": {"hardware": "H100", "count": 512, **LARGE},
    "tokens on few devices": {"hardware": "H100 SXM", "count": 15, **LARGE},
    "tokens on a pod slice": {"hardware": "TPU v3-8", "count": 4, **LARGE},
    "tokens of a sparse model": {"hardware": "A100", **LARGE, "active_parameters": 1e9},
    "tokens of an encoder-decoder": {"hardware": "A100", **LARGE, "encoder_decoder": True},
    "tokens of no device": LARGE,
    "tokens of neither device nor place": {**LARGE, "intensity_g_per_kwh": None},
    "fewer than a million parameters": {"hardware": "T4", "parameters": 123_456, "tokens": 1.2345e9, **GIVEN},
    "a tera of tokens": {"hardware": "T4", "parameters": 123_456_789, "tokens": 1.2345e12, **GIVEN},
    "operations on fifteen devices": {"hardware": "A100 SXM", "count": 15, "total_flos": 1e20, **GIVEN},
    "operations on sixteen devices": {"hardware": "A100 SXM", "count": 16, "total_flos": 1e20, **GIVEN},
    "few tokens of neither": {"parameters": 1e6, "tokens": 1e7},
    "pre-training by its name": {"hardware": "A100 SXM", **LARGE, "parameters": 1e8, "training_type": "Pre training"},
    "fine-tuning by its name": {"hardware": "A100 SXM", **LARGE, "training_type": "fine-tuning"},
    "fine-tuning by its base": {"hardware": "A100 SXM", **LARGE, "base_model": "a/b"},
    "fewer tokens than parameters": {"hardware": "A100 SXM", **LARGE, "tokens": 6.9e9},
    "as many tokens as parameters": {"hardware": "A100 SXM", **LARGE, "tokens": 7e9},
    "a model just below the large ones": {"hardware": "A100 SXM", **LARGE, "parameters": 9.9e8},
    "a model just as large": {"hardware": "A100 SXM", **LARGE, "parameters": 1e9},
    "LoRA": {"hardware": "A100 SXM", **LARGE, "adaptation": "lora"},
    "a head": {"hardware": "A100 SXM", **LARGE, "adaptation": "frozen-encoder"},
    "steps": {"hardware": "T4", **STEPS},
    "steps of some tokens": {"hardware": "T4", **STEPS, "tokens": 1.5e8},
    "operations of Trainer": {"hardware": "T4", **GIVEN, "total_flos": 1.5e18},
    "operations of Trainer with LoRA": {"hardware": "T4", **GIVEN, "total_flos": 1.5e18, "adaptation": "lora"},
    "operations of Trainer before steps": {"hardware": "T4", **STEPS, "total_flos": 1.5e18},
    "hours and operations that do not agree": {**EIGHT, **LARGE},
    # What is known of a place.
    "a country of which nothing is known but what is given": {"energy_kwh": 1.0, "country_iso3": "ATA", **GIVEN},
    "a region and what is given": {"energy_kwh": 1.0, "country_iso3": "USA", "region": "texas", **GIVEN},
    "a cloud's region and what is given": {"energy_kwh": 1.0, "provider": "gcp", "region": "us-central1", **GIVEN},
    "a cloud's region and another country": {
        "energy_kwh": 1.0,
        "provider": "gcp",
        "region": "us-central1",
        "country_iso3": "FRA",
    },
    "a country that is none": {"energy_kwh": 1.0, "country_iso3": "XXX", **GIVEN},
    # What cannot be.
    "nothing": {},
    "a device alone": {"hardware": "A100"},
    "steps alone": {"steps": 5, "hardware": "A100"},
    "a region alone": {"energy_kwh": 1.0, "region": "texas"},
    "a region alone of a given intensity": {"energy_kwh": 1.0, "region": "texas", **GIVEN},
    "no intensity": {"energy_kwh": 1.0, "intensity_g_per_kwh": 0.0},
    "the highest intensity": {"energy_kwh": 1.0, "intensity_g_per_kwh": 1400.0},
    "more than the highest": {"energy_kwh": 1.0, "intensity_g_per_kwh": 1401.0},
    "the lowest PUE": {**EIGHT, "pue": 1.0},
    "the highest PUE": {**EIGHT, "pue": 5.0},
    "less than the lowest PUE": {**EIGHT, "pue": 0.99},
    "more than the highest PUE": {**EIGHT, "pue": 5.01},
    "a seed below zero": {**EIGHT, "seed": -1},
    "a seed of no number": {**EIGHT, "seed": True},
    "an adaptation of no name": {**LARGE, "adaptation": "magic"},
    "a device of no name": {**EIGHT, "hardware": "A1000000"},
    "settings of a calculator alone": {**EIGHT, "calculator": {"cpu": "10", "psf": 3}},
    # Published calculators.
    "ML CO2 Impact": {**EIGHT, "method": "ml-co2-impact"},
    "ML CO2 Impact of one device": {**EIGHT, "count": 1, "method": "ml-co2-impact"},
    "ML CO2 Impact by its own power": {"hardware": "TPU v3-8", "wall_hours": 10.0, **GIVEN, "method": "ml-co2-impact"},
    "ML CO2 Impact of a processor": {
        "hardware": "Intel Core i7-12700H",
        "hours": 10.0,
        **GIVEN,
        "method": "ml-co2-impact",
    },
    "ML CO2 Impact by its own intensity": {
        "hardware": "TPU v2",
        "count": 1,
        "wall_hours": 96.0,
        "provider": "gcp",
        "region": "asia-east1",
        "method": "ml-co2-impact",
    },
    "Green Algorithms": {**EIGHT, "method": "green-algorithms"},
    "Green Algorithms with everything": {
        **EIGHT,
        "pue": 1.0,
        "method": "green-algorithms",
        "calculator": {"cpu": "12.5", "cores": 4, "memory": 64, "usage": 0.75, "psf": 3},
    },
    "Green Algorithms by hours in all": {
        "hardware": "T4",
        "count": 3,
        "device_hours": 30.0,
        **GIVEN,
        "pue": 1.2,
        "method": "green-algorithms",
    },
    "Green Algorithms without accelerators": {
        "wall_hours": 10.0,
        **GIVEN,
        "method": "green-algorithms",
        "calculator": {"cpu": "10", "cores": 8},
    },
    "Green Algorithms with half a processor": {
        **EIGHT,
        "method": "green-algorithms",
        "calculator": {"cpu": "10", "cores": None},
    },
    "Green Algorithms with a processor's name": {
        **EIGHT,
        "method": "green-algorithms",
        "calculator": {"cpu": "Xeon", "cores": 8},
    },
    "a calculator without a place": {**EIGHT, "intensity_g_per_kwh": None, "method": "ml-co2-impact"},
    "a calculator without hours": {**EIGHT, "wall_hours": None, "method": "ml-co2-impact"},
    "a calculator with parameters": {**EIGHT, "parameters": 1e9, "tokens": 1e9, "method": "green-algorithms"},
    "ML CO2 Impact with settings": {**EIGHT, "method": "ml-co2-impact", "calculator": {"cpu": "10"}},
    "ML CO2 Impact with a PUE": {**EIGHT, "method": "ml-co2-impact", "pue": 1.5},
    "ML CO2 Impact without hardware": {"wall_hours": 3.0, **GIVEN, "method": "ml-co2-impact"},
    "another calculator": {**EIGHT, "method": "guess"},
}


def said(known: dict[str, Any]) -> Any:
    """The fields of an estimate that are known, and all that is said of it."""
    try:
        found = estimate(**known)
    except HfEmissionsError as error:
        return str(error)
    section = record_of_section(found)
    record = None if found.median_g is None else record_of(found)
    words = {
        "source": source_of(found),
        "range": range_words(found),
        "refusal": refusal_of_block(found),
        "notes": notes_of(found),
        "record": record and {**record.known(), "tool_version": None},
        "section": section and sorted(section.known()),
    }
    fields = {name: value for name, value in estimate_to_json(found).items() if value is not None}
    versions = r"(hf-emissions|codecarbon) \d[\w.+]*"
    return json.loads(re.sub(versions, r"\1 X", json.dumps({**fields, "said": words})))


EXPECTED = json.loads(IN_FULL.read_text(encoding="utf-8"))


def test_each_estimate_is_of_facts_that_are_there():
    assert set(EXPECTED) == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_an_estimate(name):
    assert said(CASES[name]) == EXPECTED[name]


@pytest.mark.parametrize(
    ("boundary", "words"), [("accelerators", "accelerators"), ("node", "node"), ("facility", "facility, PUE 1")]
)
def test_a_source_says_its_boundary(boundary, words):
    found = replace(estimate(energy_kwh=3.5, **GIVEN), boundary=boundary)
    assert f"(tier A: 3.5 kWh, {words}; grid 400 g/kWh, given); 90 % range" in source_of(found)


SECTIONS = [("", False), ("No figure is given: x", False), ("a\nNo figure is given: x", True),
            ("a\r\nNo figure is given: x", True), ("This figure is an estimate, not a measurement.", True)]  # fmt: skip


@pytest.mark.parametrize(("text", "is_one"), SECTIONS)
def test_a_section_is_known_by_its_first_sentence(text, is_one):
    assert is_section_of_estimate(text) == is_one


# Median, and standard deviation of the logarithm.
POWERS = [
    ({}, 1.007357, 0.30242),
    ({"boundary": "accelerators"}, 0.6876973, 0.2890573),
    ({"parameters": 1e6}, 0.5804148, 0.2816848),
    ({"parameters": 1e6, "boundary": "accelerators"}, 0.3980322, 0.2518646),
    ({"parameters": 1e9}, 1.133417, 0.2049958),
    ({"parameters": 1e9, "boundary": "accelerators"}, 0.7772658, 0.195742),
    ({"accelerators": 15}, 1.007357, 0.30242),
    ({"accelerators": 16}, 1.133417, 0.2049958),
]


@pytest.mark.parametrize(("known", "median", "sigma"), POWERS)
def test_power_over_its_rating(known, median, sigma):
    found = power_ratio(**known)
    assert (found.median, found.sigma) == pytest.approx((median, sigma), rel=1e-6)


@pytest.mark.parametrize(
    ("boundary", "words"),
    [
        ("accelerators", "an accelerator draws 43% to 111% of the accelerator's rated power"),
        ("node", "an accelerator and its share of the node draw 61% to 166% of the accelerator's rated power"),
        ("facility", "an accelerator and its share of the node draw 61% to 166% of the accelerator's rated power"),
    ],
)
def test_power_within_a_boundary_in_words(boundary, words):
    rated, drawn = find_hardware("A100 SXM").power(8, None, boundary)
    assert rated.name == "rated power"
    assert drawn.words == words


MFUS = [
    ({}, 0.2922958, 0.460473),
    ({"generation": "V100"}, 0.2625939, 0.3734726),
    ({"generation": "a100", "parameters": 1e9}, 0.337418, 0.3529249),
    ({"generation": "hopper"}, 0.2672409, 0.364366),
    ({"generation": "hopper", "parameters": 1e9}, 0.1697402, 0.4762518),
    ({"generation": "hopper", "parameters": 1e11}, 0.3410385, 0.3886761),
    ({"generation": "hopper", "parameters": 4e11}, 0.3410385, 0.3886761),
    ({"generation": "hopper", "pretraining": False}, 0.2, 0.7),
]


@pytest.mark.parametrize(("known", "median", "sigma"), MFUS)
def test_the_share_of_operations_that_are_used(known, median, sigma):
    found = mfu(**known)
    assert (found.median, found.sigma) == pytest.approx((median, sigma), rel=1e-6)


def test_a_fit():
    fit = default_power().sized
    assert fit.coefficients == pytest.approx((-0.2519729, 0.2063934, 0.3772102), rel=1e-6)
    assert (fit.variance, fit.degrees) == pytest.approx((0.0302345, 15.0), rel=1e-6)


def _write() -> None:
    found = {name: said(known) for name, known in CASES.items()}
    IN_FULL.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _write()
