"""Lineage of a model: the recorded trainings (stages) that led to its weights. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from .. import units
from ..record import Site
from .runs import Run, Segment, run_saved_at
from .summary import energy_and_grams
from .weights import Tensors, moved_between, same_weights, tensors_of


@dataclass(frozen=True, slots=True)
class Ancestor:
    """The training that another continues.

    `run` is None for a training from scratch, `step` None for the run's end. `recorded` is False if something
    unrecorded lies between.
    """

    run: str | None = None
    step: int | None = None
    recorded: bool = True


ANEW = Ancestor()


@dataclass(frozen=True, slots=True)
class _Sample:
    """Weights of a run at a step (None: its end), and the tensors that the run had changed by then."""

    step: int | None
    tensors: Tensors
    moved: set[int]


def _samples(run: Run) -> list[_Sample]:
    """Samples of a run that differ from its initial weights: the end first, then latest step first."""
    start = _start(run)
    known = [(step, tensors_of(found)) for segment in run.segments for step, found in segment.weights]
    samples = [_Sample(step, found, moved_between(start, found) if start else set(found)) for step, found in known]
    telling = [sample for sample in samples if sample.moved]
    return sorted(telling, key=lambda sample: (sample.step is None, sample.step or 0), reverse=True)


def _start(run: Run) -> Tensors:
    return next((tensors_of(each.start["weights"]) for each in run.segments if "weights" in each.start), {})


def ancestor_of(weights: object, runs: Sequence[Run]) -> Ancestor | None:
    """The run of these that a model with these weights continues; None if the weights do not tell."""
    now = tensors_of(weights)
    for run in reversed(runs):
        for sample in _samples(run):
            if same_weights(now, sample.tensors, sample.moved):
                return Ancestor(run.id, sample.step)
    for run in reversed(runs):
        if any(same_weights(now, _start(run), sample.moved) for sample in _samples(run)):
            # Same initial weights as that run, as in cross-validation folds.
            return ANEW if run.follows is None else Ancestor(*run.follows, recorded=not run.unrecorded)
    return None


def was_changed(run: Run, weights: object) -> bool:
    """True if something has changed a model's weights since this run; False if unknown."""
    now, samples = tensors_of(weights), _samples(run)
    comparable = [sample for sample in samples if now.keys() & sample.moved]
    return bool(comparable) and not any(same_weights(now, sample.tensors, sample.moved) for sample in comparable)


def with_stages(run: Run, runs: Iterable[Run]) -> Run:
    """Combine a run and its earlier stages into one run."""
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
    """Total of all runs, including trials, failed and replaced ones; `emissions_g` None if any place is unknown."""

    runs: int
    energy_kwh: float
    emissions_g: float | None

    def __str__(self) -> str:
        """Text such as `73 mg CO2eq, 10 runs`; energy instead of grams if a place is unknown."""
        count = f"{self.runs} {'run' if self.runs == 1 else 'runs'}"
        if self.emissions_g is None:
            return f"{units.format_energy(self.energy_kwh)}, {count}"
        return f"{units.format_mass(self.emissions_g)} CO2eq, {count}"


def experiments_of(
    runs: Sequence[Run], *, site: Callable[[Run], Site | None] | None = None, pue: float | None = None
) -> Experiments:
    """Sum of all runs, each counted once; `site` and `pue` override what was recorded of a run."""
    figures = [energy_and_grams(run, site=site(run) if site else None, pue=pue) for run in runs]
    known = [grams for _, grams in figures if grams is not None]
    return Experiments(
        len(runs),
        math.fsum(energy_kwh for energy_kwh, _ in figures),
        math.fsum(known) if len(known) == len(figures) > 0 else None,
    )
