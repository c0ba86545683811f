"""`--format quiet`: names of cards with findings, or that a dry run would change."""

from __future__ import annotations

from .checked import CheckResult
from .reporter import Reporter


class QuietReporter(Reporter):
    """Prints one name per line; with `--fix -`, the new card."""

    def card(self, checked: CheckResult) -> None:
        """Print the name if there are findings or a diff."""
        if checked.new_text is not None:
            self.out.card(checked.new_text)
        elif checked.findings or checked.diff:
            self.out.item(checked.target.name)
