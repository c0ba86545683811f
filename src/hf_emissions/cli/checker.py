"""Check cards with their settings, applying fixes on request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..card.front_matter import position
from ..errors import MissingExtraError
from ..rules.check import RULES, check_card
from ..rules.finding import Finding
from ..rules.fix import FixResult
from ..rules.ignores import Ignore, ignores, without
from ..terminal import one_line
from .estimate_ranges import with_ranges
from .failures import EXPECTED, explain, stops
from .fixer import Fixer
from .output import Output
from .reporters.checked import CheckResult
from .settings import RuleOptions, Settings, near
from .targets import AnyTarget, HubTarget

# Maximum number of unknown rule names reported per card.
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Checker:
    """Checks the cards of a command. `out` gets errors and notes, not results."""

    out: Output
    rules: RuleOptions
    fixer: Fixer
    with_estimates: bool = False

    def check(self, target: AnyTarget) -> CheckResult:
        """Check a card; errors other than MissingExtraError become part of the result."""
        try:
            return self._check(target)
        except MissingExtraError:
            raise
        except EXPECTED as error:
            problem = explain(error, target.name)
            self.out.error(problem)
            return CheckResult(target, problem=problem, stops=stops(error))

    def _check(self, target: AnyTarget) -> CheckResult:
        settings, dry_run = self.rules.settings(target.path), self.fixer.options.dry_run
        text = target.text()
        if not self.fixer.options.fix:
            return self._result(target, settings, text)
        fixed = self.fixer.fix(target, text, lambda text: _findings(target, settings, text, ignores(text))[0])
        self._say(target, fixed, "would be fixed" if dry_run else "fixed")
        if dry_run:
            # The card is not changed, so its findings remain.
            diff = target.diff(text, fixed.text)
            return replace(self._result(target, settings, text), fixed=fixed.fixed, diff=diff)
        new = fixed.text if target.path is None and not isinstance(target, HubTarget) else None
        checked = self._result(target, settings, fixed.text)
        return replace(checked, fixed=fixed.fixed, new_text=new, url=fixed.url, interrupted=fixed.interrupted)

    def _result(self, target: AnyTarget, settings: Settings, text: str) -> CheckResult:
        comments = ignores(text)
        self._warn_of_unknown_rules(target, text, comments)
        findings, ignored = _findings(target, settings, text, comments)
        if self.with_estimates:
            findings = with_ranges(text, findings)
        fails = any(settings.fails(finding.severity) for finding in findings)
        return CheckResult(target, text, tuple(findings), tuple(ignored), fails)

    def _warn_of_unknown_rules(self, target: AnyTarget, text: str, comments: Sequence[Ignore]) -> None:
        known = [rule.id for rule in RULES]
        unknown = [one for one in comments if one.rule not in known]
        for one in unknown[:SHOWN]:
            line, column = position(text, one.start)
            what = f"the comment names an unknown rule, {one.rule[:60]!r}; {near(one.rule[:60], known)}"
            self.out.note(f"{one_line(target.name)}:{line}:{column}: {what}")
        if unknown[SHOWN:]:
            self.out.note(f"{one_line(target.name)}: and {len(unknown) - SHOWN} more unknown rules in its comments")

    def _say(self, target: AnyTarget, fixed: FixResult, done: str) -> None:
        for finding in fixed.fixed:
            if finding.fix:
                place = f"{one_line(target.name)}:{finding.line}:{finding.column}"
                self.out.note(f"{place}: {done}: {one_line(finding.fix.words)} [{finding.rule}]")


def _findings(
    target: AnyTarget, settings: Settings, text: str, comments: Sequence[Ignore]
) -> tuple[list[Finding], list[Finding]]:
    """Findings of a card, and those that a comment in it ignores."""
    found = check_card(text, select=settings.select, ignore=settings.ignore, name=target.card_name)
    return without(found, comments)
