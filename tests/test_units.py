"""What a quantity says and what is read from it, as tables of before and after."""

from __future__ import annotations

import json
import math
import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hf_emissions import units
from hf_emissions.errors import UnitError
from hf_emissions.units import (
    has_unit,
    plain_decimal,
    read_duration_s,
    read_energy_kwh,
    read_intensity_g_per_kwh,
    read_mass_g,
    read_number,
    round_significant,
)

LONGEST_VALUE = 200
LONGEST_MESSAGE = 400
SECONDS_ALLOWED = 5.0
READERS = [read_mass_g, read_energy_kwh, read_intensity_g_per_kwh, read_duration_s]
FINITE = st.floats(allow_nan=False, allow_infinity=False)
AMOUNTS = st.floats(min_value=1e-9, max_value=1e15)


def refusal(read, value, **keywords) -> str:
    with pytest.raises(UnitError) as caught:
        read(value, **keywords)
    return str(caught.value)


@pytest.mark.parametrize(
    ("written", "grams"),
    [
        (13.5, 13.5),
        ("12.5", 12.5),
        (0, 0.0),
        (-0.0, 0.0),
        ("-0", 0.0),
        (24_700_000, 24_700_000.0),
        ("24_700_000", 24_700_000.0),
        ("1e-4", 0.0001),
        ("1E+3", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("+5", 5.0),
        ("1,234.5", 1234.5),
        ("1,234,567", 1_234_567.0),
        ("12 CO2eq", 12.0),
        ("1.e3", 1000.0),
        ("0x1F", 31.0),
        ("+0o17", 15.0),
        ("0b1_1", 3.0),
        ("1 234", 1234.0),
        ("1" + " " * 199, 1.0),
        ("0x1F" + " " * 196, 31.0),
    ],
)
def test_a_bare_number_has_the_default_unit(written, grams):
    assert read_mass_g(written, default_unit="g") == grams


@pytest.mark.parametrize(
    ("written", "grams"),
    [
        ("49.49 g", 49.49),
        ("0.1069 Kg", 106.9),
        ("12.0 kg", 12_000.0),
        ("12 KG", 12_000.0),
        ("12 G", 12.0),
        ("12kgs", 12_000.0),
        ("12 t", 12_000_000.0),
        ("12 tonnes", 12_000_000.0),
        ("12 metric tons of CO2", 12_000_000.0),
        ("12 mg", 0.012),
        ("12 Mg", 12_000_000.0),
        ("12 kt", 12e9),
        ("1 lb", 453.59237),
        ("2 pounds", 907.18474),
        ("1,234,567 g", 1_234_567.0),
        ("1,234.5 kg", 1_234_500.0),
        ("1e-4 kg", 0.1),
        ("12 grams", 12.0),
        ("28.53 in grams of CO2", 28.53),
        ("12 kgCO2eq", 12_000.0),
        ("12 KgCO2", 12_000.0),
        ("12 kg CO\u2082e", 12_000.0),
        ("539 tCO2eq", 539_000_000.0),
        ("3 kilograms of CO2 equivalent", 3000.0),
        ("3 kg CO2-eq.", 3000.0),
        ("3 kg CO2-equivalents", 3000.0),
        ("3 kg eq. CO2", 3000.0),
        ("3 kg (CO2eq)", 3000.0),
        ("3 kg CO$_2$", 3000.0),
        ("3 kg CO<sub>2</sub>e", 3000.0),
        ("3 kg of carbon dioxide", 3000.0),
        ("3 kg CO2 emissions", 3000.0),
        ("  3 kg\n", 3000.0),
        ("3\u00a0kg", 3000.0),
        ("3\u202fkg", 3000.0),
        ("3 kg.", 3000.0),
        ("1 250 kg", 1_250_000.0),
        ("1\u202f250\u202f000.5 g", 1_250_000.5),
        ("1'250 kg", 1_250_000.0),
        ("1\u2019250 kg", 1_250_000.0),
        ("1\\,250 kg", 1_250_000.0),
        ("12 Mt", 12e12),
        ("2 Gg", 2e9),
    ],
)
def test_masses(written, grams):
    assert read_mass_g(written) == grams
    assert read_mass_g(written, default_unit="t") == grams, "an explicit unit wins"


@pytest.mark.parametrize(
    ("written", "kwh"),
    [
        ("3.5 kWh", 3.5),
        ("3.5 kwh", 3.5),
        ("3.5 KWH", 3.5),
        ("3.5 kW h", 3.5),
        ("3.5 kW\u00b7h", 3.5),
        ("3.5 kilowatt-hours", 3.5),
        ("370 Wh", 0.37),
        ("370 watt hours", 0.37),
        ("12 mWh", 0.000012),
        ("433 MWh", 433_000.0),
        ("1.29 GWh", 1_290_000.0),
        ("2 TWh", 2e9),
        ("3.6 GJ", 1000.0),
        ("370.84 kJ", 370.84 / 3600),
        ("3.6 MJ", 1.0),
        ("3600 mJ", 1e-6),
        ("3600000 joules", 1.0),
    ],
)
def test_energies(written, kwh):
    assert read_energy_kwh(written) == kwh


@pytest.mark.parametrize(
    ("written", "g_per_kwh"),
    [
        ("475 g/kWh", 475.0),
        ("475 gCO2eq/kWh", 475.0),
        ("475 g CO2 / kWh", 475.0),
        ("0.56 kg/kWh", 560.0),
        ("0.432 kgCO2eq per kWh", 432.0),
        ("0.432 kilograms of CO2 per kilowatt-hour", 432.0),
        ("0.3 t/MWh", 300.0),
        ("540 lb/MWh", 244.9398798),
    ],
)
def test_intensities(written, g_per_kwh):
    assert read_intensity_g_per_kwh(written) == g_per_kwh


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("90 min", 5400.0),
        ("1.5 h", 5400.0),
        ("1.5 Hours", 5400.0),
        ("350 ms", 0.35),
        ("2 days", 172_800.0),
        ("2 weeks", 1_209_600.0),
        ("4 days 9.5 hours", 379_800.0),
        ("36 hours 44 minutes", 132_240.0),
        ("2 days, 3 hours and 4 minutes", 183_840.0),
        ("1h30m", 5400.0),
        ("1:30:00", 5400.0),
        ("0:00:03.25", 3.25),
        ("100:00:00", 360_000.0),
        ("1 day, 2:03:04", 93_784.0),
    ],
)
def test_times(written, seconds):
    assert read_duration_s(written) == seconds


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("Kg", '"Kg" has no number: write a mass such as "12.5 g" or "12.5 kg"'),
        ("", '"" has no number: write a mass such as "12.5 g" or "12.5 kg"'),
        ("nan", '"nan" has no number: write a mass such as "12.5 g" or "12.5 kg"'),
        ("See Table 3", '"See Table 3" does not start with a number: write a mass such as "12.5 g" or "12.5 kg"'),
        ("~12 g", '"~12 g" does not start with a number: write a mass such as "12.5 g" or "12.5 kg"'),
        (
            "1.234,5",
            '"1.234,5" mixes comma and point, either of which could be the decimal mark: '
            "write the number with one decimal point and no other mark, such as 1234.5",
        ),
        ("1,234", '"1,234" has a comma that could mark thousands or decimals: write the number as 1234 or 1.234'),
        ("0,5 kg", '"0,5 kg" has a comma that could mark thousands or decimals: write the number as 0.5'),
        (-5, "-5 is negative: write 0 or more"),
        ("\u22125 g", '"\u22125 g" is negative: write 0 or more'),
        (math.nan, "nan is not a finite number: write the amount, or leave it out where it is not known"),
        (True, 'True is neither a number nor text: write a mass such as "12.5 g" or "12.5 kg"'),
        (None, 'None is neither a number nor text: write a mass such as "12.5 g" or "12.5 kg"'),
        ([12], 'a list is neither a number nor text: write a mass such as "12.5 g" or "12.5 kg"'),
        ("1e400", '"1e400" is beyond what a number can hold: write a mass such as "12.5 g" or "12.5 kg"'),
        ("12 apples", '"12 apples" has the unknown unit "apples": write a mass such as "12.5 g" or "12.5 kg"'),
        ("12 tons", '"12 tons" has the unit "tons", which is short, long or metric: write "t" for 1000 kg'),
        (
            "12 MT",
            '"12 MT" has the unit "MT", which is a metric tonne or a megatonne by its case: write "t" or "Mt"',
        ),
        ("3 kWh", '"3 kWh" is an energy, not a mass: write a mass such as "12.5 g" or "12.5 kg"'),
        ("10-12 kg", '"10-12 kg" holds more than one number: write a mass such as "12.5 g" or "12.5 kg"'),
        ("\uff11\uff12 g", '"\uff11\uff12 g" has other digits than 0 to 9: write a mass such as "12.5 g" or "12.5 kg"'),
    ],
)
def test_a_refusal_says_why_and_what_to_write(value, message):
    assert refusal(read_mass_g, value, default_unit="g") == message


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (math.inf, "not a finite number"),
        (10**400, "not a finite number"),
        pytest.param(10**5000, "not a finite number", id="5001 digits"),
        (b"12", "neither a number nor text"),
        ({"emissions": 1}, "neither a number nor text"),
        ("-5 g", "is negative"),
        ("1e-400", "beyond what a number can hold"),
        ("1e999999999999999999", "beyond what a number can hold"),
        ("1e308 kg", "beyond what a number can hold"),
        ("12 ton", "short, long or metric"),
        ("12 mt", "a metric tonne or a megatonne"),
        ("12 MG", "milli or mega"),
        ("12 mG", "milli or mega"),
        ("12 g or 13 g", "more than one number"),
        ("10\u201312 kg", "more than one number"),
        ("12 kg 500 g", "more than one number"),
        ("10**3", "more than one number"),
        ("0x10 g", "more than one number"),
        ("0x1G", "more than one number"),
        ("0o18", "more than one number"),
        ("1 23 g", "more than one number"),
        ("2023 250 g", "more than one number"),
        ("1 234,567 g", "thousands or decimals"),
        ("12.5.3", "not one number"),
        ("12_5", "not one number"),
        ("1,2,3", "not one number"),
        ("0,123.5", "mixes comma and point"),
        ("1,234.567,8", "mixes comma and point"),
        ("12 g/km", 'unknown unit "km"'),
        ("12 kg/h", 'unknown unit "kg/h"'),
        ("12 /kWh", 'unknown unit "/kWh"'),
        ("12 g/kWh", "an intensity, not a mass"),
        ("12 h", "a time, not a mass"),
        ("12 %", 'unknown unit "%"'),
        ("12 kg C", 'unknown unit "kgC"'),
        ("12 million g", "unknown unit"),
        ("\u0661\u0662 g", "other digits"),
        ("12 \u00bd g", "other digits"),
        ("1" + " " * 200, "longer than 200 characters"),
        ("0x1F" + " " * 197, "longer than 200 characters"),
    ],
)
def test_refused_as_a_mass(value, why):
    assert why in refusal(read_mass_g, value, default_unit="g")


@pytest.mark.parametrize(
    ("read", "value", "why"),
    [
        (read_energy_kwh, "3 mwh", 'milli or mega by its case: write "mWh" or "MWh"'),
        (read_energy_kwh, "3 MWH", 'milli or mega by its case: write "mWh" or "MWh"'),
        (read_energy_kwh, "3 Mj", 'milli or mega by its case: write "mJ" or "MJ"'),
        (read_energy_kwh, "3 g", "is a mass, not an energy"),
        (read_energy_kwh, "300 W", "is a power, not an energy"),
        (read_energy_kwh, "3 kWh CO2", "is an energy, not one of CO2"),
        (read_intensity_g_per_kwh, "475 g", "is a mass, not an intensity"),
        (read_intensity_g_per_kwh, "475 g/kWh/h", "unknown unit"),
        (read_duration_s, "1:30", 'could be hours and minutes or minutes and seconds: write "1:30:00" or "90 min"'),
        (read_duration_s, "1:75:00", "could be"),
        (read_duration_s, "30 m", "minutes, months or metres"),
        (read_duration_s, "2 months", "no fixed length"),
        (read_duration_s, "5 GPU hours", "counts devices"),
        (read_duration_s, "10-12 h", "more than one number"),
        (read_duration_s, "3 h 4 h", "more than one number"),
        (read_duration_s, "4 min 3 h", "more than one number"),
        (read_duration_s, "5 days -3 hours", "more than one number"),
        (read_duration_s, "2 h 3", "more than one number"),
        (read_duration_s, "2 h 3 g", "more than one number"),
        (read_number, "3 kg", 'is a mass, not a plain number: write a plain number such as "12.5"'),
        (read_number, "3 CO2", "not one of CO2"),
        (read_number, "1,234", "thousands or decimals"),
        (read_number, False, "neither a number nor text"),
    ],
)
def test_refused_elsewhere(read, value, why):
    assert why in refusal(read, value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (12.5, '12.5 has no unit: write "12.5 g" or "12.5 kg"'),
        (12, '12 has no unit: write "12 g" or "12 kg"'),
        (" 1,234.5", '" 1,234.5" has no unit: write "1234.5 g" or "1234.5 kg"'),
        ("12 CO2", '"12 CO2" has no unit: write "12 g" or "12 kg"'),
    ],
)
def test_a_bare_number_without_a_default_unit(value, message):
    assert refusal(read_mass_g, value) == message


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("\x1b[31mred", r'"\x1b[31mred" does not start'),
        ("Kg\r\n\x00", r'"Kg\r\n\x00" has no number'),
        ("Kg\u202e", r'"Kg\u202e" has no number'),
        ("K" * 60, '"' + "K" * 60 + '" has no number'),
        ("K" * 61, '"' + "K" * 60 + '..." has no number'),
        ("K" * 100, '"' + "K" * 60 + '..." has no number'),
        (1 - 2**200, f"{1 - 2**200} is negative"),
        (-(2**200), "a whole number of 201 bits is negative"),
        pytest.param("K" * 10**7, '"' + "K" * 60 + '..." is longer', id="10 MB"),
    ],
)
def test_a_refusal_quotes_hostile_text_harmlessly(value, shown):
    assert refusal(read_mass_g, value).startswith(shown)


@pytest.mark.parametrize(
    ("read", "default_unit", "expected"),
    [
        (read_mass_g, "kg", 12_500.0),
        (read_mass_g, "kgCO2eq", 12_500.0),
        (read_energy_kwh, "Wh", 0.0125),
        (read_intensity_g_per_kwh, "kg/kWh", 12_500.0),
        (read_duration_s, "h", 45_000.0),
    ],
)
def test_default_units(read, default_unit, expected):
    assert read(12.5, default_unit=default_unit) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(4, 4.0), ("3", 3.0), ("1e-4", 0.0001), ("24_700_000", 24_700_000.0), (" 1,234.5 ", 1234.5)]
)
def test_plain_numbers(value, expected):
    assert read_number(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("12 g", True),
        ("28.53 in grams of CO2", True),
        ("1,234 kg", True),
        ("12 tons", True),
        ("1:30:00", True),
        ("4 days 9.5 hours", True),
        ("12, 13 kg", True),
        ("12 kg, 13", True),
        ("12", False),
        ("1e-4", False),
        ("12 CO2eq", False),
        ("Kg", False),
        ("See Table 3", False),
        ("", False),
        ("1:30", False),
        ("12 g" * 100, False),
        (13, False),
        (None, False),
    ],
)
def test_has_unit(value, expected):
    assert has_unit(value) is expected


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        (units.kg_to_g, 0.1069, 106.9),
        (units.g_to_kg, 106.9, 0.1069),
        (units.t_to_g, 4.1, 4_100_000.0),
        (units.kwh_to_joules, 0.1, 360_000.0),
        (units.joules_to_kwh, 370_840, 370_840 / 3_600_000),
        (units.hours_to_s, 0.1, 360.0),
        (units.s_to_hours, 5400, 1.5),
        (units.kg_per_kwh_to_g_per_kwh, 0.56, 560.0),
        (units.lb_per_mwh_to_g_per_kwh, 540, 244.9398798),
        (units.kg_to_g, -1.5, -1500.0),
    ],
)
def test_changes_of_unit(change, before, after):
    assert change(before) == after


@pytest.mark.parametrize(
    ("combine", "left", "right", "after"),
    [
        (units.power_to_kwh, 300, 7200, 0.6),
        (units.mean_power_w, 0.6, 7200, 300.0),
        (units.emissions_g, 0.5, 475, 237.5),
    ],
)
def test_energy_power_and_emissions(combine, left, right, after):
    assert combine(left, right) == after


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (units.kg_to_g, (math.nan,)),
        (units.kg_to_g, (1e308,)),
        (
            units.power_to_kwh,
            (
                1e308,
                1e308,
            ),
        ),
        (
            units.emissions_g,
            (
                math.inf,
                0,
            ),
        ),
        (
            units.mean_power_w,
            (
                1,
                0,
            ),
        ),
        (
            units.mean_power_w,
            (
                1,
                math.nan,
            ),
        ),
        (units.round_significant, (math.nan,)),
        (
            units.round_significant,
            (
                1.7976931348623157e308,
                2,
            ),
        ),
        (units.format_mass, (math.inf,)),
        (units.plain_decimal, (math.nan,)),
        (units.plain_decimal, (-math.inf,)),
    ],
)
def test_no_result_is_not_finite(function, arguments):
    with pytest.raises(UnitError, match=r"finite|above 0"):
        function(*arguments)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1e-05, "0.00001"),
        (12.0, "12"),
        (120.0, "120"),
        (12.5, "12.5"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e22, "10000000000000000000000"),
        (-0.0, "0"),
        (-1.5e-7, "-0.00000015"),
    ],
)
def test_plain_decimal(number, text):
    assert plain_decimal(number) == text


@given(FINITE)
def test_plain_decimal_gives_back_the_same_float_everywhere(number):
    text = plain_decimal(number)
    assert "e" not in text.lower()
    yaml_1_2 = json.loads  # whose numbers are JSON's
    assert [float(read(text)) for read in (float, yaml.safe_load, yaml_1_2)] == [number] * 3


@pytest.mark.parametrize(
    ("number", "digits", "expected"),
    [(0, 3, 0), (1234.5, 3, 1230), (0.012345, 3, 0.0123), (999.6, 3, 1000), (-1234.5, 2, -1200), (5e-324, 3, 5e-324)],
)
def test_round_significant(number, digits, expected):
    assert round_significant(number, digits) == expected


@pytest.mark.parametrize(
    ("show", "number", "text"),
    [
        (units.format_mass, 0, "0 g"),
        (units.format_mass, 0.0123, "12.3 mg"),
        (units.format_mass, 12.5, "12.5 g"),
        (units.format_mass, 999.4, "999 g"),
        (units.format_mass, 999.6, "1 kg"),
        (units.format_mass, 1234, "1.23 kg"),
        (units.format_mass, 4_100_000, "4.1 t"),
        (units.format_mass, 8.93e9, "8.93 kt"),
        (units.format_mass, -1234, "-1.23 kg"),
        (units.format_mass, -0.5, "-500 mg"),
        (units.format_energy, 0.37, "370 Wh"),
        (units.format_energy, 0.000001, "1 mWh"),
        (units.format_energy, 12, "12 kWh"),
        (units.format_energy, 433_196, "433 MWh"),
        (units.format_energy, 1_287_000, "1.29 GWh"),
        (units.format_duration, 0.01, "0.01 s"),
        (units.format_duration, 0, "0 s"),
        (units.format_duration, 24.084, "24.1 s"),
        (units.format_duration, 59.94, "59.9 s"),
        (units.format_duration, 59.99, "1 min"),
        (units.format_duration, 91, "1 min 31 s"),
        (units.format_duration, 3599.4, "59 min 59 s"),
        (units.format_duration, 3599.6, "1 h"),
        (units.format_duration, 4344, "1 h 12 min"),
        (units.format_duration, 5400, "1 h 30 min"),
        (units.format_duration, 86_369, "23 h 59 min"),
        (units.format_duration, 86_400, "1 day"),
        (units.format_duration, 90_000, "25 h"),
        (units.format_duration, 129_600, "36 h"),
        (units.format_duration, 172_740, "47 h 59 min"),
        (units.format_duration, 172_800, "2 days"),
        (units.format_duration, 71.9 * 3600, "71 h 54 min"),
        (units.format_duration, 71.999 * 3600, "3 days"),
        (units.format_duration, 300_000, "3 days 11 h"),
        (units.format_duration, 99.9 * 86_400, "99 days 22 h"),
        (units.format_duration, 99.99 * 86_400, "100 days"),
        (units.format_duration, 123.4 * 86_400, "123 days"),
        (units.format_power, 0, "0 W"),
        (units.format_power, 2400, "2.4 kW"),
        (units.format_power, 0.25, "250 mW"),
        (units.format_intensity, 475, "475 g/kWh"),
        (units.format_intensity, 3.9412, "3.94 g/kWh"),
    ],
)
def test_text_for_people(show, number, text):
    assert show(number) == text


@pytest.mark.parametrize(
    ("show", "read"),
    [
        (units.format_mass, read_mass_g),
        (units.format_energy, read_energy_kwh),
        (units.format_intensity, read_intensity_g_per_kwh),
    ],
)
@given(number=AMOUNTS)
def test_text_for_people_is_read_back(show, read, number):
    assert read(show(number)) == pytest.approx(number, rel=0.0051)


@given(AMOUNTS | st.floats(50, 10**7))
def test_a_time_for_people_is_read_back_to_a_hundredth(seconds):
    assert read_duration_s(units.format_duration(seconds)) == pytest.approx(seconds, rel=0.0085)


@given(st.floats(min_value=0, allow_infinity=False), st.sampled_from([repr, plain_decimal]))
def test_grams_are_exactly_the_digits_written(number, write):
    written = f"{write(number)} g"
    if len(written) <= LONGEST_VALUE:
        assert read_mass_g(written) == number


@given(AMOUNTS)
def test_changes_of_unit_can_be_undone(number):
    assert units.g_to_kg(units.kg_to_g(number)) == pytest.approx(number, rel=1e-15)
    assert units.s_to_hours(units.hours_to_s(number)) == pytest.approx(number, rel=1e-15)
    assert units.joules_to_kwh(units.kwh_to_joules(number)) == pytest.approx(number, rel=1e-15)


WORDS = [
    "12",
    "1.5",
    "1,234",
    "1e9",
    "kg",
    "g",
    "t",
    "CO2",
    "eq",
    "/",
    "per",
    "kWh",
    "h",
    "min",
    "and",
    "-",
    ",",
    "in",
    "of",
]
HOSTILE = st.one_of(
    st.text(),
    st.text(alphabet="0159.,_:eE+-/ ()CO2kgtWhmindays\u00a0\u2082\uff11", max_size=60),
    st.lists(st.sampled_from(WORDS)).map(" ".join),
    st.none() | st.booleans() | st.integers() | st.floats() | st.binary() | st.lists(st.integers()),
)


@pytest.mark.parametrize("read", READERS)
@given(value=HOSTILE)
def test_anything_is_read_or_refused_in_one_short_line(read, value):
    assert isinstance(has_unit(value), bool)
    number, message = 0.0, ""
    try:
        number = read(value, default_unit=None)
    except UnitError as error:
        message = str(error)
    assert math.isfinite(number)
    assert number >= 0
    assert message.isprintable()
    assert len(message) < LONGEST_MESSAGE


@pytest.mark.parametrize(
    "piece", ["1", "1,", "1.", "1:", "1_000", "-", " ", "e", "1e", "CO2", "(of eq. ", "/", "per ", "h -"]
)
def test_the_worst_text_is_refused_quickly(piece):
    begun = time.perf_counter()
    for text in (piece * 10**6, (piece * 200)[:199] + "!", "1 " + (piece * 200)[:197] + "!"):
        assert has_unit(text) in (True, False)
        refusal(read_duration_s, text)
    assert time.perf_counter() - begun < SECONDS_ALLOWED


@pytest.mark.parametrize(
    ("clock", "s"),
    [((0, 0, 1.5), 1.5), ((0, 1, 0), 60), ((1, 0, 0), 3600), ((5, 12, 33), 18753), ((0, 61, 62), 3722)],
)
def test_a_time_as_a_clock_shows_it(clock, s):
    assert units.clock_to_s(*clock) == s
    assert units.clock_to_s(*clock, days=2) == s + 172_800


def test_mean_power_is_no_whole_number():
    assert units.mean_power_w(1.0, 7200) == 500
    assert units.mean_power_w(0.001, 7000) == pytest.approx(0.5142857)


@pytest.mark.parametrize(
    ("g", "order"),
    [
        (0.0, "less than a gram"),
        (0.999, "less than a gram"),
        (1.0, "grams"),
        (999.0, "grams"),
        (1e3, "kilograms"),
        (1e6, "tonnes"),
        (1e9, "kilotonnes or more"),
        (9.9e11, "kilotonnes or more"),
        (1e12, "megatonnes"),
    ],
)
def test_the_order_of_magnitude_of_a_mass(g, order):
    assert units.mass_order(g) == order


def test_scales_and_hours_per_unit_are_what_the_words_say():
    assert units.SCALES == {
        "thousand": 10**3,
        "million": 10**6,
        "billion": 10**9,
        "trillion": 10**12,
        "k": 10**3,
        "m": 10**6,
        "b": 10**9,
        "t": 10**12,
    }
    assert units.HOURS_PER == {
        "second": 1 / 3600,
        "minute": 1 / 60,
        "hour": 1.0,
        "day": 24.0,
        "week": 168.0,
        "month": 730.5,  # a twelfth of 365.25 days
    }


@pytest.mark.parametrize(
    ("days", "words"), [(99.9, "99 days 22 h"), (99.99, "100 days"), (100, "100 days"), (100.4, "100 days")]
)
def test_from_a_hundred_days_on_hours_are_left_out(days, words):
    assert units.format_duration(days * 86400) == words
