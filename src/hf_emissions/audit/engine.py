"""Scan of many batches, on one core or several; results keep the input order."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import datetime
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from typing import TYPE_CHECKING

from .scan import scan

if TYPE_CHECKING:
    import pyarrow as pa

# Batches in flight per worker: enough to keep it busy, few enough to keep memory flat.
AHEAD = 3
# Limit of batches held, as a multiple of those in flight; at the limit, block on the oldest.
MOST_HELD = 8


def scan_all(batches: Iterable[pa.Table], audited_at: datetime, processes: int = 1) -> Iterator[pa.Table]:
    """Scan each batch (see `scan.scan`); results in input order."""
    left = iter(batches)
    first = list(islice(left, 2 if processes > 1 else 0))
    if len(first) < 2:
        # A single batch cannot be shared out, and starting a process takes longer than scanning it.
        yield from (scan(batch, audited_at) for batch in chain(first, left))
        return
    # Spawned, not forked: a fork beside pyarrow's threads may hang. This process scans, too, from the start, while the
    # workers are still importing.
    others = processes - 1
    with ProcessPoolExecutor(others, get_context("spawn"), _start) as pool:
        try:
            yield from _in_order(pool, first, left, audited_at, others * AHEAD)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _in_order(
    pool: ProcessPoolExecutor, first: list[pa.Table], left: Iterator[pa.Table], audited_at: datetime, most: int
) -> Iterator[pa.Table]:
    # The first batch is scanned here, while a worker starts for the second.
    starting = pool.submit(scan, first[1], audited_at)
    yield scan(first[0], audited_at)
    waiting = deque([starting])
    for batch in left:
        under_way = sum(not future.done() for future in waiting)
        waiting.append(pool.submit(scan, batch, audited_at) if under_way < most else _scanned(batch, audited_at))
        while waiting and (waiting[0].done() or len(waiting) >= MOST_HELD * most):
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _scanned(batch: pa.Table, audited_at: datetime) -> Future[pa.Table]:
    done: Future[pa.Table] = Future()
    done.set_result(scan(batch, audited_at))
    return done


def _start() -> None:
    # Ctrl-C reaches every process of a terminal; only the parent handles it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    # Workers would wait forever for a parent that was killed.
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
