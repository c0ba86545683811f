"""What became of one card: all that a reporter is told."""

from __future__ import annotations

from dataclasses import dataclass

from ...rules.finding import Finding
from ..targets import AnyTarget


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One card and what was found in it.

    Attributes:
        target: the card.
        text: its text as the findings speak of it: after the fixes, where some were made.
        findings: what the rules found and no comment asks to leave out.
        ignored: what a comment in the card asks to leave out.
        fails: whether a finding is severe enough to make the exit code 1.
        fixed: what was mended, or would be with a dry run; None where no fixes were asked for.
        diff: of a dry run.
        mended: the new text, where it is printed and not written.
        problem: why the card could not be checked or mended.
        url: of a card on the Hub that was mended, the page of the commit or the pull request.
        interrupted: whether Ctrl-C came while it was mended there.
        stops: whether the next card would be refused as well, as by a quota of the Hub.
    """

    target: AnyTarget
    text: str = ""
    findings: tuple[Finding, ...] = ()
    ignored: tuple[Finding, ...] = ()
    fails: bool = False
    fixed: tuple[Finding, ...] | None = None
    diff: str | None = None
    mended: str | None = None
    problem: str | None = None
    url: str | None = None
    interrupted: bool = False
    stops: bool = False
