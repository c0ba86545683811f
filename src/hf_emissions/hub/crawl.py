"""Multi-threaded reader of many models: pages of the Hub's listing, and single cards, within its quotas."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ..errors import HubError, NoCardError, NoModelError
from .body import UnreadableAnswerError
from .client import Hub, json_of
from .endpoint import at_endpoint
from .quotas import GrantedCall, Quotas
from .refusals import refusal, status_of

# Models per page of the listing, the Hub's maximum.
PAGE = 1000
# Enough to use up a quota of 12,000 calls in 300 s at 300 ms per response.
THREADS = 16
_EXPAND = ("author", "cardData", "createdAt", "downloads", "gated", "lastModified", "pipeline_tag", "sha")

_T = TypeVar("_T")
_R = TypeVar("_R")


class PassedOverError(HubError):
    """A card that is gated, or whose model is gone.

    Args:
        why: gated or gone.
    """

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: its card cannot be read, it is {why}")
        self.why = why


class StoppedError(HubError):
    """A call abandoned because another one failed for good."""


@dataclass(frozen=True, slots=True)
class Query:
    """Models to list, in the Hub's terms.

    Args:
        author: user or organization.
        filter: tags, all of which a model has.
        search: words of the name.
        sort: downloads, created_at, last_modified, likes or trending_score, in descending order.
        limit: maximum number of models.
        min_downloads: minimum number of downloads.
    """

    author: str | None = None
    filter: tuple[str, ...] = ()
    search: str | None = None
    sort: str = "downloads"
    limit: int | None = None
    min_downloads: int | None = None

    def parameters(self) -> dict[str, Any]:
        """Query parameters of the Hub's API."""
        named = {"created_at": "createdAt", "last_modified": "lastModified", "trending_score": "trendingScore"}
        asked = {"author": self.author, "filter": list(self.filter), "search": self.search}
        # With a minimum of downloads, it is unknown how many models of a page remain.
        whole = self.limit is None or self.min_downloads is not None
        size = PAGE if whole or self.limit is None else min(PAGE, self.limit)
        return {
            **{name: value for name, value in asked.items() if value},
            "sort": named.get(self.sort, self.sort),
            "limit": size,
            "expand": list(_EXPAND),
        }


@dataclass(frozen=True, slots=True)
class Page:
    """Page of the listing: described models, address of the next page, number of entries that name no model."""

    models: tuple[dict[str, Any], ...]
    next: str | None
    unnamed: int = 0


@dataclass(slots=True)
class Crawler:
    """Reader of many models.

    Args:
        hub: the Hub.
        quotas: its quotas.
        threads: number of concurrent calls.
    """

    hub: Hub
    quotas: Quotas
    threads: int = THREADS
    _stopped: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        wait = self.quotas.sleep
        self.quotas.sleep = lambda time_s: self._wait(time_s, wait)

    def page(self, query: Query, url: str | None = None) -> Page:
        """First page of a listing, or the one at a `Page.next`.

        Raises:
            HubError: it was refused, or the Hub stayed busy.
        """
        address = at_endpoint(self.hub.url, url) if url else f"{self.hub.url}/api/models"

        def asked() -> Page:
            response = self._listing(address, None if url else query.parameters())
            models = json_of(response)
            if not isinstance(models, list):
                raise UnreadableAnswerError("the answer is no list")
            found = tuple(one for one in models if isinstance(one, dict) and isinstance(one.get("id"), str))
            return Page(found, self.hub.next_page(response), len(models) - len(found))

        return self._ask(asked, "the listing of models")

    def model(self, name: str) -> dict[str, Any] | None:
        """Model as the listing describes it, under its current name; None if it does not exist or is hidden.

        Raises:
            HubError: it was refused, or the Hub stayed busy.
        """

        def asked() -> dict[str, Any]:
            response = self._get("model", f"{self.hub.url}/api/models/{name}", {"expand": list(_EXPAND)})
            found = json_of(response)
            if not isinstance(found, dict):
                raise UnreadableAnswerError("the answer is no model")
            return found if isinstance(found.get("id"), str) else {**found, "id": name}

        try:
            return self._ask(asked, name)
        except NoModelError:
            return None

    def card(self, name: str, sha: str) -> bytes | None:
        """Bytes of a card at a commit; None if there is none.

        Raises:
            PassedOverError: it is gated, or gone.
            TooLargeError: it is larger than any card; reading stopped there.
            UnknownTokenError: the Hub does not know the token.
            HubError: it was refused, or the Hub stayed busy.
        """

        def asked() -> bytes:
            from huggingface_hub.errors import HfHubHTTPError, RemoteEntryNotFoundError

            try:
                return self.hub.card_bytes(name, sha, self._file)
            except RemoteEntryNotFoundError:
                raise
            except HfHubHTTPError as error:
                raise _refused(error, name) or error from None

        try:
            return self._ask(asked, name)
        except NoCardError:
            return None

    def each(self, function: Callable[[_T], _R], items: Iterable[_T]) -> Iterator[_R]:
        """Ordered parallel map; stops at the first failure."""
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
        # A crawl of hours must survive a network outage.
        patience.connections = None
        wait = patience.sleep
        patience.sleep = lambda time_s: self._wait(time_s, wait)
        return self.hub.ask(call, where, patience)

    def _listing(self, address: str, parameters: dict[str, Any] | None) -> Any:
        from huggingface_hub.errors import HfHubHTTPError

        try:
            return self._get("listing", address, parameters)
        except HfHubHTTPError as error:
            if parameters is None and status_of(error) == 400:
                raise HubError(
                    "the Hub no longer knows the place where its listing was left; give --restart to begin anew"
                ) from None
            raise

    def _get(self, kind: str, url: str, parameters: dict[str, Any] | None = None) -> Any:
        taken = self.quotas.take(kind)
        return self._answered(taken, lambda: self.hub.get(url, parameters))

    def _file(self, url: str) -> Any:
        taken = self.quotas.take("card")
        return self._answered(taken, lambda: self.hub.get_file(url))

    def _answered(self, taken: GrantedCall, call: Callable[[], Any]) -> Any:
        """Make the call and record its rate-limit headers."""
        from huggingface_hub.errors import HfHubHTTPError

        answers: list[Any] = []
        try:
            response = call()
            answers = [*response.history, response]
        except HfHubHTTPError as error:
            answers = [*error.response.history, error.response] if error.response is not None else []
            raise
        finally:
            self.quotas.answered(taken, [answer.headers for answer in answers])
        return response

    def _wait(self, time_s: float, wait: Callable[[float], None]) -> None:
        """Wait in small steps, so that threads end soon after another one has failed."""
        while time_s > 0 and not self._stopped.is_set():
            step_s = min(time_s, 1.0)
            wait(step_s)
            time_s -= step_s
        if self._stopped.is_set():
            raise StoppedError("stopped")


def _refused(error: Exception, name: str) -> HubError | None:
    """Error for a refusal that concerns the card itself; None for any other."""
    from huggingface_hub.errors import GatedRepoError, RevisionNotFoundError

    if isinstance(error, GatedRepoError):
        return PassedOverError(name, "gated")
    # Without a token, a bare 401 is all that the Hub says of a deleted or private model.
    gone = isinstance(error, RevisionNotFoundError) or isinstance(refusal(error, name), NoModelError)
    return PassedOverError(name, "gone") if gone or status_of(error) == 410 else None
