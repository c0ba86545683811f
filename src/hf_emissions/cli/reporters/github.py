"""`--format github`: annotations on the lines of a pull request."""

from __future__ import annotations

from ...rules.finding import Finding
from ...terminal import visible
from .checked import CheckResult
from .reporter import Reporter

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


class GithubReporter(Reporter):
    """Prints a workflow command per finding, and per card that could not be checked."""

    def card(self, checked: CheckResult) -> None:
        """Print the annotations of a card."""
        file = {} if checked.target.path is None else {"file": checked.target.path.as_posix()}
        for finding in checked.findings:
            self.out.line(annotation(finding, file))
        if checked.problem is not None:
            self.out.line(command("error", checked.problem, **file, title="hf-emissions"))


def annotation(finding: Finding, file: dict[str, str]) -> str:
    """Return the workflow command for a finding."""
    place = {**file, "line": str(finding.line), "col": str(finding.column), "title": finding.rule}
    return command(_COMMANDS[finding.severity], finding.message, **place)


def command(name: str, message: str, **properties: str) -> str:
    """Format a workflow command, escaped against injection."""
    given = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {given}::{_data(message)}"


def _data(text: str) -> str:
    # Escaped first: `visible` would rewrite carriage returns, which have their own escape here.
    lines = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return visible(lines)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
