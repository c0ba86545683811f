"""Blocks that were entered and not left yet; one that is thrown away, or open at the program's end, is left then."""

from __future__ import annotations

import atexit
import threading
import weakref
from collections.abc import Callable
from typing import Any

from .experiment import Experiment

# Taken again by its own thread: the garbage collector may leave a block in the middle of anything.
_lock = threading.RLock()
_entered: list[EnteredBlock] = []


class EnteredBlock:
    """A block that was entered.

    Args:
        holder: whoever leaves the block; once nobody holds that any more, nobody will.
        experiment: what is recorded.
        give_up: ends the recording of a block that is not left.
    """

    def __init__(self, holder: Any, experiment: Experiment, give_up: Callable[[Experiment], None]) -> None:
        self.experiment = experiment
        self._give_up = give_up
        self._holder = weakref.ref(holder)
        self._missed = 0
        with _lock:
            _entered.append(self)

    def leave(self, end: Callable[[Experiment], None]) -> None:
        """End the recording, unless that was done already."""
        with _lock:
            if self not in _entered:
                return
            _entered.remove(self)
        try:
            end(self.experiment)
        except BaseException:  # Ctrl-C while it was being ended
            with _lock:
                _entered.append(self)
            raise

    @property
    def is_abandoned(self) -> bool:
        """Whether the holder was gone the last time too: the collector forgets it before it closes its generator."""
        self._missed = 0 if self._holder() is not None else self._missed + 1
        return self._missed > 1

    def give_up(self) -> None:
        """End the recording of a block that nobody will leave."""
        self.leave(self._give_up)


def look_for_abandoned() -> bool:
    """End what was abandoned, on a thread of its own; asked by the meter every second. Always true."""
    for one in _entered.copy():
        if one.is_abandoned:
            threading.Thread(target=one.give_up, name="hf-emissions-end").start()
    return True


@atexit.register
def _at_the_end() -> None:
    for one in _entered.copy():
        one.give_up()
