"""`--format json`: a single document, described in docs/cli.md."""

from __future__ import annotations

from dataclasses import asdict

from ...rules.finding import Finding
from ..output import Document, Output
from .checked import CheckResult
from .reporter import Reporter


class JsonReporter(Reporter):
    """Collects the cards and prints them as one document."""

    def __init__(self, out: Output) -> None:
        super().__init__(out)
        self.cards: list[Document] = []

    def card(self, checked: CheckResult) -> None:
        """Collect a result."""
        document: Document = {
            "path": checked.target.name,
            "findings": [asdict(finding) for finding in checked.findings],
            "ignored": [_brief(finding) for finding in checked.ignored],
        }
        if checked.fixed is not None:
            document["fixed"] = [_fixed(finding) for finding in checked.fixed]
        also = {"diff": checked.diff, "text": checked.new_text, "error": checked.problem, "url": checked.url}
        self.cards.append(document | {name: value for name, value in also.items() if value is not None})

    def end(self) -> None:
        """Print the document."""
        self.out.document(cards=self.cards)


def _brief(finding: Finding) -> Document:
    return {"line": finding.line, "column": finding.column, "rule": finding.rule}


def _fixed(finding: Finding) -> Document:
    fix = finding.fix
    return _brief(finding) | ({"safe": fix.safe, "words": fix.words} if fix else {})
