"""Options of `audit` that select the cards."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

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
from .command import option
from .option_types import PATH
from .output import Output
from .targets import hub_client

_SORTS = ("downloads", "created_at", "last_modified", "likes", "trending_score")
_WHICH = (
    "name the cards: --cards, --dump, --ids, or the Hub's by --author, --filter, --search, --min-downloads, --limit"
)


@dataclass(frozen=True, kw_only=True)
class SourceOptions:
    """Options that select the cards."""

    cards: Path | None = option("Folder of cards, or an archive (.tar.gz) of one.", metavar="PATH", type=PATH)
    dumps: tuple[Path, ...] = option(
        "Parquet file with a row per model; repeat it for shards.", "--dump", metavar="FILE", type=PATH, multiple=True
    )
    id_column: str | None = option("Column of the model names in the dump, if it is not detected.")
    card_column: str | None = option("Column of the cards, or of their front matter, in the dump.")
    ids: str | None = option("File with names of models on the Hub, one a line; - for standard input.", metavar="FILE")
    author: str | None = option("Models on the Hub of this user or organization.")
    tags: tuple[str, ...] = option(
        "Models on the Hub with this tag; repeat it for several tags.", "--filter", metavar="TAG", multiple=True
    )
    search: str | None = option("Models on the Hub with these words in their name.", metavar="WORDS")
    min_downloads: int | None = option(
        "Models on the Hub with at least N downloads.", metavar="N", type=click.IntRange(min=0)
    )
    limit: int | None = option("At most N models on the Hub.", metavar="N", type=click.IntRange(min=1))
    sort: str | None = option("Order of the models on the Hub.  [default: downloads]", type=click.Choice(_SORTS))
    bodies: Bodies | None = option(
        "Cards on the Hub to download whole, one call each. The listing has the front matter of all others."
        "  [default: needed]",
        type=click.Choice(("needed", "none", "all")),
    )
    max_bodies: int | None = option(
        "Download at most N whole cards, of the most downloaded models.", metavar="N", type=click.IntRange(min=0)
    )

    @property
    def any_source(self) -> bool:
        """True if any of these options is given."""
        return any(getattr(self, one.name) not in (None, ()) for one in fields(SourceOptions))

    @property
    def input_files(self) -> dict[str, tuple[Path, ...]]:
        """Input files by option."""
        ids = () if self.ids in (None, "-") else (Path(str(self.ids)),)
        return {"--cards": () if self.cards is None else (self.cards,), "--ids": ids, "--dump": self.dumps}

    def source(self, out: Output) -> Source:
        """Create the source of the cards."""
        listed = any(value not in (None, ()) for value in (self.author, self.tags, self.search, self.min_downloads))
        listed = listed or (self.limit is not None and self.ids is None)
        given = [self.cards is not None, bool(self.dumps), self.ids is not None, listed]
        if sum(given) != 1:
            raise UsageError(f"{_WHICH}{'; one of these' if any(given) else ''}")
        self._check(of_the_hub=listed or self.ids is not None)
        if self.dumps:
            read = tuple(Dump(path, self.id_column, self.card_column) for path in self.dumps)
            return read[0] if len(read) == 1 else Dumps(read)
        return self._hub(out) if self.cards is None else _local(self.cards)

    def _check(self, *, of_the_hub: bool) -> None:
        if not self.dumps and (self.id_column or self.card_column):
            raise UsageError("--id-column and --card-column go with --dump")
        if not of_the_hub and (self.sort or self.bodies or self.max_bodies is not None):
            raise UsageError("--sort, --bodies and --max-bodies apply only to models on the Hub")
        check_each_once(self.dumps, "--dump")
        for path in (self.cards, *self.dumps):
            if path is not None and not path.exists():
                raise UsageError(f"{path}: there is no such file or folder")

    def _hub(self, out: Output) -> HubSource:
        names = None if self.ids is None else read_ids(self.ids)
        if names is not None and self.limit is not None:
            names = names[: self.limit]
        query = Query(self.author, self.tags, self.search, self.sort or "downloads", self.limit, self.min_downloads)
        quotas = Quotas(say=out.note)
        out.note(first_words(names, query))
        return HubSource(
            Crawler(hub_client(), quotas),
            query,
            names,
            self.bodies or "needed",
            self.max_bodies,
            planned=lambda plan: out.note(planned_words(plan, quotas)),
            unread=out.note,
            concluded=out.note,
            listed=lambda count: out.note(f"{count} models listed") if count and count % (100 * PAGE) == 0 else None,
        )


def _local(path: Path) -> Source:
    if path.is_dir():
        return Folder(path)
    if not path.is_file() or path.suffix == ".md":
        raise UsageError(f"{path}: --cards takes a folder of cards or an archive (.tar.gz); `check` takes one card")
    return Archive(path)
