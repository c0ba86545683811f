"""Models on the Hub: listed with their front matter, a thousand a call, and read one by one where that is worth a call.

The listing is kept beside the audit before the first card is read, so that an audit that goes on has the same models in
the same order, at the same commits.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from ...card.block import KEY
from ...errors import BusyHubError, HubError
from ...facts.metadata import is_copy
from ...hub.crawl import PAGE, Crawler, Page, Query
from ...rules.rule import view
from ..schema import need_pyarrow
from .front import front_matter_of
from .source import BATCH, Source

Bodies = Literal["needed", "none", "all"]
_COLUMNS = ("id", "card", "downloads", "task", "created_at", "last_modified", "sha", "problem")
_NEXT = b"next"
# Cards that may fail for as long as we wait for each, before the audit stops to be gone on with later.
_MOST_UNREAD = 10


@dataclass(frozen=True, slots=True)
class Plan:
    """What an audit of the Hub will ask of it.

    Args:
        models: how many are audited.
        bodies: cards that are still to be read whole, a call each.
    """

    models: int
    bodies: int


@dataclass(frozen=True, slots=True)
class OnTheHub(Source):
    """Models that the Hub lists, or that are named.

    Args:
        crawler: reads them.
        query: which are to be listed.
        names: those that are named, instead.
        bodies: which cards are read whole: all, none, or those that may say more than their front matter: no copies
            of other models, of which none is estimated, and no models without front matter.
        most_bodies: how many cards are read whole at most, the first of the listing.
        planned: told what is to be done, once the models are known.
        listed: told how many models are listed, after each page.
        unread: told of each card that the Hub did not give for as long as we wait.
    """

    crawler: Crawler
    query: Query = field(default_factory=Query)
    names: tuple[str, ...] | None = None
    bodies: Bodies = "needed"
    most_bodies: int | None = None
    planned: Callable[[Plan], None] = lambda _: None
    listed: Callable[[int], None] = lambda _: None
    unread: Callable[[str], None] = lambda _: None
    _pages: list[Path] = field(default_factory=list)
    _read: list[int] = field(default_factory=list)
    _unread: list[str] = field(default_factory=list)

    def fingerprint(self) -> str:
        """Of the server and what is asked of it."""
        asked = {"author": self.query.author, "filter": self.query.filter, "search": self.query.search}
        how = {"sort": self.query.sort, "limit": self.query.limit, "min_downloads": self.query.min_downloads}
        bodies = {"bodies": self.bodies, "most_bodies": self.most_bodies, "names": self.names}
        named = json.dumps([self.crawler.hub.url, asked, how, bodies])
        return hashlib.sha256(named.encode()).hexdigest()

    def count(self) -> int | None:
        """How many models there are, once they are listed."""
        return sum(_length(page) for page in self._pages) if self._pages else None

    def prepare(self, folder: Path) -> None:
        """List the models, or go on with that."""
        pages = folder / "listing"
        pages.mkdir(exist_ok=True)
        if self.names is None:
            self._list(pages)
        else:
            self._look_up(pages, self.names)
        self._pages.extend(sorted(pages.glob("*.parquet")))
        bodies = sum(1 for model in self.models() if model["wanted"])
        self._read.append(bodies)
        self.planned(Plan(self.count() or 0, bodies))

    def calls_left(self) -> str:
        """How many cards are still to be read, and how many calls the Hub still allows in this window."""
        to_go = max(self._read[0] - sum(self._read[1:]), 0)
        windows = self.crawler.quotas.windows
        allowed = ", ".join(f"{max(one.lowest, 0)} allowed in this window" for one in [windows.get("resolvers")] if one)
        return f"{to_go} calls to go{f', {allowed}' if allowed else ''}"

    def models(self) -> Iterator[dict[str, Any]]:
        """The models, as far as the listing has them; `wanted` says whether the card is to be read."""
        from pyarrow.parquet import ParquetFile

        left = float("inf") if self.most_bodies is None else self.most_bodies
        for page in self._pages:
            with ParquetFile(page) as file:
                for batch in file.iter_batches(BATCH):
                    for model in batch.to_pylist():
                        wanted = bool(model["body_wanted"]) and left > 0
                        left -= wanted
                        yield {**model, "wanted": wanted, "body_read": False}

    def filled(self, models: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
        """The models with their cards, where these are to be read."""
        wanted = [model for model in models if model["wanted"]]
        self._read.append(len(wanted))
        read = dict(zip((model["id"] for model in wanted), self.crawler.each(self._card, wanted), strict=True))
        return [{**model, **read.get(model["id"], {})} for model in models]

    def _card(self, model: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"card": self.crawler.card(model["id"], model["sha"] or "main"), "body_read": True}
        except BusyHubError as error:
            # One card that the Hub cannot give must not hold up a million; many mean that the Hub is down.
            self._unread.append(model["id"])
            if len(self._unread) > _MOST_UNREAD:
                raise
            self.unread(f"{error}; its front matter is taken")
            return {}
        except HubError:
            # Closed to us, or gone since it was listed: what the listing has of it stands.
            return {}

    def _list(self, folder: Path) -> None:
        done = sorted(folder.glob("*.parquet"))
        number, total = len(done), sum(map(_length, done))
        following = _next(done[-1]) if done else ""
        while following is not None:
            page = self.crawler.page(self.query, following or None)
            models, following = self._kept(page, total)
            _write(folder / f"{number:08d}.parquet", [self._model(one) for one in models], following)
            number, total = number + 1, total + len(models)
            self.listed(total)

    def _kept(self, page: Page, before: int) -> tuple[list[dict[str, Any]], str | None]:
        """The models of a page that are asked for, and where the next page is, if it is wanted."""
        models, least = list(page.models), self.query.min_downloads
        if self.query.limit is not None:
            models = models[: self.query.limit - before]
        enough = self.query.limit is not None and before + len(models) >= self.query.limit
        if least is not None:
            most = [one for one in models if _number(one.get("downloads")) >= least]
            # Sorted by downloads, nothing that follows has more.
            enough = enough or (self.query.sort == "downloads" and len(most) < len(models))
            models = most
        return models, None if enough else page.next

    def _look_up(self, folder: Path, names: Sequence[str]) -> None:
        done = len(list(folder.glob("*.parquet")))
        for number, at in enumerate(range(0, len(names), PAGE)):
            if number < done:
                continue
            some = names[at : at + PAGE]
            found = [
                self._model(model) if model else {"id": name, "problem": "there is no such model, or it is private"}
                for name, model in zip(some, self.crawler.each(self.crawler.model, some), strict=True)
            ]
            _write(folder / f"{number:08d}.parquet", found, None)
            self.listed(min(at + PAGE, len(names)))

    def _model(self, found: dict[str, Any]) -> dict[str, Any]:
        front = found.get("cardData")
        card = front_matter_of(front) if isinstance(front, dict) and front else None
        task = found.get("pipeline_tag")
        return {
            "id": found["id"],
            "card": card,
            "downloads": found["downloads"] if isinstance(found.get("downloads"), int) else None,
            "task": task if isinstance(task, str) else None,
            "created_at": _time(found.get("createdAt")),
            "last_modified": _time(found.get("lastModified")),
            "sha": found["sha"] if isinstance(found.get("sha"), str) else None,
            "body_wanted": self._wants(card, closed=bool(found.get("gated"))),
        }

    def _wants(self, card: bytes | None, *, closed: bool) -> bool:
        if self.bodies != "needed":
            return self.bodies == "all"
        if card is None or closed:
            return False
        text = card.decode()
        return KEY in text or not is_copy(view(text, "").page)


def _write(path: Path, models: list[dict[str, Any]], following: str | None) -> None:
    """Keep a page: it is there whole, or not at all."""
    from pyarrow.parquet import write_table

    table = need_pyarrow().Table.from_pylist(
        [{name: model.get(name) for name in (*_COLUMNS, "body_wanted")} for model in models], schema=_schema()
    )
    temporary = path.with_suffix(".tmp")
    write_table(table.replace_schema_metadata({_NEXT: following or ""}), temporary, compression="zstd")
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    temporary.replace(path)


def _schema() -> Any:
    from ..schema import input_schema

    pa, known = need_pyarrow(), input_schema()
    return pa.schema([*(known.field(name) for name in _COLUMNS), pa.field("body_wanted", pa.bool_())])


def _next(path: Path) -> str | None:
    from pyarrow.parquet import read_schema

    found = (read_schema(path).metadata or {}).get(_NEXT, b"").decode()
    return found or None


def _length(path: Path) -> int:
    from pyarrow.parquet import read_metadata

    return int(read_metadata(path).num_rows)


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _time(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
