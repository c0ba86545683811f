"""Console line at the end of a recording: the figure, and where it is or how to put it there."""

from __future__ import annotations

from ..card.file import CARD_NAME
from .console import print_line
from .figure import figure_in_words
from .session import Session
from .shell_text import add_command, path_text, runs_command
from .summary import Summary


def print_result(session: Session, *, written: bool | None, trial: bool = False) -> None:
    """Print the figure of a finished recording; `written` is the result of `write_card`."""
    summary = session.summary
    if summary is None or summary.record is None:
        print_line("nothing was metered; the emissions are not known")
        return
    figure, command = figure_in_words(summary), _command(session, summary)
    if trial:
        print_line(f"{figure}, a trial")
    elif written and summary.record.emissions_g is not None:
        print_line(f"{figure} -> {path_text(session.folder / CARD_NAME)}{_earlier_hint(session)}")
    elif not session.is_on_disk:
        print_line(f"{figure}, {_not_on_disk(session, summary)}")
    elif summary.record.emissions_g is None:
        print_line(f"{figure}; with the place they become a figure: {command}")
    elif written is None:
        print_line(f"{figure}, not on the card; once it can be written: {command}")
    else:
        print_line(f"{figure}, not on the card; to put it there: {command} --overwrite")


def _earlier_hint(session: Session) -> str:
    """Hint about earlier recordings in the folder, if no weights tell whether they belong together."""
    earlier = session.unrelated_runs()
    if not earlier:
        return ""
    count = "an earlier recording" if earlier == 1 else f"{earlier} earlier recordings"
    return f"; {count} in this folder not added: record_emissions(..., resume=True) adds to the last one"


def stopped_message(session: Session, what: str, why: str) -> str:
    """Line for an unfinished `what`: the figure so far, and the command that puts it on the card."""
    summary = session.summary
    if summary is None or summary.record is None:
        return f"{what} stopped ({why}) and nothing had been metered; the card is left as it is"
    if not session.is_on_disk:
        return f"{what} stopped ({why}); {figure_in_words(summary)} so far, {_not_on_disk(session, summary)}"
    kept = path_text(session.ledger)
    return (
        f"{what} stopped ({why}); {figure_in_words(summary)} so far are kept in {kept}, and come onto the card with: "
        f"{_command(session, summary)}"
    )


def _command(session: Session, summary: Summary) -> str:
    return runs_command(session.folder, place_known=summary.without_place_g is None)


def _not_on_disk(session: Session, summary: Summary) -> str:
    """Advice if the ledger could not be written: this line is then the only copy of the figure."""
    lost = f"not in {path_text(session.ledger)}, which could not be written"
    if summary.record is None or summary.record.emissions_g is None:
        return f"{lost}; note it down"
    return f"{lost}; to put it on a card: {add_command(session.folder, summary.record)}"
