"""`hf-emissions runs`: list recorded trainings and recompute their figures."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from .. import units
from ..card.file import CARD_NAME
from ..errors import UnitError, UsageError
from ..recording.cards import begin_card
from ..recording.folder import Corrections, OutputFolder, open_folder
from ..recording.runs import Run
from ..recording.summary import Summary
from .command import Command
from .editing import Editing, WriteOptions, editing_options
from .failures import DONE
from .hub_target import HubTarget
from .output import Format, Output, format_option
from .targets import one_target


@click.command(cls=Command, short_help="List recorded trainings, and write their figure anew.")
@click.argument("output_dir", type=click.Path(path_type=Path))
@click.option("--into", metavar="TARGET", help="Write the figure of a run into this card.")
@click.option("--experiments", is_flag=True, help="The sum of all runs alone: trials, failed and replaced ones too.")
@click.option("--run", "run_id", metavar="ID", help="Which run; by default the last one.")
@click.option("--country", help="Where it ran: ISO code or name.")
@click.option("--region", help='Cloud region ("gcp:europe-west4"), or state or zone of the country.')
@click.option("--intensity", help='What the grid emits, with its unit: "381 g/kWh".')
@click.option("--pue", type=float, help="Power usage effectiveness of the facility.")
@click.option("--section", is_flag=True, help='Write the section "Environmental Impact" too.')
@click.option("--overwrite", is_flag=True, help="Replace a figure that is not ours.")
@editing_options
@format_option
def runs(
    output_dir: Path,
    into: str | None,
    experiments: bool,
    run_id: str | None,
    section: bool,
    overwrite: bool,
    how: WriteOptions,
    format_: Format,
    **corrected: Any,
) -> int:
    """List the trainings that were recorded in an output folder, with their segments.

    With --into the figure of one is written into a card, together with the stages that it goes on from, worked out
    again from the kept energy with what --country, --region, --intensity or --pue correct. Trials of a search, failed
    runs and those that a later one replaced are in no card's figure; --experiments adds up all of them.

    \b
    Examples:
      hf-emissions runs out
      hf-emissions runs out --into out/README.md --dry-run
      hf-emissions runs out --into out/README.md --country Germany
      hf-emissions runs out --experiments
      hf-emissions runs out --format json
    """
    out = Output(format_)
    corrections = _corrections(**corrected)
    folder = open_folder(output_dir)
    for problem in folder.problems:
        out.note(f"{folder.ledger}: {problem}")
    if experiments:
        return _sum(out, folder, corrections)
    if into is None:
        return _list(out, folder, run_id, corrections)
    summary = folder.whole(folder.run(run_id), corrections)
    new = _is_new(Path(into), how)
    change = folder.change(summary, section=section or new or None, overwrite=overwrite)
    if new:  # as the recording would have done on completion
        begin_card(Path(into))
    return _write(Editing(out, how, lambda: folder.remember(folder.run(run_id), summary)), one_target(into), change)


def _is_new(card: Path, how: WriteOptions) -> bool:
    return how.writes and card.name == CARD_NAME and card.parent.is_dir() and not card.exists()


def _write(editing: Editing, target: Any, change: Callable[[str], str]) -> int:
    if editing.how.writes and not isinstance(target, HubTarget):
        # Before the card, so that after a kill in between the figure is not mistaken for the author's. On the Hub, the
        # user may still decline.
        editing.on_hub()
    return editing.edit_all([target], change)


def _corrections(intensity: str | None, **rest: Any) -> Corrections:
    try:
        value = None if intensity is None else units.read_intensity_g_per_kwh(intensity)
    except UnitError as error:
        raise UsageError(f"--intensity: {error}") from None
    return Corrections(intensity_g_per_kwh=value, **rest)


def _list(out: Output, folder: OutputFolder, run_id: str | None, corrections: Corrections) -> int:
    chosen = folder.runs if run_id is None else (folder.run(run_id),)
    documents = []
    for run in chosen:
        summary, whole = folder.summary(run, corrections), folder.whole(run, corrections)
        _print(out, run, summary, whole)
        documents.append(_document(run, summary, whole))
    found = folder.experiments(corrections)
    out.document(runs=documents, experiments=asdict(found), problems=list(folder.problems))
    if len(chosen) > 1:
        out.note(f"All experiments: {found}")
    return DONE


def _sum(out: Output, folder: OutputFolder, corrections: Corrections) -> int:
    """Print the sum of all runs of a folder."""
    found = folder.experiments(corrections)
    out.item(f"All experiments: {found}")
    out.document(experiments=asdict(found), problems=list(folder.problems))
    return DONE


def _print(out: Output, run: Run, summary: Summary, whole: Summary) -> None:
    if out.format == "quiet":
        out.item(run.id)
        return
    out.line(f"{run.id}: {_figure(summary)}", bold=True)
    for segment in run.segments:
        when = str(segment.start.get("time") or segment.last_time)
        ended = segment.ended or "no end: still running, or killed"
        energy, duration = units.format_energy(segment.energy_kwh), units.format_duration(segment.duration_s)
        out.line(f"  {when}  {segment.node}: {energy} in {duration} ({ended})")
    if run.trial:
        out.line("  a trial of a search: in no card's figure")
    if run.follows is not None:
        out.line(f"  goes on from {run.follows[0]}; on the card: {_figure(whole)}")
    for note in (*summary.notes, *summary.problems):
        out.line(f"  {note}")


def _figure(summary: Summary) -> str:
    record = summary.record
    if record is None or record.energy_kwh is None:
        return "nothing was metered"
    energy = units.format_energy(record.energy_kwh)
    if record.emissions_g is not None:
        return f"{units.format_mass(record.emissions_g)} CO2eq, {energy}, {record.geographical_location or 'no place'}"
    low, high = (units.format_mass(end) for end in summary.without_place_g or (0.0, 0.0))
    return f"{energy}; the place is not known: {low} to {high} CO2eq on any grid (give --country)"


def _document(run: Run, summary: Summary, whole: Summary) -> dict[str, Any]:
    segments = [
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
    notes = [*summary.notes, *summary.problems]
    document = {
        "run": run.id,
        "record": summary.record and summary.record.known(),
        "segments": segments,
        "notes": notes,
    }
    if run.follows is not None:
        document |= {"follows": run.follows[0], "on_the_card": whole.record and whole.record.known()}
    return {**document, "trial": run.trial}
