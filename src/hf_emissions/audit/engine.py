"""The scan over many batches, on one core or several: what comes out is in the order that went in."""

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

# Batches under way for each process: enough that none waits, few enough that memory stays flat.
AHEAD = 3
# Batches that are done or under way while the first of them is not; then it is waited for.
MOST_HELD = 8


def scan_all(batches: Iterable[pa.Table], audited_at: datetime, processes: int = 1) -> Iterator[pa.Table]:
    """The rows of each batch, in the order of the batches; see `scan.scan`."""
    left = iter(batches)
    first = list(islice(left, 2 if processes > 1 else 0))
    if len(first) < 2:
        # Of one batch nothing can be shared out, and another process takes longer to start than the batch takes.
        yield from (scan(batch, audited_at) for batch in chain(first, left))
        return
    # Not forked: a fork beside the threads of pyarrow may hang. This process is one of them, and scans from the start,
    # while the others are still importing what they need.
    others = processes - 1
    with ProcessPoolExecutor(others, get_context("spawn"), _start) as pool:
        try:
            yield from _in_order(pool, first, left, audited_at, others * AHEAD)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _in_order(
    pool: ProcessPoolExecutor, first: list[pa.Table], left: Iterator[pa.Table], audited_at: datetime, most: int
) -> Iterator[pa.Table]:
    # The first batch is scanned here, while another process starts for the second.
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
    # Ctrl-C reaches every process of a terminal; the first one alone decides what to do.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    # A pool's processes wait for ever for work from one that was killed.
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
