"""What is said of a recording when it ends: one line with the figure, and where it is or how it gets there."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from .. import units
from ..card.file import CARD_NAME
from ..record import EmissionsRecord
from .console import say
from .experiment import Experiment
from .summary import Summary


def conclude(experiment: Experiment, *, written: bool, trial: bool = False) -> None:
    """Say the figure of a training that came to its end."""
    summary = experiment.summary
    if summary is None or summary.record is None:
        say("nothing was metered; the emissions of this training are not known")
        return
    figure = figure_in_words(summary)
    if trial:
        say(f"{figure}, a trial")
    elif summary.record.emissions_g is None:
        say(f"{figure}; with the place they become a figure: {command(experiment)}")
    elif written:
        say(f"{figure} -> {shown(experiment.folder / CARD_NAME)}")
    else:
        say(f"{figure}, not on the card; to put it there: {command(experiment)} --overwrite")


def say_stopped(experiment: Experiment, why: str) -> None:
    """Say what was recorded of a training that did not come to its end, and how it gets onto the card."""
    summary = experiment.summary
    if experiment.recorder is None or experiment.placement.rank != 0:
        return
    if summary is None or summary.record is None:
        say(f"stopped ({why}) before anything was metered")
        return
    say(
        f"stopped ({why}) after {figure_in_words(summary)}; kept in {shown(experiment.ledger)}, and counted when the "
        f"training is resumed; to put it on the card now: {command(experiment)}"
    )


def figure_in_words(summary: Summary) -> str:
    """A figure in one line: `71 mg CO2eq (187 mWh, 24 s, Germany 381 g/kWh, modelled)`."""
    record = summary.record
    if record is None:
        return "nothing was metered"
    details = ", ".join(_details(record))
    if record.emissions_g is not None:
        return f"{units.format_mass(record.emissions_g)} CO2eq ({details})"
    low, high = (units.format_mass(end) for end in summary.without_place_g or (0.0, 0.0))
    return f"between {low} and {high} CO2eq on any grid ({details}, place unknown)"


def _details(record: EmissionsRecord) -> list[str]:
    details = [] if record.energy_kwh is None else [units.format_energy(record.energy_kwh)]
    details += [] if record.duration_s is None else [units.format_duration(record.duration_s)]
    if record.intensity_g_per_kwh is not None:
        grid = units.format_intensity(record.intensity_g_per_kwh)
        details.append(f"{record.geographical_location} {grid}" if record.geographical_location else grid)
    return [*details, *([] if record.method == "unknown" else [record.method])]


def command(experiment: Experiment) -> str:
    """What to type to put a recorded figure onto the card."""
    folder = shlex.quote(shown(experiment.folder))
    card = shlex.quote(shown(experiment.folder / CARD_NAME))
    place = " --country ..." if experiment.summary is not None and experiment.summary.without_place_g else ""
    return f"hf-emissions runs {folder} --into {card}{place}"


def shown(path: Path) -> str:
    """A path as short as it can be said from the current folder."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
