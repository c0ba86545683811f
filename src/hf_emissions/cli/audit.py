"""`hf-emissions audit`: many cards at once."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click

from ..audit.audit import Audit
from ..audit.result import check_out, write_rows
from ..audit.schema import STATUSES, need_pyarrow
from ..audit.shard import Shard
from ..audit.sources.archive import Archive
from ..audit.sources.dump import Dump
from ..audit.sources.folder import Folder
from ..audit.sources.source import Source
from ..audit.summary import Summary, document, lines, summarise
from ..errors import UsageError
from .failures import DONE, FINDINGS
from .output import Format, Output, format_option
from .progress import Progress
from .settings import near


@click.command(short_help="Audit many cards: what is missing, wrong or estimable.")
@click.option(
    "--cards", metavar="PATH", type=click.Path(path_type=Path), help="A folder of cards, or a .tar.gz of one."
)
@click.option("--dump", metavar="FILE", type=click.Path(path_type=Path), help="A Parquet file with a row a model.")
@click.option("--id-column", help="Of the dump: the column of the models' names, where it is not found by itself.")
@click.option("--card-column", help="Of the dump: the column of the cards or their front matter.")
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="Write a row a model: .parquet or .jsonl.")
@click.option("--shard", default="1/1", metavar="I/N", help="Audit one part of N; the parts together are the whole.")
@click.option("--processes", type=click.IntRange(min=1), help="How many scan at once.  [default: one a core]")
@click.option("--restart", is_flag=True, help="Begin anew, whatever an earlier audit left.")
@click.option("--fail-on", metavar="STATUS", help="Exit with 1 where a model has this status, or one of several.")
@format_option
def audit(
    cards: Path | None,
    dump: Path | None,
    out: Path | None,
    shard: str,
    processes: int | None,
    restart: bool,
    fail_on: str | None,
    format_: Format,
    **columns: str | None,
) -> int:
    """Audit many cards: which report a figure, which figures are questionable, and which could be estimated.

    A summary is printed; --out has a row for each model, in Parquet for DuckDB and the like. Stopped by anything, the
    same command goes on where it was.

    \b
    Examples:
      hf-emissions audit --cards models
      hf-emissions audit --cards models --out audit.parquet
      hf-emissions audit --cards models --out audit.jsonl --format json
      hf-emissions audit --cards models --shard 1/4 --out part-1.parquet
    """
    need_pyarrow()
    shown, failing = Output(format_), _statuses(fail_on)
    if out is not None:
        check_out(out)
    source = _source(cards, dump, **columns)
    with tempfile.TemporaryDirectory() as temporary:
        path = out if out is not None and out.suffix == ".parquet" else _beside(out, Path(temporary))
        progress = Progress(shown, source.count())
        one = Audit(source, path, processes or os.cpu_count() or 1, Shard.read(shard), restart, progress.tell)
        try:
            one.run(datetime.now(UTC))
        except KeyboardInterrupt:
            if out is not None:
                shown.note(f"what is done is kept in {one.folder}; the same command goes on from there")
            raise
        progress.end()
        summary = summarise(path)
        if out is not None and out != path:
            _rewrite(path, out)
    _say(shown, summary)
    return FINDINGS if any(summary.counts[status] for status in failing) else DONE


def _beside(out: Path | None, temporary: Path) -> Path:
    """Where the Parquet is where none is asked for: beside JSON lines, so that the audit can be gone on with."""
    return temporary / "audit.parquet" if out is None else out.with_name(f".{out.name}.parquet")


def _rewrite(path: Path, out: Path) -> None:
    from pyarrow import Table
    from pyarrow.parquet import ParquetFile

    with ParquetFile(path) as file:
        write_rows((Table.from_batches([batch]) for batch in file.iter_batches(1000)), out)
    path.unlink()


def _say(out: Output, summary: Summary) -> None:
    for line in lines(summary):
        out.line(line)
    if out.format == "quiet":
        for status, count in summary.counts.items():
            out.item(f"{status} {count}")
    out.document(summary=document(summary))


def _source(cards: Path | None, dump: Path | None, id_column: str | None, card_column: str | None) -> Source:
    """What the options name.

    Raises:
        UsageError: they name nothing, several things, or something that is not there.
    """
    named = [path for path in (cards, dump) if path is not None]
    if len(named) != 1:
        raise UsageError("name the cards: --cards FOLDER, --cards FILE.tar.gz or --dump FILE.parquet, one of them")
    if not named[0].exists():
        raise UsageError(f"{named[0]}: there is no such file or folder")
    if dump is not None:
        return Dump(dump, id_column, card_column)
    if id_column or card_column:
        raise UsageError("--id-column and --card-column go with --dump")
    return Folder(named[0]) if named[0].is_dir() else Archive(named[0])


def _statuses(text: str | None) -> list[str]:
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    for name in names:
        if name not in STATUSES:
            raise UsageError(f"--fail-on: there is no status {name!r}; {near(name, list(STATUSES))}")
    return names
