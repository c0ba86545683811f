"""Pull requests of a repository: the Hub's listing of fifty per page, comments, and closing."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass

from ..errors import HubError
from .address import Address
from .client import Hub
from .errors import InvalidResponseError
from .exchange import Parameters
from .response import json_of, list_of, member, objects_in

# Ten thousand discussions of one repository: more means a server without an end.
_MOST_PAGES = 200


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pull request on the Hub."""

    number: int
    title: str
    status: str

    @property
    def is_open(self) -> bool:
        """True if it waits for its owner."""
        return self.status in ("open", "draft")


def proposals(hub: Hub, address: Address, author: str) -> list[Proposal]:
    """Pull requests that `author` has opened, in the Hub's order."""
    return hub.ask(lambda: _listed(hub, address, author), str(address))


def _listed(hub: Hub, address: Address, author: str) -> list[Proposal]:
    found: dict[int, Proposal] = {}
    seen: set[int] = set()
    for page in range(_MOST_PAGES):
        asked: Parameters = {"type": "pull_request", "author": author, "p": page}
        answer = json_of(hub.get(f"{hub.url}/api/models/{address.model}/discussions", asked))
        listed = list_of(member(answer, "discussions"), "list of discussions")
        entries = {number: one for one in objects_in(listed) if (number := _number(one.get("num"))) is not None}
        for number, one in entries.items():
            if one.get("isPullRequest") is True and member(one.get("author"), "name") == author:
                found[number] = Proposal(number, str(one.get("title")), str(one.get("status")))
        start, count = member(answer, "start"), member(answer, "count")
        last = isinstance(start, int) and isinstance(count, int) and start + len(listed) >= count
        # A server without paging returns the same page again.
        if not listed or last or entries.keys() <= seen:
            return list(found.values())
        seen |= entries.keys()
    raise HubError(f"{address}: its discussions have no end; nothing was written")


def _number(found: object) -> int | None:
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 < found < 10**9 else None


def comment(hub: Hub, address: Address, words: str) -> None:
    """Comment on the pull request of a ref. Best effort, no retry."""
    from huggingface_hub.errors import HfHubHTTPError
    from huggingface_hub.utils import httpx

    with suppress(HfHubHTTPError, httpx.HTTPError, HubError, InvalidResponseError):
        path = f"/api/models/{address.model}/discussions/{address.pull_request}/comment"
        hub.post(path, json.dumps({"comment": words}).encode())


def close(hub: Hub, address: Address, number: int, why: str) -> None:
    """Close a pull request with a comment."""
    path = f"/api/models/{address.model}/discussions/{number}/status"
    hub.ask(lambda: hub.post(path, json.dumps({"status": "closed", "comment": why}).encode()), str(address))
