"""`--format human`: findings with source lines and carets."""

from __future__ import annotations

import unicodedata
from itertools import zip_longest

from ...rules.finding import Finding, Fix
from ...terminal import one_line
from .checked import CheckResult
from .lines import Lines, lines_of
from .reporter import COLOURS, Reporter

# Context shown of a long line, in characters before and after the position.
BEFORE, AFTER = 50, 50


class HumanReporter(Reporter):
    """Prints findings for people, card by card."""

    def card(self, checked: CheckResult) -> None:
        """Print the findings of a card; for a dry run only the diff, so that `git apply` accepts the output."""
        if checked.diff is not None:
            self.out.diff(checked.diff)
        elif checked.new_text is not None:
            self.out.card(checked.new_text)
            for finding in checked.findings:
                self.out.note(headline(checked.target.name, finding))
        else:
            self._findings(checked)

    def _findings(self, checked: CheckResult) -> None:
        lines = lines_of(checked.text if checked.findings else "")
        for finding, following in zip_longest(checked.findings, checked.findings[1:]):
            self.out.line(headline(checked.target.name, finding), colour=COLOURS[finding.severity])
            if finding.fix:
                self.out.line(_fix_line(finding.fix))
            if following is None or _place(following) != _place(finding):
                # Show the source line once, after the last finding at a position.
                for line in excerpt(lines, *_place(finding)):
                    self.out.line(line)


def _place(finding: Finding) -> tuple[int, int]:
    return finding.line, finding.column


def headline(name: str, finding: Finding) -> str:
    """Position, severity, message and rule on one line."""
    place = f"{one_line(name)}:{finding.line}:{finding.column}"
    return f"{place}: {finding.severity}: {one_line(finding.message)} [{finding.rule}]"


def excerpt(lines: Lines, line: int, column: int) -> list[str]:
    """Source line cut around the position and sanitized for a terminal, and a line with the caret."""
    span = lines.span(line)
    if span is None:
        return []
    start, end = span
    at = min(start + column - 1, end)
    low, high = max(start, at - BEFORE), min(end, at + AFTER)
    before = ("…" if low > start else "") + one_line(lines.text[low:at])
    shown = before + one_line(lines.text[at:high]) + ("…" if high < end else "")
    if not shown.strip():
        return []
    margin = f"{line:>5} | "
    return [f"{margin}{shown}", f"{' ' * (len(margin) - 2)}| {' ' * cells(before)}^"]


def cells(text: str) -> int:
    """Terminal columns of a text: two for wide characters, none for combining ones."""
    return sum(_cells(char) for char in text)


def _cells(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def _fix_line(fix: Fix) -> str:
    options = "--fix" if fix.safe else "--fix --unsafe-fixes"
    return f"  {options}: {one_line(fix.words)}"
