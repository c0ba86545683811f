"""`hf-emissions import`: write tracker results into the block."""

from __future__ import annotations

import inspect
import shutil
import sys
import tempfile
import textwrap
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from .. import units
from ..errors import HfEmissionsError, UsageError
from ..importers.detect import read_file, read_folder
from ..importers.file_result import FileResult
from ..importers.fold import folded_lines, kind_of_message
from ..importers.plausibility import plausibility_warnings, plausibility_warnings_of_all
from ..importers.registry import broken_trackers, known_trackers
from ..importers.select_run import figure_of, select_run
from ..importers.sum_runs import sum_runs
from ..importers.to_record import UserFacts, to_record
from ..importers.tracked import Tracked
from ..record import EmissionsRecord
from .command import argument, command, flag, option, values_of
from .editor import Editor
from .failures import DONE, FAILED, explain
from .options import EquivalentsOptions, IntoOptions, PlaceOptions
from .output import Document, Output
from .targets import one_target

# A line that applies to more runs than this is printed once for all.
_SAID_OF_EACH = 3
_METHODS = {
    "measured": "measured",
    "modelled": "modelled",
    "mixed": "partly measured, partly modelled",
    "estimated": "an estimate",
    "unknown": "measured or modelled: unknown",
}


@dataclass(frozen=True, kw_only=True)
class ImportOptions(PlaceOptions, IntoOptions, EquivalentsOptions):
    """Options of `import`."""

    path: Path = argument(type=click.Path(path_type=Path, allow_dash=True))
    tracker: str | None = option("Tracker that wrote the file, if it is not detected.", metavar="NAME")
    run: str | None = option("Take this run: its name, or the beginning of it.", metavar="ID")
    every: bool = flag("Take the sum of all runs.", "--all")
    nodes: int | None = option(
        "Number of machines whose runs, summed by --all, began together.", type=click.IntRange(min=1)
    )
    hardware: str | None = option('Hardware, instead of that in the file: "2 x NVIDIA A100".')
    training_type: str | None = option('"pre-training" or "fine-tuning".')

    @property
    def facts(self) -> UserFacts:
        """Facts that complete or correct the file."""
        return UserFacts(**values_of(self, UserFacts))


@command(ImportOptions, "import")
def import_(options: ImportOptions) -> int:
    """Show what a tracker recorded. With --into, write it into a card.

    PATH is a file, a folder, or - for standard input. The tracker is detected by the content of a file. All runs of a
    folder are listed; --into takes the only run, the one named by --run, or with --all the sum. With --country,
    --region or --intensity the grams are recomputed from the energy in the file.

    \b
    Examples:
      hf-emissions import emissions.csv
      hf-emissions import emissions.csv --into README.md --dry-run
      hf-emissions import emissions.csv --country Germany --into README.md
      hf-emissions import emissions.csv --intensity "56 g/kWh" --format json
    """
    out = options.out
    options.check_into("equivalents")
    if options.nodes is not None and not options.every:
        raise UsageError("--nodes goes with --all, which adds up the runs of several machines")
    found = _read(options)
    problems = _problems(out, found)
    runs = [run for file in found for run in file.runs]
    unread = [one.unread for one in runs if one.unread is not None]
    if options.into is None and options.run is None and not options.every:
        return _list(out, runs, [*problems, *unread], options.facts)
    for words in unread:
        out.error(words)
    problems += unread
    chosen, record = _chosen(options, found, runs)
    if options.into is None:
        _show(out, chosen)
        out.document(runs=[chosen.document()], problems=problems)
        return DONE
    for words in chosen.warnings:
        out.note(f"warning: {chosen.run.where}: {words}")
    for note in chosen.run.notes:
        out.note(f"note: {note}")
    change = options.change(record)
    return Editor(options).edit_all([one_target(options.into)], change, **chosen.document(), problems=problems)


def _trackers() -> str:
    """The trackers by name, as lines of the help that no hyphen breaks; those of inference are only refused."""
    names = ", ".join(sorted(known_trackers().keys() - {"inference"}))
    return textwrap.fill(f"Trackers: {names}", 72, break_on_hyphens=False)


_EXAMPLES = "\b\nExamples:"
import_.help = inspect.cleandoc(import_.help or "").replace(_EXAMPLES, f"\b\n{_trackers()}\n\n{_EXAMPLES}")


def _read(options: ImportOptions) -> list[FileResult]:
    if options.path.is_dir():
        return read_folder(options.path, options.tracker)
    if options.path != Path("-"):
        return [read_file(options.path, options.tracker)]
    # Via a temporary file, as standard input may exceed memory.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "stdin")
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        return [read_file(path, options.tracker, called="<stdin>")]


def _problems(out: Output, found: Sequence[FileResult]) -> list[str]:
    """Print and return read errors."""
    problems = [*broken_trackers(), *(explain(file.error) for file in found if file.error is not None)]
    for problem in problems:
        out.error(problem)
    torn = [str(error) for file in found for error in file.stray]
    for words in torn:
        out.note(f"warning: {words}")
    return [*problems, *torn]


@dataclass(frozen=True, slots=True)
class _Completed:
    """Run with its record and plausibility warnings, or what it lacks for a record."""

    run: Tracked
    record: EmissionsRecord | None
    warnings: Sequence[str] = ()
    lacks: str | None = None

    def said(self) -> list[str]:
        """Notes and warnings; none without a record."""
        words = [*(f"note: {note}" for note in self.run.notes), *(f"warning: {one}" for one in self.warnings)]
        return words if self.record else []

    def document(self) -> Document:
        """Convert to JSON fields."""
        run = self.run
        document: Document = {
            "run": run.run,
            "where": run.where,
            "started": run.started,
            "pue_known": run.energy.pue is not None,
            "as_written": {
                "emissions_g": run.emissions_g,
                "energy_kwh": run.energy.kwh,
                "duration_s": run.duration_s,
                "location": run.place.name,
            },
            "record": self.record and self.record.known(),
            "notes": list(run.notes),
            "warnings": list(self.warnings),
        }
        return document if self.lacks is None else {**document, "lacks": f"{run.where}: {self.lacks}"}


def _completed(run: Tracked, facts: UserFacts, beside: Sequence[Tracked]) -> _Completed:
    try:
        record = to_record(run, facts)
    except HfEmissionsError as error:
        return _Completed(run, None, lacks=explain(error).removeprefix(f"{run.where}: "))
    return _Completed(run, record, plausibility_warnings(run, record, beside))


def _chosen(
    options: ImportOptions, found: Sequence[FileResult], runs: Sequence[Tracked]
) -> tuple[_Completed, EmissionsRecord]:
    """Return the requested run, or the sum."""
    if options.every:
        _check_whole(found)
    parts = select_run(runs, options.run, every=options.every)
    facts = options.facts
    run = parts[0] if len(parts) == 1 else sum_runs(parts, placed=facts.place, nodes=options.nodes)
    record = to_record(run, facts)
    # A sum can hide a single implausible run.
    warnings = [
        *(plausibility_warnings_of_all(parts, facts) if len(parts) > 1 else ()),
        *plausibility_warnings(run, record, runs),
    ]
    return _Completed(run, record, warnings), record


def _check_whole(found: Sequence[FileResult]) -> None:
    """Reject a sum if unreadable data may belong to a run."""
    if any(file.error for file in found):
        raise UsageError("--all: a file could not be read, so the sum would lack its runs; mend it or move it away")
    stray = [file.stray[0] for file in found if file.stray]
    if stray:
        raise UsageError(f"--all: a sum may lack a run ({stray[0]}); mend the line, or choose with --run")


def _list(out: Output, runs: Sequence[Tracked], problems: Sequence[str], facts: UserFacts) -> int:
    """Print every run, with missing facts; print lines that apply to many runs once."""
    found = [_completed(run, facts, runs) for run in runs]
    said = [(one.run.where, words) for one in found for words in one.said()]
    often = {
        kind for kind, count in Counter(kind_of_message(words) for _, words in said).items() if count > _SAID_OF_EACH
    }
    for one in found:
        _show(out, one, often)
    for words in folded_lines([one for one in said if kind_of_message(one[1]) in often], len(runs)):
        out.line(words)
    for words in folded_lines([(one.run.where, one.lacks) for one in found if one.lacks is not None], len(runs)):
        out.error(words)
    out.document(runs=[one.document() for one in found], problems=problems)
    return DONE if any(one.lacks is None for one in found) else FAILED


def _show(out: Output, one: _Completed, often: Collection[str] = ()) -> None:
    if out.format == "quiet":
        out.item(one.run.run)
        return
    if one.record is None:
        out.line(f"{one.run.run}: {figure_of(one.run)} ({one.run.by})", bold=True)
        return
    grams = one.record.emissions_g
    out.line(f"{one.run.run}: {'no grams' if grams is None else f'{units.format_mass(grams)} CO2eq'}", bold=True)
    for words in (
        *_lines(one.run, one.record),
        *(words for words in one.said() if kind_of_message(words) not in often),
    ):
        out.line(f"  {words}")


def _lines(run: Tracked, record: EmissionsRecord) -> list[str]:
    energy, time_s, intensity = record.energy_kwh, record.duration_s, record.intensity_g_per_kwh
    unstated = ", a PUE may be inside" if run.energy.pue is None else ""
    inside = f", PUE {record.pue:g} inside" if record.pue != 1.0 else unstated
    parts = [
        None if energy is None else f"{units.format_energy(energy)} of the {record.boundary}{inside}",
        None if time_s is None else f"in {units.format_duration(time_s)}",
        None if intensity is None else f"at {units.format_intensity(intensity)}",
    ]
    where_and_how = (record.geographical_location, record.hardware_used, _METHODS[record.method])
    return [
        f"{record.source}, {run.where}",
        ", ".join(part for part in parts if part),
        ", ".join(part for part in where_and_how if part),
    ]
