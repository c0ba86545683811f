"""An audit, from source to result."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from .. import __version__
from ..hub.private import make_folder
from .engine import scan_all
from .journal import LISTING, Journal
from .result import rows_of, write_rows
from .schema import ModelRow
from .shard import Shard
from .sources.source import Source, as_table, batches
from .versions import factors_version, rules_version, source_version


@dataclass(frozen=True, slots=True)
class Audit:
    """An audit and its options.

    Args:
        source: the cards.
        out: result file, Parquet or JSON lines.
        processes: number of scanning processes.
        shard: part of the models to audit.
        restart: discard what an earlier audit left.
        begun: called before the first scan with the number of models, None if unknown.
        progress: called after each batch with the number of models done, and the number done before this start.
        finished: called with the finished Parquet file; a failure can be resumed.
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
        """Journal folder, beside the result."""
        return self.out.with_name(f"{self.out.name}.partial")

    def run(self, now: datetime) -> None:
        """Run the audit, or resume it.

        Raises:
            UsageError: the journal is that of another audit, or the source cannot be read.
            HubError: the Hub refuses, or stays busy.
            OSError: a file cannot be read or written.
        """
        with Journal.open(self.folder, self._plan(), now, restart=self.restart) as journal:
            self._scan(journal)
            self.source.conclude(self._models(), _read(journal))
            self._write(journal)
            journal.remove()

    def count(self, folder: Path) -> int:
        """Number of models. A source may keep its listing in `folder`; nothing is scanned or written elsewhere."""
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
        """Write the result; JSON lines are converted from a Parquet file."""
        lines = self.out.suffix == ".jsonl"
        whole = journal.folder / "rows.parquet" if lines else self.out
        write_rows(journal.rows(), whole)
        self.finished(whole)
        if lines:
            write_rows(rows_of([whole]), self.out)

    def _models(self) -> Iterator[ModelRow]:
        return self.shard.of(self.source.models())

    def _total(self) -> int | None:
        return self.source.count() if self.shard.count == 1 else None

    def _plan(self) -> dict[str, str]:
        return {
            "source": f"{self.source.fingerprint()} {source_version(type(self.source))}",
            "shard": f"{self.shard.number}/{self.shard.count}",
            "tool": __version__,
            "rules": rules_version(),
            "factors": factors_version(),
        }


def _read(journal: Journal) -> Iterator[bool]:
    """`body_read` of each finished model."""
    for rows in journal.rows():
        yield from rows.column("body_read").to_pylist()
