"""Which cards an audit is of, as the options of the command name them."""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import click

from .. import units
from ..audit.sources.archive import Archive
from ..audit.sources.dump import Dump
from ..audit.sources.folder import Folder
from ..audit.sources.hub import Bodies, OnTheHub, Plan
from ..audit.sources.source import Source
from ..errors import UsageError
from ..hub.crawl import PAGE, Crawler, Query
from ..hub.quotas import Quotas
from .output import Output

_PATH = click.Path(path_type=Path)
_SORTS = ("downloads", "created_at", "last_modified", "likes", "trending_score")
# Without an answer of the Hub, the calls that it allows a free account in five minutes for the download of files
# (hub-docs, docs/hub/rate-limits.md).
_FREE_CALLS, _FREE_WINDOW_S = 5000, 300.0
_WHICH = (
    "name the cards: --cards, --dump, --ids, or the Hub's by --author, --filter, --search, --min-downloads, --limit"
)

_OPTIONS = (
    click.option("--cards", metavar="PATH", type=_PATH, help="A folder of cards, or a .tar.gz of one."),
    click.option("--dump", metavar="FILE", type=_PATH, help="A Parquet file with a row a model."),
    click.option("--id-column", help="Of the dump: the column of the models' names, where it is not found by itself."),
    click.option("--card-column", help="Of the dump: the column of the cards or their front matter."),
    click.option("--ids", metavar="FILE", help="Models on the Hub by name, one a line; - for standard input."),
    click.option("--author", help="Models on the Hub of a user or organization."),
    click.option(
        "--filter", "tags", metavar="TAG", multiple=True, help="Models on the Hub with a tag, or with several."
    ),
    click.option("--search", metavar="WORDS", help="Models on the Hub with these words in their name."),
    click.option("--min-downloads", type=click.IntRange(min=0), help="Models on the Hub with so many downloads."),
    click.option("--limit", type=click.IntRange(min=1), help="So many models on the Hub at most."),
    click.option("--sort", type=click.Choice(_SORTS), help="Which of them come first.  [default: downloads]"),
    click.option(
        "--bodies",
        type=click.Choice(("needed", "none", "all")),
        help="Which cards on the Hub are read whole, a call each; the listing has the front matter of the rest."
        "  [default: needed]",
    ),
    click.option("--max-bodies", type=click.IntRange(min=0), help="Read so many cards whole at most, the first ones."),
)


def source_options(command: Any) -> Any:
    """The options that name the cards; they come as the fields of `Named`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What the options name."""

    cards: Path | None = None
    dump: Path | None = None
    id_column: str | None = None
    card_column: str | None = None
    ids: str | None = None
    author: str | None = None
    tags: tuple[str, ...] = ()
    search: str | None = None
    min_downloads: int | None = None
    limit: int | None = None
    sort: str | None = None
    bodies: Bodies | None = None
    max_bodies: int | None = None

    def anything(self) -> bool:
        """Whether one of the options is given."""
        return any(getattr(self, field.name) not in (None, ()) for field in fields(self))

    def source(self, out: Output) -> Source:
        """The source of the cards.

        Raises:
            UsageError: nothing is named, several things are, or something that is not there.
        """
        listed = any(value not in (None, ()) for value in (self.author, self.tags, self.search, self.min_downloads))
        listed = listed or (self.limit is not None and self.ids is None)
        given = [self.cards is not None, self.dump is not None, self.ids is not None, listed]
        if sum(given) != 1:
            raise UsageError(f"{_WHICH}{'; one of these' if any(given) else ''}")
        self._check(of_the_hub=listed or self.ids is not None)
        for path in (self.cards, self.dump):
            if path is not None and not path.exists():
                raise UsageError(f"{path}: there is no such file or folder")
        if self.dump is not None:
            return Dump(self.dump, self.id_column, self.card_column)
        if self.cards is not None:
            return Folder(self.cards) if self.cards.is_dir() else Archive(self.cards)
        return self._hub(out)

    def _check(self, *, of_the_hub: bool) -> None:
        if self.dump is None and (self.id_column or self.card_column):
            raise UsageError("--id-column and --card-column go with --dump")
        if not of_the_hub and (self.sort or self.bodies or self.max_bodies is not None):
            raise UsageError("--sort, --bodies and --max-bodies are of models on the Hub alone")

    def _hub(self, out: Output) -> OnTheHub:
        from .hub_target import the_hub

        names = None if self.ids is None else _names(self.ids)
        if names is not None and self.limit is not None:
            names = names[: self.limit]
        query = Query(self.author, self.tags, self.search, self.sort or "downloads", self.limit, self.min_downloads)
        quotas = Quotas(say=out.note)
        out.note(_first_words(names, self.limit))
        return OnTheHub(
            Crawler(the_hub(), quotas),
            query,
            names,
            self.bodies or "needed",
            self.max_bodies,
            planned=lambda plan: out.note(_plan(plan, quotas)),
            unread=out.note,
            listed=lambda count: out.note(f"{count} models listed") if count and count % (100 * PAGE) == 0 else None,
        )


def _names(ids: str) -> tuple[str, ...]:
    """The names in a file, each once, in their order."""
    from ..hub.address import read_address

    try:
        text = sys.stdin.read() if ids == "-" else Path(ids).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{ids}: this is no text in UTF-8; write the name of a model on each line") from None
    names: dict[str, None] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        address = read_address(line.strip())
        if address is None:
            raise UsageError(f"{ids}:{number}:1: this is no name of a model; write owner/name")
        names[address.model] = None
    if not names:
        raise UsageError(f"{ids}: there is no model in it; write owner/name, one a line")
    return tuple(names)


def _first_words(names: tuple[str, ...] | None, limit: int | None) -> str:
    if names is not None:
        return f"the Hub is asked for {len(names)} models, with a call each"
    most = "" if limit is None else f", {-(-limit // PAGE)} at most"
    return f"the Hub is asked for its listing, with a call for {PAGE} models{most}"


def _plan(plan: Plan, quotas: Quotas) -> str:
    """What is to be done, about how long it takes, and what would be quicker."""
    if not plan.bodies:
        return f"{plan.models} models, none of whose cards is read beyond its front matter"
    window = quotas.windows.get("resolvers")
    calls, window_s, whom = _FREE_CALLS, _FREE_WINDOW_S, " a free account"
    if window is not None and window.limit:
        calls, window_s, whom = window.limit, window.window_s, ""
    said = f"{plan.models} models, {plan.bodies} of whose cards are read with a call each"
    if plan.bodies <= calls:
        return f"{said}: within the {calls} that the Hub allows{whom} in {units.format_duration(window_s)}"
    time = units.format_duration(plan.bodies / calls * window_s)
    return (
        f"{said}: about {time} at the {calls} calls in {units.format_duration(window_s)} that{whom or ' you'} may make;"
        " a dump of cards (--dump) needs none of them, and --max-bodies sets a bound"
    )
