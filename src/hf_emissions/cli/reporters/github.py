"""`--format github`: annotations that GitHub shows beside the lines of a pull request."""

from __future__ import annotations

from dataclasses import dataclass

from ...rules.finding import Finding
from ...terminal import visible
from ..output import Output
from .checked import CheckResult

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


@dataclass(frozen=True, slots=True)
class GithubReporter:
    """Prints a workflow command for each finding, and for each card that could not be checked."""

    out: Output

    def card(self, checked: CheckResult) -> None:
        """The annotations of a card."""
        file = {} if checked.target.path is None else {"file": checked.target.path.as_posix()}
        for finding in checked.findings:
            self.out.line(annotation(finding, file))
        if checked.problem is not None:
            self.out.line(command("error", checked.problem, **file, title="hf-emissions"))

    def end(self) -> None:
        """Nothing more."""


def annotation(finding: Finding, file: dict[str, str]) -> str:
    """The workflow command for a finding."""
    place = {**file, "line": str(finding.line), "col": str(finding.column), "title": finding.rule}
    return command(_COMMANDS[finding.severity], finding.message, **place)


def command(name: str, message: str, **properties: str) -> str:
    """A workflow command, escaped so that nothing in it can end it or begin another."""
    given = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {given}::{_data(message)}"


def _data(text: str) -> str:
    # A carriage return is one of the characters that `visible` would show, and here it has an escape of its own.
    lines = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return visible(lines)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


REPORTER = GithubReporter
