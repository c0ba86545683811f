"""Cards on the Hub as targets of commands, and confirmation of changes to them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import click

from ..card.diff import unified_diff
from ..card.file import CARD_NAME
from ..errors import UsageError
from ..hub.address import Address
from .output import Output

if TYPE_CHECKING:
    from ..hub.client import Hub
    from ..hub.edit import Outcome


# Retries of an unreachable server, about half a minute: an interactive user should not wait longer.
_CONNECTIONS = 5


@dataclass(frozen=True, slots=True)
class HubTarget:
    """Card of a model on the Hub. Like standard input, it has no `path`."""

    address: Address
    path: None = None

    @property
    def name(self) -> str:
        """Display name."""
        return str(self.address)

    @property
    def card_name(self) -> str:
        """Name in suggested commands."""
        return self.name

    def text(self) -> str:
        """Read the card's text at its newest commit.

        Raises:
            HubError: the card cannot be read.
        """
        return the_hub().read(self.address).text

    def diff(self, before: str, after: str) -> str:
        """Return a diff that `git apply` accepts in a clone of the repository."""
        return unified_diff(before, after, CARD_NAME)


@dataclass(frozen=True, slots=True)
class Publishing:
    """Settings for writing cards on the Hub.

    Args:
        yes: skip confirmation.
        create_pr: open a pull request even in one's own repositories.
        evidence: returns the reasons for a fix, given a card's old text.
        strangers: allow writing to a repository of others; see `one_by_one`.
    """

    out: Output
    yes: bool = False
    create_pr: bool = False
    evidence: Callable[[str], Sequence[str]] | None = None
    strangers: bool = True

    def edit(self, target: HubTarget, change: Callable[[str], str]) -> Outcome:
        """Change a card on the Hub after confirmation.

        Raises:
            CardError, HubError: see `hub.edit.edit_card`.
            UsageError: confirmation is impossible.
        """
        from ..hub.edit import CommitOptions, edit_card

        propose = self.create_pr or None
        wishes = CommitOptions(
            self._agree, self._describe(target), propose, self._moved, self._may_propose, self.strangers
        )
        return edit_card(the_hub(), target.address, change, wishes)

    def _moved(self, named: Address, found: Address) -> bool:
        """Confirm a renamed or transferred repository, even with `--yes`."""
        if self.out.format != "human" or not (sys.stdin and sys.stdin.isatty()):
            raise UsageError(
                f"{named} leads to {found} now, maybe another model, and here is nobody to ask; name {found} itself"
            )
        question = f"{named} leads to {found} now, maybe another model. Propose this to {found}?"
        return click.confirm(question, default=False, err=True)

    def _agree(self, address: Address, before: str, after: str, opens: bool) -> bool:
        if self.yes:
            return True
        if self.out.format != "human" or not (sys.stdin and sys.stdin.isatty()):
            raise UsageError(
                f"{address}: this asks before it writes, and here is nobody to ask; give --yes or --dry-run"
            )
        self.out.diff(unified_diff(before, after, CARD_NAME))
        question = f"Open a pull request with this in {address}?" if opens else f"Write this to {address} on the Hub?"
        return click.confirm(question, default=False, err=True)

    def _describe(self, target: HubTarget) -> Callable[[str, str, bool], tuple[str, str]]:
        from .proposal import describe

        def described(before: str, after: str, proposal: bool) -> tuple[str, str]:
            evidence = self.evidence(before) if self.evidence else ()
            return describe(target.address.model, before, after, evidence, proposal=proposal)

        return described

    def _may_propose(self, before: str, after: str) -> str | None:
        from .proposal import why_not_proposed

        return why_not_proposed(before, after, evidence=bool(self.evidence and self.evidence(before)))


def one_by_one(targets: Iterable[Any], *, from_a_list: bool = False) -> bool:
    """True if a repository of others may be written to: only if it is the only one on the Hub.

    Decided by names; transferred repositories are detected when written (`Publishing.strangers`).

    Args:
        from_a_list: do not allow even a single one.

    Raises:
        UsageError: a repository is someone else's and not allowed; names it.
    """
    found = [target for target in targets if isinstance(target, HubTarget)]
    if len(found) < 2 and not from_a_list:
        return True
    account = the_hub().account()
    for target in found:
        if not account.owns(target.address):
            raise UsageError(f"{target.name} is not yours ({account.name}); name repositories of others one at a time")
    return False


def the_hub() -> Hub:
    """Client for the Hub at HF_ENDPOINT, with the token of HF_TOKEN or `hf auth login`."""
    return _hub(os.environ.get("HF_ENDPOINT"), (os.environ.get("HF_TOKEN") or "").strip())


@cache
def _hub(endpoint: str | None, token: str | None) -> Hub:
    from ..hub.client import Hub
    from ..hub.waiting import RetryBudget

    out = Output()
    return Hub(
        endpoint=endpoint or None,
        token=token or None,
        say=out.note,
        patience=lambda: RetryBudget(say=out.note, connections=_CONNECTIONS),
    )


def publishing_options(command: Any) -> Any:
    """Add the options of commands that may write to the Hub."""
    yes = click.option("--yes", is_flag=True, help="On the Hub: do not ask before writing.")
    create_pr = click.option(
        "--create-pr", is_flag=True, help="On the Hub: open a pull request in your own repository too."
    )
    return yes(create_pr(command))


def outcome_to_json(outcome: Outcome) -> dict[str, Any]:
    """Convert an outcome to JSON fields."""
    document: dict[str, Any] = {"changed": outcome.before != outcome.after, "written": outcome.written is not None}
    if outcome.interrupted:
        document["interrupted"] = True
    if outcome.written:
        key = "pull_request" if outcome.written.proposal else "commit_url"
        return {**document, "changed": True, "commit": outcome.written.sha, key: outcome.written.url}
    if outcome.proposed_in:
        document["pull_request"] = outcome.proposed_in
    return document
