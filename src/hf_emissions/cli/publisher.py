"""Changes to cards on the Hub: confirmation, description, and whose repositories may be written to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..card.diff import unified_diff
from ..card.file import CARD_NAME
from ..errors import UsageError
from ..hub.address import Address
from .output import Output, no_terminal_error
from .targets import HubTarget, hub_client

if TYPE_CHECKING:
    from ..hub.edit import Outcome


@dataclass(frozen=True, slots=True)
class Publisher:
    """Writes cards on the Hub.

    Args:
        yes: skip confirmation.
        create_pr: open a pull request even in one's own repositories.
        strangers: allow writing to a repository of others; see `one_by_one`.
        evidence: returns the reasons for a fix, given a card's old text.
    """

    out: Output
    yes: bool = False
    create_pr: bool = False
    strangers: bool = True
    evidence: Callable[[str], Sequence[str]] = lambda _: ()

    def edit(self, target: HubTarget, change: Callable[[str], str]) -> Outcome:
        """Change a card on the Hub after confirmation."""
        from ..hub.edit import CommitOptions, edit_card
        from .proposal import describe, why_not_proposed

        def described(before: str, after: str, proposal: bool) -> tuple[str, str]:
            return describe(target.address.model, before, after, self.evidence(before), proposal=proposal)

        def refusal(before: str, after: str) -> str | None:
            return why_not_proposed(before, after, evidence=bool(self.evidence(before)))

        wishes = CommitOptions(self._agree, described, self.create_pr or None, self._moved, refusal, self.strangers)
        return edit_card(hub_client(), target.address, change, wishes)

    def _moved(self, named: Address, found: Address) -> bool:
        """Confirm a renamed or transferred repository, even with `--yes`."""
        where = f"{named} leads to {found} now, maybe another model"
        if not self.out.can_ask:
            raise UsageError(f"{where}, and there is nobody to ask; name {found} itself")
        return self.out.confirm(f"{where}. Propose this to {found}?")

    def _agree(self, address: Address, before: str, after: str, opens: bool) -> bool:
        if self.yes:
            return True
        if not self.out.can_ask:
            raise no_terminal_error(f"{address}: this")
        self.out.diff(unified_diff(before, after, CARD_NAME))
        question = f"Open a pull request with this in {address}?" if opens else f"Write this to {address} on the Hub?"
        return self.out.confirm(question)


def may_write_to_strangers(targets: Iterable[object], *, from_a_list: bool = False) -> bool:
    """True if a repository of others may be written to: only if it is the only one on the Hub.

    Decided by names; transferred repositories are detected when written (`Publisher.strangers`).

    Args:
        from_a_list: do not allow even a single one.

    Raises:
        UsageError: a repository is someone else's and not allowed; names it.
    """
    found = [target for target in targets if isinstance(target, HubTarget)]
    if len(found) < 2 and not from_a_list:
        return True
    account = hub_client().account()
    for target in found:
        if not account.owns(target.address):
            raise UsageError(f"{target.name} is not yours ({account.name}); name repositories of others one at a time")
    return False
