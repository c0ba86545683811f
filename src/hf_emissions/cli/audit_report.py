"""Print audit findings in formats of `check`: GitHub annotations and SARIF."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ..card.file import CARD_NAME
from ..rules.check import RULES
from ..rules.finding import Finding
from .reporters import ReportFormat, reporter
from .reporters.checked import CheckResult
from .targets import Target

if TYPE_CHECKING:
    import pyarrow as pa

_RULES = frozenset(rule.id for rule in RULES)


def report(format_: ReportFormat, tables: Iterable[pa.Table]) -> None:
    """Print the findings of all rows, with paths `<owner>/<name>/README.md`."""
    printer = reporter(format_)
    for table in tables:
        for row in table.select(["id", "findings"]).to_pylist():
            if row["findings"]:
                path = Path(*(part for part in row["id"].split("/") if part not in ("", "..")), CARD_NAME)
                # An unreadable card is a problem, not a finding of a rule.
                findings = tuple(Finding(**finding) for finding in row["findings"] if finding["rule"] in _RULES)
                problems = [finding["message"] for finding in row["findings"] if finding["rule"] not in _RULES]
                printer.card(CheckResult(Target(path), findings=findings, problem=problems[0] if problems else None))
    printer.end()
