"""Select the requested runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from .. import units
from ..errors import UsageError
from .tracked import Tracked

# Maximum number of runs listed in a message.
_NAMED = 8


def select_run(runs: Sequence[Tracked], wanted: str | None, *, every: bool = False) -> tuple[Tracked, ...]:
    """Return the requested runs: one, or with `every` all that a tracker metered.

    Args:
        runs: the runs found.
        wanted: name of a run, or its beginning.
        every: select all of them.

    Raises:
        UsageError: no run or several match, or several were found and none is selected.
    """
    if wanted is not None and every:
        raise UsageError("--run and --all both say which runs; give one of them")
    if wanted is not None and not wanted.strip():
        raise UsageError("--run is empty; give the name of a run, or its beginning")
    if not runs:
        raise UsageError("there is no run that could be read; see above")
    if wanted is not None:
        return (_called(runs, wanted),)
    return _of_all(runs, every=every)


def _of_all(runs: Sequence[Tracked], *, every: bool) -> tuple[Tracked, ...]:
    """The only run that is readable and metered, or with `every` all of those."""
    readable = tuple(run for run in runs if run.unread is None)
    if every and len(readable) < len(runs):
        raise UsageError(_lacking([run for run in runs if run.unread is not None]))
    if not readable:
        raise UsageError("there is no run that could be read; see above")
    metered = tuple(run for run in readable if run.meters) or readable[: 1 if every else None]
    if every or len(metered) == 1:
        return metered
    raise UsageError(f"there are {len(runs)} runs: {_list(runs)}; {_advice(runs)}, or add them up with --all")


def _lacking(unread: Sequence[Tracked]) -> str:
    named = ", ".join(f"{run.run} ({run.where})" for run in unread[:_NAMED])
    more = f" and {len(unread) - _NAMED} more" if len(unread) > _NAMED else ""
    which = "run" if len(unread) == 1 else "runs"
    return f"--all: the {which} {named}{more} could not be read, and a sum would lack it; choose with --run, or mend it"


def _called(runs: Sequence[Tracked], wanted: str) -> Tracked:
    exact = [run for run in runs if run.run == wanted]
    found = exact or [run for run in runs if run.run.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"--run: no run is called {wanted!r}; there are {_list(runs)}")
    if exact:
        raise UsageError(f"--run: {len(found)} runs are called {wanted!r}: {_list(found)}; name the file of the one")
    raise UsageError(f"--run: {wanted!r} is the beginning of {len(found)} runs: {_list(found)}; {_advice(found)}")


def _advice(runs: Sequence[Tracked]) -> str:
    """Advice on selecting a run; runs of one name are told apart by file."""
    (_, most), *_ = Counter(run.run for run in runs).most_common(1)
    return "choose one with --run" if most == 1 else "some have one name, so name the file of the one that is meant"


def _list(runs: Sequence[Tracked]) -> str:
    said = [f"{run.run} ({figure_of(run)}, {run.where})" for run in runs[:_NAMED]]
    return ", ".join([*said, f"and {len(runs) - _NAMED} more"] if len(runs) > _NAMED else said)


def figure_of(run: Tracked) -> str:
    """Figure of a run as short text."""
    if run.emissions_g is not None and run.no_place is None:
        return f"{units.format_mass(run.emissions_g)} CO2eq"
    if run.energy.kwh is not None:
        return units.format_energy(run.energy.kwh)
    return "no figure" if run.duration_s is None else units.format_duration(run.duration_s)
