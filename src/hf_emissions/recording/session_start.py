"""Begin the recording of a training, or join the one that is open in its folder."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from . import clock, detection, node_exchange, open_recordings
from .console import warn_once
from .gpus import all_indices, nvml_indices, visible_gpus
from .launch_info import LaunchInfo, agree_on_launch, claims_node, new_or_resumed
from .ledger import SegmentLog
from .meter import Meter
from .nodes import placement, process_store
from .open_recordings import OpenRecording
from .origin import Origin, origin_facts
from .place_lookup import PlaceLookup
from .recorder import Recorder
from .runs import run_saved_at
from .session import Session
from .settings import Settings
from .sharing import sharing_notes

_UNKNOWN_GPU = "CUDA_VISIBLE_DEVICES names a GPU that NVML does not know; all GPUs of the machine are counted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What is known of a training that begins.

    Attributes:
        resumed_at: step to resume from; 0 for a new training.
        checkpoint: checkpoint to resume from, if known.
        resume_last: resume the last run of the folder, at whatever step.
        local_rank: rank of this process on its node, if a Trainer knows it.
        origin: origin of the initial model.
        is_alive: see `Recorder`.
    """

    training_type: str | None = None
    trial: bool = False
    resumed_at: int = 0
    checkpoint: Path | None = None
    resume_last: bool = False
    local_rank: int | None = None
    origin: Origin | None = None
    is_alive: Callable[[], bool] = lambda: True


def begin(settings: Settings, folder: Path, training: Training) -> Session:
    """Start recording a training, or join the open recording of the folder; returns at once."""
    folder = folder.expanduser().absolute()  # resolved now: the code may change directory
    with open_recordings.BEGINNING:
        joined = open_recordings.join(folder, lambda first: replace(first, settings=settings))
        if joined is not None:
            _log_joined(joined, training.resumed_at)
            return joined
        entry = OpenRecording(folder)
        shared = replace(training, is_alive=lambda: training.is_alive() or entry.shared)
        session = _begin_alone(settings, folder, shared)
        entry.add_member(session)
        open_recordings.register(entry)
    return session


def _log_joined(joined: Session, resumed_at: int) -> None:
    own = (run for run in joined.runs() if run.id == joined.run)
    if joined.recorder is not None:
        if resumed_at and run_saved_at(own, resumed_at) is None:
            problem = f"the training goes on from step {resumed_at} of an earlier one; what came before is missing"
            joined.recorder.segment_log.note(problem)
        if joined.open_recording is not None:
            joined.open_recording.warn_of_joining()


def _begin_alone(settings: Settings, folder: Path, training: Training) -> Session:
    entered_s = clock.monotonic_s()
    store = process_store()
    here = placement(rank=store.rank if store else None, local_rank=training.local_rank)
    decide = partial(new_or_resumed, folder, training.resumed_at, training.checkpoint, training.resume_last)
    launch, problem = agree_on_launch(store, here, folder, decide)
    session = Session(settings, folder, here, launch.run, launch.launch, store, PlaceLookup(settings), settings.pue)
    gpus = visible_gpus()
    if store is not None:
        node_exchange.publish_gpus(store, here, launch.launch, gpus)
    if here.meters and claims_node(store, here, launch):
        if store is not None and store.rank != 0:
            session.meter = node_exchange.next_meter(store, launch.launch)
        session.recorder = _recorder(session, training, launch, gpus)
        session.recorder.begin(entered_s)
        _log_surroundings(session, session.recorder.segment_log, problem)
    return session


def _log_surroundings(session: Session, segment_log: SegmentLog, problem: str | None) -> None:
    """Log what the launch said, and in the background the place and other users of the machine."""
    if problem:
        segment_log.note(problem)
    session.place_lookup.start(segment_log)
    threading.Thread(target=_log_sharing, args=(segment_log,), daemon=True, name="hf-emissions-sharing").start()


def _recorder(session: Session, training: Training, launch: LaunchInfo, gpus: list[str] | None) -> Recorder:
    def make_meter() -> Meter:
        visible = gpus
        if session.store is not None:
            visible, nodes = node_exchange.gpus_of_node(session.store, session.placement, session.launch, gpus)
            # Not every launcher counts the nodes.
            recorder.facts["nodes_expected"] = max(session.placement.nodes_expected, nodes)
        return _detected_meter(session, visible)

    facts = _facts(session, training, launch)
    recorder = Recorder(session.ledger, facts, is_alive=training.is_alive, make_meter=make_meter)
    return recorder


def _facts(session: Session, training: Training, launch: LaunchInfo) -> dict[str, object]:
    here = session.placement
    return {
        "training_type": training.training_type,
        **({"trial": True} if training.trial else {}),
        "run": launch.run,
        "launch": launch.launch,
        "order": launch.order,
        "rank": here.rank,
        "group": launch.group,
        "node": here.node,
        "nodes_expected": here.nodes_expected,
        "step": training.resumed_at,
        **({"pue": float(session.settings.pue)} if session.settings.pue else {}),
        **({} if training.origin is None or training.resumed_at else origin_facts(training.origin, session.folder)),
    }


def _detected_meter(session: Session, gpus: list[str] | None) -> Meter:
    detection.wait_for_detection()
    try:
        return Meter(nvml_indices(gpus))
    except LookupError:
        if session.recorder is not None:
            session.recorder.segment_log.note(_UNKNOWN_GPU)
        return Meter(all_indices())


def _log_sharing(segment_log: SegmentLog) -> None:
    notes, warnings = sharing_notes()
    for warning in warnings:
        warn_once(warning)
    for note in (*notes, *warnings):
        # After the end nobody reads it, and the folder may be gone: a training can be shorter than this look.
        if not segment_log.has_ended:
            segment_log.append("remark", text=note)
