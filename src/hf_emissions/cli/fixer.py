"""`hf-emissions check --fix`: apply fixes of findings, or show them as a diff."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self

from ..card.file import edit_file
from ..errors import CardError, UsageError
from ..rules.fix import FixResult, Look, fix_text
from ..terminal import one_line
from .command import flag
from .output import Output, no_terminal_error
from .publisher import Publisher, may_write_to_strangers
from .targets import AnyTarget, HubTarget, Target


@dataclass(frozen=True, kw_only=True)
class FixOptions:
    """Options of `check` that fix cards."""

    fix: bool = flag("Apply safe fixes, which do not change the meaning of a card.")
    unsafe_fixes: bool = flag("With --fix: also apply fixes that change the meaning; shows the diff and asks.")
    dry_run: bool = flag("With --fix: print the fixes as a diff, and write nothing.")
    yes: bool = flag("With --unsafe-fixes, or on the Hub: write without asking.")
    create_pr: bool = flag("On the Hub: open a pull request even in your own repository.")


@dataclass(frozen=True, slots=True)
class Fixer:
    """Fixes cards.

    Args:
        ask: confirm unsafe fixes first.
        strangers: allow writing to a repository of others.
    """

    options: FixOptions
    out: Output
    ask: bool = False
    strangers: bool = True

    @classmethod
    def of(cls, options: FixOptions, out: Output, format_: str, targets: Sequence[AnyTarget]) -> Self:
        """Return the fixer of a command."""
        on_hub = [isinstance(target, HubTarget) for target in targets]
        unsafe, from_stdin = options.unsafe_fixes, Target(None) in targets
        for option, given in (("--unsafe-fixes", unsafe), ("--dry-run", options.dry_run)):
            if given and not options.fix:
                raise UsageError(f"{option} says how to fix; give --fix too")
        if options.yes and not unsafe and not (options.fix and any(on_hub)):
            raise UsageError("--yes answers what --unsafe-fixes asks; give --fix --unsafe-fixes too")
        if format_ in ("github", "sarif") and options.fix and (options.dry_run or from_stdin):
            what = "diff of --dry-run" if options.dry_run else "fixed card of --fix -"
            raise UsageError(f"--format {format_} has no place for the {what}; use human or json")
        ask = unsafe and not options.yes and not options.dry_run and not all(on_hub)
        if ask and (from_stdin or not out.can_ask):
            raise no_terminal_error("--unsafe-fixes")
        writes = options.fix and not options.dry_run
        return cls(options, out, ask, strangers=not writes or may_write_to_strangers(targets))

    def fix(self, target: AnyTarget, text: str, look: Look) -> FixResult:
        """Fix a card, and write it unless it is on standard input or this is a dry run."""
        if isinstance(target, HubTarget):
            return self._publish(target, text, look)
        fixed = fix_text(text, look, unsafe=self.options.unsafe_fixes and not self.ask)
        if self.ask:
            fixed = self._confirmed(target, fixed, look)
        if fixed.text != text and target.path is not None and not self.options.dry_run:
            edit_file(target.path, _replacing(text, fixed.text))
        return fixed

    def _publish(self, target: HubTarget, text: str, look: Look) -> FixResult:
        """Fix a card on the Hub, applying fixes to its newest text; `Publisher` asks."""

        def fixed(text: str) -> FixResult:
            return fix_text(text, look, unsafe=self.options.unsafe_fixes)

        def evidence(before: str) -> list[str]:
            found = fixed(before).fixed
            return [f"line {finding.line}: {finding.message} ({finding.rule})" for finding in found]

        if self.options.dry_run or fixed(text).text == text:
            return fixed(text)
        publisher = Publisher(self.out, self.options.yes, self.options.create_pr, self.strangers, evidence)
        outcome = publisher.edit(target, lambda newest: fixed(newest).text)
        if outcome.written is None:
            return FixResult(outcome.before, (), tuple(look(outcome.before)))
        self.out.note(f"{target.name}: {outcome.written.url}")
        return replace(fixed(outcome.before), url=outcome.written.url, interrupted=outcome.interrupted)

    def _confirmed(self, target: AnyTarget, safe: FixResult, look: Look) -> FixResult:
        """Show unsafe fixes and ask; if declined, keep only the safe ones."""
        unsafe = fix_text(safe.text, look, unsafe=True)
        if unsafe.text == safe.text:
            return safe
        for finding in unsafe.fixed:
            if finding.fix:
                fix = one_line(finding.fix.words)
                self.out.note(f"{one_line(target.name)}:{finding.line}: {fix} [{finding.rule}]")
        self.out.diff(target.diff(safe.text, unsafe.text))
        changes = "this change" if len(unsafe.fixed) == 1 else "these changes"
        if not self.out.confirm(f"Make {changes} in {one_line(target.name)}?"):
            return safe
        return FixResult(unsafe.text, (*safe.fixed, *unsafe.fixed), unsafe.findings)


def _replacing(before: str, after: str) -> Callable[[str], str]:
    def edit(text: str) -> str:
        if text != before:
            raise CardError("the file changed while it was being checked; nothing was written, try again")
        return after

    return edit
