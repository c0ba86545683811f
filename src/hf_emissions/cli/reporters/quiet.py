"""`--format quiet`: names of cards with findings, or that a dry run would change."""

from __future__ import annotations

from dataclasses import dataclass

from ..output import Output
from .checked import CheckResult


@dataclass(frozen=True, slots=True)
class QuietReporter:
    """Prints one name per line; with `--fix -`, the new card."""

    out: Output

    def card(self, checked: CheckResult) -> None:
        """Print the name if there are findings or a diff."""
        if checked.mended is not None:
            self.out.card(checked.mended)
        elif checked.findings or checked.diff:
            self.out.item(checked.target.name)

    def end(self) -> None:
        """Do nothing."""


REPORTER = QuietReporter
