"""The lines of one segment: in the ledger, and in memory should the disk refuse them."""

from __future__ import annotations

import logging
import threading
import uuid
from pathlib import Path

from . import clock
from .ledger import VERSION, LedgerFile, Line
from .redaction import redact_line

log = logging.getLogger("hf_emissions")


class SegmentLog:
    """Lines of a segment, appended from any thread; `problems` are the notes for the card that still hold."""

    def __init__(self, folder: Path, run: str) -> None:
        self.segment = uuid.uuid4().hex[:12]
        self.lines: list[Line] = []
        self.problems: list[str] = []
        self._run = run
        self._file = LedgerFile(folder / f"{run}-{self.segment}.jsonl")
        self._lock = threading.Lock()
        self._has_warned = False

    @property
    def is_on_disk(self) -> bool:
        return bool(self.lines) and self._file.is_complete

    def append(self, kind: str, **content: object) -> None:
        """Append a line; if the disk refuses it, keep it in memory and warn."""
        line = redact_line({"run": self._run, "segment": self.segment, "time": clock.wall_time(), **content})
        with self._lock:
            self.lines.append({"v": VERSION, "kind": kind, **line})
            try:
                self._file.append(kind, **line)
            except OSError as error:
                self.warn(
                    f"the ledger cannot be written ({error.filename}: {error.strerror}); a crash would lose what was "
                    "recorded"
                )

    def note(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)
            self.append("note", text=problem)

    def withdraw(self, problem: str) -> None:
        if problem in self.problems:
            self.problems.remove(problem)
            self.append("withdrawn", text=problem)

    def warn(self, message: str) -> None:
        """Warn on the console, once per segment: failures repeat, and the ledger has the rest."""
        if not self._has_warned:
            self._has_warned = True
            log.warning("hf-emissions: %s", message)
