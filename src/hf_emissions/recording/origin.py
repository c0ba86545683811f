"""Find the recorded training whose weights a new one starts from: its figure belongs to the same model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from .ledger import FOLDER, read_ledger
from .ledger_redaction import copy_runs
from .lineage import ANEW, Ancestor, ancestor_of, was_changed, with_stages
from .runs import Run, runs_of

# Files that a Trainer leaves in its output folder.
_TRACES = ("training_args.bin", "trainer_state.json")


@dataclass(frozen=True, slots=True)
class Origin:
    """Facts about the initial model of a training.

    Attributes:
        weights: a sample of its weights.
        trained_in: ledger and run of an earlier recorded training of the same object, if any.
        derived: True if its weights were derived from that training, as by a merge.
        loaded_from: the local folder that the model was loaded from, if any.
        trained_before: True if something unrecorded has trained it since it was loaded or built.
    """

    weights: str | None = None
    trained_in: tuple[Path, str] | None = None
    derived: bool = False
    loaded_from: Path | None = None
    trained_before: bool = False


def origin_facts(origin: Origin, folder: Path) -> dict[str, object]:
    """Origin facts for the start line; copies an earlier stage from another folder's ledger."""
    found = _ancestor(origin, folder)
    if found.run is not None and origin.trained_in is not None:
        _take_over(origin.trained_in[0], folder / FOLDER, found.run)
    facts: dict[str, object] = {} if origin.weights is None else {"weights": origin.weights}
    if found.run is not None:
        facts["follows"] = {"run": found.run, "step": found.step}
    if not found.recorded:
        facts["unrecorded"] = True
    return facts


def _ancestor(origin: Origin, folder: Path) -> Ancestor:
    runs = _runs(folder / FOLDER)
    elsewhere = _runs(origin.trained_in[0]) if origin.trained_in is not None else []
    found = ancestor_of(origin.weights, [*elsewhere, *runs])
    if found is not None:
        return found
    if origin.trained_in is not None:
        before = [run for run in [*elsewhere, *runs] if run.id == origin.trained_in[1]]
        changed = not origin.derived and any(was_changed(run, origin.weights) for run in before)
        return Ancestor(origin.trained_in[1], recorded=not changed)
    found = _from_the_folder(origin, folder, runs)
    return replace(found, recorded=found.recorded and not origin.trained_before)


def _from_the_folder(origin: Origin, folder: Path, runs: list[Run]) -> Ancestor:
    """Ancestor of a model loaded from the output folder, whose weights match no recorded sample."""
    source = origin.loaded_from
    if source is None or folder not in (source, source.parent) or origin.weights is None:
        return ANEW
    if not any((source / name).exists() for name in _TRACES) and not runs:
        return ANEW  # a base model stored in the folder
    finished = [run for run in runs if not run.trial and run.segments[-1].ended == "finished"]
    if not finished:
        return Ancestor(recorded=False)
    # Ledgers from before weights were sampled say nothing of them.
    return Ancestor(finished[-1].id, recorded=not was_changed(finished[-1], origin.weights))


def _runs(ledger: Path) -> list[Run]:
    return runs_of(read_ledger(ledger).lines)


def _take_over(source: Path, target: Path, run_id: str) -> None:
    runs = _runs(source)
    run = next((run for run in runs if run.id == run_id), None)
    if run is None or source == target:
        return
    whole = with_stages(run, runs)
    copy_runs(source, target, [stage.id for stage in whole.stages or (whole,)])
