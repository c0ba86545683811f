"""Pull requests of a repository, from the Hub's listing of fifty per page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .body import UnreadableAnswerError

# Ten thousand discussions of one repository: more means a server without an end.
MOST_PAGES = 200


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pull request on the Hub."""

    number: int
    title: str
    status: str
    url: str

    @property
    def revision(self) -> str:
        """Ref of its commits."""
        return f"refs/pr/{self.number}"

    @property
    def is_open(self) -> bool:
        """True if it waits for its owner."""
        return self.status in ("open", "draft")


@dataclass(frozen=True, slots=True)
class Page:
    """One page: an account's pull requests, the numbers of all entries, and True if it is the last."""

    proposals: tuple[Proposal, ...]
    numbers: frozenset[int]
    is_last: bool


def read_page(answer: Any, author: str, page: str) -> Page:
    """Parse a page of the listing.

    Args:
        author: whose pull requests to return.
        page: address of the repository's page.

    Raises:
        UnreadableAnswerError: it is not a page.
    """
    listed = answer.get("discussions") if isinstance(answer, Mapping) else None
    if not isinstance(listed, list):
        raise UnreadableAnswerError("the answer is no list of discussions")
    count, start = answer.get("count"), answer.get("start")
    known = isinstance(count, int) and isinstance(start, int)
    last = not listed or (known and start + len(listed) >= count)
    numbers = frozenset(number for one in listed if (number := _number(one)) is not None)
    return Page(tuple(_proposals(listed, author, page)), numbers, last)


def _number(one: Any) -> int | None:
    found = one.get("num") if isinstance(one, Mapping) else None
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 < found < 10**9 else None


def _proposals(listed: list[Any], author: str, page: str) -> Iterator[Proposal]:
    for one in listed:
        if not isinstance(one, Mapping) or one.get("isPullRequest") is not True:
            continue
        by, number = one.get("author"), _number(one)
        named = by.get("name") if isinstance(by, Mapping) else None
        if named == author and number is not None:
            yield Proposal(number, str(one.get("title")), str(one.get("status")), f"{page}/discussions/{number}")
