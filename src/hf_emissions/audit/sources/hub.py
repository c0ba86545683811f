"""Source: the Hub. Models are listed with their front matter, 1000 per call; cards worth it are read, a call each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...card.file import TOO_LARGE
from ...errors import BusyHubError, HubError, QuotaError, UnknownTokenError
from ...hub.crawl import PAGE, Crawler, Query, SkippedModelError, StoppedError
from ...hub.errors import TooLargeError
from ..schema import CardColumns, ModelRow
from .fetch_failures import FetchFailures
from .listed import Bodies, row_of
from .listing import Listing
from .source import Source
from .values import integer_of


@dataclass(frozen=True, slots=True)
class Plan:
    """Requests that an audit of the Hub will make.

    Args:
        models: number of models to audit.
        bodies: number of whole cards still to read, a call each.
        done: number of models finished before this start.
    """

    models: int
    bodies: int
    done: int = 0


@dataclass(slots=True)
class HubSource(Source):
    """Models listed by the Hub, or given by name.

    Args:
        crawler: reads them.
        query: models to list.
        names: models by name, instead of a query.
        bodies: cards to read whole: all, none, or needed. The last skips models without front matter, and copies of
            other models without a block, since copies are never estimated.
        most_bodies: limit of cards read whole, the most downloaded models first.
        planned: called with the plan, once the models are known.
        listed: called after each page with the number of models listed.
        unread: called with a message for each card or listing entry that the Hub refused or did not deliver.
        concluded: called at the end with a message on unread cards, if any.
    """

    crawler: Crawler
    query: Query = field(default_factory=Query)
    names: tuple[str, ...] | None = None
    bodies: Bodies = "needed"
    most_bodies: int | None = None
    planned: Callable[[Plan], None] = lambda _: None
    listed: Callable[[int], None] = lambda _: None
    unread: Callable[[str], None] = lambda _: None
    concluded: Callable[[str], None] = lambda _: None
    _listing: Listing | None = None
    _bound: tuple[int, int] = (-2, 0)
    _plan: Plan | None = None
    _unread: FetchFailures = field(init=False)
    _unnamed: FetchFailures = field(init=False)

    def __post_init__(self) -> None:
        self._unread, self._unnamed = FetchFailures(self.unread), FetchFailures(self.unread)

    def fingerprint(self) -> str:
        """Digest of the server and the request."""
        asked = {"author": self.query.author, "filter": self.query.filter, "search": self.query.search}
        how = {"sort": self.query.sort, "limit": self.query.limit, "min_downloads": self.query.min_downloads}
        bodies = {"bodies": self.bodies, "most_bodies": self.most_bodies, "names": self.names}
        named = json.dumps([self.crawler.hub.url, asked, how, bodies])
        return hashlib.sha256(named.encode()).hexdigest()

    def count(self) -> int | None:
        """Number of models, once they are listed."""
        return self._plan.models if self._plan else None

    def prepare(self, folder: Path) -> None:
        """List the models, or resume the listing."""
        self._listing = listing = Listing(folder)
        if self.names is None:
            self._list(listing)
        else:
            self._look_up(listing, self.names)
        if self.most_bodies is not None:
            self._bound = listing.most_downloaded(self.most_bodies)

    def begin(self, models: Iterable[ModelRow], done: int) -> None:
        """Report the plan."""
        count = bodies = 0
        for model in models:
            bodies += model["wanted"] and count >= done
            count += 1
        self._plan = Plan(count, bodies, done)
        self.planned(self._plan)

    def conclude(self, models: Iterable[ModelRow], read: Iterable[bool]) -> None:
        """Report the number of cards that could not be read."""
        found = [was for model, was in zip(models, read, strict=True) if model["wanted"]]
        count = len(found) - sum(map(bool, found))
        if count:
            self.concluded(self._unread.words(count, len(found)))

    def calls_left(self) -> str:
        """Number of cards left to read, and of calls left in the Hub's current window, in words."""
        to_go = max(self.calls() - self._unread.asked, 0)
        windows = self.crawler.quotas.windows
        allowed = ", ".join(f"{max(one.lowest, 0)} allowed in this window" for one in [windows.get("resolvers")] if one)
        return f"{to_go} calls to go{f', {allowed}' if allowed else ''}"

    def calls(self) -> int:
        """Number of cards to read with a call each."""
        return self._plan.bodies if self._plan else 0

    def models(self) -> Iterator[ModelRow]:
        """Models listed so far; `wanted` is true if the card is to be read."""
        last, as_many = self._bound
        for model in self._listing.models() if self._listing else ():
            downloads = -1 if model["downloads"] is None else model["downloads"]
            wanted = bool(model["body_wanted"]) and (downloads > last or (downloads == last and as_many > 0))
            as_many -= wanted and downloads == last
            yield {**model, "wanted": wanted, "body_read": False}

    def filled(self, models: Sequence[ModelRow]) -> Sequence[ModelRow]:
        """Models with their wanted cards."""
        wanted = [model for model in models if model["wanted"]]
        read = dict(zip((model["id"] for model in wanted), self.crawler.each(self._card, wanted), strict=True))
        return [{**model, **read.get(model["id"], {})} for model in models]

    def _card(self, model: ModelRow) -> CardColumns:
        """Columns read from a card; empty on failure, so that the listing's front matter stands."""
        self._unread.ask()
        try:
            return {"card": self.crawler.card(model["id"], model["sha"] or "main"), "body_read": True}
        except SkippedModelError as error:
            self._unread.skip(error.why)
        except TooLargeError:
            return {"problem": TOO_LARGE, "body_read": True}
        except (QuotaError, UnknownTokenError, StoppedError):
            # Every further card would be refused as well.
            raise
        except HubError as error:
            # One failed card must not stop an audit of a million; many mean that the Hub is down or refuses us.
            self._unread.fail(error)
        return {}

    def _list(self, listing: Listing) -> None:
        limit, least = self.query.limit, self.query.min_downloads
        places: set[str | None] = set()
        while not listing.pages or listing.next:
            if listing.next in places:
                raise HubError("the listing of models goes in a circle; name fewer of them, or try again later")
            places.add(listing.next)
            page = self.crawler.page(self.query, listing.next)
            models = [one for one in page.models if least is None or _downloads(one) >= least]
            # Sorted by downloads, no later model has more.
            few = least is not None and any(-1 < _downloads(one) < least for one in page.models)
            following = None if few and self.query.sort == "downloads" else page.next
            most = None if limit is None else limit - listing.count
            if page.unnamed:
                self.unread(f"{page.unnamed} entries of the listing name no model; they are left out")
            listing.add((row_of(one, self.bodies) for one in models), following, most)
            self.listed(listing.count)

    def _look_up(self, listing: Listing, names: Sequence[str]) -> None:
        for at in range(listing.pages * PAGE, len(names), PAGE):
            some = names[at : at + PAGE]
            listing.add(self.crawler.each(self._named, some), None)
            self.listed(min(at + PAGE, len(names)))

    def _named(self, name: str) -> ModelRow:
        """Row of a named model; with a `problem` if the Hub does not describe it."""
        self._unnamed.ask()
        try:
            model = self.crawler.model(name)
        except (BusyHubError, UnknownTokenError, StoppedError):
            raise
        except HubError as error:
            self._unnamed.fail(error, "it has a row without a card")
            return {"id": name, "problem": str(error)}
        if model is None:
            return {"id": name, "problem": "there is no such model, or it is private"}
        return row_of(model, self.bodies)


def _downloads(model: Mapping[str, object]) -> int:
    """Downloads of a listing entry; -1 if unknown."""
    found = integer_of(model.get("downloads"))
    return -1 if found is None else found
