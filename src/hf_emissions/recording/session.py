"""One training from its first step to its card: the common part of the callback and the context manager."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from .. import units
from ..errors import HfEmissionsError
from ..record import EmissionsRecord
from . import clock, detection, open_recordings
from .cards import write_card
from .console import warn_once
from .gpus import all_indices, nvml_indices, union, visible_gpus
from .launch_info import LaunchInfo, agree_on_launch, claims_node, new_or_resumed
from .ledger import FOLDER, LedgerFile, read_ledger
from .lineage import with_stages
from .meter import Meter
from .nodes import Placement, Store, placement, process_store, shared_name
from .open_recordings import OpenRecording
from .origin import Origin, origin_facts
from .place import Place, look_up_place, published_pue, world_average
from .recorder import Recorder, RunningTotals
from .runs import Run, run_saved_at, runs_of
from .settings import Settings
from .sharing import sharing_notes
from .shown import shown
from .summary import Summary, summarize

log = logging.getLogger("hf_emissions")

_STORE_S = 10.0
_GPUS_S = 2.0  # how long a meter waits for the GPU lists of its node's other processes
_LOOK_S = 0.2
# The look-up has its own deadline; this leaves time for its imports on a cold disk.
_PLACE_S = 5.0

_UNKNOWN_GPU = "CUDA_VISIBLE_DEVICES names a GPU that NVML does not know; all GPUs of the machine are counted"
_NO_PLACE = (
    "the place of this machine could not be found out, so that energy is recorded and no grams; "
    'give it with country="DEU" or HF_EMISSIONS_COUNTRY=DEU'
)

_OVERLAP = (
    "Another recording of the same process ran at the same time: a part of this energy is in that figure too, so that "
    "the two must not be added up."
)


@dataclass
class Session:
    """The recording of one training in one process.

    `recorder` is None in a process that does not meter its node. Experiments open in one folder at the same time share
    a recorder: `leader` is the one that was joined; `goes_on` is True once this one has ended and others have not.
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
    _before: tuple[float, float | None] | None = None
    _written_g: set[float] = field(default_factory=set)
    opened: OpenRecording | None = None
    leader: Session | None = None
    continues: bool = False
    _placing: threading.Thread | None = None

    @property
    def record(self) -> EmissionsRecord | None:
        """The record; None until the training has ended."""
        return self.summary.record if self.summary else None

    @property
    def ledger(self) -> Path:
        """Folder of the ledger."""
        return self.folder / FOLDER

    def find_place(self) -> None:
        """Find the place in a background thread; no network access if the settings name it."""
        self._placing = threading.Thread(target=self._find_place, daemon=True, name="hf-emissions-place")
        self._placing.start()

    def _find_place(self) -> None:
        try:
            place = self.settings.place() or look_up_place()
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
        """Look for other users of the machine, in a background thread."""
        threading.Thread(target=self._find_sharers, daemon=True, name="hf-emissions-sharing").start()

    def _find_sharers(self) -> None:
        notes, warnings = sharing_notes()
        for warning in warnings:
            warn_once(warning)
        for note in (*notes, *warnings):
            if self.recorder is not None:
                self.recorder.append("remark", text=note)

    def sofar(self) -> RunningTotals | None:
        """Totals up to this node's last reading."""
        return self.recorder.sofar if self.recorder else None

    def read(self, why: str, step: int | None = None) -> None:
        """Take a reading now; no-op once the training has ended."""
        if self.recorder is not None and self.recorder.active and self.summary is None:
            self.recorder.read(why, step)

    def figures(self) -> dict[str, float]:
        """Energy and grams of the run up to the last reading, including segments before a resume and earlier stages.

        Keys are field names of `EmissionsRecord`; no grams without a place. After the end, the record's own figures.
        """
        record = self.record
        if record is not None:
            figures = {"energy_kwh": record.energy_kwh, "emissions_g": record.emissions_g}
        else:
            figures = self._figures_so_far()
        return {name: value for name, value in figures.items() if value is not None}

    def _figures_so_far(self) -> dict[str, float | None]:
        sofar = self.sofar()
        if sofar is None or sofar.duration_s == 0:
            return {}
        if self._before is None:
            self._before = self._figures_before()
        first = self.leader or self
        before_kwh, before_g = self._before
        place = first.place
        own_kwh = sofar.energy_kwh * (first.settings.pue or published_pue([place]))
        grams = None
        if place is not None and before_g is not None:
            grams = before_g + units.emissions_g(own_kwh, place.intensity_g_per_kwh)
        return {"energy_kwh": before_kwh + own_kwh, "emissions_g": grams}

    def _figures_before(self) -> tuple[float, float | None]:
        """Energy and grams from before this process began metering: ended segments and earlier stages."""
        own = self.recorder.segment if self.recorder else None
        run = self.own_run()
        segments = () if run is None else tuple(each for each in run.segments if each.segment != own)
        if not any(segment.energy_kwh for segment in segments):
            return 0.0, 0.0
        record = summarize(Run(self.run, segments), pue=self.settings.pue).record
        return (record.energy_kwh or 0.0, record.emissions_g) if record else (0.0, 0.0)

    def runs(self) -> list[Run]:
        """All runs of the folder, including the in-memory state of this one."""
        return runs_of([*self._all_lines(), *self.extra_lines])

    def _read_lines(self) -> list[dict[str, Any]]:
        return read_ledger(self.ledger).lines if self.ledger.is_dir() else []

    def _all_lines(self) -> list[dict[str, Any]]:
        return [*self._read_lines(), *(self.recorder.lines if self.recorder else ())]

    def _own_run(self, runs: list[Run]) -> Run | None:
        """This run, with its earlier stages."""
        run = next((run for run in runs if run.id == self.run), None)
        return None if run is None else with_stages(run, runs)

    def own_run(self) -> Run | None:
        """This run so far, with its earlier stages."""
        return self._own_run(self.runs())

    @property
    def earlier_of_nothing_known(self) -> int:
        """Number of other metered runs in the folder if no weights show whether this run continues them; else 0."""
        runs = self.runs()
        own = next((run for run in runs if run.id == self.run), None)
        if own is None or own.has_weights:
            return 0
        return sum(run.energy_kwh > 0 for run in runs if run.id != self.run)

    def summarize(self, *, unrecorded: bool = False) -> Summary | None:
        """Summarize this run so far; `unrecorded` if its weights were changed afterwards."""
        run = self.own_run()
        return None if run is None else summarize(run, unrecorded=unrecorded)

    @property
    def kept(self) -> bool:
        """True if everything recorded on this node is in the ledger."""
        return self.recorder is not None and self.recorder.kept

    def write(self, folder: Path | None = None, *, unrecorded: bool = False) -> bool | None:
        """Write the figure so far to the card in `folder` (default: the run's own); see `write_card`."""
        runs = self.runs()
        run = self._own_run(runs)
        if run is None or self.recorder is None:
            return False
        summary = summarize(run, unrecorded=unrecorded)
        settings = self.settings
        # Before the card: a kill in between must not make our figure look like the author's.
        self.remember(summary)
        return write_card(folder or self.folder, summary, runs, section=settings.section, overwrite=settings.overwrite)

    def remember(self, summary: Summary) -> None:
        """Log in the ledger that this figure goes onto cards, so that it is recognized as ours."""
        grams = summary.record.emissions_g if summary.record is not None else None
        if self.recorder is not None and grams is not None and grams not in self._written_g:
            self._written_g.add(grams)
            self.recorder.append("written", emissions_g=grams)

    def keep_weights(self, step: int | None, weights: str | None) -> None:
        """Log a sample of the weights at a step; None for the end."""
        if self.recorder is not None and weights is not None:
            self.recorder.append("weights", step=step, weights=weights)

    def end(self, why: str, step: int | None = None, *, complete: bool = True) -> None:
        """Stop metering and summarize; on rank 0 including the other nodes.

        Args:
            why: for the ledger.
            step: the last step.
            complete: True if the training finished, so that waiting for the other nodes makes sense.
        """
        if self._leaves(why, step):
            return
        if self.recorder is not None:
            self.recorder.finish(why, step)
        if self._placing is not None:
            self._placing.join(_PLACE_S)
        if self.store is not None:
            self._exchange(self.store, _STORE_S if complete else 0.0)
        elif complete and self.placement.rank == 0 and shared_name() is not None:
            self._wait_for_ledgers(_STORE_S)
        self.summary = self.summarize()

    def _leaves(self, why: str, step: int | None) -> bool:
        """Leave a shared recording; True if others continue it, and this one keeps the figure so far."""
        if self.opened is None:
            return False
        if self.opened.elsewhere:  # a copy in a forked process ends nothing
            self.continues = True
            return True
        if self.recorder is not None and len(self.opened.members) > 1:
            # Before leaving: until then no other member ends the recorder.
            self.recorder.read(f"left: {why}", step)
        if self.opened.leave(self):
            return False
        self.continues = True
        self.summary = self.summarize()
        return True

    def _wait_for_ledgers(self, most_s: float) -> None:
        """Wait until every node of this launch has ended its segment in the shared folder."""
        for _ in range(int(most_s / _LOOK_S)):
            own = [found for run in self.runs() for found in run.segments if found.start.get("launch") == self.launch]
            # Wait for all that have begun, not only for nodes_expected: the launcher may count too few.
            if len(own) >= self.placement.nodes_expected and all(segment.ended is not None for segment in own):
                return
            time.sleep(_LOOK_S)

    def _exchange(self, store: Store, most_s: float) -> None:
        """Publish this node's segments of the run; on rank 0, collect those of the other nodes.

        Rank 0 copies missing segments into its ledger: a node with its own folder may be gone when the run is resumed.
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
    """Lines needed for a sum: without all but the last reading of each segment."""
    readings: dict[Any, dict[str, Any]] = {}
    for line in lines:
        before = readings.get(line.get("segment"))
        if line["kind"] == "reading" and (before is None or before["t_s"] <= line["t_s"]):
            readings[line.get("segment")] = line
    return [line for line in lines if line["kind"] != "reading"] + list(readings.values())


def _keep(lines: list[dict[str, Any]], ledger: Path) -> None:
    """Write lines of other nodes into the ledger, unless it has a file of their segment."""
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
        return  # they are in memory, so the card has them; the recorder has warned of the disk


def begin(settings: Settings, folder: Path, *, alive: Callable[[], bool] = lambda: True, **start: Any) -> Session:
    """Start recording a training, or join the open recording of the folder; returns at once.

    Args: see `_begin`.
    """
    folder = folder.expanduser().absolute()  # resolved now: the code may change directory
    with open_recordings.BEGINNING:
        joined = open_recordings.join(
            folder, lambda first: replace(first, settings=settings, leader=first.leader or first)
        )
        if joined is not None:
            _say_joined(joined, start.get("resumed_at", 0))
            return joined
        entry = OpenRecording(folder)
        session = _begin(settings, folder, alive=lambda: alive() or entry.shared, **start)
        entry.add_member(session)
        for other in open_recordings.add(entry):
            _say_overlap(entry, other)
    return session


def _say_joined(joined: Session, resumed_at: int) -> None:
    entry, recorder = joined.opened, joined.recorder
    if entry is None or recorder is None:
        return
    if resumed_at and run_saved_at((run for run in joined.runs() if run.id == joined.run), resumed_at) is None:
        recorder.note(f"the training goes on from step {resumed_at} of an earlier one; what came before is missing")
    if not entry.joined_is_said:
        entry.joined_is_said = True
        log.warning(
            "hf-emissions: %s is being recorded already; what else begins in it meanwhile joins in, counted once",
            shown(joined.folder),
        )


def _say_overlap(entry: OpenRecording, other: OpenRecording) -> None:
    """Remark on both cards that they hold the same energy; warn on the console once per earlier recording."""
    said = other.overlap_is_said
    for one in (entry, other):
        for member in one.members[: 0 if one.overlap_is_said else 1]:
            one.overlap_is_said = True
            if member.recorder is not None:
                member.recorder.append("remark", text=_OVERLAP)
    if not said and any(member.recorder is not None for member in entry.members):
        log.warning(
            "hf-emissions: %s and %s are recorded at the same time, and each figure is that of the whole machine: "
            "do not add them up",
            *(shown(one.folder) for one in (other, entry)),
        )


def _begin(  # noqa: PLR0913 - each says one thing of the training
    settings: Settings,
    folder: Path,
    *,
    facts: dict[str, Any],
    resumed_at: int = 0,
    checkpoint: Path | None = None,
    resume_last: bool = False,
    local_rank: int | None = None,
    origin: Origin | None = None,
    alive: Callable[[], bool],
) -> Session:
    """Start recording a training that is alone in its folder.

    Args:
        settings: see `Settings`.
        folder: where the card and the ledger are.
        facts: facts of the training for the ledger, such as training_type.
        resumed_at: step to resume from; 0 for a new training.
        checkpoint: checkpoint to resume from, if known.
        resume_last: resume the last run of the folder, at whatever step.
        local_rank: rank of this process on its node, if a Trainer knows it.
        origin: origin of the initial model.
        alive: see `Recorder`.
    """
    entered_s = clock.monotonic_s()
    store = process_store()
    here = placement(rank=store.rank if store else None, local_rank=local_rank)
    decide = partial(new_or_resumed, folder, resumed_at, checkpoint, resume_last)
    started, told = agree_on_launch(store, here, folder, decide)
    session = Session(settings, folder, here, started.run, started.launch, store)
    own = visible_gpus()
    if store is not None:
        store.put(f"{started.launch}/gpus/{store.rank}", [here.node, own])
    if not here.meters or not claims_node(store, here, started):
        return session
    if store is not None and store.rank != 0:
        session.index = store.add(f"{started.launch}/meters", 1)
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
    if origin is not None and not resumed_at:
        facts |= origin_facts(origin, folder)
    session.recorder = Recorder(
        session.ledger,
        facts,
        alive=alive,
        make_meter=lambda: _detected_meter(session, _gpus_of_node(store, here, started, own, facts)),
    )
    session.recorder.begin(entered_s)
    if told:
        session.recorder.note(told)
    session.find_place()
    session.find_sharers()
    return session


def _detected_meter(session: Session, gpus: list[str] | None) -> Meter:
    detection.wait_for_detection()
    try:
        return Meter(nvml_indices(gpus))
    except LookupError:
        if session.recorder is not None:
            session.recorder.note(_UNKNOWN_GPU)
        return Meter(all_indices())


def _gpus_of_node(
    store: Store | None, here: Placement, started: LaunchInfo, own: list[str] | None, facts: dict[str, Any]
) -> list[str] | None:
    """Union of the GPUs visible to this node's processes; runs on the meter's thread.

    Also counts the nodes that the processes report, since not every launcher does.
    """
    if store is None:
        return own
    lists, nodes, end_s = [own], {here.node}, clock.monotonic_s() + _GPUS_S
    for rank in range(store.world_size):
        node, gpus = store.get(f"{started.launch}/gpus/{rank}", end_s - clock.monotonic_s()) or (None, None)
        nodes |= {node} if node else set()
        if node == here.node:
            lists.append(gpus)
    facts["nodes_expected"] = max(facts["nodes_expected"], len(nodes))
    return union(lists)
