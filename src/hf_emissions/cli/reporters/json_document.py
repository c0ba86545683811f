"""`--format json`: a single document, described in docs/cli.md."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from ...rules.finding import Finding
from ..output import Output
from .checked import CheckResult


@dataclass(frozen=True, slots=True)
class JsonReporter:
    """Collects the cards and prints them as one document."""

    out: Output
    cards: list[dict[str, Any]] = field(default_factory=list)

    def card(self, checked: CheckResult) -> None:
        """Collect a result."""
        self.cards.append(_card(checked))

    def end(self) -> None:
        """Print the document."""
        self.out.document(cards=self.cards)


def _card(checked: CheckResult) -> dict[str, Any]:
    document: dict[str, Any] = {
        "path": checked.target.name,
        "findings": [asdict(finding) for finding in checked.findings],
        "ignored": [_brief(finding) for finding in checked.ignored],
    }
    if checked.fixed is not None:
        document["fixed"] = [_fixed(finding) for finding in checked.fixed]
    also = {"diff": checked.diff, "text": checked.mended, "error": checked.problem, "url": checked.url}
    return document | {name: value for name, value in also.items() if value is not None}


def _brief(finding: Finding) -> dict[str, Any]:
    return {"line": finding.line, "column": finding.column, "rule": finding.rule}


def _fixed(finding: Finding) -> dict[str, Any]:
    fix = finding.fix
    return _brief(finding) | ({"safe": fix.safe, "words": fix.words} if fix else {})


REPORTER = JsonReporter
