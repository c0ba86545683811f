"""Options of `audit` that select the cards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import click

from ..audit.sources.archive import Archive
from ..audit.sources.dump import Dump
from ..audit.sources.dumps import Dumps
from ..audit.sources.folder import Folder
from ..audit.sources.hub import HubSource
from ..audit.sources.listed import Bodies
from ..audit.sources.source import Source
from ..errors import UsageError
from ..hub.crawl import PAGE, Crawler, Query
from ..hub.quotas import Quotas
from .audit_ids import read_ids
from .audit_paths import check_each_once
from .audit_plan import first_words, planned_words
from .output import Output


class _Given(click.ParamType[Any]):
    """Non-empty text or path: an unset shell variable must not select the whole Hub or the current folder."""

    name = "text"

    def __init__(self, kind: Callable[[str], Any] = str) -> None:
        self.kind = kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ARG002 - click's
        if isinstance(value, str) and not value.strip():
            raise UsageError(f"{param.opts[0] if param else 'this'} is empty; give it a value, or leave it out")
        return self.kind(value)


TEXT, PATH = _Given(), _Given(Path)
_SORTS = ("downloads", "created_at", "last_modified", "likes", "trending_score")
_WHICH = (
    "name the cards: --cards, --dump, --ids, or the Hub's by --author, --filter, --search, --min-downloads, --limit"
)

_OPTIONS = (
    click.option("--cards", metavar="PATH", type=PATH, help="A folder of cards, or an archive (.tar.gz) of one."),
    click.option(
        "--dump",
        "dumps",
        metavar="FILE",
        type=PATH,
        multiple=True,
        help="A Parquet file with a row a model; several times for the shards of one.",
    ),
    click.option(
        "--id-column", type=TEXT, help="Of the dump: the column of the models' names, where it is not found by itself."
    ),
    click.option("--card-column", type=TEXT, help="Of the dump: the column of the cards or their front matter."),
    click.option(
        "--ids", metavar="FILE", type=TEXT, help="Models on the Hub by name, one a line; - for standard input."
    ),
    click.option("--author", type=TEXT, help="Models on the Hub of a user or organization."),
    click.option(
        "--filter",
        "tags",
        metavar="TAG",
        type=TEXT,
        multiple=True,
        help="Models on the Hub with a tag, or with several.",
    ),
    click.option("--search", metavar="WORDS", type=TEXT, help="Models on the Hub with these words in their name."),
    click.option("--min-downloads", type=click.IntRange(min=0), help="Models on the Hub with so many downloads."),
    click.option("--limit", type=click.IntRange(min=1), help="So many models on the Hub at most."),
    click.option("--sort", type=click.Choice(_SORTS), help="Which of them come first.  [default: downloads]"),
    click.option(
        "--bodies",
        type=click.Choice(("needed", "none", "all")),
        help="Which cards on the Hub are read whole, a call each; the listing has the front matter of the rest."
        "  [default: needed]",
    ),
    click.option(
        "--max-bodies",
        type=click.IntRange(min=0),
        help="Read so many cards whole at most, of the most downloaded models.",
    ),
)


def source_options(command: Any) -> Any:
    """Add the options that select the cards, passed as the fields of `SourceOptions`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOptions:
    """Values of the source options."""

    cards: Path | None = None
    dumps: tuple[Path, ...] = ()
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
        """True if any option is given."""
        return any(getattr(self, field.name) not in (None, ()) for field in fields(self))

    def files(self) -> dict[str, tuple[Path, ...]]:
        """Input files by option."""
        ids = None if self.ids in (None, "-") else Path(str(self.ids))
        named = {"--cards": self.cards, "--ids": ids}
        given: dict[str, tuple[Path, ...]] = {option: (path,) for option, path in named.items() if path is not None}
        return {**given, "--dump": self.dumps} if self.dumps else given

    def source(self, out: Output) -> Source:
        """Create the source of the cards.

        Raises:
            UsageError: no source or several, a missing file, or options that do not fit the source.
        """
        listed = any(value not in (None, ()) for value in (self.author, self.tags, self.search, self.min_downloads))
        listed = listed or (self.limit is not None and self.ids is None)
        given = [self.cards is not None, bool(self.dumps), self.ids is not None, listed]
        if sum(given) != 1:
            raise UsageError(f"{_WHICH}{'; one of these' if any(given) else ''}")
        self._check(of_the_hub=listed or self.ids is not None)
        check_each_once(self.dumps, "--dump")
        for path in (self.cards, *self.dumps):
            if path is not None and not path.exists():
                raise UsageError(f"{path}: there is no such file or folder")
        if self.dumps:
            read = tuple(Dump(path, self.id_column, self.card_column) for path in self.dumps)
            return read[0] if len(read) == 1 else Dumps(read)
        if self.cards is not None:
            return _cards(self.cards)
        return self._hub(out)

    def _check(self, *, of_the_hub: bool) -> None:
        if not self.dumps and (self.id_column or self.card_column):
            raise UsageError("--id-column and --card-column go with --dump")
        if not of_the_hub and (self.sort or self.bodies or self.max_bodies is not None):
            raise UsageError("--sort, --bodies and --max-bodies are of models on the Hub alone")

    def _hub(self, out: Output) -> HubSource:
        from .hub_target import the_hub

        names = None if self.ids is None else read_ids(self.ids)
        if names is not None and self.limit is not None:
            names = names[: self.limit]
        query = Query(self.author, self.tags, self.search, self.sort or "downloads", self.limit, self.min_downloads)
        quotas = Quotas(say=out.note)
        out.note(first_words(names, query))
        return HubSource(
            Crawler(the_hub(), quotas),
            query,
            names,
            self.bodies or "needed",
            self.max_bodies,
            planned=lambda plan: out.note(planned_words(plan, quotas)),
            unread=out.note,
            concluded=out.note,
            listed=lambda count: out.note(f"{count} models listed") if count and count % (100 * PAGE) == 0 else None,
        )


def _cards(path: Path) -> Source:
    if path.is_dir():
        return Folder(path)
    if not path.is_file() or path.suffix == ".md":
        raise UsageError(f"{path}: --cards takes a folder of cards or an archive (.tar.gz); `check` takes one card")
    return Archive(path)
