"""Amounts in cards: read whole or not at all, whatever marks their digits, in sentences, tables, labels, front matter."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.chance import examples

from hf_emissions import check_card, units
from hf_emissions.facts.extract import extract_facts

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


POWERS = ["e{}", "E{}", " \u00d7 10^{}", " x 10^{}", "\u00b710^{}", " \\times 10^{{{}}}", " \u00d7 10<sup>{}</sup>", " * 10**{}"]


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
BEHIND = ["", ".", " CO2eq.", "CO2eq of which 100 % were offset.", " of CO\u2082, in France.", " CO<sub>2</sub>e (8 GPUs).", " CO2-eq"]
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


@given(spelled(), st.sampled_from(sorted(MASSES)), st.sampled_from(SENTENCES), st.sampled_from(BEFORE), st.sampled_from(BEHIND))
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


JOINS = ["-", " - ", "\u2013", " \u2013 ", "\u2014", " to ", " or ", " and ", "~", "/", " / ", " bis ", " \u00e0 ", " a ", "..", "...", " \u2026 ", " up to "]
BOUNDS = [
    *("less than", "more than", "up to", "at most", "at least", "under", "over", "below", "above", "no more than"),
    *("<", ">", "\u2264", "\u2265", "<=", ">=", "max.", "maximum", "fewer than", "exceeding", "not", "within"),
    *("weniger als", "mehr als", "unter", "\u00fcber", "bis zu", "moins de", "plus de", "menos de", "m\u00e1s de", "meno di"),
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
