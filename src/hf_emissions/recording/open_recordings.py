"""Open recordings of this process by folder, so that energy counts once per card and overlaps are reported."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .session import Session

# Serializes starts: two threads that start at once in one folder share a recording. Both locks are reentrant, because
# the garbage collector may end a recording at any point.
BEGINNING = threading.RLock()
_lock = threading.RLock()


class OpenRecording:
    """An open recording of a folder and its members: the one that started it, and those that joined."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = _key(folder)
        self.joined_is_said = False
        self.overlap_is_said = False
        self._pid = os.getpid()
        self._closed = False
        self._first: weakref.ref[Session] | None = None
        # Weak, so that the meter's thread, which reads `shared`, does not keep a training's objects alive.
        self._members: list[weakref.ref[Session]] = []

    @property
    def members(self) -> list[Session]:
        """Live members, in order of joining."""
        return [member for ref in self._members.copy() if (member := ref()) is not None]

    @property
    def shared(self) -> bool:
        """True if there is a member other than the first."""
        first = self._first() if self._first else None
        return any(member is not first for member in self.members)

    @property
    def elsewhere(self) -> bool:
        """True if this is a forked copy of a recording that continues in its original process."""
        return self._pid != os.getpid()

    @property
    def is_open(self) -> bool:
        """True if others may still join."""
        recorders = [one.recorder for one in self.members]
        return bool(recorders) and not self._closed and all(one is None or one.active for one in recorders)

    def add_member(self, member: Session) -> None:
        """Add a member."""
        member.opened = self
        self._first = self._first or weakref.ref(member)
        self._members.append(weakref.ref(member))

    def leave(self, member: Session) -> bool:
        """Remove a member; True if it was the last, which must end the recording."""
        with _lock:
            self._members = [ref for ref in self._members if not (ref() is None or ref() is member)]
            self._closed = self._closed or not self._members
            if self._closed and _open.get(self.key) is self:
                del _open[self.key]
            return self._closed


_open: dict[Path, OpenRecording] = {}


def join(folder: Path, make: Callable[[Session], Session]) -> Session | None:
    """Join the open recording of a folder with `make(member)` as the new member; None if there is none."""
    with _lock:
        opened = _open.get(_key(folder))
        if opened is None or not opened.is_open:
            return None
        joined = make(opened.members[0])
        opened.add_member(joined)
        return joined


def add(opened: OpenRecording) -> list[OpenRecording]:
    """Register a recording; return the open ones of other folders."""
    with _lock:
        others = [one for one in list(_open.values()) if one.is_open and one.key != opened.key]
        _open.clear()
        _open.update({one.key: one for one in (*others, opened)})
        return others


def _key(folder: Path) -> Path:
    return Path(os.path.realpath(folder))


def _forget() -> None:
    # The inherited locks may be held by threads that do not exist in the fork.
    global BEGINNING, _lock
    BEGINNING, _lock = threading.RLock(), threading.RLock()
    _open.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
