"""`hf-emissions rules`: the list, and one rule explained."""

from __future__ import annotations

import json

from hf_emissions.rules.check import RULES
from hf_emissions.rules.rule_docs import page


def test_the_list_has_a_line_for_each_rule(run):
    lines = run("rules").out.splitlines()
    assert [line.split()[:2] for line in lines] == [[rule.id, rule.severity] for rule in RULES]
    assert all(line.endswith(rule.looks_for) for line, rule in zip(lines, RULES, strict=True))


def test_one_rule_is_explained_by_its_page(run):
    (rule,) = (rule for rule in RULES if rule.id == "kilograms-as-grams")
    assert run("rules", "kilograms-as-grams").out == page(rule) + "\n"


def test_several_rules(run):
    out = run("rules", "unknown-key", "missing-source", "--format", "quiet").out
    assert out.split() == ["missing-source", "unknown-key"]


def test_the_names_alone(run):
    assert run("rules", "--format", "quiet").out.split() == [rule.id for rule in RULES]


def test_json(run):
    document = json.loads(run("rules", "--format", "json").out)
    assert document["schema"] == 1
    assert [rule["id"] for rule in document["rules"]] == [rule.id for rule in RULES]
    (one,) = json.loads(run("rules", "number-as-text", "--format", "json").out)["rules"]
    assert one.keys() == {"id", "severity", "fix", "looks_for", "why", "fails", "passes"}
    assert (one["severity"], one["fix"]) == ("warning", "safe")


def test_a_rule_that_there_is_not(run):
    result = run("rules", "kilogram-as-gram", code=2)
    assert result.out == ""
    assert result.err == "Error: rules: there is no rule 'kilogram-as-gram'; did you mean 'kilograms-as-grams'?\n"
