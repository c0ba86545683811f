"""Amounts in cards: read whole or not at all, whatever marks their digits, in sentences, tables, front matter."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hf_emissions import check_card
from hf_emissions.facts.extract import extract_facts
from tests.chance import examples

# -- any value, in any spelling, in any place --------------------------------------------------------------------------
MASSES = {
    "mg": "1e-3",
    "g": "1",
    "kg": "1e3",
    "kilograms": "1e3",
    "t": "1e6",
    "tonnes": "1e6",
    "metric tons": "1e6",
    "Mg": "1e6",
    "kt": "1e9",
    "Mt": "1e12",
}
ENERGIES = {
    "mWh": "1e-6",
    "Wh": "1e-3",
    "kWh": "1",
    "MWh": "1e3",
    "GWh": "1e6",
    "TWh": "1e9",
    "J": "1/3600000",
    "kJ": "1/3600",
    "MJ": "10/36",
    "GJ": "10000/36",
}
BLANKS = [" ", "\u00a0", "\u2009", "\u202f", "\u2007", "&nbsp;", "&thinsp;", "\\,"]
GROUPS = [*BLANKS, "'", "\u2019", ",", ".", "_", "{,}"]


def grouped(whole: str, mark: str) -> str:
    """The digits of a whole number in groups of three."""
    head = len(whole) % 3 or 3
    return mark.join([whole[:head], *(whole[at : at + 3] for at in range(head, len(whole), 3))])


def plain(number: Decimal) -> str:
    return format(number, "f")


def scientific(number: Decimal, exponent: int, written: str) -> str:
    return f"{plain(number.scaleb(-exponent))}{written.format(exponent)}"


POWERS = [
    "e{}",
    "E{}",
    " \u00d7 10^{}",
    " x 10^{}",
    "\u00b710^{}",
    " \\times 10^{{{}}}",
    " \u00d7 10<sup>{}</sup>",
    " * 10**{}",
]


@st.composite
def spelled(draw) -> tuple[Decimal, str]:
    """A number above zero, and a way to write it."""
    places = draw(st.integers(0, 4))
    number = Decimal(draw(st.integers(1, 10 ** draw(st.integers(1, 8))))).scaleb(-places)
    whole, _, decimals = plain(number).partition(".")
    kind = draw(st.sampled_from(["plain", "comma", "grouped", "power", "error"]))
    if kind == "comma":
        return number, f"{whole},{decimals}" if decimals else whole
    if kind == "grouped":
        mark = draw(st.sampled_from(GROUPS))
        decimal_mark = draw(st.sampled_from([one for one in ".," if one != mark and (mark, one) != ("{,}", ",")]))
        return number, grouped(whole, mark) + (decimal_mark + decimals if decimals else "")
    if kind == "power":
        return number, scientific(number, draw(st.integers(-6, 6)), draw(st.sampled_from(POWERS)))
    if kind == "error":
        sign = draw(st.sampled_from(["\u00b1", " \u00b1 ", " +/- ", " +- ", " \\pm ", " &plusmn; "]))
        return number, f"{plain(number)}{sign}{plain(number / 8)}"
    return number, plain(number)


BEFORE = ["", " ", "~", "about ", "approximately ", "roughly ", "a total of ", "an estimated "]
BEHIND = [
    "",
    ".",
    " CO2eq.",
    "CO2eq of which 100 % were offset.",
    " of CO\u2082, in France.",
    " CO<sub>2</sub>e (8 GPUs).",
    " CO2-eq",
]
SENTENCES = [
    "The training emitted {}",
    "Over five seeds, training emitted {}",
    "In 2023 we emitted {}",
    "We trained on 8 A100 for 3 days, which emitted {}",
    "L'entra\u00eenement a caus\u00e9 des emissions de {}",
    "Das Training hat {} Emissionen verursacht, gemessen mit CodeCarbon 2.3.4",
    "CO2 emissions: {}",
    "- **Carbon Emitted:** {}",
    "1. Carbon footprint = {}",
    "* Emissions - {}",
    "| Carbon emitted | {} |",
    "| Hardware | 8 x A100 |\n|---|---|\n| Hours | 12.5 |\n| CO2 emissions | {} |",
    "| GPU | Emissions |\n|---|---|\n| 8x A100 | {} |",
    "| 7. How much CO2eq was emitted to train the final model? | {} |",
    "**Total emissions:**\n{}",
    "<table><tr><td>Emissions</td><td>{}</td></tr></table>",
]
OF_ENERGY = [
    "The training consumed {} of electricity",
    "We used 8 GPUs and {} of energy in 2023",
    "- **Energy consumed:** {}",
    "| Energy consumption | {} |",
    "**Total energy:**\n{}",
    "Energy used (GPU and CPU): {}",
]


def is_it(read: float | None, meant: Fraction) -> bool:
    return read is None or math.isclose(read, float(meant), rel_tol=1e-12)


@given(
    spelled(),
    st.sampled_from(sorted(MASSES)),
    st.sampled_from(SENTENCES),
    st.sampled_from(BEFORE),
    st.sampled_from(BEHIND),
)
@examples(400)
def test_a_mass_is_read_as_what_it_is_or_not_at_all(number, unit, sentence, before, behind):
    value, written = number
    card = "# M\n\n" + sentence.format(f"{before}{written} {unit}{behind}") + "\n"
    assert is_it(extract_facts(card).reported_g, Fraction(value) * Fraction(MASSES[unit])), card


@given(spelled(), st.sampled_from(sorted(ENERGIES)), st.sampled_from(OF_ENERGY), st.sampled_from(BEFORE))
@examples(200)
def test_an_energy_is_read_as_what_it_is_or_not_at_all(number, unit, sentence, before):
    value, written = number
    card = "# M\n\n" + sentence.format(f"{before}{written} {unit}") + "\n"
    assert is_it(extract_facts(card).energy_kwh, Fraction(value) * Fraction(ENERGIES[unit])), card


@given(spelled(), st.sampled_from(["g", "kg", "t"]))
@examples(100)
def test_a_value_of_the_front_matter_is_read_as_what_it_is_or_not_at_all(number, unit):
    value, written = number
    if _is_yaml_decimal(written, value):
        return
    card = f"---\nco2_eq_emissions:\n  emissions: {written} {unit}\n---\n# M\n"
    assert is_it(extract_facts(card).reported_g, Fraction(value) * Fraction(MASSES[unit])), card


def _is_yaml_decimal(written: str, value: Decimal) -> bool:
    """Whether it has one point, which marks decimals in YAML, and was meant to group."""
    try:
        return Decimal(written) != value
    except ArithmeticError:
        return False


JOINS = [
    "-",
    " - ",
    "\u2013",
    " \u2013 ",
    "\u2014",
    " to ",
    " or ",
    " and ",
    "~",
    "/",
    " / ",
    " bis ",
    " \u00e0 ",
    " a ",
    "..",
    "...",
    " \u2026 ",
    " up to ",
]
BOUNDS = [
    *("less than", "more than", "up to", "at most", "at least", "under", "over", "below", "above", "no more than"),
    *("<", ">", "\u2264", "\u2265", "<=", ">=", "max.", "maximum", "fewer than", "exceeding", "not", "within"),
    *(
        "weniger als",
        "mehr als",
        "unter",
        "\u00fcber",
        "bis zu",
        "moins de",
        "plus de",
        "menos de",
        "m\u00e1s de",
        "meno di",
    ),
    *("less than about", "more than ~", "as much as", "upwards of", "half of", "twice"),
]


@given(spelled(), spelled(), st.sampled_from(JOINS), st.booleans(), st.sampled_from(SENTENCES))
@examples(200)
def test_an_end_of_a_range_is_no_amount(low, high, join, twice, sentence):
    written = f"{plain(low[0])}{' kg' if twice else ''}{join}{plain(high[0])} kg"
    card = sentence.format(written + " CO2eq")
    assert extract_facts(card).reported_g is None, card


@given(spelled(), st.sampled_from(BOUNDS), st.sampled_from(SENTENCES))
@examples(200)
def test_a_bound_is_no_amount(number, bound, sentence):
    card = sentence.format(f"{bound} {plain(number[0])} kg CO2eq")
    assert extract_facts(card).reported_g is None, card


@pytest.mark.parametrize(
    ("sentence", "grams"),
    [
        ("The training emitted 1 250 kg CO2eq.", 1_250_000),
        ("The training emitted 1\\,250 kg CO2eq.", 1_250_000),
        ("Over five seeds, training emitted 12.5 \u00b1 0.4 kg CO2eq.", 12_500),
        ("Training generated 20.4 ktCO2eq.", 20.4e9),
        ("- **Carbon Emitted:** 2.3 \u00d7 10^-3 kg CO2eq", 2.3),
        ("The training emitted 2.3 \u00d7 10<sup>3</sup> kg CO2eq.", 2_300_000),
        ("The training emitted 1.234,5 kg CO2eq.", 1_234_500),
        ("The training emitted 0,625 kg CO2eq.", 625),
        ("**Total emissions (kg CO2eq):**\n453.3 kg CO2eq", 453_300),
        ("The training emitted 2,625 kg CO2eq.", None),
        ("The training emitted 2.625 kg CO2eq.", None),
        ("The training emitted 2 kg and 500 g CO2eq.", None),
        ("The training emitted 12.5(4) kg CO2eq.", None),
    ],
)
def test_masses_in_cards(sentence, grams):
    assert extract_facts(sentence).reported_g == (grams and pytest.approx(grams))


@pytest.mark.parametrize(
    ("sentence", "kwh"),
    [
        ("Training consumed 1.2 GWh of electricity in Finland.", 1.2e6),
        ("- **Energy consumed:** 12 500 kWh", 12_500),
        ("Training consumed 5 to 10 kWh of energy.", None),
        ("Training consumed 5 mwh of energy.", None),
        ("Energy consumption: 360kWh", 360),
        ("Energy consumption: 360GJ", 100_000),
        ("Energy consumed: 3600000 J", 1),
        ("Total energy: 3600 kJ", 1),
        ("Energy consumed (MJ): 360", 100),
        ("The training consumed 7.2 megajoules.", 2),
        ("Electricity: 5TWh", 5e9),
    ],
)
def test_energies_in_cards(sentence, kwh):
    assert extract_facts(sentence).energy_kwh == kwh


CLIMATE = """| Minimum card | |
|---|---|
| 2. How much time does the training of the final model take? | {hours} |
| 3. How much time did all experiments take (incl. hyperparameter search)? | 288 hours |
| 7. How much CO2eq was emitted to train the final model? | {grams} |
| 8. How much CO2eq was emitted for all experiments? | 94.75 kg CO2eq |
| 9. What is the average CO2eq emission for the inference of one sample? | 0.62 mg CO2eq |
"""


@pytest.mark.parametrize(
    ("hours", "grams", "expected"),
    [
        ("8 hours", "2.63 kg", {"wall_hours": 8, "reported_g": 2630}),
        ("~8 hours", "115.15 kg CO2eq", {"wall_hours": 8, "reported_g": 115_150}),
        ("", "", {}),
        ("unknown", "less than 3 kg", {}),
        ("8 hours | 9 hours", "2.63 kg | 4 kg", {}),
    ],
)
def test_the_climate_performance_table_is_that_of_the_final_model(hours, grams, expected):
    assert extract_facts(CLIMATE.format(hours=hours, grams=grams)).known() == expected


BLOCK = "---\nco2_eq_emissions:\n  emissions: {}\n  source: CodeCarbon\n---\n# M\n\n{}\n"


@pytest.mark.parametrize(
    ("emissions", "body"),
    [
        ("2625", "Das Training verursachte 2,625 kg CO2eq."),
        ("2625000", "Das Training verursachte 2.625 kg CO2eq."),
        ("2.625", "- **Carbon Emitted:** 2,625 kg"),
        ("1250000", "The training emitted 1 250 kg CO2eq."),
        ("12500", "The training emitted 12.5 \u00b1 0.4 kg CO2eq."),
        ("12200", "The training emitted 12.5 \u00b1 0.4 kg CO2eq."),
        ("420", "The training emitted less than 1 kg CO2eq."),
        ("250", "It emits 1 250 g CO2 per query."),
    ],
)
def test_what_is_not_certain_is_no_evidence(emissions, body):
    wrong = {"body-disagrees", "kilograms-as-grams", "inference-figure", "implausible-intensity"}
    assert not wrong & {finding.rule for finding in check_card(BLOCK.format(emissions, body))}


@pytest.mark.parametrize(("written", "number"), [("1.e3", "1000"), ("0x1F", "31"), ("0o17", "15")])
def test_numbers_of_yaml_are_numbers(written, number):
    found = [finding for finding in check_card(BLOCK.format(written, "")) if finding.rule == "number-as-text"]
    assert [one.new for finding in found for one in finding.fix.replacements] == [number]


@pytest.mark.parametrize(
    ("card", "hours"),
    [
        ("**Total GPU Hours:**\n464.9 hours\n", {"device_hours": 464.9}),
        ("Total GPU hours of the training: 464.9 hours.", {"device_hours": 464.9}),
        ("Training took 1 250 hours.", {"wall_hours": 1250}),
        ("Training took 12 \u00b1 2 hours.", {"wall_hours": 12}),
    ],
)
def test_hours_are_read_whole_and_of_what_they_are(card, hours):
    assert extract_facts(card).known() == hours
