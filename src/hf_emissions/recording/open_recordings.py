"""Open recordings of this process by folder, so that energy counts once per card and overlaps are reported."""

from __future__ import annotations

import logging
import os
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from .shell_text import path_text

if TYPE_CHECKING:
    from .session import Session

log = logging.getLogger("hf_emissions")

_OVERLAP = (
    "Another recording of the same process ran at the same time: a part of this energy is in that figure too, so that "
    "the two must not be added up."
)

# Serializes starts: two threads that start at once in one folder share a recording. Both locks are reentrant, because
# the garbage collector may end a recording at any point.
BEGINNING = threading.RLock()
_lock = threading.RLock()


class OpenRecording:
    """An open recording of a folder and its members: the one that started it, and those that joined."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = _key(folder)
        self._joining_is_warned_of = False
        self._overlap_is_logged = False
        self._pid = os.getpid()
        self._closed = False
        self._first: weakref.ref[Session] | None = None
        # Weak, so that the meter's thread, which reads `shared`, does not keep a training's objects alive.
        self._members: list[weakref.ref[Session]] = []

    @property
    def members(self) -> list[Session]:
        return [member for ref in self._members.copy() if (member := ref()) is not None]

    @property
    def shared(self) -> bool:
        first = self._first() if self._first else None
        return any(member is not first for member in self.members)

    @property
    def is_forked_copy(self) -> bool:
        """True if this is a forked copy of a recording that continues in its original process."""
        return self._pid != os.getpid()

    @property
    def is_open(self) -> bool:
        recorders = [one.recorder for one in self.members]
        return bool(recorders) and not self._closed and all(one is None or one.active for one in recorders)

    def add_member(self, member: Session) -> None:
        member.open_recording = self
        self._first = self._first or weakref.ref(member)
        self._members.append(weakref.ref(member))

    def warn_of_joining(self) -> None:
        """Warn, once, that what begins in the folder meanwhile is counted with it."""
        if not self._joining_is_warned_of:
            self._joining_is_warned_of = True
            log.warning(
                "hf-emissions: %s is being recorded already; what else begins in it meanwhile joins in, counted once",
                path_text(self.folder),
            )

    def log_overlap(self) -> bool:
        """Remark, once, that another card holds a part of the same energy; False if that was done before."""
        members = () if self._overlap_is_logged else self.members[:1]
        for member in members:
            self._overlap_is_logged = True
            member.log("remark", text=_OVERLAP)
        return bool(members)

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
        entry = _open.get(_key(folder))
        if entry is None or not entry.is_open:
            return None
        joined = make(entry.members[0])
        entry.add_member(joined)
        return joined


def register(entry: OpenRecording) -> None:
    """Register a recording; it and the open ones of other folders get a remark that they hold the same energy."""
    with _lock:
        others = [one for one in list(_open.values()) if one.is_open and one.key != entry.key]
        _open.clear()
        _open.update({one.key: one for one in (*others, entry)})
    meters = any(member.recorder is not None for member in entry.members)
    for other in others:
        entry.log_overlap()
        if other.log_overlap() and meters:
            log.warning(
                "hf-emissions: %s and %s are recorded at the same time, and each figure is that of the whole machine: "
                "do not add them up",
                *(path_text(one.folder) for one in (other, entry)),
            )


def _key(folder: Path) -> Path:
    return Path(os.path.realpath(folder))


def _forget() -> None:
    # The inherited locks may be held by threads that do not exist in the fork.
    global BEGINNING, _lock
    BEGINNING, _lock = threading.RLock(), threading.RLock()
    _open.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
