"""Our pull requests in a repository: one at a time, recognised by title or number, none after a refusal."""

from __future__ import annotations

from dataclasses import replace

from ..errors import HubError
from . import contribution_policy
from .accounts import Account
from .address import MAIN, Address
from .client import Hub
from .discussions import Proposal, close, proposals

TITLE = "Training emissions in the model card (hf-emissions)"


def ref_of(address: Address, number: int) -> Address:
    """The repository at the ref of a pull request."""
    return replace(address, revision=f"refs/pr/{number}")


def place_of_proposal(hub: Hub, address: Address, account: Account, *, own: bool) -> Address:
    """Target of a proposal: the named ref, our open pull request, or main; our later duplicates are closed.

    Raises:
        HubError: the owner closed one of ours.
    """
    if address.revision != MAIN:
        return address
    ours = _ours(hub, address, account)
    opened = [one for one in ours if one.is_open]
    if opened:
        # A response was lost, or another machine was as quick.
        for duplicate in opened[1:]:
            contribution_policy.remember(address, duplicate.number, duplicate=True)
            close(hub, address, duplicate.number, f"The same as #{opened[0].number}, which came first.")
        return ref_of(address, opened[0].number)
    closed = next((one for one in ours if one.status == "closed"), None)
    if closed is not None and not own:
        raise HubError(f"{address}: the owner closed our pull request #{closed.number}; that is a no, nothing is sent")
    return address


def _ours(hub: Hub, address: Address, account: Account) -> list[Proposal]:
    """Our pull requests without duplicates, oldest first: recognised by title, or by number if that was changed."""
    known = contribution_policy.numbers(address)
    found = [one for one in proposals(hub, address, account.name) if one.title == TITLE or one.number in known]
    return sorted((one for one in found if not known.get(one.number)), key=lambda one: one.number)
