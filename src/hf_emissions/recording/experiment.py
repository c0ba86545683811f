"""One training from its first step to its card: what the callback and the context manager have in common."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from .. import units
from ..errors import HfEmissionsError
from ..record import EmissionsRecord
from . import clock, detection
from .cards import write_card
from .gpus import all_indices, nvml_indices, union, visible_gpus
from .ledger import FOLDER, LedgerFile, read_ledger
from .meter import Meter
from .nodes import Placement, Store, placement, process_store, shared_name
from .place import Place, given_place, look_up_place, world_average
from .recorder import Recorder, Sofar
from .runs import Run, runs_of
from .settings import Settings
from .sharing import sharing_notes
from .start import Started, agree, first_of_its_node, new_or_resumed
from .summary import Summary, summarize

log = logging.getLogger("hf_emissions")

_STORE_S = 10.0
_LOOK_S = 0.2
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
    launch: str
    store: Store | None = None
    index: int = 0
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

    def find_sharers(self) -> None:
        """Look for who else uses the machine, on a thread of its own."""
        threading.Thread(target=self._find_sharers, daemon=True, name="hf-emissions-sharing").start()

    def _find_sharers(self) -> None:
        notes, warnings = sharing_notes()
        for warning in warnings:
            log.warning("hf-emissions: %s", warning)
        for note in (*notes, *warnings):
            if self.recorder is not None:
                self.recorder.append("remark", text=note)

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
        return runs_of([*self._all_lines(), *self.extra_lines])

    def _all_lines(self) -> list[dict[str, Any]]:
        lines = read_ledger(self.ledger).lines if self.ledger.is_dir() else []
        return [*lines, *(self.recorder.lines if self.recorder else ())]

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
        # Before the card: a kill between the two must not make our figure look like the author's.
        self.remember(summary)
        write_card(folder or self.folder, summary, runs, section=settings.section, overwrite=settings.overwrite)

    def remember(self, summary: Summary) -> None:
        """Keep in the ledger that this figure is put onto cards, so that it is known to be ours."""
        if self.recorder is not None and summary.record is not None and summary.record.emissions_g is not None:
            self.recorder.append("written", emissions_g=summary.record.emissions_g)

    def end(self, why: str, step: int | None = None, *, complete: bool = True) -> None:
        """Stop metering and sum up; in the process of rank 0 with the figures of the other nodes.

        Args:
            why: for the ledger.
            step: the last step.
            complete: whether the training came to its end, so that the other nodes can be waited for.
        """
        if self.recorder is not None:
            self.recorder.finish(why, step)
        if self._placing is not None:
            self._placing.join(_PLACE_S)
        if self.store is not None:
            self._exchange(self.store, _STORE_S if complete else 0.0)
        elif complete and self.placement.rank == 0 and shared_name() is not None:
            self._wait_for_ledgers(_STORE_S)
        self.summary = self.summarize()

    def _wait_for_ledgers(self, most_s: float) -> None:
        """Wait until every node of this launch has ended its segment, where they share a folder."""
        for _ in range(int(most_s / _LOOK_S)):
            own = [found for run in self.runs() for found in run.segments if found.start.get("launch") == self.launch]
            # As many as the launcher counts, and every one that has begun: it may know of fewer than there are.
            if len(own) >= self.placement.nodes_expected and all(segment.ended is not None for segment in own):
                return
            time.sleep(_LOOK_S)

    def _exchange(self, store: Store, most_s: float) -> None:
        """Every node publishes its segments of the run; rank 0 takes those over that are not in its own folder.

        Into its ledger, because a node with a folder of its own may not be there any more when the run is resumed.
        """
        if store.rank != 0:
            if self.recorder is not None:
                own = [line for line in self._all_lines() if line.get("run") == self.run]
                store.put(f"{self.launch}/lines/{self.index}", _condensed(own))
            return
        end_s = clock.monotonic_s() + most_s
        for index in range(1, store.add(f"{self.launch}/meters", 0) + 1):
            left_s = end_s - clock.monotonic_s()
            self.extra_lines += store.get(f"{self.launch}/lines/{index}", left_s) or []
        _keep(self.extra_lines, self.ledger)


def _condensed(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines that a sum needs: of each segment, all but the readings before the last."""
    readings: dict[Any, dict[str, Any]] = {}
    for line in lines:
        before = readings.get(line.get("segment"))
        if line["kind"] == "reading" and (before is None or before["t_s"] <= line["t_s"]):
            readings[line.get("segment")] = line
    return [line for line in lines if line["kind"] != "reading"] + list(readings.values())


def _keep(lines: list[dict[str, Any]], ledger: Path) -> None:
    """Write lines of other nodes into a ledger that has no file of their segment."""
    files: dict[Path, LedgerFile | None] = {}
    try:
        for line in lines:
            path = ledger / f"{line['run']}-{line['segment']}.jsonl"
            if path not in files:
                files[path] = None if path.exists() else LedgerFile(path)
            file = files[path]
            if file is not None:
                file.append(**{name: value for name, value in line.items() if name != "v"})
    except OSError:
        return  # they stay in memory, and so are on the card; the recorder has warned of the disk


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
    store = process_store()
    here = placement(rank=store.rank if store else None, local_rank=local_rank)
    decide = partial(new_or_resumed, folder, resumed_at, checkpoint, resume_last)
    started, told = agree(store, here, folder, decide)
    experiment = Experiment(settings, folder, here, started.run, started.launch, store)
    own = visible_gpus()
    if store is not None:
        store.put(f"{started.launch}/gpus/{store.rank}", [here.node, own])
    if not here.meters or not first_of_its_node(store, here, started):
        return experiment
    if store is not None and store.rank != 0:
        experiment.index = store.add(f"{started.launch}/meters", 1)
    facts = {
        **facts,
        "run": started.run,
        "launch": started.launch,
        "order": started.order,
        "rank": here.rank,
        "group": started.group,
        "node": here.node,
        "nodes_expected": here.nodes_expected,
        "step": resumed_at,
    }
    if settings.pue:
        facts["pue"] = float(settings.pue)
    experiment.recorder = Recorder(
        experiment.ledger,
        facts,
        alive=alive,
        make_meter=lambda: _detected_meter(experiment, _gpus_of_node(store, here, started, own, facts)),
    )
    experiment.recorder.begin()
    if told:
        experiment.recorder.note(told)
    experiment.find_place()
    experiment.find_sharers()
    return experiment


def _detected_meter(experiment: Experiment, gpus: list[str] | None) -> Meter:
    detection.wait_for_detection()
    try:
        return Meter(nvml_indices(gpus))
    except LookupError as error:
        if experiment.recorder is not None:
            experiment.recorder.note(str(error))
        return Meter(all_indices())


def _gpus_of_node(
    store: Store | None, here: Placement, started: Started, own: list[str] | None, facts: dict[str, Any]
) -> list[str] | None:
    """The GPUs of all processes of this node, each of which may see only its own; on the meter's thread.

    The nodes that the processes say they are on are counted too, as not every launcher does it.
    """
    if store is None:
        return own
    lists, nodes, end_s = [own], {here.node}, clock.monotonic_s() + detection.READY_S
    for rank in range(store.world_size):
        node, gpus = store.get(f"{started.launch}/gpus/{rank}", end_s - clock.monotonic_s()) or (None, None)
        nodes |= {node} if node else set()
        if node == here.node:
            lists.append(gpus)
    facts["nodes_expected"] = max(facts["nodes_expected"], len(nodes))
    return union(lists)
