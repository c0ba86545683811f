"""Import CodeCarbon and detect the hardware, once per process and off the training thread."""

from __future__ import annotations

import concurrent.futures.thread  # noqa: F401 - see _before_fork
import os
import threading

from ..errors import MissingExtraError
from . import installed
from .codecarbon_log import silence
from .console import warn_once
from .meter import Meter, MeterError

# How long the start of a training waits for its meter. If detection began when the callback was created, it is ready by
# then; a gap is filled in from the first readings. This is half of the 0.5 s that `train()` may cost in all.
READY_S = 0.25
# The same for a block of code, which may end before there are readings to fill a gap from.
BLOCK_READY_S = 2.0
# A fork during an import on another thread inherits held import locks, so that a data loader's worker could hang. So a
# fork waits for the detection, as long as a start of training may wait in all.
FORK_S = 2.0
# How long creating a callback waits for CodeCarbon's import (0.1 s, 0.4 s on a cold disk), to report a failure.
IMPORT_S = 0.5


class _Detection:
    """One detection and its progress."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self.thread = 0
        self.imported = threading.Event()
        self.done = threading.Event()
        self.problem: MissingExtraError | None = None
        self.is_unawaited = False
        self.waited_for = False
        self.lock = threading.Lock()

    @property
    def is_usable(self) -> bool:
        """True unless it failed, or is an unfinished copy in a forked child, where its thread is gone."""
        return self.problem is None and (self.done.is_set() or self.process == os.getpid())

    def run(self) -> None:
        """Import, then detect; runs on its own thread."""
        self.thread = threading.get_ident()
        meter = Meter()
        try:
            self._import()
            meter.prepare()
        except (MissingExtraError, MeterError):
            return  # the recorder's own meter will fail too, and report it
        finally:
            self.imported.set()
            self.done.set()
            meter.stop()

    def _import(self) -> None:
        try:
            installed.load()
        except MissingExtraError as problem:
            with self.lock:
                self.problem = problem
                self.imported.set()
                is_unawaited = self.is_unawaited
            if is_unawaited:
                warn_once(f"{problem}; nothing is recorded")
            raise
        self.imported.set()

    def wait_for_import(self) -> None:
        """Wait up to `IMPORT_S` for the import; MissingExtraError if it failed. Of a later failure its thread warns."""
        in_time = self.imported.wait(IMPORT_S)
        with self.lock:
            self.is_unawaited = not in_time and self.problem is None
            problem = self.problem
        if problem is not None:
            raise problem


_detection: list[_Detection] = []


def _before_fork() -> None:
    # Handlers run in reverse order: this one before that of CodeCarbon's thread pool, which takes a lock.
    for detection in _detection[-1:]:
        if detection.thread != threading.get_ident() and not detection.waited_for:
            detection.done.wait(FORK_S)
            detection.waited_for = True


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork)


def detect_hardware() -> _Detection:
    """Start CodeCarbon's hardware detection in the background before the training; takes 0.25 s, once per process."""
    if not (_detection and _detection[-1].is_usable):
        silence()
        _detection.append(_Detection())
        threading.Thread(target=_detection[-1].run, daemon=True, name="hf-emissions-detect").start()
    return _detection[-1]


def check_codecarbon() -> None:
    """Start hardware detection in the background; MissingExtraError, with the fix, if CodeCarbon is not usable."""
    installed.check_installed()
    detect_hardware().wait_for_import()


def wait_for_detection() -> None:
    if _detection and _detection[-1].process == os.getpid():
        _detection[-1].done.wait()
