"""Our pull requests in a repository: one at a time, recognised by title or number, none after a refusal."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from ..errors import HubError
from . import contribution_policy
from .address import MAIN, Address
from .client import Hub
from .errors import InvalidResponseError
from .exchange import Parameters
from .response import json_of, list_of, member, objects_in

TITLE = "Training emissions in the model card (hf-emissions)"
# Ten thousand discussions of one repository, fifty per page: more means a server without an end.
_MOST_PAGES = 200


@dataclass(frozen=True, slots=True)
class _PullRequest:
    number: int
    title: str
    status: str


def ref_of(address: Address, number: int) -> Address:
    """The repository at the ref of a pull request."""
    return replace(address, revision=f"refs/pr/{number}")


def place_of_proposal(hub: Hub, address: Address, *, own: bool) -> Address:
    """Target of a proposal: the named ref, our open pull request, or main; our later duplicates are closed."""
    if address.revision != MAIN:
        return address
    ours = _ours(hub, address)
    opened = [one for one in ours if one.status in ("open", "draft")]
    if opened:
        # A response was lost, or another machine was as quick.
        for duplicate in opened[1:]:
            contribution_policy.remember(address, duplicate.number, duplicate=True)
            _close(hub, address, duplicate.number, f"The same as #{opened[0].number}, which came first.")
        return ref_of(address, opened[0].number)
    closed = next((one for one in ours if one.status == "closed"), None)
    if closed is not None and not own:
        raise HubError(f"{address}: the owner closed our pull request #{closed.number}; that is a no, nothing is sent")
    return address


def comment(hub: Hub, address: Address, words: str) -> None:
    """Comment on the pull request of a ref. Best effort, no retry."""
    from huggingface_hub.utils import httpx

    with suppress(httpx.HTTPError, HubError, InvalidResponseError):
        path = f"/api/models/{address.model}/discussions/{address.pull_request}/comment"
        hub.post(path, {"comment": words})


def _close(hub: Hub, address: Address, number: int, why: str) -> None:
    path = f"/api/models/{address.model}/discussions/{number}/status"
    hub.ask(lambda: hub.post(path, {"status": "closed", "comment": why}), str(address))


def _ours(hub: Hub, address: Address) -> list[_PullRequest]:
    """Our pull requests without duplicates, oldest first: recognised by title, or by number if that was changed."""
    known, author = contribution_policy.numbers(address), hub.account().name
    found = hub.ask(lambda: _opened_by(hub, address, author), str(address)).values()
    ours = [one for one in found if (one.title == TITLE or one.number in known) and not known.get(one.number)]
    return sorted(ours, key=lambda one: one.number)


def _opened_by(hub: Hub, address: Address, author: str) -> dict[int, _PullRequest]:
    found: dict[int, _PullRequest] = {}
    seen: set[int] = set()
    for page in range(_MOST_PAGES):
        asked: Parameters = {"type": "pull_request", "author": author, "p": page}
        answer = json_of(hub.get(f"{hub.url}/api/models/{address.model}/discussions", asked))
        listed = list_of(member(answer, "discussions"), "list of discussions")
        entries = {number: one for one in objects_in(listed) if (number := _number(one.get("num"))) is not None}
        for number, one in entries.items():
            if one.get("isPullRequest") is True and member(one.get("author"), "name") == author:
                found[number] = _PullRequest(number, str(one.get("title")), str(one.get("status")))
        start, count = member(answer, "start"), member(answer, "count")
        last = isinstance(start, int) and isinstance(count, int) and start + len(listed) >= count
        # A server without paging returns the same page again.
        if not listed or last or entries.keys() <= seen:
            return found
        seen |= entries.keys()
    raise HubError(f"{address}: its discussions have no end; nothing was written")


def _number(found: object) -> int | None:
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 < found < 10**9 else None
