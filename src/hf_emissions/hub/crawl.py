"""Reading many models: pages of the Hub's listing, and cards one by one, within its quotas and by many threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ..errors import HubError, NoCardError, NoModelError
from .client import Hub, UnreadableAnswerError
from .quotas import Quotas

# Models of one page of the listing; the Hub gives no more.
PAGE = 1000
# Enough to use up a quota of 12,000 calls in 300 s where an answer takes 300 ms.
THREADS = 16
_EXPAND = ("author", "cardData", "createdAt", "downloads", "gated", "lastModified", "pipeline_tag", "sha")

_T = TypeVar("_T")
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class Query:
    """Which models the Hub is to list, in its own words.

    Args:
        author: user or organization.
        filter: tags, all of which a model has.
        search: words of the name.
        sort: downloads, created_at, last_modified, likes or trending_score; the most come first.
        limit: so many at most.
        min_downloads: none with fewer downloads.
    """

    author: str | None = None
    filter: tuple[str, ...] = ()
    search: str | None = None
    sort: str = "downloads"
    limit: int | None = None
    min_downloads: int | None = None

    def parameters(self) -> dict[str, Any]:
        """It as the Hub's interface wants it."""
        named = {"created_at": "createdAt", "last_modified": "lastModified", "trending_score": "trendingScore"}
        asked = {"author": self.author, "filter": list(self.filter), "search": self.search}
        size = PAGE if self.limit is None else min(PAGE, self.limit)
        return {
            **{name: value for name, value in asked.items() if value},
            "sort": named.get(self.sort, self.sort),
            "limit": size,
            "expand": list(_EXPAND),
        }


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the listing: the models as the Hub describes them, and where the next one is."""

    models: tuple[dict[str, Any], ...]
    next: str | None


@dataclass(slots=True)
class Crawler:
    """A reader of many models.

    Args:
        hub: the Hub.
        quotas: what it allows.
        threads: how many calls are under way at once.
    """

    hub: Hub
    quotas: Quotas
    threads: int = THREADS
    _stopped: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        wait = self.quotas.sleep
        self.quotas.sleep = lambda time_s: self._wait(time_s, wait)

    def page(self, query: Query, url: str | None = None) -> Page:
        """The first page of a listing, or the one at a `Page.next`.

        Raises:
            HubError: it was refused, or the Hub stayed busy.
        """
        address = url or f"{self.hub.url}/api/models"
        if not address.startswith(f"{self.hub.url}/"):
            raise HubError(f"{self.hub.url}: its listing goes on elsewhere; this is not followed")

        def asked() -> Page:
            response = self._get("listing", address, None if url else query.parameters())
            models = response.json()
            if not isinstance(models, list):
                raise UnreadableAnswerError("the answer is no list")
            found = tuple(one for one in models if isinstance(one, dict) and isinstance(one.get("id"), str))
            return Page(found, response.links.get("next", {}).get("url"))

        return self._ask(asked, "the listing of models")

    def model(self, name: str) -> dict[str, Any] | None:
        """One model as the listing describes it; None where there is none, or none that may be seen.

        Raises:
            HubError: it was refused, or the Hub stayed busy.
        """

        def asked() -> dict[str, Any]:
            response = self._get("model", f"{self.hub.url}/api/models/{name}", {"expand": list(_EXPAND)})
            found = response.json()
            if not isinstance(found, dict):
                raise UnreadableAnswerError("the answer is no model")
            return {**found, "id": name}

        try:
            return self._ask(asked, name)
        except NoModelError:
            return None

    def card(self, name: str, sha: str) -> bytes | None:
        """The bytes of a card at a commit; None where there is none.

        Raises:
            HubError: it was refused, or the Hub stayed busy.
        """
        try:
            return self._ask(lambda: self.hub.card_bytes(name, sha, lambda url: self._get("card", url)), name)
        except NoCardError:
            return None

    def each(self, function: Callable[[_T], _R], items: Iterable[_T]) -> Iterator[_R]:
        """What a function gives for each item, in their order, many at once; ends at once where one of them fails."""
        pool = ThreadPoolExecutor(self.threads, "hub")
        try:
            yield from pool.map(function, items)
        except BaseException:
            self._stopped.set()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _ask(self, call: Callable[[], _T], where: str) -> _T:
        patience = self.hub.patience()
        # Hours of work outlast a network that is away for a while.
        patience.connections = None
        wait = patience.sleep
        patience.sleep = lambda time_s: self._wait(time_s, wait)
        return self.hub.ask(call, where, patience)

    def _get(self, kind: str, url: str, parameters: dict[str, Any] | None = None) -> Any:
        from huggingface_hub.errors import HfHubHTTPError

        taken = self.quotas.take(kind)
        answers: list[Any] = []
        try:
            response = self.hub.get(url, parameters)
            answers = [*response.history, response]
        except HfHubHTTPError as error:
            answers = [*error.response.history, error.response] if error.response is not None else []
            raise
        finally:
            self.quotas.answered(taken, [answer.headers for answer in answers])
        return response

    def _wait(self, time_s: float, wait: Callable[[float], None]) -> None:
        """Wait in small steps, so that a thread is not held for minutes after another one has failed."""
        while time_s > 0 and not self._stopped.is_set():
            step_s = min(time_s, 1.0)
            wait(step_s)
            time_s -= step_s
        if self._stopped.is_set():
            raise HubError("stopped")
