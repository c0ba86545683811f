"""Which of several runs is meant."""

from __future__ import annotations

from collections.abc import Sequence

from .. import units
from ..errors import UsageError
from .complete import total
from .tracked import Tracked

# So many runs are named in a message.
_NAMED = 8


def choose(runs: Sequence[Tracked], wanted: str | None, *, every: bool = False) -> Tracked:
    """The run that is meant.

    Args:
        runs: those that were found, at least one.
        wanted: what it is called, or the beginning of that.
        every: the sum of all of them.

    Raises:
        UsageError: none is called so, several are, or several were found and nothing says which.
    """
    if wanted is not None and every:
        raise UsageError("--run and --all both say which runs; give one of them")
    figures = [run for run in runs if run.no_figure is None]
    if every:
        return total(figures or runs) if len(figures or runs) > 1 else (figures or runs)[0]
    if wanted is not None:
        return _called(runs, wanted)
    if len(figures) == 1 or (not figures and len(runs) == 1):
        return (figures or runs)[0]
    raise UsageError(f"there are {len(runs)} runs: {_list(runs)}; choose one with --run, or add them up with --all")


def _called(runs: Sequence[Tracked], wanted: str) -> Tracked:
    exact = [run for run in runs if run.run == wanted]
    found = exact or [run for run in runs if run.run.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"--run: no run is called {wanted!r}; there are {_list(runs)}")
    raise UsageError(f"--run: {wanted!r} is the beginning of {len(found)} runs: {_list(found)}")


def _list(runs: Sequence[Tracked]) -> str:
    said = [f"{run.run} ({figure_of(run)}, {run.where})" for run in runs[:_NAMED]]
    return ", ".join([*said, f"and {len(runs) - _NAMED} more"] if len(runs) > _NAMED else said)


def figure_of(run: Tracked) -> str:
    """What a run says, in few words."""
    if run.emissions_g is not None and run.no_place is None:
        return f"{units.format_mass(run.emissions_g)} CO2eq"
    if run.energy_kwh is not None:
        return units.format_energy(run.energy_kwh)
    return "no figure" if run.duration_s is None else units.format_duration(run.duration_s)
