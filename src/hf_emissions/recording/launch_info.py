"""Start of a training: all processes agree on its run, and on one meter per node."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from .ledger import FOLDER, read_ledger
from .ledger_redaction import copy_runs
from .nodes import Placement, Store, shared_name
from .runs import run_saved_at, runs_of

_STORE_S = 10.0


@dataclass(frozen=True, slots=True)
class LaunchInfo:
    """Shared by all processes of a training: ids of run and launch, and the node of rank 0.

    `order` numbers the launches of a folder, because timestamps are unreliable if a clock is set back. `group` is a
    hash of the launcher's name of the launch, if the nodes find each other by it.
    """

    run: str
    launch: str
    order: int = 0
    first_node: str | None = None
    group: str | None = None


def agree_on_launch(
    store: Store | None, here: Placement, folder: Path, decide: Callable[[str], tuple[str, str | None]]
) -> tuple[LaunchInfo, str | None]:
    """Agree on run and launch across all processes; also return a note on the run, if any.

    Without a store, the nodes derive the launch's id from the launcher's variables, and find each other in a shared
    folder.
    """
    if store is not None and store.rank != 0:
        from_first = store.get(f"start/{_next_count()}", _STORE_S)
        if isinstance(from_first, dict):
            return LaunchInfo(**from_first), None
        return LaunchInfo(_new_id(), _new_id()), None
    shared = shared_name() if store is None else None
    group = None if shared is None else _hash(f"{shared}.{_next_count()}")
    launch = _new_id() if group is None else _hash(f"{group}.{_count_earlier(folder / FOLDER, group, here.rank)}")
    run, problem = decide(_new_id() if group is None else launch[::-1])
    launch_info = LaunchInfo(run, launch, _next_order(folder / FOLDER), here.node if here.meters else None, group)
    if store is not None:
        store.put(f"start/{_next_count()}", asdict(launch_info))
    return launch_info, problem


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _count_earlier(ledger: Path, group: str, rank: int) -> int:
    """Number of earlier launches of this name by this rank: the same port may be reused."""
    # A segment has either or both.
    starts = [line for line in read_ledger(ledger).lines if line["kind"] in ("entered", "start")]
    return len({line.get("segment") for line in starts if (line.get("group"), line.get("rank")) == (group, rank)})


def _next_order(ledger: Path) -> int:
    runs = runs_of(read_ledger(ledger).lines)
    return 1 + max((segment.order for run in runs for segment in run.segments), default=0)


def _new_id() -> str:
    return uuid.uuid4().hex[:12]


def claims_node(store: Store | None, here: Placement, launch_info: LaunchInfo) -> bool:
    """True if this process meters its node; some launchers give every process local rank 0."""
    if store is None or store.rank == 0:
        return True
    return here.node != launch_info.first_node and store.add(f"{launch_info.launch}/node/{here.node}", 1) == 1


_counter = {"trainings": 0}


def _next_count() -> int:
    # Every process starts the same trainings in the same order, so a count identifies each.
    _counter["trainings"] += 1
    return _counter["trainings"]


def new_or_resumed(
    folder: Path, resumed_at: int, checkpoint: Path | None, resume_last: bool, new: str
) -> tuple[str, str | None]:
    """Id of the run that a training resumes, else `new`; and a note for the ledger, if any."""
    own = folder / FOLDER
    if resume_last:
        earlier = runs_of(read_ledger(own).lines)
        return (earlier[-1].id if earlier else new), None
    if not resumed_at:
        return new, None
    if checkpoint is not None and checkpoint.parent.resolve() != folder.resolve():
        # The run that saved this step counts, wherever it was recorded.
        source = checkpoint.parent / FOLDER
        elsewhere = run_saved_at(runs_of(read_ledger(source).lines), resumed_at)
        if elsewhere is not None:
            copy_runs(source, own, [elsewhere.id])
    saved = run_saved_at(runs_of(read_ledger(own).lines), resumed_at)
    if saved is not None:
        return saved.id, None
    problem = f"the training goes on from step {resumed_at} of one that was not recorded; what came before is missing"
    return new, problem
