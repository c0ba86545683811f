"""Reading many models: pages of the Hub's listing, and cards one by one, within its quotas and by many threads."""

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

# Models of one page of the listing; the Hub gives no more.
PAGE = 1000
# Enough to use up a quota of 12,000 calls in 300 s where an answer takes 300 ms.
THREADS = 16
_EXPAND = ("author", "cardData", "createdAt", "downloads", "gated", "lastModified", "pipeline_tag", "sha")

_T = TypeVar("_T")
_R = TypeVar("_R")


class PassedOverError(HubError):
    """A card that is closed to us, or whose model is gone.

    Args:
        why: gated or gone.
    """

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: its card cannot be read, it is {why}")
        self.why = why


class StoppedError(HubError):
    """A call that was given up because another one failed for good."""


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
        # With a bound of downloads nobody knows how many of a page are left.
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
    """One page of the listing: the models as the Hub describes them, where the next one is, and how many entries name
    no model.
    """

    models: tuple[dict[str, Any], ...]
    next: str | None
    unnamed: int = 0


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
        """One model as the listing describes it, by its present name; None where there is none, or none to be seen.

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
        """The bytes of a card at a commit; None where there is none.

        Raises:
            PassedOverError: it is closed to us, or gone.
            TooLargeError: it is larger than any card; no more of it was read.
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
        """The answer to a call, after its headers were taken in."""
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
        """Wait in small steps, so that a thread is not held for minutes after another one has failed."""
        while time_s > 0 and not self._stopped.is_set():
            step_s = min(time_s, 1.0)
            wait(step_s)
            time_s -= step_s
        if self._stopped.is_set():
            raise StoppedError("stopped")


def _refused(error: Exception, name: str) -> HubError | None:
    """What the refusal of a card means, where it is more than this one answer."""
    from huggingface_hub.errors import GatedRepoError, RevisionNotFoundError

    if isinstance(error, GatedRepoError):
        return PassedOverError(name, "gated")
    # Without a token a bare 401 is all that is said of a model that was deleted, or is private now.
    gone = isinstance(error, RevisionNotFoundError) or isinstance(refusal(error, name), NoModelError)
    return PassedOverError(name, "gone") if gone or status_of(error) == 410 else None
