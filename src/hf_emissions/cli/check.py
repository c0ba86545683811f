"""`hf-emissions check`: check cards against the rules."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

import click

from ..rules.finding import SEVERITIES
from .checker import Checker
from .command import argument, command, flag, option
from .failures import DONE, FAILED, FINDINGS, STOPPED
from .fixer import Fixer, FixOptions
from .output import Output
from .reporters import FORMATS, ReportFormat, reporter
from .reporters.checked import CheckResult
from .settings import RuleOptions, rule_list
from .targets import find_targets


@dataclass(frozen=True, kw_only=True)
class CheckOptions(FixOptions):
    """Options of `check`."""

    targets: tuple[str, ...] = argument(nargs=-1, required=True, metavar="TARGET...")
    select: tuple[str, ...] = option(
        "Run only these rules, separated by commas.", type=str, multiple=True, metavar="RULES"
    )
    ignore: tuple[str, ...] = option("Do not run these rules.", type=str, multiple=True, metavar="RULES")
    fail_on: Literal["warning", "error"] | None = option(
        "Lowest severity that gives exit code 1.  [default: warning]", type=click.Choice(["warning", "error"])
    )
    exit_zero: bool = flag("Exit with 0 despite findings; with 2 if a card could not be checked.")
    with_estimates: bool = flag("Add the range of an estimate if the card's facts allow one.")
    format: ReportFormat = option(
        "Output format: text for people, one JSON document, only names, GitHub annotations, or SARIF 2.1.0.",
        type=click.Choice(FORMATS),
        default="human",
        show_default=True,
    )


@command(CheckOptions)
def check(options: CheckOptions) -> int:
    """Check cards: is there a figure, can it be parsed, and is it plausible?

    \b
    To ignore a rule in a card, add a comment to the body or to the front matter:
      <!-- hf-emissions: ignore missing-hardware -->
      # hf-emissions: ignore missing-hardware

    [tool.hf-emissions] in pyproject.toml can set select, ignore and fail-on.

    \b
    Examples:
      hf-emissions check README.md
      hf-emissions check models/ --ignore missing-hardware,missing-location
      hf-emissions check README.md --fix
      hf-emissions check models/ --format json
      hf-emissions check models/ --format quiet    # only the names of the cards with findings
    """
    targets = find_targets(options.targets)
    out = Output("human" if options.format == "human" else "quiet")
    rules = RuleOptions(rule_list(options.select, "--select"), rule_list(options.ignore, "--ignore"), options.fail_on)
    checker = Checker(out, rules, Fixer.of(options, out, options.format, targets), options.with_estimates)
    report, tally = reporter(options.format), _Tally()
    try:
        for target in targets:
            checked = checker.check(target)
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
    if tally.problems:
        return FAILED
    return FINDINGS if tally.failing and not options.exit_zero else DONE


@dataclass(slots=True)
class _Tally:
    """Totals over all cards."""

    cards: int = 0
    problems: int = 0
    failing: int = 0
    severities: Counter[str] = field(default_factory=Counter)
    ignored: int = 0
    fixes: Counter[bool] = field(default_factory=Counter)

    def add(self, checked: CheckResult) -> None:
        self.cards += 1
        self.problems += checked.problem is not None
        self.failing += checked.fails
        self.severities.update(finding.severity for finding in checked.findings)
        self.ignored += len(checked.ignored)
        self.fixes.update(finding.fix.safe for finding in checked.findings if finding.fix)

    def words(self) -> str:
        """Format the summary for people."""
        what = "1 card" if self.cards == 1 else f"{self.cards} cards"
        counts = ", ".join(f"{self.severities[severity]} {severity}" for severity in reversed(SEVERITIES))
        also = {
            "ignored in the card": self.ignored,
            "fixable with --fix": self.fixes[True],
            "fixable with --fix --unsafe-fixes": self.fixes[False],
        }
        found = f"{what} checked: {counts if self.severities else 'nothing to report'}"
        return "; ".join([found, *(f"{count} {words}" for words, count in also.items() if count)])
