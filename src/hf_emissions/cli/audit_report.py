"""The findings of an audit in the formats of `check`: GitHub's annotations, and SARIF."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..card.file import CARD_NAME
from ..rules.check import RULES
from ..rules.finding import Finding
from .reporters import ReportFormat, reporter
from .reporters.checked import CheckResult
from .targets import Target

_RULES = frozenset(rule.id for rule in RULES)


def report(format_: ReportFormat, tables: Iterable[Any]) -> None:
    """Print the findings of all rows, each at `<owner>/<name>/README.md`."""
    printer = reporter(format_)
    for table in tables:
        for row in table.select(["id", "findings"]).to_pylist():
            if row["findings"]:
                printer.card(_checked(row))
    printer.end()


def _checked(row: dict[str, Any]) -> CheckResult:
    """The row as a card that was checked; that a card cannot be read is no finding of a rule."""
    path = Path(*(part for part in row["id"].split("/") if part not in ("", "..")), CARD_NAME)
    findings = tuple(Finding(**finding) for finding in row["findings"] if finding["rule"] in _RULES)
    problems = [finding["message"] for finding in row["findings"] if finding["rule"] not in _RULES]
    return CheckResult(Target(path), findings=findings, problem=problems[0] if problems else None)
