"""What became of a recording: whether its code came to its end, and what is said where it did not."""

from __future__ import annotations

import inspect
from types import TracebackType

from .. import units
from .experiment import Experiment
from .shown import runs_command, shown

_OF_COROUTINES = inspect.CO_COROUTINE | inspect.CO_ITERABLE_COROUTINE


CLOSED_EARLY = "closed early"
CLOSED_EARLY_REMARK = (
    "Who iterated over the training stopped before its end, as by a break; the figure is of what it did until then."
)


def why_finished(error: BaseException | None, trace: TracebackType | None) -> str | None:
    """For the ledger, why the code came to its end; None where it did not.

    `sys.exit(0)` is the end of a program that is done. A generator is closed by who iterates over it, such as by a
    `break`: that is where its work ends. A coroutine that is closed was thrown away.
    """
    if error is None:
        return "finished"
    if isinstance(error, SystemExit) and (error.code is None or (isinstance(error.code, int) and error.code == 0)):
        return "finished"
    if isinstance(error, GeneratorExit) and not (trace and trace.tb_frame.f_code.co_flags & _OF_COROUTINES):
        return CLOSED_EARLY
    return None


def stopped_line(experiment: Experiment, why: str) -> str:
    """What a recording has whose code did not come to its end, and the command that puts it on the card."""
    summary = experiment.summary
    record = summary.record if summary else None
    if summary is None or record is None or record.energy_kwh is None:
        return f"the code stopped ({why}) and nothing had been metered; the card is left as it is"
    figure = units.format_energy(record.energy_kwh)
    if record.emissions_g is not None:
        figure = f"{units.format_mass(record.emissions_g)} CO2eq ({figure})"
    elif summary.without_place_g:
        low, high = (units.format_mass(end) for end in summary.without_place_g)
        figure = f"{figure} ({low} to {high} CO2eq on any grid)"
    command = runs_command(experiment.folder, place_known=record.emissions_g is not None)
    kept = shown(experiment.ledger)
    return f"the code stopped ({why}); {figure} so far are kept in {kept}, and come onto the card with: {command}"
