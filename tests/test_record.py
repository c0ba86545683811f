"""What a record takes and what it refuses."""

from __future__ import annotations

import dataclasses
import math
import pickle

import pytest

from hf_emissions.errors import HfEmissionsError, RecordError
from hf_emissions.record import EmissionsRecord

WHOLE = {
    "emissions_g": 24.6,
    "energy_kwh": 0.0632,
    "duration_s": 5400.0,
    "source": "CodeCarbon 3.3.1",
    "training_type": "fine-tuning",
    "geographical_location": "Paris, France",
    "hardware_used": "1 x NVIDIA A100",
    "method": "mixed",
    "boundary": "facility",
    "modelled_share": 0.25,
    "intensity_g_per_kwh": 389.2,
    "intensity_source": "Ember 2024",
    "intensity_basis": "life-cycle",
    "pue": 1.12,
    "country_iso3": "FRA",
    "cloud_provider": "gcp",
    "cloud_region": "europe-west9",
    "on_cloud": True,
    "cpu_model": "AMD EPYC 7763",
    "ram_gb": 31.3,
    "tool": "codecarbon",
    "tool_version": "3.3.1",
    "segments": 2,
    "nodes_seen": 1,
    "nodes_expected": 2,
    "range_g": (20.0, 30.0),
}


def refusal(**fields) -> str:
    with pytest.raises(RecordError) as caught:
        EmissionsRecord(**fields)
    assert isinstance(caught.value, HfEmissionsError)
    assert isinstance(caught.value, ValueError)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_record_holds_everything_that_it_is_given():
    record = EmissionsRecord(**WHOLE)
    assert record.known() == WHOLE
    assert list(record.known()) == list(WHOLE)


def test_what_is_not_given_is_not_known():
    assert EmissionsRecord(emissions_g=1).known() == {
        "emissions_g": 1.0,
        "method": "unknown",
        "boundary": "node",
        "pue": 1.0,
    }


def test_a_record_cannot_be_changed_but_replaced():
    record = EmissionsRecord(**WHOLE)
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.emissions_g = 3
    with pytest.raises((AttributeError, TypeError)):
        record.something_else = 3
    assert record.replace(emissions_g=3, range_g=None).emissions_g == 3.0
    assert record.emissions_g == 24.6
    with pytest.raises(RecordError):
        record.replace(emissions_g=-3)


def test_a_record_can_be_compared_hashed_and_sent():
    record = EmissionsRecord(**WHOLE)
    assert record == EmissionsRecord(**WHOLE)
    assert len({record, EmissionsRecord(**WHOLE)}) == 1
    assert pickle.loads(pickle.dumps(record)) == record


def test_numbers_become_floats_and_ranges_pairs():
    record = EmissionsRecord(emissions_g=1, ram_gb=2, range_g=[0, 3])
    assert isinstance(record.emissions_g, float)
    assert record.range_g == (0.0, 3.0)
    assert isinstance(record.range_g[0], float)


def test_energy_alone_is_enough_and_neither_is_not():
    assert EmissionsRecord(energy_kwh=0).energy_kwh == 0.0
    assert refusal(source="x") == "neither emissions_g nor energy_kwh is known; a record needs one of them"


@pytest.mark.parametrize("name", ["emissions_g", "energy_kwh", "duration_s", "intensity_g_per_kwh", "ram_gb"])
@pytest.mark.parametrize("value", [-1, -1e-300, math.nan, math.inf, -math.inf, "12.5", True, [1], 1j])
def test_an_impossible_amount_is_refused(name, value):
    assert refusal(**{"emissions_g": 1, name: value}).startswith(f"{name} is ")


def test_an_amount_beyond_a_float_is_refused():
    assert "emissions_g" in refusal(emissions_g=10**400)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"modelled_share": 1.1}, "modelled_share is 1.1; it must be between 0 and 1"),
        ({"modelled_share": -0.1}, "modelled_share is -0.1; it must be between 0 and 1"),
        ({"pue": 0.9, "boundary": "facility"}, "pue is 0.9; it must be a finite number, at least 1"),
        ({"pue": None}, "pue is None; it must be a number"),
        ({"pue": 1.2}, "pue is 1.2 inside a figure of the node; its boundary is the facility"),
        (
            {"pue": 1.2, "boundary": "accelerators"},
            "pue is 1.2 inside a figure of the accelerators; its boundary is the facility",
        ),
        ({"source": ""}, "source is ''; it must be a text that is not empty, or None"),
        ({"hardware_used": " \n"}, "hardware_used is ' \\n'; it must be a text that is not empty, or None"),
        ({"training_type": 3}, "training_type is 3; it must be a text that is not empty, or None"),
        ({"tool": b"x"}, "tool is b'x'; it must be a text that is not empty, or None"),
        ({"segments": 0}, "segments is 0; it must be a whole number, at least 1"),
        ({"nodes_seen": 1.0}, "nodes_seen is 1.0; it must be a whole number, at least 1"),
        ({"nodes_expected": True}, "nodes_expected is True; it must be a whole number, at least 1"),
        ({"nodes_seen": 3, "nodes_expected": 2}, "3 nodes were seen where 2 took part"),
        (
            {"method": "guessed"},
            "method is 'guessed'; it must be one of measured, modelled, mixed, estimated, unknown",
        ),
        ({"method": None}, "method is None; it must be one of measured, modelled, mixed, estimated, unknown"),
        ({"boundary": "rack"}, "boundary is 'rack'; it must be one of accelerators, node, facility"),
        (
            {"intensity_basis": "marginal"},
            "intensity_basis is 'marginal'; it must be one of life-cycle, combustion, operational",
        ),
        ({"country_iso3": "DE"}, "country_iso3 is 'DE'; it must be three capital letters, such as DEU"),
        ({"country_iso3": "deu"}, "country_iso3 is 'deu'; it must be three capital letters, such as DEU"),
        ({"country_iso3": "DEUX"}, "country_iso3 is 'DEUX'; it must be three capital letters, such as DEU"),
        ({"range_g": (2, 1)}, "range_g is (2, 1); low must be at least 0 and high not below it"),
        ({"range_g": (-1, 1)}, "range_g is (-1, 1); low must be at least 0 and high not below it"),
        ({"range_g": (0, math.inf)}, "range_g is (0, inf); low must be at least 0 and high not below it"),
        ({"range_g": (math.nan, 1)}, "range_g is (nan, 1); low must be at least 0 and high not below it"),
        ({"range_g": 3}, "range_g is 3; it must be two numbers, low and high"),
        ({"range_g": (1, 2, 3)}, "range_g is (1, 2, 3); it must be two numbers, low and high"),
        ({"range_g": ("a", "b")}, "range_g is ('a', 'b'); it must be two numbers, low and high"),
    ],
)
def test_what_is_impossible_or_contradicts_itself_is_refused(fields, message):
    assert refusal(emissions_g=1, **fields) == message


def test_on_cloud_is_a_truth_value():
    assert EmissionsRecord(emissions_g=1, on_cloud=False).on_cloud is False
    assert "on_cloud" in refusal(emissions_g=1, on_cloud="no")


def test_a_text_is_kept_without_the_blanks_around_it():
    assert EmissionsRecord(emissions_g=1, cpu_model=" Intel  Xeon\t").cpu_model == "Intel  Xeon"


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"emissions_g": 12.5}, "12.5 g CO2eq"),
        ({"emissions_g": 0.0}, "0 g CO2eq"),
        ({"energy_kwh": 1.87e-4}, "187 mWh"),
        (
            {
                "emissions_g": 0.0712345678,
                "energy_kwh": 0.000187123,
                "duration_s": 24.084,
                "geographical_location": "Germany",
                "method": "modelled",
            },
            "71.2 mg CO2eq, 187 mWh, 24.1 s, Germany, modelled",
        ),
        (WHOLE, "24.6 g CO2eq, 90 % range 20 g to 30 g, 63.2 Wh, 1 h 30 min, Paris, France, mixed, facility"),
        (
            {"emissions_g": 1e15, "geographical_location": "a\nb\x1b[2J" + "c" * 1000},
            "1000000 kt CO2eq, a\\nb\\x1b[2J" + "c" * 53,
        ),
    ],
)
def test_it_is_shown_in_one_short_line(fields, shown):
    assert repr(EmissionsRecord(**fields)) == str(EmissionsRecord(**fields)) == f"EmissionsRecord({shown})"


def test_every_field_can_be_unknown_where_it_is_shown():
    for name in WHOLE.keys() - {"emissions_g", "pue"}:
        assert repr(EmissionsRecord(emissions_g=1, **{name: WHOLE[name]})).startswith("EmissionsRecord(1 g CO2eq")


@pytest.mark.parametrize("name", ["source", "hardware_used", "cpu_model"])
@pytest.mark.parametrize("text", ["\ud800", "a \udfff b", "\u00fc\udc80"])
def test_half_of_a_surrogate_pair_is_refused(name, text):
    """No file could hold it: UTF-8 has no such character."""
    with pytest.raises(RecordError, match="cannot be written as UTF-8"):
        EmissionsRecord(emissions_g=1.0, **{name: text})
    whole = EmissionsRecord(emissions_g=1.0, **{name: "\u00fc \U0001f331"})
    assert getattr(whole, name) == "\u00fc \U0001f331"


def test_a_record_takes_no_value_by_its_place():
    """Which of two dozen numbers a bare one is, nobody could tell."""
    with pytest.raises(TypeError):
        EmissionsRecord(1.0)


@pytest.mark.parametrize("part", ["energy", "place", "intensity", "hardware"])
@pytest.mark.parametrize("wrong", [None, "Germany", {"country_iso3": "DEU"}, 3.5])
def test_a_part_of_another_type_is_refused(part, wrong):
    assert refusal(emissions_g=1.0, **{part: wrong}).startswith(f"{part} is {wrong!r}; it must be of the type ")
