"""`hf-emissions runs`: recorded trainings, and their figure worked out anew."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import click

from .. import units
from ..errors import UnitError, UsageError
from ..recording.folder import Corrections, OutputFolder, open_folder
from ..recording.runs import Run
from ..recording.summary import Summary
from .editing import Editing, How, editing_options
from .failures import DONE
from .hub_target import HubTarget
from .output import Format, Output, format_option
from .targets import one_target


@click.command(short_help="List recorded trainings, and write their figure anew.")
@click.argument("output_dir", type=click.Path(path_type=Path))
@click.option("--into", metavar="TARGET", help="Write the figure of a run into this card.")
@click.option("--run", "run_id", metavar="ID", help="Which run; by default the last one.")
@click.option("--country", help="Where it ran: ISO code or English name.")
@click.option("--region", help="State, province or bidding zone of the country.")
@click.option("--intensity", help='What the grid emits, with its unit: "381 g/kWh".')
@click.option("--pue", type=float, help="Power usage effectiveness of the facility.")
@click.option("--section", is_flag=True, help='Write the section "Environmental Impact" too.')
@click.option("--overwrite", is_flag=True, help="Replace a figure that is not ours.")
@editing_options
@format_option
def runs(
    output_dir: Path,
    into: str | None,
    run_id: str | None,
    section: bool,
    overwrite: bool,
    how: How,
    format_: Format,
    **corrected: Any,
) -> int:
    """List the trainings that were recorded in an output folder, with their segments.

    With --into the figure of one is written into a card, worked out again from the kept energy with what
    --country, --region, --intensity or --pue correct.

    \b
    Examples:
      hf-emissions runs out
      hf-emissions runs out --into out/README.md --dry-run
      hf-emissions runs out --into out/README.md --country Germany
      hf-emissions runs out --format json
    """
    out = Output(format_)
    corrections = _corrections(**corrected)
    folder = open_folder(output_dir)
    for problem in folder.problems:
        out.note(f"{folder.ledger}: {problem}")
    if into is None:
        return _list(out, folder, run_id, corrections)
    run = folder.run(run_id)
    summary = folder.summary(run, corrections)
    change = folder.change(summary, section=section or None, overwrite=overwrite)
    target = one_target(into)

    def remember() -> None:
        if summary.record is not None:
            folder.remember(run, summary.record)

    if how.writes and not isinstance(target, HubTarget):
        # Before the card, so that a kill between the two does not make the figure look like the author's. On the Hub
        # somebody is asked first, and may say no.
        remember()
    return Editing(out, how, remember).edit_all([target], change)


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
        summary = folder.summary(run, corrections)
        _print(out, run, summary)
        documents.append(_document(run, summary))
    out.document(runs=documents, problems=list(folder.problems))
    if len(chosen) > 1:
        out.note(f"all {len(chosen)} runs: {units.format_energy(sum(run.energy_kwh for run in chosen))}")
    return DONE


def _print(out: Output, run: Run, summary: Summary) -> None:
    if out.format == "quiet":
        out.item(run.id)
        return
    out.line(f"{run.id}: {_figure(summary)}", bold=True)
    for segment in run.segments:
        when = str(segment.start.get("time") or segment.last_time)
        ended = segment.ended or "no end: still running, or killed"
        energy, duration = units.format_energy(segment.energy_kwh), units.format_duration(segment.duration_s)
        out.line(f"  {when}  {segment.node}: {energy} in {duration} ({ended})")
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


def _document(run: Run, summary: Summary) -> dict[str, Any]:
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
    return {"run": run.id, "record": summary.record and summary.record.known(), "segments": segments, "notes": notes}
