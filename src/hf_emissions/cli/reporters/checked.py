"""Result of checking a card, the input of reporters."""

from __future__ import annotations

from dataclasses import dataclass

from ...rules.finding import Finding
from ..targets import AnyTarget


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Result of checking a card.

    Attributes:
        target: the card.
        text: the text that the findings refer to, after any fixes.
        findings: findings not ignored by a comment.
        ignored: findings ignored by a comment in the card.
        fails: whether a finding is severe enough for exit code 1.
        fixed: fixed findings, or those a dry run would fix; None without `--fix`.
        diff: diff of a dry run.
        new_text: the new text, if printed rather than written.
        problem: why the card could not be checked or fixed.
        url: commit or pull request, for a card fixed on the Hub.
        interrupted: whether Ctrl-C arrived during the fix on the Hub.
        stops: whether following cards would fail too, as for an exhausted Hub quota.
    """

    target: AnyTarget
    text: str = ""
    findings: tuple[Finding, ...] = ()
    ignored: tuple[Finding, ...] = ()
    fails: bool = False
    fixed: tuple[Finding, ...] | None = None
    diff: str | None = None
    new_text: str | None = None
    problem: str | None = None
    url: str | None = None
    interrupted: bool = False
    stops: bool = False
