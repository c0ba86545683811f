"""CodeCarbon's import and its detection of the hardware, once a process and off the training thread."""

from __future__ import annotations

import concurrent.futures.thread  # noqa: F401 - see _before_fork
import os
import threading

from ..errors import MissingExtraError
from . import installed
from .meter import Meter, MeterError
from .quiet import silence
from .saying import warn_once

# How long the start of a training waits for its meter. Where the detection was begun when the callback was made, it is
# ready by then; what is late is filled in from the first readings. With the 0.5 s that `train()` may cost in all, this
# leaves the other half to the rest.
READY_S = 0.25
# The same for a block of code, which may be over before there is anything that it could be filled in from.
BLOCK_READY_S = 2.0
# A process that is forked while modules are imported on another thread has their locks taken for ever, so that a worker
# of a data loader could hang. A fork waits for the detection, as long as a start of training may wait in all.
FORK_S = 2.0
# How long the making of a callback waits for CodeCarbon's import (0.1 s, 0.4 s on a cold disk), to name one that fails.
IMPORT_S = 0.5


class _Detection:
    """One detection and how far it is."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self.thread = 0
        self.imported = threading.Event()
        self.done = threading.Event()
        self.problem: MissingExtraError | None = None
        self.nobody_waits = False
        self.waited_for = False
        self.lock = threading.Lock()

    @property
    def of_use(self) -> bool:
        """Whether it need not be begun again: in a forked child its thread is gone."""
        return self.problem is None and (self.done.is_set() or self.process == os.getpid())

    def run(self) -> None:
        """Import, then detect; on a thread of its own."""
        self.thread = threading.get_ident()
        meter = Meter()
        try:
            self._import()
            meter.prepare()
        except (MissingExtraError, MeterError):
            return  # the recorder's own meter will fail as well, and say so
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
                unnamed = self.nobody_waits
            if unnamed:
                warn_once(f"{problem}; nothing is recorded")
            raise
        self.imported.set()

    def wait_for_import(self) -> None:
        """Wait for the import a little.

        Raises:
            MissingExtraError: it failed. Where it fails later, its own thread says so.
        """
        in_time = self.imported.wait(IMPORT_S)
        with self.lock:
            self.nobody_waits = not in_time and self.problem is None
            problem = self.problem
        if problem is not None:
            raise problem


_detection: list[_Detection] = []


def _before_fork() -> None:
    # What was registered last comes first: before the pool that CodeCarbon detects with is locked for the fork.
    for detection in _detection[-1:]:
        if detection.thread != threading.get_ident() and not detection.waited_for:
            detection.done.wait(FORK_S)
            detection.waited_for = True


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork)


def _begun() -> _Detection:
    if not (_detection and _detection[-1].of_use):
        silence()
        _detection.append(_Detection())
        threading.Thread(target=_detection[-1].run, daemon=True, name="hf-emissions-detect").start()
    return _detection[-1]


def check_codecarbon() -> None:
    """Refuse a CodeCarbon that is of no use, and have one that is detect the hardware meanwhile.

    Raises:
        MissingExtraError: it is missing, too old or broken; with the command that mends it.
    """
    installed.check_installed()
    _begun().wait_for_import()


def detect_hardware() -> None:
    """Have CodeCarbon detect the hardware on a thread of its own: a quarter of a second, once a process.

    Begun before the training, so that it does not slow the first steps.
    """
    _begun()


def wait_for_detection() -> None:
    """Wait until the detection that was begun, if one was, has ended."""
    if _detection and _detection[-1].process == os.getpid():
        _detection[-1].done.wait()
