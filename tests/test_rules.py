"""Every rule is held to its own examples, and the check to its order and its choice of rules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import hf_emissions.rules.check
from hf_emissions import check_card
from hf_emissions.errors import HfEmissionsError
from hf_emissions.rules.check import RULES, chosen_rules
from hf_emissions.rules.finding import SEVERITIES, Finding

IDS = [rule.id for rule in RULES]
SEVERITY = {rule.id: rule.severity for rule in RULES}
FOLDER = Path(hf_emissions.rules.check.__file__).parent


@pytest.mark.parametrize("rule", RULES, ids=IDS)
def test_the_failing_example_fails(rule):
    assert [finding.rule for finding in check_card(rule.fails, select=[rule.id])] == [rule.id]


@pytest.mark.parametrize("rule", RULES, ids=IDS)
def test_the_passing_example_passes(rule):
    assert check_card(rule.passes, select=[rule.id]) == []


@pytest.mark.parametrize("rule", RULES, ids=IDS)
def test_a_finding_has_a_place_a_severity_and_one_line(rule):
    (finding,) = check_card(rule.fails, select=[rule.id])
    assert finding.severity == rule.severity
    assert finding.severity in SEVERITIES
    lines = rule.fails.splitlines()
    assert 1 <= finding.line <= len(lines)
    assert 1 <= finding.column <= len(lines[finding.line - 1]) + 1
    assert finding.message.strip() == finding.message != ""
    assert "\n" not in finding.message


@pytest.mark.parametrize("rule", RULES, ids=IDS)
def test_a_rule_says_what_it_looks_for_and_why(rule):
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.id)
    for text in (rule.looks_for, rule.why):
        assert text.endswith(".")


def test_every_module_with_a_rule_is_found_and_named_after_it():
    modules = [path.stem for path in FOLDER.glob("*.py") if "\nRULE = " in path.read_text(encoding="utf-8")]
    assert modules
    assert sorted(modules) == sorted(rule_id.replace("-", "_") for rule_id in IDS)


def test_the_most_severe_rules_come_first():
    assert sorted(IDS, key=lambda rule_id: (["error", "warning", "info"].index(SEVERITY[rule_id]), rule_id)) == IDS


WHOLE = (
    "---\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n  training_type: fine-tuning\n"
    "  geographical_location: Paris, France\n  hardware_used: 8 x A100\n---\n"
)


@pytest.mark.parametrize("text", [WHOLE, WHOLE.replace("\n", "\r\n"), "\ufeff" + WHOLE])
def test_a_whole_card_has_no_findings(text):
    assert check_card(text) == []


@pytest.mark.parametrize("text", ["", "# A model\n", "---\n---\n", "---\nlicense: mit\n---\n"])
def test_a_card_without_a_block_has_one_finding(text):
    (finding,) = check_card(text)
    assert (finding.rule, finding.line, finding.column) == ("missing-emissions", 1, 1)


def test_a_card_that_cannot_be_read_has_that_finding_alone():
    assert [finding.rule for finding in check_card("---\na: [\n---\n")] == ["unreadable-front-matter"]
    assert [finding.rule for finding in check_card("---\nco2_eq_emissions: [1, 2]\n---\n")] == ["list-shaped-block"]


@pytest.mark.parametrize("value", ["", "null", "{}", "[]"])
def test_a_block_without_a_figure(value):
    findings = check_card(f"---\nlicense: mit\nco2_eq_emissions: {value}\n---\n")
    assert [(finding.rule, finding.line) for finding in findings][:1] == [("missing-emissions", 3)]


def test_energy_alone_is_no_figure():
    findings = check_card("---\nco2_eq_emissions:\n  energy_consumed: 1.5\n---\n")
    assert "missing-emissions" in [finding.rule for finding in findings]


def test_findings_stand_in_the_order_of_the_card():
    findings = check_card("---\nco2_eq_emissions: 12.5\n---\n")
    assert findings == sorted(findings)
    assert [finding.rule for finding in findings] == [
        "missing-hardware",
        "missing-location",
        "missing-source",
        "missing-training-type",
    ]


def test_select_and_ignore():
    text = "---\nco2_eq_emissions: 12.5\n---\n"
    assert [finding.rule for finding in check_card(text, select=["missing-source"])] == ["missing-source"]
    assert "missing-source" not in [finding.rule for finding in check_card(text, ignore=["missing-source"])]
    both = check_card(text, select=["missing-source", "missing-hardware"], ignore=["missing-source"])
    assert [finding.rule for finding in both] == ["missing-hardware"]
    assert len(chosen_rules()) == len(RULES)


@pytest.mark.parametrize("keyword", ["select", "ignore"])
def test_an_id_that_no_rule_has(keyword):
    with pytest.raises(
        ValueError, match="there is no rule 'nonsense'; the rules are block-outside-front-matter, "
    ) as caught:
        check_card("", **{keyword: ["nonsense"]})
    assert not isinstance(caught.value, HfEmissionsError) or isinstance(caught.value, ValueError)


def test_the_name_of_the_card_stands_in_the_advice():
    (finding,) = check_card("", name="my model/README.md")
    assert "hf-emissions add 'my model/README.md' --emissions" in finding.message


def test_a_finding_is_a_value():
    finding = Finding(1, 1, "missing-source", "warning", "message")
    assert finding == Finding(1, 1, "missing-source", "warning", "message")
    assert hash(finding) == hash(Finding(1, 1, "missing-source", "warning", "message"))
