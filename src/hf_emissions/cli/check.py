"""`hf-emissions check`: check cards against the rules."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import click

from ..rules.finding import SEVERITIES, Severity
from .checking import Checking
from .command import Command
from .failures import DONE, FAILED, FINDINGS, STOPPED
from .fixing import fixing_options, read_fixing
from .hub_target import one_by_one
from .output import Output
from .reporters import FORMATS, ReportFormat, reporter
from .reporters.checked import CheckResult
from .settings import RuleOptions, listed
from .targets import find_targets


@click.command(cls=Command)
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@click.option(
    "--select", multiple=True, metavar="RULES", help="Run these rules alone; repeat it, or put commas between."
)
@click.option("--ignore", multiple=True, metavar="RULES", help="Leave these rules out.")
@click.option(
    "--fail-on",
    type=click.Choice(["warning", "error"]),
    help="The least severity that makes the exit code 1.  [default: warning]",
)
@click.option(
    "--exit-zero", is_flag=True, help="Exit with 0 whatever is found, and with 2 where a card could not be checked."
)
@click.option("--with-estimates", is_flag=True, help="Add the range of an estimate where the card's facts allow one.")
@fixing_options
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default="human",
    show_default=True,
    help="How to print: for people, as one JSON document, the bare names, GitHub's annotations, or SARIF 2.1.0.",
)
def check(targets: tuple[str, ...], format_: ReportFormat, exit_zero: bool, with_estimates: bool, **given: Any) -> int:
    """Check cards: is the figure there, can it be read, can it be true?

    \b
    A comment in the card leaves out a rule, in the body or in the front matter:
      <!-- hf-emissions: ignore missing-hardware -->
      # hf-emissions: ignore missing-hardware

    [tool.hf-emissions] in pyproject.toml may hold select, ignore and fail-on.

    \b
    Examples:
      hf-emissions check README.md
      hf-emissions check models/ --ignore missing-hardware,missing-location
      hf-emissions check README.md --fix
      hf-emissions check models/ --format json
      hf-emissions check models/ --format quiet    # the names of the cards with findings
    """
    fixing = read_fixing(format_, targets, given)
    out = Output("human" if format_ == "human" else "quiet")
    report, tally = reporter(format_), _Tally()
    found = find_targets(targets)
    fixing = replace(fixing, strangers=not fixing.writes or one_by_one(found))
    checking = Checking(out, _asked(**given), fixing, with_estimates)
    try:
        for target in found:
            checked = checking.check(target)
            report.card(checked)
            tally.add(checked)
            if checked.interrupted:
                raise KeyboardInterrupt
            if checked.stops:
                out.note(STOPPED)
                break
    finally:
        # After a Ctrl-C too, report what was already fixed.
        report.end()
    out.note(tally.words())
    return tally.code(exit_zero)


def _asked(select: tuple[str, ...], ignore: tuple[str, ...], fail_on: Severity | None, **_: Any) -> RuleOptions:
    return RuleOptions(listed(select, "--select"), listed(ignore, "--ignore"), fail_on)


@dataclass(slots=True)
class _Tally:
    """Totals over all cards."""

    cards: int = 0
    problems: int = 0
    failing: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    fixes: Counter[bool] = field(default_factory=Counter)

    def add(self, checked: CheckResult) -> None:
        self.cards += 1
        self.problems += checked.problem is not None
        self.failing += checked.fails
        self.counts.update(finding.severity for finding in checked.findings)
        self.counts["ignored"] += len(checked.ignored)
        self.fixes.update(finding.fix.safe for finding in checked.findings if finding.fix)

    def words(self) -> str:
        """Format the summary for people."""
        what = "1 card" if self.cards == 1 else f"{self.cards} cards"
        counts = [f"{self.counts[severity]} {severity}" for severity in reversed(SEVERITIES)]
        found = ", ".join(counts) if any(self.counts[severity] for severity in SEVERITIES) else "nothing to report"
        also = {
            f"{self.counts['ignored']} ignored in the card": self.counts["ignored"],
            f"{self.fixes[True]} mended by --fix": self.fixes[True],
            f"{self.fixes[False]} by --fix --unsafe-fixes": self.fixes[False],
        }
        return "; ".join([f"{what} checked: {found}", *(words for words, count in also.items() if count)])

    def code(self, exit_zero: bool) -> int:
        """Return the exit code."""
        if self.problems:
            return FAILED
        return FINDINGS if self.failing and not exit_zero else DONE
