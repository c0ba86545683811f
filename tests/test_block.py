"""The block's mapping and the record: the forms seen in the wild, there and back again."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hf_emissions.card.block import (
    KEYS,
    BlockShapeError,
    BlockValueError,
    field_of,
    from_block,
    known_fields,
    read_fields,
    same,
    to_block,
)
from hf_emissions.errors import RecordError
from hf_emissions.record import EmissionsRecord


@pytest.mark.parametrize(
    ("value", "fields"),
    [
        (12.5, {"emissions_g": 12.5}),
        (0, {"emissions_g": 0.0}),
        ("12.5", {"emissions_g": 12.5}),
        ("49.49 g", {"emissions_g": 49.49}),
        ("0.1069 Kg", {"emissions_g": 106.9}),
        ("28.53 in grams of CO2", {"emissions_g": 28.53}),
        ({"emissions": 12.5}, {"emissions_g": 12.5}),
        ({"emissions": "1e-4"}, {"emissions_g": 0.0001}),
        ({"emissions": "12 t", "source": "paper"}, {"emissions_g": 12e6, "source": "paper"}),
        (
            {"emissions": 1, "energy_consumed": 2, "hours_used": 1.5, "on_cloud": True, "ram_total_size": 31.3},
            {"emissions_g": 1.0, "energy_kwh": 2.0, "duration_s": 5400.0, "on_cloud": True, "ram_gb": 31.3},
        ),
        (
            {"emissions": 1, "energy_consumed": "370.84 kJ", "hours_used": "90 min", "ram_total_size": "32 GB"},
            {"emissions_g": 1.0, "energy_kwh": 0.10301111111111111, "duration_s": 5400.0, "ram_gb": 32.0},
        ),
        (
            {"emissions": 1, "ram_total_size": "32gb", "on_cloud": "No", "cpu_model": " Xeon "},
            {"emissions_g": 1.0, "ram_gb": 32.0, "on_cloud": False, "cpu_model": "Xeon"},
        ),
        (
            {"emissions": 1, "hardware_used": ["8 x A100", "2 x V100", 3]},
            {"emissions_g": 1.0, "hardware_used": "8 x A100, 2 x V100, 3"},
        ),
        ({"emissions": 1, "training_type": 3, "source": ""}, {"emissions_g": 1.0, "training_type": "3"}),
        ({"emissions": 1, "geographical_location": None}, {"emissions_g": 1.0}),
        ({"emissions": 1, "note": {"of": ["mine"]}, "training time": "3 d"}, {"emissions_g": 1.0}),
        ({"energy_consumed": 2}, {"energy_kwh": 2.0}),
        ([{"emissions": 12.5}, {"source": "x"}], {"emissions_g": 12.5, "source": "x"}),
    ],
)
def test_a_block_is_read_in_every_form_seen_in_the_wild(value, fields):
    assert from_block(value) == EmissionsRecord(**fields)


@pytest.mark.parametrize(
    "value", [None, {}, [], {"emissions": None}, {"source": "x"}, {"note": 1}, [{"hardware_used": "x"}]]
)
def test_a_block_without_a_figure_has_no_record(value):
    assert from_block(value) is None


@pytest.mark.parametrize(
    ("value", "key", "message"),
    [
        ("Kg", "emissions", 'emissions cannot be read: "Kg" has no number: write a mass such as "12.5 g" or "12.5 kg"'),
        ({"emissions": "See Table 3"}, "emissions", 'emissions cannot be read: "See Table 3" does not start with a '),
        ({"emissions": "1.234,5"}, "emissions", 'emissions cannot be read: "1.234,5" mixes comma and point'),
        ({"emissions": True}, "emissions", "emissions cannot be read: True is neither a number nor text"),
        ({"emissions": -1}, "emissions", "emissions cannot be read: -1 is negative"),
        ({"emissions": float("nan")}, "emissions", "emissions cannot be read: nan is not a finite number"),
        ({"emissions": 1, "hours_used": "3 kg"}, "hours_used", 'hours_used cannot be read: "3 kg" is a mass'),
        ({"emissions": 1, "on_cloud": "maybe"}, "on_cloud", "on_cloud cannot be read: it must be true or false"),
        ({"emissions": 1, "on_cloud": 1}, "on_cloud", "on_cloud cannot be read: it must be true or false"),
        ({"emissions": 1, "source": True}, "source", "source cannot be read: it must be a text"),
        ({"emissions": 1, "ram_total_size": "32 MB"}, "ram_total_size", "ram_total_size cannot be read: "),
    ],
)
def test_a_value_that_takes_guessing_is_refused_with_its_key(value, key, message):
    with pytest.raises(BlockValueError) as caught:
        from_block(value)
    assert str(caught.value).startswith(message)
    assert caught.value.key == key


@pytest.mark.parametrize(
    ("value", "key", "message"),
    [
        ([1, 2], "", "co2_eq_emissions is a list; write it as a mapping, `emissions: 12.5` in grams"),
        ([{"emissions": 1, "source": "x"}], "", "co2_eq_emissions is a list; write it as a mapping"),
        ([{"emissions": 1}, {"emissions": 2}], "", "co2_eq_emissions is a list; write it as a mapping"),
        ({"emissions": [1]}, "emissions", "emissions is a list; write one value"),
        ({"emissions": {"value": 1}}, "emissions", "emissions is a mapping; write one value"),
        ({"source": {"a": 1}}, "source", "source is a mapping; write one value"),
    ],
)
def test_a_shape_that_nobody_can_read_is_refused_even_where_figures_are_left_out(value, key, message):
    for read in (from_block, read_fields, lambda block: read_fields(block, skip_unreadable=True)):
        with pytest.raises(BlockShapeError) as caught:
            read(value)
        assert str(caught.value).startswith(message)
        assert caught.value.key == key


def test_what_cannot_be_read_can_be_left_out():
    assert read_fields({"emissions": "Kg", "source": "x"}, skip_unreadable=True) == {"source": "x"}


def test_a_record_becomes_a_block_of_the_known_keys_in_the_hubs_order():
    record = EmissionsRecord(
        ram_gb=31.3,
        cpu_model="Xeon",
        on_cloud=False,
        duration_s=5400,
        energy_kwh=2,
        hardware_used="h",
        geographical_location="g",
        training_type="t",
        source="s",
        emissions_g=12.5,
        cloud_provider="gcp",
        country_iso3="FRA",
    )
    block = to_block(record)
    assert tuple(block) == KEYS
    assert KEYS[:5] == ("emissions", "source", "training_type", "geographical_location", "hardware_used")
    assert block == {
        "emissions": 12.5,
        "source": "s",
        "training_type": "t",
        "geographical_location": "g",
        "hardware_used": "h",
        "energy_consumed": 2.0,
        "hours_used": 1.5,
        "on_cloud": False,
        "cpu_model": "Xeon",
        "ram_total_size": 31.3,
    }
    assert to_block(EmissionsRecord(emissions_g=0)) == {"emissions": 0.0}


def test_a_record_without_grams_becomes_no_block_but_its_fields_can_be_asked_for():
    record = EmissionsRecord(energy_kwh=2, source="s")
    with pytest.raises(RecordError, match="a block needs grams"):
        to_block(record)
    assert known_fields(record) == {"source": "s", "energy_consumed": 2.0}


@pytest.mark.parametrize("source", [None, "CodeCarbon", "measured"])
def test_an_estimate_must_say_that_it_is_one(source):
    with pytest.raises(RecordError, match="never written unlabelled"):
        to_block(EmissionsRecord(emissions_g=1, source=source, method="estimated"))


def test_an_estimate_that_says_so_becomes_a_block():
    assert to_block(EmissionsRecord(emissions_g=1, source="Estimated by hand", method="estimated"))["emissions"] == 1


@pytest.mark.parametrize("value", [1e-9, 0.3, 12.5, 1234.5, 1e15])
def test_values_are_the_same_to_eleven_digits(value):
    assert same(value, value * (1 + 1e-13))
    for off in (1e-10, 1e-8, 1e-5, 1e-4, 1e-3):
        assert not same(value, value * (1 + off))
        assert not same(value, value * (1 - off))


AMOUNTS = st.floats(min_value=1e-9, max_value=1e15)
TEXTS = st.text(min_size=1).filter(lambda text: text.strip() == text != "")
RECORDS = st.builds(
    EmissionsRecord,
    emissions_g=AMOUNTS,
    energy_kwh=st.none() | AMOUNTS,
    duration_s=st.none() | AMOUNTS,
    source=st.none() | TEXTS,
    hardware_used=st.none() | TEXTS,
    on_cloud=st.none() | st.booleans(),
    ram_gb=st.none() | AMOUNTS,
)


@given(RECORDS)
def test_a_record_comes_back_from_its_block(record):
    found = from_block(to_block(record))
    for key in KEYS:
        field = field_of(key)
        assert same(getattr(found, field), getattr(record, field))
    assert from_block(to_block(found)) == found


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_any_value_is_read_or_refused(value):
    for block in (value, {"emissions": value}, [{"emissions": value}], dict.fromkeys(KEYS, value)):
        with contextlib.suppress(BlockValueError):
            from_block(block)
