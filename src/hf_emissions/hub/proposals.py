"""Our pull requests in a repository: one at a time, recognised by title or number, none after a refusal."""

from __future__ import annotations

import re

from ..errors import HubError
from . import contribution_policy
from .accounts import Account
from .address import MAIN, Address
from .client import Hub
from .discussions import Proposal

TITLE = "Training emissions in the model card (hf-emissions)"
_PULL_REQUEST = re.compile(r"refs/pr/(\d+)")


def number_of(address: Address) -> int | None:
    """Pull request number of an address; None if its revision is not the ref of one."""
    found = _PULL_REQUEST.fullmatch(address.revision)
    return int(found[1]) if found else None


def place_of_proposal(hub: Hub, address: Address, account: Account, *, own: bool) -> Address:
    """Target of a proposal: the named ref, our open pull request, or main. Our later duplicates are closed.

    Raises:
        HubError: the owner closed one of ours.
    """
    if address.revision != MAIN:
        return address
    ours = _ours(hub, address, account)
    opened = [one for one in ours if one.is_open]
    if opened:
        _close_all_but_the_first(hub, address, opened)
        return Address(address.model, opened[0].revision)
    closed = next((one for one in ours if one.status == "closed"), None)
    if closed is not None and not own:
        raise HubError(f"{address}: the owner closed our pull request #{closed.number}; that is a no, nothing is sent")
    return address


def _close_all_but_the_first(hub: Hub, address: Address, opened: list[Proposal]) -> None:
    """Close our later duplicates: a response was lost, or another machine was as quick."""
    for one in opened[1:]:
        contribution_policy.remember(address, one.number, duplicate=True)
        hub.close(address, one.number, f"The same as #{opened[0].number}, which came first.")


def _ours(hub: Hub, address: Address, account: Account) -> list[Proposal]:
    """Our pull requests without duplicates, oldest first: recognised by title, or by number if that was changed."""
    known = contribution_policy.numbers(address)
    found = [one for one in hub.proposals(address, account.name) if one.title == TITLE or one.number in known]
    return sorted((one for one in found if not known.get(one.number)), key=lambda one: one.number)
