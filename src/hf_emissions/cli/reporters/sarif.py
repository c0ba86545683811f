"""`--format sarif`: SARIF 2.1.0, for GitHub code scanning and editors."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

from ... import __version__
from ...rules.check import RULES
from ...rules.finding import Finding, Fix, Replacement
from ...rules.rule import Rule
from ..output import Document, Output
from .checked import CheckResult
from .lines import Lines, lines_of
from .reporter import Reporter

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_INDICES = {rule.id: index for index, rule in enumerate(RULES)}


class SarifReporter(Reporter):
    """Collects findings and prints them as one log with one run."""

    def __init__(self, out: Output) -> None:
        super().__init__(out)
        self.results: list[Document] = []
        self.problems: list[Document] = []

    def card(self, checked: CheckResult) -> None:
        """Collect the results of a card, or its problem."""
        artifact, lines = _artifact(checked.target.path), lines_of(checked.text)
        self.results.extend(_result(finding, lines, artifact) for finding in checked.findings)
        self.results.extend(
            _result(finding, lines, artifact) | {"suppressions": [{"kind": "inSource"}]} for finding in checked.ignored
        )
        if checked.problem is not None:
            location = {"physicalLocation": {"artifactLocation": artifact}}
            self.problems.append(
                {"level": "error", "message": {"text": checked.problem}, "locations": [location]},
            )

    def end(self) -> None:
        """Print the log."""
        # ASCII only, so that card text cannot control a terminal.
        self.out.card(json.dumps(self._log(), indent=2, allow_nan=False) + "\n")

    def _log(self) -> Document:
        invocation: Document = {"executionSuccessful": not self.problems}
        if self.problems:
            invocation["toolExecutionNotifications"] = self.problems
        run = {
            "tool": {
                "driver": {"name": "hf-emissions", "version": __version__, "rules": [_rule(one) for one in RULES]}
            },
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation],
            "results": self.results,
        }
        return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> Document:
    text = f"{rule.looks_for} {rule.why}"
    cards = f"Found:\n\n{_code(rule.fails)}\nNot found:\n\n{_code(rule.passes)}"
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.looks_for},
        "fullDescription": {"text": rule.why},
        "help": {"text": text, "markdown": f"{text}\n\n{cards}"},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _code(text: str) -> str:
    return f"````markdown\n{text.removesuffix(chr(10))}\n````\n"


def _result(finding: Finding, lines: Lines, artifact: Document) -> Document:
    region = {"startLine": finding.line, "startColumn": finding.column}
    result = {
        "ruleId": finding.rule,
        "ruleIndex": _INDICES[finding.rule],
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
    }
    return {**result, "fixes": [_fix(finding.fix, lines, artifact)]} if finding.fix else result


def _fix(fix: Fix, lines: Lines, artifact: Document) -> Document:
    replacements = [_replacement(one, lines) for one in fix.replacements]
    return {
        "description": {"text": fix.words},
        "artifactChanges": [{"artifactLocation": artifact, "replacements": replacements}],
        "properties": {"safe": fix.safe},
    }


def _replacement(one: Replacement, lines: Lines) -> Document:
    (line, column), (end_line, end_column) = lines.place(one.start), lines.place(one.end)
    region = {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}
    return {"deletedRegion": region, "insertedContent": {"text": one.new}}


def _artifact(path: Path | None) -> Document:
    """Location of a card: relative if below the current folder, as GitHub requires."""
    if path is None:
        return {"uri": "README.md"}
    here = Path.cwd()
    absolute = here / path
    if absolute.is_relative_to(here) and ".." not in path.parts:
        return {"uri": quote(absolute.relative_to(here).as_posix(), errors="surrogateescape")}
    return {"uri": absolute.resolve().as_uri()}
