"""Which recorded trainings led to the weights beside a card: the stages of one model. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .. import units
from .place import Place
from .runs import Run, Segment, run_saved_at
from .summary import energy_and_grams
from .weights import same_weights


@dataclass(frozen=True, slots=True)
class Ancestor:
    """The training that another goes on from: at which step, None for its end, and whether all between is recorded.

    `run` None is a training that began anew.
    """

    run: str | None = None
    step: int | None = None
    recorded: bool = True


ANEW = Ancestor()


def ancestor_of(weights: Any, runs: Sequence[Run]) -> Ancestor | None:
    """The training of these runs that a model with these weights goes on from; None where the weights do not tell."""
    for run in reversed(runs):
        # The end first: a last checkpoint has the same weights.
        for step, found in sorted(_known(run), key=lambda known: (known[0] is None, known[0] or 0), reverse=True):
            if same_weights(weights, found):
                return Ancestor(run.id, step)
    for run in reversed(runs):
        if any(same_weights(weights, segment.start.get("weights")) for segment in run.segments):
            # Begun where that run began, as each fold does.
            return ANEW if run.follows is None else Ancestor(*run.follows, recorded=not run.unrecorded)
    return None


def _known(run: Run) -> Iterator[tuple[int | None, Any]]:
    for segment in run.segments:
        yield from segment.weights


def has_weights(run: Run, weights: Any) -> bool:
    """Whether a training is known to have had these weights, at its end or at a checkpoint."""
    return any(same_weights(weights, found) for _, found in _known(run))


def with_stages(run: Run, runs: Iterable[Run]) -> Run:
    """A run together with the stages before it, as one."""
    by_id = {each.id: each for each in runs}
    stages, follows = [run], run.follows
    while follows is not None and follows[0] in by_id and follows[0] not in {stage.id for stage in stages}:
        earlier = by_id[follows[0]]
        stages.insert(0, _up_to(earlier, follows[1]))
        follows = earlier.follows
    lost = follows is not None and follows[0] not in by_id
    if len(stages) == 1:
        return replace(run, incomplete=lost)
    return Run(run.id, tuple(segment for stage in stages for segment in stage.segments), tuple(stages), lost)


def _up_to(run: Run, step: int | None) -> Run:
    """A run as it stood at the checkpoint of a step, without what came after it."""
    if step is None or run_saved_at([run], step) is None:
        return run
    saved_in = max(segment.order for segment in run.segments if step in segment.saved)
    return Run(run.id, tuple(_before(run, saved_in, step)))


def _before(run: Run, order: int, step: int) -> Iterator[Segment]:
    for segment in run.segments:
        if segment.order < order:
            yield segment
        elif segment.order == order and (then := segment.at_step(step)) is not None:
            yield then


@dataclass(frozen=True, slots=True)
class Experiments:
    """All runs around a model together: trials, failed and replaced ones; `emissions_g` None without every place."""

    runs: int
    energy_kwh: float
    emissions_g: float | None

    def __str__(self) -> str:
        """In words: `73 mg CO2eq, 10 runs`; their energy where a place is not known."""
        count = f"{self.runs} {'run' if self.runs == 1 else 'runs'}"
        if self.emissions_g is None:
            return f"{units.format_energy(self.energy_kwh)}, {count}"
        return f"{units.format_mass(self.emissions_g)} CO2eq, {count}"


def experiments_of(
    runs: Sequence[Run], *, place: Callable[[Run], Place | None] | None = None, pue: float | None = None
) -> Experiments:
    """The sum of all runs, each counted once.

    Args:
        runs: the runs.
        place: gives a run's place, where not that of the recording counts.
        pue: used instead of the one that each was recorded with.
    """
    figures = [energy_and_grams(run, place=place(run) if place else None, pue=pue) for run in runs]
    known = [grams for _, grams in figures if grams is not None]
    return Experiments(
        len(runs),
        math.fsum(energy_kwh for energy_kwh, _ in figures),
        math.fsum(known) if len(known) == len(figures) > 0 else None,
    )
