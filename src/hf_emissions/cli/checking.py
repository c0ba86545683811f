"""Check cards with their settings, applying fixes on request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ..card.front_matter import position
from ..errors import CardError, HfEmissionsError, MissingExtraError
from ..rules.check import RULES, check_card
from ..rules.finding import Finding
from ..rules.fix import FixResult, Look
from ..rules.ignores import Ignore, ignores, without
from ..terminal import one_line
from .failures import explain, stops
from .fixing import Fixing
from .hub_target import HubTarget
from .output import Output
from .reporters.checked import CheckResult
from .settings import RuleOptions, Settings, near
from .targets import AnyTarget
from .with_estimates import with_estimates

# Maximum number of unknown rule names reported per card.
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Checking:
    """Checks the cards of a command. `out` gets errors and notes, not results."""

    out: Output
    asked: RuleOptions = field(default_factory=RuleOptions)
    fixing: Fixing = field(default_factory=Fixing)
    estimates: bool = False

    def check(self, target: AnyTarget) -> CheckResult:
        """Check a card; errors other than MissingExtraError become part of the result."""
        try:
            return self._check(target)
        except MissingExtraError:
            raise
        except (HfEmissionsError, OSError) as error:
            problem = explain(error.named(target.name) if isinstance(error, CardError) else error)
            self.out.error(problem)
            return CheckResult(target, problem=problem, stops=stops(error))

    def _check(self, target: AnyTarget) -> CheckResult:
        settings = self.asked.settings(target.path)
        text = target.text()
        if not self.fixing.fix:
            return self._result(target, settings, text)
        mended = self.fixing.mend(target, text, _look(target, settings), self.out)
        self._say(target, mended)
        if self.fixing.dry_run:
            # The card is not changed, so its findings remain.
            diff = target.diff(text, mended.text)
            return replace(self._result(target, settings, text), fixed=mended.fixed, diff=diff)
        new = mended.text if target.path is None and not isinstance(target, HubTarget) else None
        result = self._result(target, settings, mended.text)
        return replace(result, fixed=mended.fixed, mended=new, url=mended.url, interrupted=mended.interrupted)

    def _result(self, target: AnyTarget, settings: Settings, text: str) -> CheckResult:
        everything = check_card(text, select=settings.select, ignore=settings.ignore, name=target.card_name)
        findings, ignored = without(everything, self._ignores(target, text))
        if self.estimates:
            findings = with_estimates(text, findings)
        fails = any(settings.fails(finding.severity) for finding in findings)
        return CheckResult(target, text, tuple(findings), tuple(ignored), fails)

    def _ignores(self, target: AnyTarget, text: str) -> list[Ignore]:
        found, known = ignores(text), [rule.id for rule in RULES]
        unknown = [one for one in found if one.rule not in known]
        for one in unknown[:SHOWN]:
            line, column = position(text, one.start)
            what = f"the comment names a rule that is not there, {one.rule[:60]!r}; {near(one.rule[:60], known)}"
            self.out.note(f"{one_line(target.name)}:{line}:{column}: {what}")
        if unknown[SHOWN:]:
            self.out.note(f"{one_line(target.name)}: and {len(unknown) - SHOWN} more such rules in its comments")
        return found

    def _say(self, target: AnyTarget, mended: FixResult) -> None:
        done = "would be mended" if self.fixing.dry_run else "mended"
        for finding in mended.fixed:
            if finding.fix:
                place = f"{one_line(target.name)}:{finding.line}:{finding.column}"
                self.out.note(f"{place}: {done}: {one_line(finding.fix.words)} [{finding.rule}]")


def _look(target: AnyTarget, settings: Settings) -> Look:
    def look(text: str) -> Sequence[Finding]:
        found = check_card(text, select=settings.select, ignore=settings.ignore, name=target.card_name)
        return without(found, ignores(text))[0]

    return look
