"""`hf-emissions audit`: audit many cards."""

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
from ..audit.result import check_parts, rows_of, write_rows
from ..audit.schema import STATUSES
from ..audit.shard import Shard
from ..audit.summary import Summary, counted, document, lines, summarise
from ..errors import UsageError
from .audit_paths import check_each_once, check_extras, check_written
from .audit_report import report
from .audit_source import PATH, TEXT, SourceOptions, source_options
from .command import Command
from .failures import DONE, FINDINGS
from .output import Output
from .progress import Progress
from .reporters import FORMATS, ReportFormat
from .settings import near


@dataclass(frozen=True, slots=True, kw_only=True)
class _How:
    """Settings of the audit and its outputs."""

    out: Path | None
    trainings: Path | None
    shard: Shard
    processes: int | None
    restart: bool
    format: ReportFormat


@click.command(cls=Command, short_help="Audit many cards: what is missing, wrong or estimable.")
@source_options
@click.option(
    "--parts",
    metavar="FILE",
    type=PATH,
    multiple=True,
    help="The results of shards, several times: sum them up and, with --out, join them.",
)
@click.option("--out", metavar="FILE", type=PATH, help="Write a row a model: .parquet or .jsonl.")
@click.option(
    "--trainings",
    metavar="FILE",
    type=PATH,
    help="Write which models are of one training, and which of them a sum counts: .parquet.",
)
@click.option("--shard", default="1/1", metavar="I/N", help="Audit one part of N; the parts together are the whole.")
@click.option("--processes", type=click.IntRange(min=1), help="How many scan at once.  [default: one a core]")
@click.option("--restart", is_flag=True, help="Begin anew, whatever an earlier audit left.")
@click.option(
    "--fail-on", metavar="STATUS", type=TEXT, help="Exit with 1 where a model has this status, or one of several."
)
@click.option("--dry-run", is_flag=True, help="Say how many models and calls it would be, and write nothing.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default="human",
    show_default=True,
    help="How to print: for people, as one JSON document, the count of each status (quiet), or the findings as"
    " GitHub's annotations or SARIF 2.1.0.",
)
def audit(
    parts: tuple[Path, ...], shard: str, fail_on: str | None, dry_run: bool, format_: ReportFormat, **given: Any
) -> int:
    """Audit many cards: which report a figure, which figures are questionable, and which could be estimated.

    A summary is printed; --out has a row for each model, in Parquet for DuckDB and the like. Stopped by anything, the
    same command goes on where it was.

    \b
    Examples:
      hf-emissions audit --cards models
      hf-emissions audit --author my-org --out audit.parquet
      hf-emissions audit --author my-org --dry-run
      hf-emissions audit --filter text-generation --limit 10000 --bodies none
      hf-emissions audit --ids models.txt --out audit.jsonl --format json
      hf-emissions audit --cards models --shard 1/2 --out part-1.parquet
      hf-emissions audit --cards models --shard 2/2 --out part-2.parquet
      hf-emissions audit --parts part-1.parquet --parts part-2.parquet --out audit.parquet
    """
    check_extras()
    shown, failing = _output(format_), _statuses(fail_on)
    asked = {name: given.pop(name) for name in ("out", "trainings", "processes", "restart")}
    how, which = _How(**asked, shard=Shard.read(shard), format=format_), SourceOptions(**given)
    check_written(how.out, how.trainings, {"--parts": parts, **which.files()})
    if dry_run:
        return _plan(shown, which, how, parts)
    summary = _joined(parts, which, how) if parts else _audited(shown, which, how)
    if format_ in ("human", "json", "quiet"):
        _say(shown, summary)
    return FINDINGS if any(summary.counts[status] for status in failing) else DONE


def _audited(shown: Output, named: SourceOptions, how: _How) -> Summary:
    """Run or resume the audit."""
    source = named.source(shown)
    found: list[Summary] = []
    with _written(how.out) as path:
        progress = Progress(shown, more=source.calls_left)
        one = Audit(
            source,
            path,
            how.processes or _cores(),
            how.shard,
            how.restart,
            progress.begin,
            progress.tell,
            lambda rows: found.append(_summary([rows], how)),
        )
        try:
            one.run(datetime.now(UTC))
        except BaseException as error:
            progress.end()
            if how.out is not None and one.folder.exists() and not isinstance(error, UsageError):
                shown.note(f"what is done is kept in {one.folder}; the same command goes on from there")
            raise
        progress.end()
    return found[0]


def _joined(parts: Sequence[Path], named: SourceOptions, how: _How) -> Summary:
    """Merge the results of shards."""
    if named.anything():
        raise UsageError("--parts are the results of audits; name no other cards beside them")
    if how.shard != Shard():
        raise UsageError("--shard goes with the cards of an audit; --parts are summed up whole")
    check_each_once(parts)
    check_parts(parts)
    if how.out is not None:
        write_rows(rows_of(parts), how.out)
    return _summary(parts, how)


def _summary(paths: Sequence[Path], how: _How) -> Summary:
    """Summarize files of rows; formats of findings also print these."""
    summary = summarise(paths, how.trainings)
    if how.format in ("github", "sarif"):
        report(how.format, rows_of(paths))
    return summary


def _plan(shown: Output, named: SourceOptions, how: _How, parts: Sequence[Path]) -> int:
    """Print the number of models and Hub calls of an audit, requesting only the listing."""
    if parts:
        raise UsageError("--dry-run is of the cards of an audit; --parts ask for nothing and are read at once")
    source = named.source(shown)
    with tempfile.TemporaryDirectory() as folder:
        count = Audit(source, Path(folder) / "audit.parquet", shard=how.shard).count(Path(folder))
    shown.item(f"{counted(count, 'model')} would be audited")
    shown.document(plan={"models": count, "calls": source.calls()})
    return DONE


def _output(format_: ReportFormat) -> Output:
    return Output(format_ if format_ in ("human", "json") else "quiet")


@contextmanager
def _written(out: Path | None) -> Iterator[Path]:
    """Path for the rows: `out`, or a temporary file."""
    with tempfile.TemporaryDirectory() as temporary:
        yield out or Path(temporary) / "audit.parquet"


def _cores() -> int:
    """Number of cores available to this process; a container or job may have fewer than the machine."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _say(out: Output, summary: Summary) -> None:
    for line in lines(summary):
        out.line(line)
    if out.format == "quiet":
        for status, count in summary.counts.items():
            out.item(f"{status} {count}")
    out.document(summary=document(summary))


def _statuses(text: str | None) -> list[str]:
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    if text is not None and not names:
        raise UsageError(f"--fail-on names no status; there are {', '.join(STATUSES)}")
    for name in names:
        if name not in STATUSES:
            raise UsageError(f"--fail-on: there is no status {name!r}; {near(name, list(STATUSES))}")
    return names
