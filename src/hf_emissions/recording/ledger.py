"""The ledger: append-only JSON lines beside the checkpoints, one file per run and process.

A line is a whole JSON object with `v` (version of the format) and `kind`:

    entered    run, segment, node, nodes_expected, step, time: the training has begun, its meter may not have yet
    start      the same, and what is metered: tool, hardware, power ...; late_s, the seconds since then
    reading    t_s (seconds of metering), cpu_kwh, gpu_kwh, ram_kwh since the meter began, step, why, time; `filled`
               with s, cpu_kwh, gpu_kwh, ram_kwh: what stands, beside that, for the seconds before the meter began
    note       what is missing or doubtful, in words
    withdrawn  a note that has turned out not to hold
    warning    what CodeCarbon warned of, in its words but for paths; not for the card
    remark     what else there is to know of the figure, such as who else used the machine
    written    the grams that are about to be put on the card, so that they are known to be ours
    end        why the segment ended

Energy is kept, not grams, so that grams can be worked out again. No latitude or longitude is ever in it, and nothing
that names a host, a user or a folder: a node has an id, and in texts a mask stands for what they name (names.py). What
older versions wrote is read that way, and rewritten when something is added to it (forgetting.py). docs/ledger.md shows
each kind of line.
"""

from __future__ import annotations

import contextlib
import errno
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..card.file import about, write_atomically
from .appending import append_bytes
from .forgetting import forget_names, may_name, names_in_files
from .names import nameless

VERSION = 1
FOLDER = "_emissions"  # Trainer leaves names that begin with an underscore out of its uploads


class LedgerFile:
    """One file of the ledger, open for appending. Every line is on the disk when `append` returns."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._prepared = False
        self._refused = b""

    @property
    def whole(self) -> bool:
        """Whether all lines are on the disk."""
        return not self._refused

    def append(self, kind: str, **content: Any) -> None:
        """Add a line, without names of hosts, users or folders, and those before it that the disk refused.

        Raises:
            OSError: it could not be written, such as on a full disk; named after this file.
        """
        line = nameless({"v": VERSION, "kind": kind, **content})
        # Half of a surrogate pair, as in a file's name that is no text, becomes the escape that JSON has for it.
        data = (json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8", "backslashreplace")
        self._refused += data
        try:
            if not self._prepared:  # once: a folder that somebody deletes meanwhile is not made again
                _prepare(self.path.parent)
                self._prepared = True
            append_bytes(self.path, self._refused)
        except OSError as error:
            raise about(error, self.path) from error
        self._refused = b""


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(errno.ENOTDIR, f"{folder} is a file, where the ledger's folder should be") from None
    _ignore_in_git(folder)
    forget_names(folder)


def _ignore_in_git(folder: Path) -> None:
    ignore = folder / ".gitignore"
    if not ignore.exists():
        # Without it the ledger is whole all the same.
        with contextlib.suppress(OSError):
            write_atomically(ignore, b"# measurements of hf-emissions; `hf-emissions runs` reads them\n*\n")


@dataclass(frozen=True, slots=True)
class LedgerLines:
    """What could be read of a ledger, in order, and what could not, in words."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_ledger(folder: Path) -> LedgerLines:
    """Every line of every file in a ledger's folder, without names; a damaged line is named and left out."""
    found = LedgerLines()
    files = {path: _bytes(path, found.problems) for path in sorted(folder.glob("*.jsonl"))}
    names = names_in_files(files.values())
    for path, data in files.items():
        for number, raw in enumerate(data.split(b"\n"), start=1):
            line = _parse(raw, f"{path.name}:{number}", found.problems) if raw.strip() else None
            if line is not None:
                found.lines.append(nameless(line, names) if may_name(raw) else line)
    return found


def _bytes(path: Path, problems: list[str]) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        problems.append(f"{path.name}: {error.strerror}; its measurements are left out")
        return b""


def _parse(raw: bytes, place: str, problems: list[str]) -> dict[str, Any] | None:
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
