"""Decide whether recorded code finished."""

from __future__ import annotations

import inspect
from types import TracebackType

_OF_COROUTINES = inspect.CO_COROUTINE | inspect.CO_ITERABLE_COROUTINE

CLOSED_EARLY = "closed early"
CLOSED_EARLY_REMARK = (
    "Who iterated over the training stopped before its end, as by a break; the figure is of what it did until then."
)


def completion_reason(error: BaseException | None, trace: TracebackType | None) -> str | None:
    """Reason for the ledger if the code finished; None if it did not.

    `sys.exit(0)` counts as finished. So does a generator closed by its consumer, such as by a `break`. A closed
    coroutine was discarded, and has not finished.
    """
    if error is None:
        return "finished"
    if isinstance(error, SystemExit) and (error.code is None or (isinstance(error.code, int) and error.code == 0)):
        return "finished"
    if isinstance(error, GeneratorExit) and not (trace and trace.tb_frame.f_code.co_flags & _OF_COROUTINES):
        return CLOSED_EARLY
    return None
