"""Amounts in a text: how large they are and how exactly known, and what beside them makes them no amount."""

from __future__ import annotations

import pytest

from hf_emissions.units import Amount, english_number, find_energies, find_masses, last_digit_off, read_in

# The digits of a number, each possible value, and half a unit of its last digit.
NUMBERS = [
    ("12", (12,), 0.5),
    ("12.50", (12.5,), 0.005),
    ("1200", (1200,), 50),
    ("120.0", (120,), 0.05),
    ("0", (0,), 0),
    ("0.0", (0,), 0),
    (".5", (0.5,), 0.05),
    ("12,5", (12.5,), 0.05),
    ("0,125", (0.125,), 0.0005),
    ("1,250", (1.25, 1250), 0.0005),
    ("1.250", (1.25, 1250), 0.0005),
    ("999,250", (999.25, 999_250), 0.0005),
    ("1,250,000", (1_250_000,), 5000),
    ("1.250.000,5", (1_250_000.5,), 0.05),
    ("1,250,000.5", (1_250_000.5,), 0.05),
    ("1 250", (1250,), 5),
    ("1\\,250", (1250,), 5),
    ("1&nbsp;250", (1250,), 5),
    ("1'250'000.5", (1_250_000.5,), 0.05),
    ("1_250_000", (1_250_000,), 5000),
    ("1{,}250{.}5", (1250.5,), 0.05),
    ("12,34,567", (1_234_567,), 0.5),
    ("1,23,456.5", (123_456.5,), 0.05),
    ("10^3", (1000,), 0),
    ("10**3", (1000,), 0),
    ("10^-2", (0.01,), 0),
    ("10\u207b\u00b2", (0.01,), 0),
    ("10^99", (1e99,), 0),
    ("2.5e-3", (0.0025,), 0.00005),
    ("2.5E3", (2500,), 50),
    ("2.5 x 10^{3}", (2500,), 50),
    ("2.5\u00b710\u00b3", (2500,), 50),
    ("2.5 \\times 10^{-3}", (0.0025,), 0.00005),
    ("2.5 &times; 10^\u22123", (0.0025,), 0.00005),
    ("1e99", (1e99,), 5e98),
    ("1e-99", (1e-99,), 5e-100),
    ("1.234 \u00d7 10^3", (1234,), 0.5),
    ("1,234 \u00d7 10^3", (1234, 1_234_000), 0.5),
    ("0" * 60 + "1250", (1250,), 5),
]
NO_NUMBERS = [
    *("1,2,3", "1.2.3", "12,34,56", "012,345.5", "1,250.000,5", "1 23", "10^100", "1e100", "1e-100"),
    *("2 \u00d7 10^3.5", "a.5", "..5", "0" * 61 + "1250"),
]


def masses(text: str) -> list[str]:
    return [text[one.start : one.end] for one in find_masses(text)]


def energies(text: str) -> list[str]:
    return [text[one.start : one.end] for one in find_energies(text)]


def only(found) -> Amount:
    [amount] = found
    return amount


@pytest.mark.parametrize(("written", "values", "off"), NUMBERS)
def test_a_number_is_what_its_marks_and_powers_say_and_as_exact_as_its_last_digit(written, values, off):
    amount = only(find_masses(f"emitted {written} g"))
    assert amount.values == pytest.approx(values, rel=1e-15)
    assert amount.off == pytest.approx(off, rel=1e-15)
    assert amount.value == (amount.values[0] if len(values) == 1 else None)


@pytest.mark.parametrize("written", NO_NUMBERS)
def test_what_is_no_number_is_no_amount(written):
    assert masses(f"emitted {written} g") == []


@pytest.mark.parametrize(
    ("written", "number", "off"),
    [
        ("1,250", 1250, 0.0004),
        ("1,250.5", 1250.5, 0.05 / 1250.5),
        ("1200", 1200, 50 / 1200),
        ("0.5", 0.5, 0.1),
        ("1 250", 1250, 0.004),
        ("2.5e-3", 0.0025, 0.02),
        ("12,5", 12.5, 0.004),
        ("0", 0, 0),
        ("apples", None, 0),
        ("1,2,3", None, 0),
        ("0," + "1" * 58, 1 / 9, 0.45e-57),
        ("0," + "1" * 59, None, 0),
    ],
)
def test_english_numbers_and_how_exact_they_are(written, number, off):
    assert english_number(written) == (number if number is None else pytest.approx(number, rel=1e-15))
    assert last_digit_off(written) == pytest.approx(off, rel=1e-9)


@pytest.mark.parametrize(
    ("word", "times"),
    [
        ("k", 1e3),
        ("thousand", 1e3),
        ("million", 1e6),
        ("millions", 1e6),
        ("billion", 1e9),
        ("billions", 1e9),
        ("trillion", 1e12),
        ("Million", 1e6),
    ],
)
def test_each_word_of_scale_is_worth_its_power_of_ten(word, times):
    expected = (2.5 * times * 1000,)
    assert only(find_masses(f"emitted 2.5 {word} kg")).values == expected
    assert only(find_masses(f"emitted 2.5-{word} kg")).values == expected
    assert read_in(f"2.5 {word}", "kg").values == expected
    assert only(find_energies(f"used 2.5 {word} MWh")).values == expected


@pytest.mark.parametrize(
    ("written", "grams", "off"),
    [
        ("12.5 \u00b1 0.4 kg", 12_500, 400),
        ("12.5 +/- 0.4 kg", 12_500, 400),
        ("12.5 +- 0.4 kg", 12_500, 400),
        ("12.5 \\pm 0.4 kg", 12_500, 400),
        ("12.5 \u00b1 5 % kg", 12_500, 625),
        ("12.5 \u00b1 5\\% kg", 12_500, 625),
        ("12.5 \u00b1 0.01 kg", 12_500, 50),
        ("12.5 \u00b1 1,250 kg", 12_500, 1250),
        ("12.5 \u00b1 1,250 % kg", 12_500, 156.25),
        ("12.5 \u00b1 1,2,3 kg", 12_500, 50),
        ("12.5 \u00b1 2 tons", 12_500_000, 2_000_000),
        ("12.5 \u00b1 1 tons", 12_500_000, 1_250_000),
        ("12.5 tons", 12_500_000, 1_250_000),
        ("12.5 ton", 12_500_000, 1_250_000),
        ("12.5 Tons", 12_500_000, 1_250_000),
        ("12.5 metric tons", 12_500_000, 50_000),
        ("12.5 Metric-Tons", 12_500_000, 50_000),
        ("12.5 metric tonnes", 12_500_000, 50_000),
        ("12.5 t", 12_500_000, 50_000),
        ("12.5 kilotons", 12.5e9, 1.25e9),
        ("12.5 megaton", 12.5e12, 1.25e12),
    ],
)
def test_how_exact_a_mass_is(written, grams, off):
    amount = only(find_masses(f"emitted {written}"))
    assert (amount.values, amount.off) == ((grams,), off)


def test_how_exact_a_mass_of_two_readings_is_goes_by_the_first():
    amount = only(find_masses("emitted 1,250 tons"))
    assert (amount.values, amount.off) == ((1_250_000, 1_250_000_000), 125_000)
    assert only(find_masses("emitted 1,250 \u00b1 10 % kg")).off == 125


@pytest.mark.parametrize(
    ("written", "unit", "of_co2"),
    [
        ("5 kg", "kg", False),
        ("5 kgCO2eq", "kg", True),
        ("5 kg of CO2", "kg", True),
        ("5 kg CO\u2082e", "kg", True),
        ("5 kg (CO2", "kg", True),
        ("5 kg CO<sub>2</sub>", "kg", True),
        ("5 kg carbon dioxide equivalents", "kg", True),
        ("5 metric tonnes", "metric tonnes", False),
        ("(5) kg", "kg", False),
        ("$5$ kg", "kg", False),
        ("5 [kg", "kg", False),
        ("5 **kg", "kg", False),
    ],
)
def test_an_amount_says_its_unit_and_whether_it_is_one_of_co2(written, unit, of_co2):
    text = f"| {written} |"
    amount = only(find_masses(text))
    assert (amount.unit, amount.of_co2) == (unit, of_co2)
    assert text[amount.start : amount.end].rstrip() == written.lstrip("($")


def test_amounts_of_one_dimension_are_found_in_order():
    text = "It took 3.5 kWh, 12 h on 300 W, 5 kg of paper, 7 kW\u00b7h, 2 kilowatt-hours; it emitted 2 t."
    assert masses(text) == ["5 kg", "2 t"]
    assert energies(text) == ["3.5 kWh", "7 kW\u00b7h", "2 kilowatt-hours"]


@pytest.mark.parametrize(
    "written", ["5 MT", "5 MG", "5 kg_a", "5 kga", "5 kkg", "5 hundred kg", "5 - kg", "5\nkg", "5"]
)
def test_what_is_no_unit_is_no_amount(written):
    assert masses(f"emitted {written}") == []


@pytest.mark.parametrize("written", ["5 mwh", "5 MWH", "5 Mj", "5 kW", "5 kWhx", "5 kW  h"])
def test_what_is_no_energy_is_none(written):
    assert energies(f"used {written}") == []


# -- what stands before a number ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "before",
    [
        *("", "   ", "~", "emitted ", "a total of ", "knot ", "(", "= ", "| ", "&asymp;", "&nbsp;", "two "),
        *("run 3: ", "(3) ", "3) ", "8 GPUs ", "8 GPUs and ", "8 GPUs, ", "3 kWh ", "3 kWh and ", "3 h and "),
        *("3 abc and ", "8 runs CO2 and ", "23: ", "2023. ", "in 2023, ("),
        # So far back, it is another matter.
        *("less than" + " " * 64, "3" + " " * 8 + "x" * 64 + " "),
    ],
)
def test_what_stands_before_an_amount_and_leaves_it_one(before):
    assert masses(f"{before}250 kg") == ["250 kg"]


@pytest.mark.parametrize(
    "before",
    [
        *("-", "x", "v", "..", "/", "\u00b1", "&plusmn;", "&minus;", "1/", "1 / ", "3 \u2022 ", "2023 ", "ten to "),
        *("3 g and ", "3 kg ", "3 kg CO2 and ", "3 tons ", "3 MT and ", "3 CO2 ", "3 m and ", "3 ab and ", "3 and "),
        *("less than ", "less than about ", "< ", "half of ", "not ", "no more than an estimated approximately "),
        *("in 23, ", "in 23. ", "in 23, (", "in 999. "),
    ],
)
def test_what_stands_before_a_number_and_makes_it_no_amount(before):
    assert masses(f"{before}250 kg") == []


@pytest.mark.parametrize(("number", "found"), [("25", True), ("250", False), ("2500", True)])
def test_three_digits_behind_a_point_and_a_short_number_could_be_a_group(number, found):
    assert bool(masses(f"in 23. {number} kg")) is found
    assert bool(masses(f"in 23, ({number} kg")) is found
    assert masses(f"in run 23: {number} kg")
    assert masses(f"in 2023. {number} kg")


# -- what stands behind an amount --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "behind",
    [
        *("", ".", ")", " in all", " (11 lb)", " = 5000 g", " (\u00b1 3 kg)", " in 3 h"),
        *(", 8 GPUs", " and 8 GPUs", " 8 GPUs", " to 8 GPUs", " and 3 h", " and 3 kWh", " and 3 million GPUs"),
        *(" and 3 abc", " " * 64 + "or more"),
    ],
)
def test_what_stands_behind_an_amount_and_leaves_it_one(behind):
    assert masses(f"emitted 5 kg{behind}")[0] == "5 kg"


@pytest.mark.parametrize(
    "behind",
    [
        *(" or more", "+", " max", " at least", " <", "\u00b2", "^2", " \u00d7 3", " x 3"),
        *(" to 6 kg", "\n6 kg", " and 3", " - 6", " 8", " + 3", " and 3 million kg", " and 3 MT", " and 3 m"),
        *(" and 3 ab", " and 3 kg CO2"),
    ],
)
def test_what_stands_behind_a_number_and_makes_it_no_amount(behind):
    assert masses(f"emitted 5 kg{behind}") == []


# -- a number whose unit stands elsewhere ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("12.5", "kg", Amount((12_500.0,), 50.0, "kg", of_co2=False, start=0, end=4)),
        ("12.5k", "kg", Amount((12_500_000.0,), 50_000.0, "kg", of_co2=False, start=0, end=5)),
        ("1,250", "g", Amount((1.25, 1250.0), 0.0005, "g", of_co2=False, start=0, end=5)),
        ("12.5 \u00b1 0.4", "kg", Amount((12_500.0,), 400.0, "kg", of_co2=False, start=0, end=10)),
        ("12.5 \u00b1 4 %", "kg", Amount((12_500.0,), 500.0, "kg", of_co2=False, start=0, end=10)),
        ("12.5 (4)", "ton", Amount((12_500_000.0,), 1_250_000.0, "ton", of_co2=False, start=0, end=5)),
        ("12.5 = 3", "kWh", Amount((12.5,), 0.05, "kWh", of_co2=False, start=0, end=5)),
        *((text, "kg", None) for text in ("apples", "~12.5", "12.5%", "12.5/3", "12.5 to 13", "12.5 13", "12.5 +")),
        *((text, "kg", None) for text in ("12.5 or more", "12.5, 3 GPUs", "1,2,3")),
        *(("12.5", unit, None) for unit in ("MT", "apples")),
    ],
)
def test_a_number_in_a_unit_given_elsewhere(text, unit, expected):
    assert read_in(text, unit) == expected
