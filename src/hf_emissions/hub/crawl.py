"""Reading many models: pages of the Hub's listing, and cards one by one, within its quotas and by many threads."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ..errors import HubError, NoCardError, NoModelError
from .client import Hub, UnreadableAnswerError
from .quotas import Quotas, Taken
from .refusals import status_of
from .session import bounded

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


class TooLargeError(HubError):
    """A card with more bytes than we read."""


class UnknownTokenError(HubError):
    """The Hub does not know who we are: every further card would be refused, too."""


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
            response = self._listing(address, None if url else query.parameters())
            models = _json(response)
            if not isinstance(models, list):
                raise UnreadableAnswerError("the answer is no list")
            found = tuple(one for one in models if isinstance(one, dict) and isinstance(one.get("id"), str))
            return Page(found, response.links.get("next", {}).get("url"))

        return self._ask(asked, "the listing of models")

    def model(self, name: str) -> dict[str, Any] | None:
        """One model as the listing describes it, by its present name; None where there is none, or none to be seen.

        Raises:
            HubError: it was refused, or the Hub stayed busy.
        """

        def asked() -> dict[str, Any]:
            response = self._get("model", f"{self.hub.url}/api/models/{name}", {"expand": list(_EXPAND)})
            found = _json(response)
            if not isinstance(found, dict):
                raise UnreadableAnswerError("the answer is no model")
            return found if isinstance(found.get("id"), str) else {**found, "id": name}

        try:
            return self._ask(asked, name)
        except NoModelError:
            return None

    def card(self, name: str, sha: str, most_bytes: int | None = None) -> bytes | None:
        """The bytes of a card at a commit; None where there is none.

        Raises:
            PassedOverError: it is closed to us, or gone.
            TooLargeError: it has more than `most_bytes`; no more of it were read.
            UnknownTokenError: the Hub does not know the token.
            HubError: it was refused, or the Hub stayed busy.
        """

        def asked() -> bytes:
            from huggingface_hub.errors import HfHubHTTPError, RemoteEntryNotFoundError

            try:
                return self.hub.card_bytes(name, sha, lambda url: self._file(url, name, most_bytes))
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

    def _file(self, url: str, name: str, most_bytes: int | None) -> Any:
        taken = self.quotas.take("card")
        return self._answered(taken, lambda: _downloaded(self.hub, url, name, most_bytes))

    def _answered(self, taken: Taken, call: Callable[[], Any]) -> Any:
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


@dataclass(frozen=True, slots=True)
class _File:
    """A file that was read, with what its answer said."""

    content: bytes
    headers: Any
    history: Any


def _downloaded(hub: Hub, url: str, name: str, most_bytes: int | None) -> _File:
    """The file at an address, of which no more is read than is wanted."""
    from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status

    headers = build_hf_headers(token=hub.token)
    with bounded(at_once=False), get_session().stream("GET", url, headers=headers) as response:
        if response.is_error:
            response.read()
        hf_raise_for_status(response)
        data = bytearray()
        for piece in response.iter_bytes():
            data += piece
            if most_bytes is not None and len(data) > most_bytes:
                raise TooLargeError(f"{name}: the card has more than {most_bytes} bytes")
        return _File(bytes(data), response.headers, response.history)


def _refused(error: Exception, name: str) -> HubError | None:
    """What the refusal of a card means, where it is more than this one answer."""
    from huggingface_hub.errors import DisabledRepoError, GatedRepoError, RevisionNotFoundError

    answer = getattr(error, "response", None)
    code = answer.headers.get("X-Error-Code") if answer is not None else None
    if isinstance(error, GatedRepoError):
        return PassedOverError(name, "gated")
    gone = isinstance(error, (DisabledRepoError, RevisionNotFoundError)) or code == "RepoNotFound"
    if gone or status_of(error) == 410:
        return PassedOverError(name, "gone")
    if status_of(error) == 401:
        # The client takes such an answer for a model that is not there.
        return UnknownTokenError(
            f"{name}: the Hub does not know the token; log in with `hf auth login`, or set HF_TOKEN"
        )
    return None


def _json(response: Any) -> Any:
    """What an answer holds; a number of thousands of digits, which Python refuses, is null."""
    try:
        return json.loads(response.content, parse_int=lambda digits: int(digits) if len(digits) <= 20 else None)
    except RecursionError:
        raise HubError("the Hub's answer is nested too deep to be read; try again later") from None
