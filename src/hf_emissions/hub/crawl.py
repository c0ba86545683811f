"""Multi-threaded reader of many models: pages of the Hub's listing, and single cards, within its quotas."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from ..errors import HubError, NoCardError, NoModelError
from .client import Hub
from .endpoint import at_endpoint
from .errors import GatedError
from .exchange import Parameters
from .quotas import Quotas
from .response import json_of, list_of, object_of

if TYPE_CHECKING:
    from huggingface_hub.utils import httpx

# Models per page of the listing, the Hub's maximum.
PAGE = 1000
# Enough to use up a quota of 12,000 calls in 300 s at 300 ms per response.
THREADS = 16
_EXPAND = ("author", "cardData", "createdAt", "downloads", "gated", "lastModified", "pipeline_tag", "sha")
_SORTS = {"created_at": "createdAt", "last_modified": "lastModified", "trending_score": "trendingScore"}

_T = TypeVar("_T")
_R = TypeVar("_R")
# Model as the listing describes it.
Model = dict[str, object]


class SkippedModelError(HubError):
    """A card that cannot be read, and why: it is gated, or gone."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: its card cannot be read, it is {why}")
        self.why = why


class StoppedError(HubError):
    """A call abandoned because another one failed for good."""


@dataclass(frozen=True, slots=True)
class Query:
    """Models to list, in the Hub's terms."""

    author: str | None = None
    filter: tuple[str, ...] = ()  # tags, all of which a model has
    search: str | None = None  # words of the name
    sort: str = "downloads"  # or created_at, last_modified, likes, trending_score; descending
    limit: int | None = None
    min_downloads: int | None = None

    def parameters(self) -> Parameters:
        """Query parameters of the Hub's API."""
        asked = {"author": self.author, "filter": self.filter, "search": self.search}
        # With a minimum of downloads, it is unknown how many models of a page remain.
        size = PAGE if self.limit is None or self.min_downloads is not None else min(PAGE, self.limit)
        given = {name: value for name, value in asked.items() if value}
        return {**given, "sort": _SORTS.get(self.sort, self.sort), "limit": size, "expand": _EXPAND}


@dataclass(frozen=True, slots=True)
class Page:
    """Page of the listing."""

    models: tuple[Model, ...]
    next: str | None  # address of the next page
    unnamed: int  # entries that name no model


@dataclass(slots=True)
class Crawler:
    """Reader of many models."""

    hub: Hub
    quotas: Quotas
    _stopped: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.quotas.sleep = self._stoppable(self.quotas.sleep)

    def page(self, query: Query, url: str | None = None) -> Page:
        """First page of a listing, or the one at a `Page.next`."""
        address = at_endpoint(self.hub.url, url) if url else f"{self.hub.url}/api/models"

        def asked() -> Page:
            response = self._listing(address, None if url else query.parameters())
            listed = list_of(json_of(response), "list")
            found = tuple(one for one in listed if isinstance(one, dict) and isinstance(one.get("id"), str))
            return Page(found, self.hub.next_page(response), len(listed) - len(found))

        return self._ask(asked, "the listing of models")

    def model(self, name: str) -> Model | None:
        """Model as the listing describes it, under its current name; None if it does not exist or is hidden."""

        def asked() -> Model:
            response = self._get("model", f"{self.hub.url}/api/models/{name}", {"expand": _EXPAND})
            found = object_of(json_of(response), "model")
            return {**found, "id": found["id"] if isinstance(found.get("id"), str) else name}

        try:
            return self._ask(asked, name)
        except NoModelError:
            return None

    def card(self, name: str, sha: str) -> bytes | None:
        """Bytes of a card at a commit; None if there is none. A PassedOverError or TooLargeError concerns it alone."""
        try:
            return self._ask(lambda: self.hub.card_bytes(name, sha, partial(self._get, "card", file=True)), name)
        except NoCardError:
            return None
        except GatedError:
            raise SkippedModelError(name, "gated") from None
        except NoModelError:
            raise SkippedModelError(name, "gone") from None

    def each(self, function: Callable[[_T], _R], items: Iterable[_T]) -> Iterator[_R]:
        """Ordered parallel map; stops at the first failure."""
        pool = ThreadPoolExecutor(THREADS, "hub")
        with ExitStack() as ending:
            ending.callback(pool.shutdown, wait=True, cancel_futures=True)
            ending.push(self._stop_after_error)
            yield from pool.map(function, items)

    def _stop_after_error(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._stopped.set()

    def _ask(self, call: Callable[[], _T], where: str) -> _T:
        patience = self.hub.patience()
        # A crawl of hours must survive a network outage.
        patience.connections = None
        patience.sleep = self._stoppable(patience.sleep)
        return self.hub.ask(call, where, patience)

    def _listing(self, address: str, parameters: Parameters | None) -> httpx.Response:
        from huggingface_hub.errors import HfHubHTTPError

        try:
            return self._get("listing", address, parameters)
        except HfHubHTTPError as error:
            if parameters is None and error.response.status_code == 400:
                raise HubError(
                    "the Hub no longer knows the place where its listing was left; give --restart to begin anew"
                ) from None
            raise

    def _get(self, kind: str, url: str, parameters: Parameters | None = None, *, file: bool = False) -> httpx.Response:
        """Make a call when its quota allows it, and record the rate-limit headers of the response."""
        from huggingface_hub.errors import HfHubHTTPError

        granted, response = self.quotas.take(kind), None
        try:
            response = self.hub.get(url, parameters, file=file)
        except HfHubHTTPError as error:
            response = error.response
            raise
        finally:
            told = [] if response is None else [*response.history, response]
            self.quotas.answered(granted, [one.headers for one in told])
        return response

    def _stoppable(self, sleep: Callable[[float], None]) -> Callable[[float], None]:
        """Sleep in small steps, so that threads end soon after another one has failed."""

        def slept(time_s: float) -> None:
            while time_s > 0 and not self._stopped.is_set():
                step_s = min(time_s, 1.0)
                sleep(step_s)
                time_s -= step_s
            if self._stopped.is_set():
                raise StoppedError("stopped")

        return slept
