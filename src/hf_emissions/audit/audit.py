"""An audit from its source to its result."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from .. import __version__
from .engine import scan_all
from .journal import Journal
from .result import write_rows
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
    """

    source: Source
    out: Path
    processes: int = 1
    shard: Shard = field(default_factory=Shard)
    restart: bool = False
    begun: Callable[[int | None], None] = lambda _: None
    progress: Callable[[int, int], None] = lambda *_: None

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
        journal = Journal.open(self.folder, self._plan(), now, restart=self.restart)
        before = journal.done()
        self.source.prepare(journal.folder)
        self.begun(self.source.count())
        left = itertools.islice(batches(self.shard.of(self.source.models())), before, None)
        tables = (as_table(self.source.filled(batch)) for batch in left)
        models = at_start = sum(len(rows) for rows in journal.rows())
        for number, rows in enumerate(scan_all(tables, journal.audited_at, self.processes), before):
            journal.add(number, rows)
            models += len(rows)
            self.progress(models, at_start)
        write_rows(journal.rows(), self.out)
        journal.remove()

    def _plan(self) -> dict[str, str]:
        return {
            "source": self.source.fingerprint(),
            "shard": f"{self.shard.number}/{self.shard.count}",
            "tool": __version__,
            "rules": rules_version(),
            "factors": factors_version(),
        }
