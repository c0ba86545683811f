"""Whether recorded code came to its end."""

from __future__ import annotations

import inspect
from types import TracebackType

_OF_COROUTINES = inspect.CO_COROUTINE | inspect.CO_ITERABLE_COROUTINE

CLOSED_EARLY = "closed early"
CLOSED_EARLY_REMARK = (
    "Who iterated over the training stopped before its end, as by a break; the figure is of what it did until then."
)


def why_finished(error: BaseException | None, trace: TracebackType | None) -> str | None:
    """For the ledger, why the code came to its end; None where it did not.

    `sys.exit(0)` is the end of a program that is done. A generator is closed by who iterates over it, such as by a
    `break`: that is where its work ends. A coroutine that is closed was thrown away.
    """
    if error is None:
        return "finished"
    if isinstance(error, SystemExit) and (error.code is None or (isinstance(error.code, int) and error.code == 0)):
        return "finished"
    if isinstance(error, GeneratorExit) and not (trace and trace.tb_frame.f_code.co_flags & _OF_COROUTINES):
        return CLOSED_EARLY
    return None
