"""One training from its first step to its card: what the callback and the context manager have in common."""

from __future__ import annotations

import logging
import shutil
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import units
from ..errors import HfEmissionsError
from ..record import EmissionsRecord
from .cards import write_card
from .ledger import FOLDER, read_ledger
from .meter import Meter, MeterError
from .nodes import Placement, Store, placement, process_store
from .place import Place, given_place, look_up_place, world_average
from .recorder import Recorder, Sofar
from .runs import Run, run_saved_at, runs_of
from .settings import Settings
from .summary import Summary, summarize

log = logging.getLogger("hf_emissions")

# How long the start of a training waits for the hardware to be detected.
READY_S = 2.0

_STORE_S = 10.0
# A look-up ends within its own deadline; what it has to load first, on a cold disk, is waited for as well.
_PLACE_S = 5.0

_NO_PLACE = (
    "the place of this machine could not be found out, so that energy is recorded and no grams; "
    'give it with country="DEU" or HF_EMISSIONS_COUNTRY=DEU'
)


@dataclass
class Experiment:
    """The recording of one training in one process.

    A process that does not meter its node has one too, whose `recorder` is None.
    """

    settings: Settings
    folder: Path
    placement: Placement
    run: str
    store: Store | None = None
    recorder: Recorder | None = None
    place: Place | None = None
    extra_lines: list[dict[str, Any]] = field(default_factory=list)
    summary: Summary | None = None
    _placing: threading.Thread | None = None

    @property
    def record(self) -> EmissionsRecord | None:
        """The record, once the training has ended."""
        return self.summary.record if self.summary else None

    @property
    def ledger(self) -> Path:
        """The folder of the ledger."""
        return self.folder / FOLDER

    def find_place(self) -> None:
        """Look for the place on a thread of its own; no network is touched where the settings name it."""
        self._placing = threading.Thread(target=self._find_place, daemon=True, name="hf-emissions-place")
        self._placing.start()

    def _find_place(self) -> None:
        try:
            place = given_place(self.settings.country, self.settings.region) or look_up_place()
        except HfEmissionsError as error:
            log.warning("hf-emissions: %s", error)
            place = None
        if place is None and self.settings.assume_world_average:
            place = world_average()
        self.place = place
        if place is None:
            log.warning("hf-emissions: %s", _NO_PLACE)
        elif self.recorder is not None:
            self.recorder.append("place", place=place.as_json())

    def sofar(self) -> Sofar | None:
        """What was recorded up to the last reading of this node."""
        return self.recorder.sofar if self.recorder else None

    def emissions_so_far_g(self) -> float | None:
        """The grams of `sofar`; None where the place is not known."""
        sofar = self.sofar()
        if sofar is None or self.place is None:
            return None
        return units.emissions_g(sofar.energy_kwh * (self.settings.pue or 1.0), self.place.intensity_g_per_kwh)

    def runs(self) -> list[Run]:
        """Every run of the folder, this one as it stands in memory too."""
        lines = read_ledger(self.ledger).lines if self.ledger.is_dir() else []
        return runs_of([*lines, *self.extra_lines, *(self.recorder.lines if self.recorder else ())])

    def summarize(self) -> Summary | None:
        """The summary of this run as it stands."""
        run = next((run for run in self.runs() if run.id == self.run), None)
        return None if run is None else summarize(run)

    def write(self, folder: Path | None = None) -> None:
        """Put the figure, as it stands, on the card in `folder` (by default the run's own)."""
        runs = self.runs()
        run = next((run for run in runs if run.id == self.run), None)
        if run is None or self.recorder is None:
            return
        summary = summarize(run)
        settings = self.settings
        done = write_card(folder or self.folder, summary, runs, section=settings.section, overwrite=settings.overwrite)
        if done and summary.record is not None and summary.record.emissions_g is not None:
            self.recorder.append("written", emissions_g=summary.record.emissions_g)

    def end(self, why: str, step: int | None = None) -> None:
        """Stop metering and sum up; in the process of rank 0 with the figures of the other nodes."""
        if self.recorder is not None:
            self.recorder.finish(why, step)
        if self._placing is not None:
            self._placing.join(_PLACE_S)
        self._exchange()
        self.summary = self.summarize()

    def _exchange(self) -> None:
        """Every metering process publishes its segment; rank 0 takes over those that are not in its own folder."""
        if self.store is None:
            return
        if self.recorder is not None:
            self.store.put(f"{self.run}/lines/{self.store.rank}", _condensed(self.recorder.lines))
        elif self.store.rank != 0:
            self.store.put(f"{self.run}/lines/{self.store.rank}", [])
        if self.store.rank == 0:
            for rank in range(1, self.store.world_size):
                self.extra_lines += self.store.get(f"{self.run}/lines/{rank}", _STORE_S) or []


def _condensed(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines that a sum needs: all but the readings before the last."""
    readings = [line for line in lines if line["kind"] == "reading"]
    return [line for line in lines if line["kind"] != "reading"] + readings[-1:]


def begin(
    settings: Settings,
    folder: Path,
    *,
    facts: dict[str, Any],
    resumed_at: int = 0,
    checkpoint: Path | None = None,
    resume_last: bool = False,
    local_rank: int | None = None,
    alive: Callable[[], bool] = lambda: True,
) -> Experiment:
    """Begin to record a training; returns at once.

    Args:
        settings: see `Settings`.
        folder: where the card and the ledger are.
        facts: what to keep of the training: training_type and the like.
        resumed_at: the step that it goes on from; 0 for a new training.
        checkpoint: the checkpoint that it goes on from, where that is known.
        resume_last: go on with the last run of the folder, whatever step it had reached.
        local_rank: the rank of this process on its node, where a Trainer knows it.
        alive: see `Recorder`.
    """
    here = placement(local_rank=local_rank)
    store = process_store()
    run, told = _run_id(store, lambda: _new_or_resumed(folder, resumed_at, checkpoint, resume_last))
    experiment = Experiment(settings, folder, here, run, store)
    if not here.meters:
        return experiment
    facts = {**facts, "run": run, "node": here.node, "nodes_expected": here.nodes_expected, "step": resumed_at}
    if settings.pue:
        facts["pue"] = float(settings.pue)
    experiment.recorder = Recorder(experiment.ledger, facts, alive=alive, make_meter=_detected_meter)
    experiment.recorder.begin()
    if told:
        experiment.recorder.note(told)
    experiment.find_place()
    return experiment


_detection: list[threading.Thread] = []


def detect_hardware() -> None:
    """Have CodeCarbon detect the hardware on a thread of its own: about two seconds, once a process.

    Begun before the training, so that it does not slow the first steps.
    """
    if not _detection:
        _detection.append(threading.Thread(target=_detect, daemon=True, name="hf-emissions-detect"))
        _detection[0].start()


def _detect() -> None:
    meter = Meter()
    try:
        meter.prepare()
    except MeterError:
        return  # the recorder's own meter will fail as well, and say so
    finally:
        meter.stop()


def _detected_meter() -> Meter:
    for thread in _detection:
        thread.join()
    return Meter()


def _run_id(store: Store | None, decide: Callable[[], tuple[str, str | None]]) -> tuple[str, str | None]:
    """The id of the run that this training belongs to, the same in every process, and what there is to say of it."""
    if store is not None and store.rank != 0:
        count = _next_count()
        shared = store.get(f"run/{count}", _STORE_S)
        return (str(shared), None) if shared else (uuid.uuid4().hex[:12], None)
    run, told = decide()
    if store is not None:
        store.put(f"run/{_next_count()}", run)
    return run, told


_counter = {"trainings": 0}


def _next_count() -> int:
    # Every process begins the same trainings in the same order, so that a count names each of them.
    _counter["trainings"] += 1
    return _counter["trainings"]


def _new_or_resumed(
    folder: Path, resumed_at: int, checkpoint: Path | None, resume_last: bool
) -> tuple[str, str | None]:
    if resume_last:
        earlier = runs_of(read_ledger(folder / FOLDER).lines) if (folder / FOLDER).is_dir() else []
        return (earlier[-1].id if earlier else uuid.uuid4().hex[:12]), None
    if not resumed_at:
        return uuid.uuid4().hex[:12], None
    if checkpoint is not None and checkpoint.parent.resolve() != folder.resolve():
        _take_over(checkpoint.parent / FOLDER, folder / FOLDER, resumed_at)
    own = folder / FOLDER
    saved = run_saved_at(runs_of(read_ledger(own).lines), resumed_at) if own.is_dir() else None
    if saved is not None:
        return saved.id, None
    told = f"the training goes on from step {resumed_at} of one that was not recorded; what came before is missing"
    return uuid.uuid4().hex[:12], told


def _take_over(source: Path, target: Path, step: int) -> None:
    """Copy the files of the run that saved this step from another folder's ledger, so that its segments count."""
    run = run_saved_at(runs_of(read_ledger(source).lines), step) if source.is_dir() else None
    if run is None:
        return
    target.mkdir(parents=True, exist_ok=True)
    for path in source.glob(f"{run.id}-*.jsonl"):
        if not (target / path.name).exists():
            shutil.copyfile(path, target / path.name)
