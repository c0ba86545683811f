"""What is said of a recording when it ends: one line with the figure, and where it is or how it gets there."""

from __future__ import annotations

from .. import units
from ..card.file import CARD_NAME
from ..record import EmissionsRecord
from .console import say
from .experiment import Experiment
from .shown import runs_command, shown
from .summary import Summary


def conclude(experiment: Experiment, *, written: bool, trial: bool = False) -> None:
    """Say the figure of a recording that came to its end."""
    summary = experiment.summary
    if summary is None or summary.record is None:
        say("nothing was metered; the emissions are not known")
        return
    figure, command = figure_in_words(summary), _command(experiment, summary)
    if trial:
        say(f"{figure}, a trial")
    elif summary.record.emissions_g is None:
        say(f"{figure}; with the place they become a figure: {command}")
    elif written:
        say(f"{figure} -> {shown(experiment.folder / CARD_NAME)}")
    else:
        say(f"{figure}, not on the card; to put it there: {command} --overwrite")


def stopped_line(experiment: Experiment, what: str, why: str) -> str:
    """What a recording has where `what` did not come to its end, and the command that puts it on the card."""
    summary = experiment.summary
    if summary is None or summary.record is None:
        return f"{what} stopped ({why}) and nothing had been metered; the card is left as it is"
    kept = shown(experiment.ledger)
    return (
        f"{what} stopped ({why}); {figure_in_words(summary)} so far are kept in {kept}, and come onto the card with: "
        f"{_command(experiment, summary)}"
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


def _command(experiment: Experiment, summary: Summary) -> str:
    return runs_command(experiment.folder, place_known=summary.without_place_g is None)
