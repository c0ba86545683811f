"""`hf-emissions runs`: list recorded trainings and recompute their figures."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from .. import units
from ..card.file import CARD_NAME
from ..recording.cards import begin_card
from ..recording.folder import Corrections, OutputFolder, open_folder
from ..recording.runs import Run
from ..recording.summary import Summary
from .command import argument, command, flag, option
from .editor import Editor
from .failures import DONE
from .options import IntoOptions, PlaceOptions
from .output import Document, Output
from .targets import HubTarget, one_target


@dataclass(frozen=True, kw_only=True)
class RunsOptions(PlaceOptions, IntoOptions):
    """Options of `runs`."""

    output_dir: Path = argument(type=click.Path(path_type=Path))
    run_id: str | None = option("Run to show or write.  [default: all; the last one for --into]", "--run", metavar="ID")
    experiments: bool = flag("Show only the sum of all runs, including trials and failed and replaced runs.")


@command(RunsOptions)
def runs(options: RunsOptions) -> int:
    """List the trainings recorded in an output folder, with their segments.

    With --into the figure of a run is written into a card, together with the earlier stages that it continues. The
    energy is recorded, so --country, --region, --intensity and --pue recompute the figure. Trials of a search, failed
    runs and replaced runs are in no card's figure; --experiments adds up all runs.

    \b
    Examples:
      hf-emissions runs out
      hf-emissions runs out --into out/README.md --dry-run
      hf-emissions runs out --into out/README.md --country Germany
      hf-emissions runs out --experiments
      hf-emissions runs out --format json
    """
    options.check_into()
    corrections = Corrections(options.country, options.region, options.intensity_g_per_kwh, options.pue)
    folder = open_folder(options.output_dir)
    for problem in folder.problems:
        options.out.note(f"{folder.ledger}: {problem}")
    if options.into is not None and not options.experiments:
        return _write(options, options.into, folder, corrections)
    _list(options, folder, corrections)
    return DONE


def _write(options: RunsOptions, into: str, folder: OutputFolder, corrections: Corrections) -> int:
    run, card = folder.run(options.run_id), Path(into)
    summary = folder.whole(run, corrections)
    new = options.writes and card.name == CARD_NAME and card.parent.is_dir() and not card.exists()
    change = folder.change(summary, section=options.section or new or None, overwrite=options.overwrite)
    if new:  # as the recording would have done on completion
        begin_card(card)
    target = one_target(into)
    editor = Editor(options, on_hub=lambda: folder.remember(run, summary))
    if options.writes and not isinstance(target, HubTarget):
        # Before the card, so that after a kill in between the figure is not mistaken for the author's. On the Hub, the
        # user may still decline.
        folder.remember(run, summary)
    return editor.edit_all([target], change)


def _list(options: RunsOptions, folder: OutputFolder, corrections: Corrections) -> None:
    """Print runs and the sum of all; with `--experiments` the sum alone."""
    out, listed = options.out, {}
    found = folder.experiments(corrections)
    if options.experiments:
        out.item(f"All experiments: {found}")
    else:
        chosen = folder.runs if options.run_id is None else (folder.run(options.run_id),)
        listed = {"runs": [_show(out, run, folder, corrections) for run in chosen]}
        if len(chosen) > 1:
            out.note(f"All experiments: {found}")
    out.document(**listed, experiments=asdict(found), problems=list(folder.problems))


def _show(out: Output, run: Run, folder: OutputFolder, corrections: Corrections) -> Document:
    """Print a run and return its JSON fields."""
    summary, whole = folder.summary(run, corrections), folder.whole(run, corrections)
    if out.format == "quiet":
        out.item(run.id)
    for line in _lines(run, summary, whole):
        out.line(line, bold=not line.startswith(" "))
    document: Document = {
        "run": run.id,
        "record": summary.record and summary.record.known(),
        "segments": _segments(run),
        "notes": [*summary.notes, *summary.problems],
    }
    if run.follows is not None:
        document |= {"follows": run.follows[0], "on_the_card": whole.record and whole.record.known()}
    return {**document, "trial": run.trial}


def _lines(run: Run, summary: Summary, whole: Summary) -> list[str]:
    lines = [f"{run.id}: {_figure(summary)}"]
    for segment in run.segments:
        when = str(segment.start.get("time") or segment.last_time)
        ended = segment.ended or "no end: still running, or killed"
        energy, duration = units.format_energy(segment.energy_kwh), units.format_duration(segment.duration_s)
        lines.append(f"  {when}  {segment.node}: {energy} in {duration} ({ended})")
    if run.trial:
        lines.append("  a trial of a search: in no card's figure")
    if run.follows is not None:
        lines.append(f"  continues {run.follows[0]}; on the card: {_figure(whole)}")
    return lines + [f"  {note}" for note in (*summary.notes, *summary.problems)]


def _figure(summary: Summary) -> str:
    record = summary.record
    if record is None or record.energy_kwh is None:
        return "nothing was metered"
    energy = units.format_energy(record.energy_kwh)
    if record.emissions_g is not None:
        return f"{units.format_mass(record.emissions_g)} CO2eq, {energy}, {record.geographical_location or 'no place'}"
    low, high = (units.format_mass(end) for end in summary.without_place_g or (0.0, 0.0))
    return f"{energy}; the place is not known: {low} to {high} CO2eq on any grid (give --country)"


def _segments(run: Run) -> list[Document]:
    return [
        {
            "segment": segment.segment,
            "node": segment.node,
            "started": segment.start.get("time"),
            "last_reading": segment.last_time,
            "ended": segment.ended,
            "energy_kwh": segment.energy_kwh,
            "duration_s": segment.duration_s,
            "filled_kwh": math.fsum(segment.filled_kwh.values()),
            "filled_s": segment.filled_s,
        }
        for segment in run.segments
    ]
