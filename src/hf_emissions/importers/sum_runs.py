"""Sum several runs into one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

from ..errors import UsageError
from ..factors.intensity import spread_of
from ..record import Energy, Hardware, Intensity, Place, Spread
from .fold import folded_lines, kind_of_message
from .power import duration_warning
from .ranks import check_ranks
from .time_spans import ran_at_once, together_s
from .tracked import Tracked

_Part = TypeVar("_Part", Energy, Hardware, Intensity, Place)

# What summed runs must agree on, with its name in messages.
_ALIKE: dict[str, tuple[Callable[[Tracked], object], str]] = {
    "boundary": (lambda run: run.energy.boundary, "what their energy covers"),
    "pue": (lambda run: run.energy.pue, "the PUE inside"),
    "basis": (lambda run: run.intensity.basis, "what their intensity covers"),
}


def sum_runs(runs: Sequence[Tracked], *, placed: bool = False, nodes: int | None = None) -> Tracked:
    """Sum runs into one; fields that they do not agree on are left out.

    Args:
        runs: the runs to sum.
        placed: True if the place is given, so that grams are recomputed from the total energy.
        nodes: number of machines that ran at the same time, if the user gives it.

    Raises:
        UsageError: a run has no figure or place, one includes another, or they cover different things.
    """
    first = runs[0]
    for run in runs:
        _check(run)
        if run.no_place is not None and not placed:
            raise UsageError(f"{run.where}: {run.no_place}")
    _check_alike(runs, ("boundary", "pue") if placed else tuple(_ALIKE))
    check_ranks(runs, nodes)
    return Tracked(
        tool=" and ".join(dict.fromkeys(run.tool for run in runs)),
        run="all",
        where=f"{first.where} and {len(runs) - 1} more",
        detail="; ".join(dict.fromkeys([f"sum of {len(runs)} runs", *(run.detail for run in runs if run.detail)])),
        version=_same([run.version for run in runs]),
        training_type=_same([run.training_type for run in runs]),
        emissions_g=_sum([run.emissions_g for run in runs]),
        duration_s=together_s([_without_doubted_time(run) for run in runs]),
        energy=replace(_common([run.energy for run in runs]), kwh=_sum([run.energy.kwh for run in runs])),
        parts=tuple(part for run in runs for part in run.parts) if all(run.parts for run in runs) else (),
        pue_assumed=any(run.pue_assumed for run in runs),
        intensity=replace(_common([run.intensity for run in runs]), g_per_kwh=None, spread=_widest(runs)),
        place=replace(_common([run.place for run in runs]), name=_places(runs)),
        hardware=_common([run.hardware for run in runs]),
        no_place=next((run.no_place for run in runs if run.no_place), None),
        notes=(*(() if nodes else _at_once(runs)), *_notes(runs)),
    )


def _widest(runs: Sequence[Tracked]) -> Spread | None:
    """The widest spread of the runs' grids, as if their errors were one; None if one is not known."""
    grids = [(run.place, replace(run.intensity, g_per_kwh=run.intensity_found_g_per_kwh)) for run in runs]
    spreads = [spread_of(place, intensity) for place, intensity in grids]
    known = [spread for spread in spreads if spread is not None]
    return max(known, key=lambda spread: spread.sigma) if len(known) == len(spreads) else None


def _common(parts: Sequence[_Part]) -> _Part:
    """The part that all runs have; values that they do not agree on are left out."""
    first = parts[0]
    apart: dict[str, Any] = {
        field.name: field.default for field in fields(first) if len({getattr(part, field.name) for part in parts}) > 1
    }
    return replace(first, **apart)


def _without_doubted_time(run: Tracked) -> Tracked:
    return run if duration_warning(run) is None else replace(run, duration_s=None)


def _notes(runs: Sequence[Tracked]) -> list[str]:
    """Notes of all runs; those that differ in numbers only once, with the location of the first."""
    kinds: dict[str, list[tuple[str, str]]] = {}
    for run in runs:
        for note in run.notes:
            kinds.setdefault(kind_of_message(note), []).append((run.where, note))
    said = (alike if len({note for _, note in alike}) > 1 else alike[:1] for alike in kinds.values())
    return [alike[0][1] if len(alike) == 1 else folded_lines(alike, len(runs))[0] for alike in said]


def _check(run: Tracked) -> None:
    if run.no_figure is not None:
        raise UsageError(f"{run.where}: {run.no_figure}")
    if run.is_empty:
        raise UsageError(
            f"{run.where}: the run {run.run} has 0 kWh: nothing was metered, and a sum lacks it; choose with --run"
        )
    if run.overlaps is not None:
        raise UsageError(
            f"{run.where}: {run.run} and {run.overlaps} went on at the same time, so that one holds the other and they"
            " are not added up; choose one with --run"
        )


def _check_alike(runs: Sequence[Tracked], names: Sequence[str]) -> None:
    for name in names:
        read, words = _ALIKE[name]
        found = {read(run) for run in runs} - ({None} if name == "basis" else set())
        if len(found) > 1:
            said = " and ".join(sorted("unsaid" if value is None else str(value) for value in found))
            raise UsageError(f"the runs differ in {words} ({said}) and are not added up; choose one with --run")


def _places(runs: Sequence[Tracked]) -> str | None:
    """Places of the runs, deduplicated; None if one of them is unknown."""
    if not all(run.place.is_known for run in runs):
        return None
    return "; ".join(dict.fromkeys(run.place.name or run.place.country_iso3 or "" for run in runs))


def _at_once(runs: Sequence[Tracked]) -> tuple[str, ...]:
    """Note if runs overlap in time: trackers that count the whole machine count it twice then."""
    if not ran_at_once(runs):
        return ()
    return (
        "some of these runs went on at the same time: where each tracker counted the whole machine, as CodeCarbon"
        " does by default, the sum counts it several times; choose one of them with --run",
    )


def _sum(values: Sequence[float | None]) -> float | None:
    # A partial sum would stand beside grams of all runs, with an intensity that no run had.
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _same(values: Sequence[str | None]) -> str | None:
    return values[0] if len(set(values)) == 1 else None
