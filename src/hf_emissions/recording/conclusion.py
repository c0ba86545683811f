"""Console line at the end of a recording: the figure, and where it is or how to put it there."""

from __future__ import annotations

from ..card.file import CARD_NAME
from .console import say
from .experiment import Experiment
from .figure import figure_in_words
from .shown import add_command, runs_command, shown
from .summary import Summary


def conclude(experiment: Experiment, *, written: bool | None, trial: bool = False) -> None:
    """Print the figure of a finished recording; `written` is the result of `write_card`."""
    summary = experiment.summary
    if summary is None or summary.record is None:
        say("nothing was metered; the emissions are not known")
        return
    figure, command = figure_in_words(summary), _command(experiment, summary)
    if trial:
        say(f"{figure}, a trial")
    elif written and summary.record.emissions_g is not None:
        say(f"{figure} -> {shown(experiment.folder / CARD_NAME)}{_beside(experiment)}")
    elif not experiment.kept:
        say(f"{figure}, {_kept_nowhere(experiment, summary)}")
    elif summary.record.emissions_g is None:
        say(f"{figure}; with the place they become a figure: {command}")
    elif written is None:
        say(f"{figure}, not on the card; once it can be written: {command}")
    else:
        say(f"{figure}, not on the card; to put it there: {command} --overwrite")


def _beside(experiment: Experiment) -> str:
    """Hint about earlier recordings in the folder, if no weights tell whether they belong together."""
    earlier = experiment.earlier_of_nothing_known
    if not earlier:
        return ""
    count = "an earlier recording" if earlier == 1 else f"{earlier} earlier recordings"
    return f"; {count} in this folder not added: record_emissions(..., resume=True) adds to the last one"


def stopped_line(experiment: Experiment, what: str, why: str) -> str:
    """Line for an unfinished `what`: the figure so far, and the command that puts it on the card."""
    summary = experiment.summary
    if summary is None or summary.record is None:
        return f"{what} stopped ({why}) and nothing had been metered; the card is left as it is"
    if not experiment.kept:
        return f"{what} stopped ({why}); {figure_in_words(summary)} so far, {_kept_nowhere(experiment, summary)}"
    kept = shown(experiment.ledger)
    return (
        f"{what} stopped ({why}); {figure_in_words(summary)} so far are kept in {kept}, and come onto the card with: "
        f"{_command(experiment, summary)}"
    )


def _command(experiment: Experiment, summary: Summary) -> str:
    return runs_command(experiment.folder, place_known=summary.without_place_g is None)


def _kept_nowhere(experiment: Experiment, summary: Summary) -> str:
    """Advice if the ledger could not be written: this line is then the only copy of the figure."""
    lost = f"not in {shown(experiment.ledger)}, which could not be written"
    if summary.record is None or summary.record.emissions_g is None:
        return f"{lost}; note it down"
    return f"{lost}; to put it on a card: {add_command(experiment.folder, summary.record)}"
