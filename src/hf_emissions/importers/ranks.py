"""Detect runs that look like ranks of one machine, each of which counted all of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from .. import units
from ..errors import UsageError
from ..record import Hardware
from .time_spans import begins, is_beside
from .tracked import Tracked

# The ranks of a training begin to track within this: they synchronise before the first step.
_TOGETHER = timedelta(seconds=60.0)


def check_ranks(runs: Sequence[Tracked], nodes: int | None) -> None:
    """Refuse to sum simultaneous runs on equal machines, which may be one machine counted several times.

    Args:
        runs: the runs to sum.
        nodes: number of machines that ran at the same time, if the user gives it.

    Raises:
        UsageError: the runs may be of one machine, or `nodes` does not match.
    """
    groups = _groups(runs)
    for group in groups:
        if nodes == len(group):
            continue
        first = group[0]
        what = ", ".join(part for part in (first.hardware.used, first.hardware.cpu_model, _memory(first)) if part)
        most_kwh = max(run.energy.kwh or 0.0 for run in group)
        most = max(group, key=lambda run: (run.emissions_g or 0.0, run.energy.kwh or 0.0))
        figure = units.format_energy(most_kwh)
        if most.emissions_g is not None and most.no_place is None:
            figure = f"{units.format_mass(most.emissions_g)} CO2eq"
        raise UsageError(
            f"--all: {len(group)} runs began at once on {what or 'machines that are not named'}, and each counted all"
            f" of its machine: if that was one, it would be counted {len(group)} times; take one with --run, such as"
            f" {most.run} ({figure}, {most.where}), or say with --nodes {len(group)} that they were {len(group)}"
            f" machines{'' if nodes is None else f' (--nodes says {nodes})'}"
        )
    if nodes is not None and nodes > 1 and not groups:
        raise UsageError(f"--nodes {nodes}: no runs of equal machines began at once here; leave it out")


def _groups(runs: Sequence[Tracked]) -> list[list[Tracked]]:
    """Groups of runs that began together and overlap, on machines that do not differ."""
    groups: list[list[Tracked]] = []
    alike: dict[tuple[str, Hardware], list[list[Tracked]]] = {}
    begun = [(begins(run), run) for run in runs if run.whole_machine and not run.is_part]
    known_starts = [(start, number, run) for number, (start, run) in enumerate(begun) if start is not None]
    for _, _, run in sorted(known_starts, key=lambda one: one[:2]):
        known = alike.setdefault((run.tool, run.hardware), [])
        if known and _is_rank(run, known[-1][-1]):
            known[-1].append(run)
        else:
            known.append([run])
            groups.append(known[-1])
    return [group for group in groups if len(group) > 1]


def _is_rank(run: Tracked, other: Tracked) -> bool:
    one, two = begins(run), begins(other)
    return one is not None and two is not None and one - two <= _TOGETHER and is_beside(other, run)


def _memory(run: Tracked) -> str | None:
    ram_gb = run.hardware.ram_gb
    return None if ram_gb is None else f"{ram_gb:.3g} GB of memory"
