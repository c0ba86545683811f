"""`--format human`: the findings, the lines that they are about, and a caret under each place."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import zip_longest

from ...rules.finding import Finding, Fix
from ...terminal import one_line
from ..output import Output
from .checked import CheckResult
from .lines import Lines, lines_of

_COLOURS = {"error": "red", "warning": "yellow", "info": "blue"}

# How much of a long line is shown, in characters before and after the place.
BEFORE, AFTER = 50, 50


@dataclass(frozen=True, slots=True)
class HumanReporter:
    """Prints findings for people, as they are found."""

    out: Output

    def card(self, checked: CheckResult) -> None:
        """The findings of a card; of a dry run the diff alone, so that `git apply` takes what is printed."""
        if checked.diff is not None:
            self.out.diff(checked.diff)
        elif checked.mended is not None:
            self.out.card(checked.mended)
            for finding in checked.findings:
                self.out.note(headline(checked.target.name, finding))
        else:
            self._findings(checked)

    def _findings(self, checked: CheckResult) -> None:
        lines = lines_of(checked.text if checked.findings else "")
        for finding, following in zip_longest(checked.findings, checked.findings[1:]):
            self.out.line(headline(checked.target.name, finding), fg=_COLOURS[finding.severity])
            if finding.fix:
                self.out.line(_fix_line(finding.fix))
            if following is None or _place(following) != _place(finding):
                # Of several findings about one place, the last shows it.
                for line in excerpt(lines, *_place(finding)):
                    self.out.line(line)

    def end(self) -> None:
        """Nothing more; the summary goes to standard error."""


def _place(finding: Finding) -> tuple[int, int]:
    return finding.line, finding.column


def headline(name: str, finding: Finding) -> str:
    """Place, severity, message and rule, on one line."""
    place = f"{one_line(name)}:{finding.line}:{finding.column}"
    return f"{place}: {finding.severity}: {one_line(finding.message)} [{finding.rule}]"


def excerpt(lines: Lines, line: int, column: int) -> list[str]:
    """The line of a place, shortened around it and made safe for a terminal, and the caret below."""
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
    """How many columns of a terminal a text takes: wide characters two, combining ones none."""
    return sum(_cells(char) for char in text)


def _cells(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def _fix_line(fix: Fix) -> str:
    options = "--fix" if fix.safe else "--fix --unsafe-fixes"
    return f"  {options}: {one_line(fix.words)}"


REPORTER = HumanReporter
