"""Recording without a Trainer: `record_emissions` as context manager and decorator."""

from __future__ import annotations

import copy
import inspect
import logging
import os
import threading
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from ..errors import MissingExtraError, UsageError
from ..record import EmissionsRecord
from . import detection
from .active_contexts import ActiveContext, end_abandoned
from .call_wrapper import wrap_calls
from .console import warn_once
from .guard import attempt
from .reading_filter import RunningTotals
from .result_message import print_result, stopped_message
from .session import Session
from .session_start import Training, begin
from .settings import Settings

log = logging.getLogger("hf_emissions")

_Decorated = TypeVar("_Decorated")

_ASK_FOR_TYPE = (
    "training_type is not given, and the card will lack it; "
    'say record_emissions(..., training_type="fine-tuning") or "pre-training"'
)
_CLOSED_EARLY = "closed early"
_CLOSED_EARLY_REMARK = (
    "Who iterated over the training stopped before its end, as by a break; the figure is of what it did until then."
)
_OF_COROUTINES = inspect.CO_COROUTINE | inspect.CO_ITERABLE_COROUTINE


class record_emissions:  # noqa: N801 - used like a function
    """Records the emissions of a block of code, or of every call of a function.

    The ledger is in `<output_dir>/_emissions/`, the figure in `<output_dir>/README.md`, which is created if missing.
    Needs the extra `[train]`.

        with record_emissions("out", country="DEU", training_type="fine-tuning") as recording:
            train()
        print(recording.record.emissions_g)

    The code may be any loop: Accelerate, plain PyTorch, scikit-learn, or `trainer.fit(model)` of Lightning, also in an
    `async with`. As a decorator it records each call until its work is done: a coroutine until it was awaited, a
    generator until it was iterated or closed.

    After an exception the measurements stay in the ledger, the card is left unchanged, and a warning names the command
    that puts the figure on it; `resume=True` resumes the recording. `sys.exit(0)` does not count as an exception.

    Simultaneous recordings of one folder are one: a later one joins, its `record` is the figure so far, and the last
    to end writes the card. Recordings of different folders have separate figures.

    Args:
        output_dir: folder of the card and the ledger, resolved when the code begins.
        resume: add to the last recording in the folder instead of starting a new one.
        settings: as for `EmissionsCallback`: country, region, intensity, training_type, pue, section, overwrite,
            enabled, assume_world_average. Give `training_type`: it cannot be detected from a loop.

    Raises:
        PlaceError: an unknown country or region, with near matches; an intensity that no grid has.
        UsageError: contradictory settings, or the decorated object is not a function.
    """

    def __init__(self, output_dir: str | Path, *, resume: bool = False, **settings: Any) -> None:
        if not isinstance(output_dir, (str, os.PathLike)):
            raise UsageError('record_emissions needs the folder of the card, such as @record_emissions("out")')
        self._settings = Settings(output_dir=output_dir, **settings)
        self._folder = Path(output_dir)
        self._resume = resume
        self._session: Session | None = None
        self._record: EmissionsRecord | None = None
        self._entries: list[ActiveContext | None] = []
        self._decorator: record_emissions | None = None
        self._active = self._settings.active
        if self._active:
            self._check()

    def _check(self) -> None:
        try:
            detection.check_codecarbon()
            self._settings.check_place()
        except MissingExtraError as error:
            log.warning("hf-emissions: %s; the code runs without it", error)
            self._active = False

    def __call__(self, function: _Decorated) -> _Decorated:
        decorated: _Decorated = wrap_calls(function, self._of_a_call)
        return decorated

    def _of_a_call(self) -> record_emissions:
        # Every call of a decorated function is a separate recording.
        call = copy.copy(self)
        call._decorator = self
        return call

    def __getstate__(self) -> dict[str, object]:
        """Settings only: a copy, also in another process, has recorded nothing yet."""
        return {**self.__dict__, "_session": None, "_record": None, "_entries": [], "_decorator": None}

    @property
    def record(self) -> EmissionsRecord | None:
        """The record, once the code has ended; for a decorator, of the call that ended last."""
        return self._record

    @property
    def sofar(self) -> RunningTotals | None:
        """Totals up to the last reading (at most 15 s ago); for a decorator, of the call that began last."""
        return self._session.recorder.sofar if self._session and self._session.recorder else None

    def __enter__(self) -> Self:
        is_active = self._active and self._settings.active
        self._entries.append(attempt(self._begin, _warn_of_no_recording) if is_active else None)
        return self

    def _begin(self) -> ActiveContext | None:
        detection.detect_hardware()
        training = Training(
            training_type=self._settings.training_type, resume_last=self._resume, is_alive=end_abandoned
        )
        session = begin(self._settings, self._folder, training)
        entry = ActiveContext(self, session, partial(_end, finished=None, stopped="abandoned"))
        for one in (self, self._decorator):
            if one is not None:
                one._session = session
        if not self._settings.training_type and session.placement.rank == 0:
            warn_once(_ASK_FOR_TYPE)
        with ExitStack() as unless_ready:
            # Ctrl-C here: the block was not entered, so __exit__ is never called.
            unless_ready.callback(entry.give_up)
            if session.recorder is not None:
                session.recorder.wait_ready(detection.BLOCK_READY_S)
            unless_ready.pop_all()
        return entry

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the recording; write the card, unless there was an exception."""
        entry = self._entries.pop() if self._entries else None
        if entry is None:
            return
        finished = _completion_reason(error, trace)
        stopped = "" if kind is None else "abandoned" if kind is GeneratorExit else kind.__name__
        # The garbage collector may close generators on our own thread, which cannot wait for itself.
        if threading.current_thread().name.startswith("hf-emissions"):
            threading.Thread(target=self._leave, args=(entry, finished, stopped), name="hf-emissions-end").start()
        else:
            self._leave(entry, finished, stopped)

    def _leave(self, entry: ActiveContext, finished: str | None, stopped: str) -> None:
        entry.leave(partial(_end, finished=finished, stopped=stopped))
        for one in (self, self._decorator):
            if one is not None:
                one._record = entry.session.record

    async def __aenter__(self) -> Self:
        """Start recording; blocks the event loop for two seconds at most, once per process."""
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)


def _warn_of_no_recording(error: Exception) -> None:
    log.warning("hf-emissions: %s: %s; nothing is recorded", type(error).__name__, error)


def _completion_reason(error: BaseException | None, trace: TracebackType | None) -> str | None:
    """Reason for the ledger if the code finished; None if it did not.

    `sys.exit(0)` counts as finished. So does a generator closed by its consumer, such as by a `break`. A closed
    coroutine was discarded, and has not finished.
    """
    if error is None:
        return "finished"
    if isinstance(error, SystemExit) and (error.code is None or (isinstance(error.code, int) and error.code == 0)):
        return "finished"
    if isinstance(error, GeneratorExit) and not (trace and trace.tb_frame.f_code.co_flags & _OF_COROUTINES):
        return _CLOSED_EARLY
    return None


def _end(session: Session, finished: str | None, stopped: str) -> None:
    """End a recording: write the card if the code finished (`finished` says how), else log a warning."""

    def warn(error: Exception) -> None:
        log.warning("hf-emissions: %s: %s; what was recorded is in the ledger", type(error).__name__, error)

    attempt(lambda: _end_session(session, finished, stopped), warn)


def _end_session(session: Session, finished: str | None, stopped: str) -> None:
    if finished == _CLOSED_EARLY:
        # A break cannot be told from an error in the consumer's loop.
        session.log("remark", text=_CLOSED_EARLY_REMARK)
    session.end(finished or stopped, complete=finished is not None)
    if session.continues or session.recorder is None:
        return
    if finished is None:
        log.warning("hf-emissions: %s", stopped_message(session, "the code", stopped))
    elif session.placement.rank == 0:
        print_result(session, written=session.write())
