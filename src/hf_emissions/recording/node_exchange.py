"""What the processes of one launch tell each other: their GPUs at the start, their ledger lines at the end."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from . import clock
from .gpus import union
from .ledger import LedgerFile, Line
from .nodes import Placement, Store
from .runs import Run

_GPUS_S = 2.0  # how long a meter waits for the GPU lists of its node's other processes
_POLL_S = 0.2


def publish_gpus(store: Store, here: Placement, launch: str, own: list[str] | None) -> None:
    """Tell the other processes the node and the visible GPUs of this one."""
    store.put(f"{launch}/gpus/{store.rank}", [here.node, own])


def gpus_of_node(store: Store, here: Placement, launch: str, own: list[str] | None) -> tuple[list[str] | None, int]:
    """Union of the GPUs visible to this node's processes, and the number of nodes that the processes report."""
    lists, nodes, end_s = [own], {here.node}, clock.monotonic_s() + _GPUS_S
    for rank in range(store.world_size):
        found = store.get(f"{launch}/gpus/{rank}", end_s - clock.monotonic_s())
        node, gpus = found if isinstance(found, list) else (None, None)
        nodes |= {node} if node else set()
        if node == here.node:
            lists.append(gpus)
    return union(lists), len(nodes)


def next_meter(store: Store, launch: str) -> int:
    """Number of this process among the metering ones; rank 0 is none of them."""
    return store.add(f"{launch}/meters", 1)


def publish_lines(store: Store, launch: str, meter: int, lines: list[Line]) -> None:
    """Hand this node's lines to rank 0: without all but the last reading of each segment."""
    last: dict[object, Line] = {}
    for line in lines:
        before = last.get(line.get("segment"))
        if line["kind"] == "reading" and (before is None or before["t_s"] <= line["t_s"]):
            last[line.get("segment")] = line
    store.put(f"{launch}/lines/{meter}", [line for line in lines if line["kind"] != "reading"] + list(last.values()))


def collect_lines(store: Store, launch: str, most_s: float) -> list[Line]:
    end_s = clock.monotonic_s() + most_s
    lines: list[Line] = []
    for meter in range(1, store.add(f"{launch}/meters", 0) + 1):
        found = store.get(f"{launch}/lines/{meter}", end_s - clock.monotonic_s())
        lines += found if isinstance(found, list) else []
    return lines


def keep_lines(lines: list[Line], ledger: Path) -> None:
    """Write the lines of other nodes, whose folders may be gone at a resume, into the ledger, unless it has them."""
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


def wait_for_ledgers(runs: Callable[[], list[Run]], launch: str, nodes_expected: int, most_s: float) -> None:
    """Wait until every node of a launch has ended its segment in the shared folder."""
    for _ in range(int(most_s / _POLL_S)):
        own = [found for run in runs() for found in run.segments if found.start.get("launch") == launch]
        # For all that have begun, not only for nodes_expected: the launcher may count too few.
        if len(own) >= nodes_expected and all(segment.ended is not None for segment in own):
            return
        time.sleep(_POLL_S)
