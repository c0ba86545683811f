"""`hf-emissions audit`: many cards at once."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from ..audit.audit import Audit
from ..audit.result import check_out, check_parts, write_rows
from ..audit.schema import STATUSES, need_pyarrow
from ..audit.shard import Shard
from ..audit.summary import Summary, document, lines, summarise
from ..errors import HubError, UsageError
from .audit_source import Named, source_options
from .failures import DONE, FINDINGS
from .output import Format, Output, format_option
from .progress import Progress
from .settings import near


@dataclass(frozen=True, slots=True, kw_only=True)
class _How:
    """How the audit is made, and what it leaves."""

    out: Path | None
    trainings: Path | None
    shard: str
    processes: int | None
    restart: bool


@click.command(short_help="Audit many cards: what is missing, wrong or estimable.")
@source_options
@click.option(
    "--parts",
    metavar="FILE",
    type=click.Path(path_type=Path),
    multiple=True,
    help="The results of shards, several times: sum them up and, with --out, join them.",
)
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="Write a row a model: .parquet or .jsonl.")
@click.option(
    "--trainings",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write which models are of one training, and which of them a sum counts: .parquet.",
)
@click.option("--shard", default="1/1", metavar="I/N", help="Audit one part of N; the parts together are the whole.")
@click.option("--processes", type=click.IntRange(min=1), help="How many scan at once.  [default: one a core]")
@click.option("--restart", is_flag=True, help="Begin anew, whatever an earlier audit left.")
@click.option("--fail-on", metavar="STATUS", help="Exit with 1 where a model has this status, or one of several.")
@format_option
def audit(
    parts: tuple[Path, ...],
    out: Path | None,
    trainings: Path | None,
    shard: str,
    processes: int | None,
    restart: bool,
    fail_on: str | None,
    format_: Format,
    **named: Any,
) -> int:
    """Audit many cards: which report a figure, which figures are questionable, and which could be estimated.

    A summary is printed; --out has a row for each model, in Parquet for DuckDB and the like. Stopped by anything, the
    same command goes on where it was.

    \b
    Examples:
      hf-emissions audit --cards models
      hf-emissions audit --author my-org --out audit.parquet
      hf-emissions audit --filter text-generation --limit 10000 --bodies none
      hf-emissions audit --ids models.txt --out audit.jsonl --format json
      hf-emissions audit --cards models --shard 1/2 --out part-1.parquet
      hf-emissions audit --cards models --shard 2/2 --out part-2.parquet
      hf-emissions audit --parts part-1.parquet --parts part-2.parquet --out audit.parquet
    """
    need_pyarrow()
    shown, failing = Output(format_), _statuses(fail_on)
    how = _How(out=out, trainings=trainings, shard=shard, processes=processes, restart=restart)
    _check(how)
    summary = _joined(parts, Named(**named), how) if parts else _audited(shown, Named(**named), how)
    _say(shown, summary)
    return FINDINGS if any(summary.counts[status] for status in failing) else DONE


def _check(how: _How) -> None:
    if how.out is not None:
        check_out(how.out)
    if how.trainings is not None and how.trainings.suffix != ".parquet":
        raise UsageError(f"--trainings {how.trainings}: the name must end with .parquet")


def _audited(shown: Output, named: Named, how: _How) -> Summary:
    """Make the audit, or the rest of it."""
    source = named.source(shown)
    with _parquet(how.out) as path:
        progress = Progress(shown, more=source.calls_left)
        processes = how.processes or os.cpu_count() or 1
        one = Audit(source, path, processes, Shard.read(how.shard), how.restart, progress.begin, progress.tell)
        try:
            one.run(datetime.now(UTC))
        except (KeyboardInterrupt, HubError, OSError):
            if how.out is not None and one.folder.exists():
                shown.note(f"what is done is kept in {one.folder}; the same command goes on from there")
            raise
        progress.end()
        return summarise([path], how.trainings)


def _joined(parts: Sequence[Path], named: Named, how: _How) -> Summary:
    """Join the results of shards."""
    if named.anything():
        raise UsageError("--parts are the results of audits; name no other cards beside them")
    check_parts(parts)
    if how.out is not None:
        write_rows(_rows(parts), how.out)
    return summarise(parts, how.trainings)


@contextmanager
def _parquet(out: Path | None) -> Iterator[Path]:
    """Where the Parquet is: where it is asked for, else beside JSON lines, so that the audit can be gone on with."""
    with tempfile.TemporaryDirectory() as temporary:
        if out is None:
            yield Path(temporary) / "audit.parquet"
        elif out.suffix == ".parquet":
            yield out
        else:
            path = out.with_name(f".{out.name}.parquet")
            yield path
            write_rows(_rows([path]), out)
            path.unlink()


def _rows(paths: Sequence[Path]) -> Iterator[Any]:
    from pyarrow import Table
    from pyarrow.parquet import ParquetFile

    for path in paths:
        with ParquetFile(path) as file:
            yield from (Table.from_batches([batch]) for batch in file.iter_batches(1000))


def _say(out: Output, summary: Summary) -> None:
    for line in lines(summary):
        out.line(line)
    if out.format == "quiet":
        for status, count in summary.counts.items():
            out.item(f"{status} {count}")
    out.document(summary=document(summary))


def _statuses(text: str | None) -> list[str]:
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    for name in names:
        if name not in STATUSES:
            raise UsageError(f"--fail-on: there is no status {name!r}; {near(name, list(STATUSES))}")
    return names
