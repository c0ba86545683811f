"""Registry of entered blocks; one that is discarded, or still open at program exit, is ended then."""

from __future__ import annotations

import atexit
import threading
import weakref
from collections.abc import Callable
from contextlib import ExitStack

from .session import Session

# Reentrant, because the garbage collector may leave a block at any point.
_lock = threading.RLock()
_active: list[ActiveContext] = []


class ActiveContext:
    """A block that was entered; `holder` leaves it, and `give_up` ends its recording once the holder is collected."""

    def __init__(self, holder: object, session: Session, give_up: Callable[[Session], None]) -> None:
        self.session = session
        self._give_up = give_up
        self._holder = weakref.ref(holder)
        self._missed = 0
        self._enter()

    def _enter(self) -> None:
        with _lock:
            _active.append(self)

    def leave(self, end: Callable[[Session], None]) -> None:
        """End the recording; idempotent."""
        with _lock:
            if self not in _active:
                return
            _active.remove(self)
        with ExitStack() as interrupted:
            interrupted.callback(self._enter)  # Ctrl-C during `end`
            end(self.session)
            interrupted.pop_all()

    @property
    def is_abandoned(self) -> bool:
        """True if the holder was also gone at the last check: its weak reference dies before its generator closes."""
        self._missed = 0 if self._holder() is not None else self._missed + 1
        return self._missed > 1

    def give_up(self) -> None:
        self.leave(self._give_up)


def end_abandoned() -> bool:
    """End abandoned blocks, each on its own thread; called by the meter every second. Always True."""
    for one in _active.copy():
        if one.is_abandoned:
            threading.Thread(target=one.give_up, name="hf-emissions-end").start()
    return True


@atexit.register
def _at_the_end() -> None:
    for one in _active.copy():
        one.give_up()
