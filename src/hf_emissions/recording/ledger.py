"""The ledger: append-only JSON lines beside the checkpoints, one file per run and process.

A line is a JSON object with `v` (version of the format) and `kind`:

    entered    run, segment, node, nodes_expected, step, time: the training has begun, its meter maybe not yet
    start      the same, plus what is metered: tool, hardware, power ...; late_s, the seconds since `entered`
    reading    t_s (seconds of metering), cpu_kwh, gpu_kwh, ram_kwh since the meter began, step, why, time; `filled`
               with s, cpu_kwh, gpu_kwh, ram_kwh: in addition, the estimate for the seconds before the meter began
    place      the place, see `Place.as_json`
    weights    a sample of the weights at a step, None for the end
    note       something missing or doubtful
    withdrawn  a note that no longer holds
    warning    a warning of CodeCarbon, verbatim except for names and paths; not for the card
    remark     another fact about the figure, such as other users of the machine
    written    the grams about to be put on the card, so that they are recognized as ours
    end        why the segment ended

Energy is stored, not grams, so that grams can be recomputed. It never holds latitude or longitude, nor names of hosts,
users or folders: nodes have ids, and texts are masked (redaction.py). Ledgers of older versions are masked on reading,
and rewritten when something is appended (ledger_redaction.py). docs/ledger.md shows each kind of line.
"""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..card.file import with_path, write_atomically
from . import clock
from .appending import append_bytes
from .ledger_redaction import may_hold_names, private_names_in, redact_ledger
from .redaction import redact_line

log = logging.getLogger("hf_emissions")

Line = dict[str, Any]  # of JSON
VERSION = 1
FOLDER = "_emissions"  # Trainer excludes names with a leading underscore from uploads


class LedgerFile:
    """One file of the ledger, to append to. Every line is on disk when `append` returns."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._prepared = False
        self._refused = b""

    @property
    def is_complete(self) -> bool:
        return not self._refused

    def append(self, kind: str, **content: object) -> None:
        """Append a line without private names, after any that the disk refused before; an OSError names this file."""
        line = redact_line({"v": VERSION, "kind": kind, **content})
        # A lone surrogate, as in a file name that is not valid text, becomes a JSON escape.
        data = (json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8", "backslashreplace")
        self._refused += data
        try:
            if not self._prepared:  # once: a folder deleted meanwhile is not recreated
                _prepare(self.path.parent)
                self._prepared = True
            append_bytes(self.path, self._refused)
        except OSError as error:
            raise with_path(error, self.path) from error
        self._refused = b""


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(errno.ENOTDIR, f"{folder} is a file, where the ledger's folder should be") from None
    _ignore_in_git(folder)
    redact_ledger(folder)


def _ignore_in_git(folder: Path) -> None:
    ignore = folder / ".gitignore"
    if not ignore.exists():
        # Best effort: the ledger works without it.
        with contextlib.suppress(OSError):
            write_atomically(ignore, b"# measurements of hf-emissions; `hf-emissions runs` reads them\n*\n")


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

    @property
    def has_ended(self) -> bool:
        with self._lock:
            return any(line["kind"] == "end" for line in self.lines)

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


@dataclass(frozen=True, slots=True)
class LedgerLines:
    """Parsed lines of a ledger, in order, and descriptions of what could not be read."""

    lines: list[Line] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_ledger(folder: Path) -> LedgerLines:
    """Read all lines of all files in a ledger, without names; damaged lines are reported and skipped."""
    found = LedgerLines()
    files = {path: _bytes(path, found.problems) for path in sorted(folder.glob("*.jsonl"))}
    names = private_names_in(files.values())
    for path, data in files.items():
        for number, raw in enumerate(data.split(b"\n"), start=1):
            line = _parse(raw, f"{path.name}:{number}", found.problems) if raw.strip() else None
            if line is not None:
                found.lines.append(redact_line(line, names) if may_hold_names(raw) else line)
    return found


def _bytes(path: Path, problems: list[str]) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        problems.append(f"{path.name}: {error.strerror}; its measurements are left out")
        return b""


def _parse(raw: bytes, place: str, problems: list[str]) -> Line | None:
    try:
        line = json.loads(raw)
    except (ValueError, RecursionError):
        problems.append(f"{place}: the line is damaged, as by a kill or a full disk; it is left out")
        return None
    if not isinstance(line, Mapping) or not isinstance(line.get("kind"), str):
        problems.append(f"{place}: this is no line of a ledger; it is left out")
        return None
    version = line.get("v")
    if not isinstance(version, int) or version > VERSION:
        file = place.rpartition(":")[0]
        newer = f"{file}: written by a newer hf-emissions (format {version}); what is known of it is read"
        problems += [] if newer in problems else [newer]
    return dict(line)
