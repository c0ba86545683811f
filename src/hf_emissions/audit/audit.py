"""An audit from its source to its result."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from .. import __version__
from ..hub.private import make_folder
from .engine import scan_all
from .journal import LISTING, Journal
from .result import rows_of, write_rows
from .shard import Shard
from .sources.source import Source, as_table, batches
from .versions import factors_version, rules_version


@dataclass(frozen=True, slots=True)
class Audit:
    """What is to be audited, and how.

    Args:
        source: the cards.
        out: the result, Parquet or JSON lines.
        processes: how many scan at once.
        shard: which part of the models.
        restart: begin anew, whatever was left of an earlier audit.
        begun: told how many models there are, where that is known, before the first is scanned.
        progress: told how many models are done, after each batch, and how many were before this start.
        finished: told of the Parquet file with all rows; what it fails at can be gone on with, like everything before.
    """

    source: Source
    out: Path
    processes: int = 1
    shard: Shard = field(default_factory=Shard)
    restart: bool = False
    begun: Callable[[int | None], None] = lambda _: None
    progress: Callable[[int, int], None] = lambda *_: None
    finished: Callable[[Path], None] = lambda _: None

    @property
    def folder(self) -> Path:
        """Where it is kept what is done."""
        return self.out.with_name(f"{self.out.name}.partial")

    def run(self, now: datetime) -> None:
        """Make the audit, or the rest of it.

        Raises:
            UsageError: another audit was begun into the same file, or the source cannot be read.
            HubError: the Hub refuses, or stays busy.
            OSError: something cannot be read or written.
        """
        with Journal.open(self.folder, self._plan(), now, restart=self.restart) as journal:
            self._scan(journal)
            self.source.conclude(self._models(), _read(journal))
            self._write(journal)
            journal.remove()

    def count(self, folder: Path) -> int:
        """How many models it has; what a source lists is kept in a folder. Nothing is scanned or written elsewhere."""
        self.source.prepare(folder)
        self.source.begin(self._models(), 0)
        return self._total() or sum(1 for _ in self._models())

    def _scan(self, journal: Journal) -> None:
        before = journal.done()
        listing = journal.folder / LISTING
        make_folder(listing, ours=True)
        self.source.prepare(listing)
        at_start = models = sum(map(len, journal.rows()))
        self.source.begin(self._models(), at_start)
        self.begun(self._total())
        left = itertools.islice(batches(self._models()), before, None)
        tables = (as_table(self.source.filled(batch)) for batch in left)
        for number, rows in enumerate(scan_all(tables, journal.audited_at, self.processes), before):
            journal.add(number, rows)
            models += len(rows)
            self.progress(models, at_start)

    def _write(self, journal: Journal) -> None:
        """Put the result where it belongs, JSON lines by way of a Parquet file."""
        lines = self.out.suffix == ".jsonl"
        whole = journal.folder / "rows.parquet" if lines else self.out
        write_rows(journal.rows(), whole)
        self.finished(whole)
        if lines:
            write_rows(rows_of([whole]), self.out)

    def _models(self) -> Iterator[dict[str, Any]]:
        return self.shard.of(self.source.models())

    def _total(self) -> int | None:
        return self.source.count() if self.shard.count == 1 else None

    def _plan(self) -> dict[str, str]:
        return {
            "source": self.source.fingerprint(),
            "shard": f"{self.shard.number}/{self.shard.count}",
            "tool": __version__,
            "rules": rules_version(),
            "factors": factors_version(),
        }


def _read(journal: Journal) -> Iterator[bool]:
    """Of each model that is done, whether its whole card was read."""
    for rows in journal.rows():
        yield from rows.column("body_read").to_pylist()
