"""The recordings that are open in this process, by folder: energy counts once on a card, and overlaps are said."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .experiment import Experiment

# Two threads that begin at once in one folder are one recording, so that they begin one after the other. Both locks
# are taken again by their own thread: the garbage collector may end a recording in the middle of anything.
BEGINNING = threading.RLock()
_lock = threading.RLock()


class OpenRecording:
    """One open recording of a folder, and all who take part in it: who began it, and who joined since."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = _key(folder)
        self.joined_is_said = False
        self.overlap_is_said = False
        self._pid = os.getpid()
        self._closed = False
        self._first: weakref.ref[Experiment] | None = None
        # Weak, lest the meter's thread, which asks `shared`, keeps what a training holds.
        self._members: list[weakref.ref[Experiment]] = []

    @property
    def members(self) -> list[Experiment]:
        """Who takes part, in the order of coming."""
        return [member for ref in self._members.copy() if (member := ref()) is not None]

    @property
    def shared(self) -> bool:
        """Whether any takes part but the one who began."""
        first = self._first() if self._first else None
        return any(member is not first for member in self.members)

    @property
    def elsewhere(self) -> bool:
        """Whether this is a fork's copy of a recording that goes on in the process it was begun in."""
        return self._pid != os.getpid()

    @property
    def is_open(self) -> bool:
        """Whether one may still join."""
        recorders = [one.recorder for one in self.members]
        return bool(recorders) and not self._closed and all(one is None or one.active for one in recorders)

    def take_in(self, member: Experiment) -> None:
        """Have one take part."""
        member.opened = self
        self._first = self._first or weakref.ref(member)
        self._members.append(weakref.ref(member))

    def leave(self, member: Experiment) -> bool:
        """Take one out; whether it was the last, who is to end the recording."""
        with _lock:
            self._members = [ref for ref in self._members if not (ref() is None or ref() is member)]
            self._closed = self._closed or not self._members
            if self._closed and _open.get(self.key) is self:
                del _open[self.key]
            return self._closed


_open: dict[Path, OpenRecording] = {}


def join(folder: Path, make: Callable[[Experiment], Experiment]) -> Experiment | None:
    """Take part in the open recording of a folder as what `make` makes of one who does; None where there is none."""
    with _lock:
        opened = _open.get(_key(folder))
        if opened is None or not opened.is_open:
            return None
        joined = make(opened.members[0])
        opened.take_in(joined)
        return joined


def add(opened: OpenRecording) -> list[OpenRecording]:
    """Have others know of a recording; those of other folders that are open beside it."""
    with _lock:
        others = [one for one in list(_open.values()) if one.is_open and one.key != opened.key]
        _open.clear()
        _open.update({one.key: one for one in (*others, opened)})
        return others


def _key(folder: Path) -> Path:
    return Path(os.path.realpath(folder))


def _forget() -> None:
    # A fork's copies of the locks may be held by threads that it does not have.
    global BEGINNING, _lock
    BEGINNING, _lock = threading.RLock(), threading.RLock()
    _open.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
