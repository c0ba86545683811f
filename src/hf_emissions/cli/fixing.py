"""`hf-emissions check --fix`: apply fixes of findings, or show them as a diff."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import click

from ..card.file import edit_file
from ..errors import CardError, UsageError
from ..rules.fix import FixResult, Look, mend
from ..terminal import one_line
from .hub_target import HubTarget, Publishing
from .output import Output
from .targets import AnyTarget, on_the_hub, some_on_the_hub


def fixing_options(command: Any) -> Any:
    """Add the options `--fix`, `--unsafe-fixes`, `--dry-run`, `--yes` and `--create-pr`."""
    options = (
        click.option("--fix", is_flag=True, help="Mend what can be mended without changing what the card says."),
        click.option(
            "--unsafe-fixes",
            is_flag=True,
            help="With --fix: also what changes the card's meaning; shows the diff and asks.",
        ),
        click.option("--dry-run", is_flag=True, help="With --fix: print the change as a diff and write nothing."),
        click.option("--yes", is_flag=True, help="With --unsafe-fixes, and on the Hub: do not ask."),
        click.option("--create-pr", is_flag=True, help="On the Hub: open a pull request in your own repository too."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Fixing:
    """Options for fixes. `ask` confirms unsafe fixes first; `strangers` allows writing to repositories of others."""

    fix: bool = False
    unsafe: bool = False
    dry_run: bool = False
    ask: bool = False
    yes: bool = False
    create_pr: bool = False
    strangers: bool = True

    @property
    def writes(self) -> bool:
        """True if anything may be written."""
        return self.fix and not self.dry_run

    def mend(self, target: AnyTarget, text: str, look: Look, out: Output) -> FixResult:
        """Fix a card, and write it unless it is on standard input or this is a dry run.

        Raises:
            CardError: a fix would have changed something else, or the card changed concurrently; nothing was written.
            OSError: the file cannot be written.
            HubError, UsageError: see `Publishing.edit`.
        """
        if isinstance(target, HubTarget):
            return self._publish(target, text, look, out)
        mended = mend(text, look, unsafe=self.unsafe and not self.ask)
        if self.ask:
            mended = _asked(target, mended, look, out)
        if mended.text != text and target.path is not None and not self.dry_run:
            edit_file(target.path, _replacing(text, mended.text))
        return mended

    def _publish(self, target: HubTarget, text: str, look: Look, out: Output) -> FixResult:
        """Fix a card on the Hub, applying fixes to its newest text."""
        if not self.dry_run and mend(text, look, unsafe=self.unsafe).text != text:
            publishing = Publishing(out, self.yes, self.create_pr, self._evidence(look), self.strangers)
            outcome = publishing.edit(target, lambda newest: mend(newest, look, unsafe=self.unsafe).text)
            if outcome.written is None:
                return FixResult(outcome.before, (), tuple(look(outcome.before)))
            out.note(f"{target.name}: {outcome.written.url}")
            mended = mend(outcome.before, look, unsafe=self.unsafe)
            return replace(mended, url=outcome.written.url, interrupted=outcome.interrupted)
        return mend(text, look, unsafe=self.unsafe)

    def _evidence(self, look: Look) -> Callable[[str], list[str]]:
        """Return a function that lists the findings to be fixed."""

        def evidence(before: str) -> list[str]:
            fixed = mend(before, look, unsafe=self.unsafe).fixed
            return [f"line {finding.line}: {finding.message} ({finding.rule})" for finding in fixed]

        return evidence


def read_fixing(format_: str, targets: tuple[str, ...], given: Mapping[str, bool]) -> Fixing:
    """Combine the options in `given`.

    Raises:
        UsageError: they conflict, or confirmation is impossible.
    """
    fix, unsafe, dry_run, yes = (given[name] for name in ("fix", "unsafe_fixes", "dry_run", "yes"))
    for option, asked in (("--unsafe-fixes", unsafe), ("--dry-run", dry_run)):
        if asked and not fix:
            raise UsageError(f"{option} says how to fix; give --fix too")
    remote = on_the_hub(targets)
    if yes and not unsafe and not (fix and some_on_the_hub(targets)):
        raise UsageError("--yes answers what --unsafe-fixes asks; give --fix --unsafe-fixes too")
    _refuse_reports(format_, targets, fix=fix, dry_run=dry_run)
    ask = unsafe and not yes and not dry_run and not remote
    if ask and (format_ != "human" or "-" in targets or not (sys.stdin and sys.stdin.isatty())):
        raise UsageError("--unsafe-fixes asks before it writes, and here is nobody to ask; give --yes or --dry-run")
    return Fixing(fix, unsafe, dry_run, ask, yes, given["create_pr"])


def _refuse_reports(format_: str, targets: tuple[str, ...], *, fix: bool, dry_run: bool) -> None:
    if format_ not in ("github", "sarif"):
        return
    if dry_run:
        raise UsageError(f"--format {format_} has no place for the diff of --dry-run; use human or json")
    if fix and "-" in targets:
        raise UsageError(f"--format {format_} has no place for the mended card of --fix -; use human or json")


def _replacing(before: str, after: str) -> Callable[[str], str]:
    def edit(text: str) -> str:
        if text != before:
            raise CardError("the file changed while it was being checked; nothing was written, try again")
        return after

    return edit


def _asked(target: AnyTarget, safe: FixResult, look: Look, out: Output) -> FixResult:
    """Show unsafe fixes and ask; if declined, keep only the safe ones."""
    unsafe = mend(safe.text, look, unsafe=True)
    if unsafe.text == safe.text:
        return safe
    for finding in unsafe.fixed:
        if finding.fix:
            out.note(f"{one_line(target.name)}:{finding.line}: {one_line(finding.fix.words)} [{finding.rule}]")
    out.diff(target.diff(safe.text, unsafe.text))
    question = f"Make {'this change' if len(unsafe.fixed) == 1 else 'these changes'} in {one_line(target.name)}?"
    if not click.confirm(question, default=False, err=True):
        return safe
    return FixResult(unsafe.text, (*safe.fixed, *unsafe.fixed), unsafe.findings)
