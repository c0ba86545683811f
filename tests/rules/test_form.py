"""The rules about the form of a block: what they find, at which place, and what their fixes make of it."""

from __future__ import annotations

import json
import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hf_emissions import check_card
from hf_emissions.rules.check import RULES
from hf_emissions.rules.fix import apply_fixes, fix_text
from hf_emissions.rules.key_suggestions import meant_block, meant_key
from hf_emissions.rules.values import is_placeholder

FORM = [
    *("unreadable-block", "list-shaped-block", "not-a-number", "negative-or-nan", "unit-in-value", "number-as-text"),
    *("placeholder-value", "unknown-key", "unknown-training-type", "duplicate-key", "misplaced-keys"),
]
HEAD = "---\nlicense: mit   # kept\nlanguage: no\n"
TAIL = "---\n\n# A model\n\nText.\n"


def card(block, above=HEAD, below=""):
    """A card with these lines as its block."""
    return f"{above}co2_eq_emissions:{block}\n{below}{TAIL}"


def entry(key, value, *, emissions=True):
    return card("\n" + ("  emissions: 12.5\n" if emissions and key != "emissions" else "") + f"  {key}: {value}")


def found(text, select=FORM):
    return [finding.rule for finding in check_card(text, select=select)]


def one(text, rule):
    """The only finding of form in a card, which is that of a rule."""
    (finding,) = check_card(text, select=FORM)
    assert finding.rule == rule, finding
    return finding


def text_at(text, finding):
    return text.splitlines()[finding.line - 1][finding.column - 1 :]


def mended(text, rule, *, safe):
    """The card after the fix: the finding is gone, and nothing outside the block has changed."""
    finding = one(text, rule)
    assert finding.fix is not None, finding
    assert finding.fix.safe is safe, finding
    assert finding.message.endswith(f"--select {rule} --fix" + ("" if safe else " --unsafe-fixes"))
    after = apply_fixes(text, [finding])
    assert rule not in found(after)
    before, now = (yaml.safe_load(each.split("---")[1]) for each in (text, after))
    assert {key: now[key] for key in ("license", "language")} == {key: before[key] for key in ("license", "language")}
    assert after.startswith(text[: text.index("co2")])
    assert after.endswith(TAIL)
    return after


def block(text):
    return yaml.safe_load(text.split("---")[1])["co2_eq_emissions"]


# --- numbers ---------------------------------------------------------------------------------------------------------

NUMBERS = ["12.5", "12", "0.5", ".5", "12.", "+5", "1.5e+3", "123456.789", "00.5"]


@pytest.mark.parametrize("key", ["emissions", "energy_consumed", "hours_used", "ram_total_size"])
@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_that_all_readers_take_for_the_same(key, number):
    assert found(entry(key, number)) == []
    assert found(f"{HEAD}co2_eq_emissions: {number}\n{TAIL}") == []


TEXTS = [
    ('"12.5"', "12.5"),
    ("'12.50'", "12.50"),
    ('" 12 "', "12"),
    ("1e-05", "0.00001"),
    ("1e5", "100000"),
    ("1.5e5", "150000"),
    ("1_000", "1000"),
    ('"1,234.5"', "1234.5"),
]


@pytest.mark.parametrize("key", ["emissions", "energy_consumed", "hours_used", "ram_total_size"])
@pytest.mark.parametrize(("written", "number"), TEXTS)
def test_a_number_as_text_is_written_as_a_number(key, written, number):
    text = entry(key, written + "   # measured")
    assert text_at(text, one(text, "number-as-text")).startswith(written)
    assert mended(text, "number-as-text", safe=True) == text.replace(written, number)


@pytest.mark.parametrize("block_", [' {emissions: "12.5"}', ' {"emissions":"12.5", source: x}', ' "12.5"'])
def test_a_number_as_text_in_other_forms_of_a_block(block_):
    assert mended(card(block_), "number-as-text", safe=True) == card(block_.replace('"12.5"', "12.5"))


def test_an_octal_number_is_for_a_person_to_decide():
    assert one(entry("emissions", "010"), "number-as-text").fix is None


@pytest.mark.parametrize("value", ["!!str 12.5", "&a '12.5'", "|\n    12.5", '"12\\x2e5"'])
def test_a_number_that_is_not_written_in_place_is_found_all_the_same(value):
    text = entry("emissions", value)
    finding = one(text, "number-as-text")
    if finding.fix is not None:
        assert block(apply_fixes(text, [finding]))["emissions"] == 12.5


def test_the_alias_of_a_number_is_not_rewritten_where_it_was_named():
    text = card("\n  emissions: *figure", above=f"{HEAD}note: &figure '12.5'\n")
    assert one(text, "number-as-text").fix is None


UNITS = [
    ("emissions", "12 kg", 12000, False),
    ("emissions", '"12 kg"', 12000, False),
    ("emissions", "0.1069 Kg", 106.9, False),
    ("emissions", "28.53 in grams of CO2", 28.53, True),
    ("emissions", "12.5 g CO2eq", 12.5, True),
    ("emissions", "12.5 CO2eq", 12.5, True),
    ("energy_consumed", "1.5 kWh", 1.5, True),
    ("energy_consumed", "1500 Wh", 1.5, False),
    ("hours_used", "90 min", 1.5, False),
    ("ram_total_size", "16 GB", 16, True),
]


@pytest.mark.parametrize(("key", "written", "number", "safe"), UNITS)
def test_a_unit_in_a_value(key, written, number, safe):
    text = entry(key, written)
    assert text_at(text, one(text, "unit-in-value")).startswith(written)
    after = mended(text, "unit-in-value", safe=safe)
    assert after == text.replace(written, str(number))
    assert block(after)[key] == number


def test_a_unit_in_a_value_that_the_hub_reads_otherwise():
    assert "takes the first digits, 12)" in one(entry("emissions", "12 kg"), "unit-in-value").message
    assert "first digits" not in one(entry("emissions", "12 g"), "unit-in-value").message


@pytest.mark.parametrize(
    "value", ["see the paper", "12 tons", "12,5", "1.5 kWh", "10 to 20", "yes", "2021-03-01", "~5 g"]
)
def test_what_is_no_number(value):
    text = entry("emissions", value)
    finding = one(text, "not-a-number")
    assert text_at(text, finding) == value
    assert finding.fix is None
    assert "hf-emissions add README.md --emissions" in finding.message
    assert one(f"{HEAD}co2_eq_emissions: {value}\n{TAIL}", "not-a-number").line == 4


def test_each_value_that_is_no_number_is_found():
    text = card("\n  emissions: many\n  energy_consumed: some\n  hours_used: few")
    assert found(text) == ["not-a-number"] * 3


@pytest.mark.parametrize("value", ["-5", "-0.5", "-5 kg", ".nan", ".NaN", "nan", "-.inf", "inf", '"-5"'])
def test_negative_or_nan(value):
    text = entry("emissions", value)
    assert text_at(text, one(text, "negative-or-nan")) == value
    assert one(entry("hours_used", value.replace(" kg", " h")), "negative-or-nan").line == 6


# --- placeholders ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", ["0", "0.0", '"0"', "0 g", "TBD", "N/A", "none", '"Not specified"', '""', "'?'", "???"]
)
def test_a_placeholder_for_the_figure(value):
    text = entry("emissions", value)
    finding = one(text, "placeholder-value")
    assert text_at(text, finding) == value
    assert finding.fix is None
    assert "missing-emissions" not in found(text, select=[])


@pytest.mark.parametrize("key", ["source", "training_type", "geographical_location", "hardware_used", "cpu_model"])
@pytest.mark.parametrize(
    "value", ["N/A", "Unknown", "not specified.", "[More Information Needed]", "<hardware>", "..."]
)
def test_a_placeholder_for_a_text(key, value):
    text = entry(key, json.dumps(value))
    assert mended(text, "placeholder-value", safe=False) == card("\n  emissions: 12.5")
    missing = {"geographical_location": "missing-location", "hardware_used": "missing-hardware"}
    rules = found(text, select=[])
    assert missing.get(key, f"missing-{key.replace('_', '-')}") not in rules
    assert "unknown-training-type" not in rules


def test_a_placeholder_in_a_flow_block_goes_with_its_comma():
    text = card(" {emissions: 12.5, source: TBD, on_cloud: true}")
    assert mended(text, "placeholder-value", safe=False) == card(" {emissions: 12.5, on_cloud: true}")


@pytest.mark.parametrize("value", ["CodeCarbon", "Nantes, France", "Tesla T4", "None of the usual trackers", "0"])
def test_texts_that_are_no_placeholders(value):
    assert found(entry("source", value)) == []
    assert not is_placeholder(value)


@pytest.mark.parametrize("key", ["energy_consumed", "hours_used"])
def test_a_zero_beside_the_figure_is_rounding(key):
    assert found(entry(key, "0.0")) == []


def test_a_zero_by_certificates_is_for_that_rule():
    text = card("\n  emissions: 0\n  source: 100 % renewable energy")
    assert found(text, select=["placeholder-value", "market-based-zero"]) == ["market-based-zero"]


# --- shape -----------------------------------------------------------------------------------------------------------

LISTS = [
    "\n- emissions: 12.5\n- source: CodeCarbon",
    "\n  - emissions: 12.5   # measured\n  - source: CodeCarbon",
    "\n  -   emissions: 12.5\n      source: CodeCarbon",
    "\n  - emissions: 12.5",
]


@pytest.mark.parametrize("lines", LISTS)
def test_a_list_becomes_a_mapping(lines):
    text = card(lines)
    after = mended(text, "list-shaped-block", safe=True)
    assert block(after)["emissions"] == 12.5
    assert len(after) == len(text)


@pytest.mark.parametrize(
    "lines",
    [
        " [12.5]",
        " [1, 2]",
        "\n- 12.5",
        "\n- emissions: 1\n- emissions: 2",
        " [{emissions: 1}]",
        "\n- {emissions: 1}",
        "\n- emissions: 1\n-   source: x",
        "\n-\n  emissions: 1",
    ],
)
def test_a_list_that_is_for_a_person_to_rewrite(lines):
    assert one(card(lines), "list-shaped-block").fix is None


@pytest.mark.parametrize("value", ["{value: 3}", "[1, 2]", "[12.5]"])
def test_a_shape_that_no_other_rule_names(value):
    text = entry("emissions", value)
    assert text_at(text, one(text, "unreadable-block")) == value


def test_a_block_from_a_merge_key():
    text = f"---\nbase: &base\n  co2_eq_emissions: 12.5\n<<: *base\n{TAIL}"
    assert "unreadable-block" in found(text)


def test_the_reason_that_comes_second_is_found_once_the_first_is_mended():
    assert found(card("\n  emissions: 5\n  source: TBD\n  on_cloud: maybe")) == [
        "placeholder-value",
        "unreadable-block",
    ]


# --- keys ------------------------------------------------------------------------------------------------------------

MISSPELT = [
    ("geographic_location", "geographical_location"),
    ("geographical-location", "geographical_location"),
    ("geographicalLocation", "geographical_location"),
    ("Source", "source"),
    ("sources", "source"),
    ("hardware_use", "hardware_used"),
    ("hardwareUsed", "hardware_used"),
    ("training-type", "training_type"),
    ("energy_consumed_kwh", "energy_consumed"),
    ("energy_consummed", "energy_consumed"),
    ("hour_used", "hours_used"),
    ("ram_total_size_gb", "ram_total_size"),
]


@pytest.mark.parametrize(("key", "meant"), MISSPELT)
def test_a_misspelt_key_is_renamed(key, meant):
    text = entry(key, "1")
    assert text_at(text, one(text, "unknown-key")).startswith(key)
    assert mended(text, "unknown-key", safe=True) == text.replace(key, meant)


@pytest.mark.parametrize(
    "key", ["emission", "Emissions", "emisions", "emissions_g", "CO2_emissions", "emissions_in_grams"]
)
def test_a_misspelt_figure_is_one_finding(key):
    text = entry(key, "12.5", emissions=False)
    assert mended(text, "unknown-key", safe=True) == text.replace(f"  {key}:", "  emissions:")
    assert found(text, select=["missing-emissions", "unknown-key"]) == ["unknown-key"]


@pytest.mark.parametrize(("key", "meant"), [("location", "geographical_location"), ("gpu", "hardware_used")])
def test_another_word_for_a_key_is_for_a_person_to_decide(key, meant):
    assert mended(entry(key, "1"), "unknown-key", safe=False) == entry(meant, "1")


@pytest.mark.parametrize(
    "key", ["emissions_kg", "emissions_rate", "energy_consumed_wh", "website", "training_time", "note"]
)
def test_a_key_that_says_something_else_is_not_renamed(key):
    assert one(entry(key, "1"), "unknown-key").fix is None


def test_a_key_is_not_renamed_to_one_that_is_there():
    text = card("\n  emissions: 1\n  source: a\n  sources: b\n  location: c\n  region: d")
    fixes = [finding.fix and finding.fix.words for finding in check_card(text, select=["unknown-key"])]
    assert fixes == [None, "rename it to geographical_location", None]


def test_a_misspelt_key_is_not_missing_too():
    rules = found(entry("geographic_location", "Paris"), select=[])
    assert "unknown-key" in rules
    assert "missing-location" not in rules


@pytest.mark.parametrize(
    ("key", "safe"),
    [
        ("co2_eq_emission", True),
        ("CO2_eq_emissions", True),
        ("co2-eq-emissions", True),
        ("co2_emissions", False),
        ("carbon_emissions", False),
        ("co2eq", False),
    ],
)
def test_a_misspelt_block(key, safe):
    text = f"{HEAD}{key}:\n  emissions: 12.5\n{TAIL}"
    finding = one(text, "unknown-key")
    assert finding.fix.safe is safe
    assert apply_fixes(text, [finding]) == text.replace(key, "co2_eq_emissions")
    assert found(text, select=["missing-emissions", "unknown-key"]) == ["unknown-key"]


@pytest.mark.parametrize("key", ["permissions", "license", "mission", "co2", "emissions_scenario", "x" * 10_000])
def test_keys_that_are_not_meant_to_be_the_block(key):
    assert meant_block([key]) is None


@given(st.text(max_size=80))
def test_any_key_can_be_looked_up(key):
    assert meant_key(key, ()) is None or meant_key(key, ()).key
    meant_block([key, f"emission{key}"])


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("finetuning", "fine-tuning"),
        ("Fine-tuning", "fine-tuning"),
        ("fine tuned", "fine-tuning"),
        ("pretraining", "pre-training"),
        ('"Pre-Training"', '"pre-training"'),
        ("finetuning (LoRA)", "fine-tuning (LoRA)"),
        ("Pretraining and finetuning", "pre-training and fine-tuning"),
    ],
)
def test_a_misspelt_training_type(value, meant):
    text = entry("training_type", value)
    assert mended(text, "unknown-training-type", safe=True) == text.replace(value, meant)


@pytest.mark.parametrize("value", ["pre-training", "fine-tuning", "pre-training and fine-tuning", "LoRA fine-tuning"])
def test_training_types_that_are_known(value):
    assert found(entry("training_type", value)) == []


def test_another_training_type_is_for_a_person_to_decide():
    assert one(entry("training_type", "distillation"), "unknown-training-type").fix is None


# --- twice -----------------------------------------------------------------------------------------------------------


def test_a_key_that_stands_twice_with_one_value():
    text = card("\n  emissions: 12.5\n  source: x\n  emissions: 12.5")
    assert mended(text, "duplicate-key", safe=True) == card("\n  emissions: 12.5\n  source: x")


def test_a_block_that_stands_twice():
    lines = "co2_eq_emissions:\n  emissions: 12.5\n"
    text = f"{HEAD}{lines}tags: [a]\n{lines}{TAIL}"
    assert mended(text, "duplicate-key", safe=True) == f"{HEAD}{lines}tags: [a]\n{TAIL}"
    other = text[::-1].replace("12.5"[::-1], "14"[::-1], 1)[::-1]
    finding = one(other, "duplicate-key")
    assert finding.fix is None
    assert "stands on line 4 already, with another value" in finding.message


def test_another_key_that_stands_twice():
    text = f"{HEAD}license: apache-2.0\n{TAIL}"
    assert one(text, "duplicate-key").line == 4
    assert found("---\na: &a {x: 1}\nb: &b {y: 2}\n<<: *a\n<<: *b\n---\n") == []


# --- all of them -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_every_fix_of_an_example_mends_it_and_nothing_else(line_end, bom):
    for rule in RULES:
        text = bom + rule.fails.replace("\n", line_end)
        findings = check_card(text, select=[rule.id])
        assert [finding.rule for finding in findings] == [rule.id]
        if findings[0].fix:
            after = fix_text(text, lambda now, rule=rule: check_card(now, select=[rule.id]), unsafe=True)
            assert after.findings == (), rule.id
            assert check_card(text) != check_card(after.text)


VALUES = st.one_of(
    st.sampled_from(
        ['"12.5"', "1e-5", "12 kg", "TBD", "-5", ".nan", "finetuning", "{a: 1}", "[1]", "", "12,5", "*x", "0"]
    ),
    st.text(alphabet="0123456789.,eE+-_ kgKWh\"'#:{}[]&*!|>\n\t", max_size=12),
)
NAMES = st.sampled_from(
    ["emissions", "emission", "source", "training_type", "location", "hours_used", "co2_eq_emissions"]
)


@given(
    st.lists(st.tuples(NAMES, VALUES), max_size=4),
    st.sampled_from(["", "  ", "- ", "  - "]),
    st.booleans(),
    st.booleans(),
)
def test_any_block_is_checked_and_its_fixes_leave_the_rest(entries, indent, crlf, unsafe):
    lines = "".join(f"\n{indent}{key}: {value}" for key, value in entries)
    text = card(lines).replace("\n", "\r\n" if crlf else "\n")
    after = fix_text(text, lambda now: check_card(now, select=FORM), unsafe=unsafe)
    assert after.text.startswith(text[: text.index("co2_eq")])
    assert after.text.endswith(TAIL.replace("\n", "\r\n" if crlf else "\n"))


MANY = 50_000
HOSTILE = {
    "names of the block in one line": f"---\na: 1\n---\n{'co2_eq_emissions: ' * MANY}\n",
    "blocks in code": "---\na: 1\n---\n```\n" + "co2_eq_emissions:\n  emissions: 1\n" * MANY + "```\n",
    "a block of unknown keys": card("".join(f"\n  key{i}: 1" for i in range(MANY))),
    "a block of figures": card("\n  emissions: TBD" * MANY),
    "a list of figures": card("\n- emissions: TBD" * MANY),
    "keys that stand twice": "---\n" + "a: 1\n" * MANY + "---\n",
    "strays": "---\n" + "emissions: 1\n" * MANY + "---\n",
    "a long value": card(f"\n  emissions: {'9' * MANY}\n  source: {'[' * 50}"),
    "a long text": card(f'\n  source: "{"<" * MANY}"\n  training_type: "{"fine " * MANY}"'),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.slow
def test_hostile_cards_take_no_more_than_reading_them(name):
    begin = time.perf_counter()
    assert len(check_card(HOSTILE[name], select=[*FORM, "block-outside-front-matter"])) <= 50
    assert time.perf_counter() - begin < 10
