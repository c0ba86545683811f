"""`hf-emissions audit`: audit many cards."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from ..audit.audit import Audit
from ..audit.result import check_parts, rows_of, write_rows
from ..audit.schema import STATUSES
from ..audit.shard import Shard
from ..audit.summary import Summary, counted, document, lines, summarise
from ..errors import UsageError
from .audit_paths import check_each_once, check_extras, check_written
from .audit_report import report
from .audit_source import SourceOptions
from .command import command, flag, option
from .failures import DONE, FINDINGS
from .option_types import PATH, OptionType
from .output import Output
from .progress import Progress
from .reporters import FORMATS, ReportFormat
from .settings import near


def _statuses(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not names:
        raise UsageError(f"--fail-on names no status; there are {', '.join(STATUSES)}")
    for name in names:
        if name not in STATUSES:
            raise UsageError(f"--fail-on: there is no status {name!r}; {near(name, list(STATUSES))}")
    return names


@dataclass(frozen=True, kw_only=True)
class AuditOptions(SourceOptions):
    """Options of `audit`."""

    parts: tuple[Path, ...] = option(
        "Result of a shard; repeat it for each. Sums them up and, with --out, joins them.",
        metavar="FILE",
        type=PATH,
        multiple=True,
    )
    out: Path | None = option("Write a row per model: .parquet or .jsonl.", metavar="FILE", type=PATH)
    trainings: Path | None = option(
        "Write which models share a training, and which of them is counted: .parquet.", metavar="FILE", type=PATH
    )
    shard: Shard = option(
        "Audit part I of N.", metavar="I/N", type=OptionType("shard", Shard.read), default="1/1", show_default=True
    )
    processes: int | None = option("Number of processes.  [default: one a core]", type=click.IntRange(min=1))
    restart: bool = flag("Start over, and discard what an interrupted audit left.")
    fail_on: tuple[str, ...] | None = option(
        f"Exit with 1 if a model has one of these statuses, separated by commas: {', '.join(STATUSES)}.",
        metavar="STATUS",
        type=OptionType("status", _statuses),
    )
    dry_run: bool = flag("Print the number of models and Hub calls, and write nothing.")
    format: ReportFormat = option(
        "Output format: a summary as text or one JSON document, only the count of each status (quiet), or the findings"
        " as GitHub annotations or SARIF 2.1.0.",
        type=click.Choice(FORMATS),
        default="human",
        show_default=True,
    )

    @property
    def summary_out(self) -> Output:
        """Output for the summary and for notes."""
        return Output(self.format if self.format in ("human", "json") else "quiet")


@command(AuditOptions)
def audit(options: AuditOptions) -> int:
    """Audit many cards: which report a figure, which figures are questionable, and which could be estimated.

    A summary is printed. --out writes a row per model, in Parquet for DuckDB and similar tools. An interrupted audit
    is resumed by the same command.

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
    check_written(options.out, options.trainings, {"--parts": options.parts, **options.input_files})
    if options.dry_run:
        return _plan(options)
    summary = _joined(options) if options.parts else _audited(options)
    if options.format in ("human", "json", "quiet"):
        _print(options.summary_out, summary)
    return FINDINGS if any(summary.counts[status] for status in options.fail_on or ()) else DONE


def _audited(options: AuditOptions) -> Summary:
    """Run or resume the audit."""
    out = options.summary_out
    source = options.source(out)
    found: list[Summary] = []
    with _rows_path(options.out) as path:
        progress = Progress(out, more=source.calls_left)
        one = Audit(
            source,
            path,
            options.processes or _cores(),
            options.shard,
            options.restart,
            progress.begin,
            progress.tell,
            lambda rows: found.append(_summary([rows], options)),
        )
        try:
            one.run(datetime.now(UTC))
        except BaseException as error:  # Ctrl-C too: say that the work can be resumed
            progress.end()
            if options.out is not None and one.folder.exists() and not isinstance(error, UsageError):
                out.note(f"what is done is kept in {one.folder}; the same command goes on from there")
            raise
        progress.end()
    return found[0]


def _joined(options: AuditOptions) -> Summary:
    """Merge the results of shards."""
    if options.any_source:
        raise UsageError("--parts are the results of audits; name no other cards beside them")
    if options.shard != Shard():
        raise UsageError("--shard goes with the cards of an audit; --parts are summed up whole")
    check_each_once(options.parts)
    check_parts(options.parts)
    if options.out is not None:
        write_rows(rows_of(options.parts), options.out)
    return _summary(options.parts, options)


def _summary(paths: Sequence[Path], options: AuditOptions) -> Summary:
    """Summarize files of rows; formats of findings also print these."""
    summary = summarise(paths, options.trainings)
    if options.format in ("github", "sarif"):
        report(options.format, rows_of(paths))
    return summary


def _plan(options: AuditOptions) -> int:
    """Print the number of models and Hub calls of an audit, requesting only the listing."""
    if options.parts:
        raise UsageError("--dry-run counts the cards of an audit; --parts are results, and need no call")
    out = options.summary_out
    source = options.source(out)
    with tempfile.TemporaryDirectory() as folder:
        count = Audit(source, Path(folder) / "audit.parquet", shard=options.shard).count(Path(folder))
    out.item(f"{counted(count, 'model')} would be audited")
    out.document(plan={"models": count, "calls": source.calls()})
    return DONE


@contextmanager
def _rows_path(out: Path | None) -> Iterator[Path]:
    """Path for the rows: `out`, or a temporary file."""
    with tempfile.TemporaryDirectory() as temporary:
        yield out or Path(temporary) / "audit.parquet"


def _cores() -> int:
    """Number of cores available to this process; a container or job may have fewer than the machine."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _print(out: Output, summary: Summary) -> None:
    for line in lines(summary):
        out.line(line)
    if out.format == "quiet":
        for status, count in summary.counts.items():
            out.item(f"{status} {count}")
    out.document(summary=document(summary))
