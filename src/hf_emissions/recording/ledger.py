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

Energy is kept, not grams, so that grams can be worked out again. No latitude or longitude is ever in it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

VERSION = 1
FOLDER = "_emissions"  # Trainer leaves names that begin with an underscore out of its uploads


class LedgerFile:
    """One file of the ledger, open for appending. Every line is on the disk when `append` returns."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        _ignore_in_git(path.parent)

    def append(self, kind: str, **content: Any) -> None:
        """Add a line.

        Raises:
            OSError: it could not be written, such as on a full disk.
        """
        line = json.dumps({"v": VERSION, "kind": kind, **content}, ensure_ascii=False, allow_nan=False)
        # A line that a kill cut off is closed first, so that it does not swallow this one.
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            torn = os.fstat(handle).st_size > 0 and os.pread(handle, 1, os.fstat(handle).st_size - 1) != b"\n"
            _write_all(handle, (("\n" if torn else "") + line + "\n").encode("utf-8"))
            os.fsync(handle)
        finally:
            os.close(handle)


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


def _ignore_in_git(folder: Path) -> None:
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("# measurements of hf-emissions; `hf-emissions runs` reads them\n*\n", encoding="utf-8")


@dataclass(frozen=True, slots=True)
class LedgerLines:
    """What could be read of a ledger, in order, and what could not, in words."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_ledger(folder: Path) -> LedgerLines:
    """Every line of every file in a ledger's folder; a damaged line is named and left out."""
    found = LedgerLines()
    for path in sorted(folder.glob("*.jsonl")):
        for number, raw in _raw_lines(path, found.problems):
            line = _parse(raw, f"{path.name}:{number}", found.problems)
            if line is not None:
                found.lines.append(line)
    return found


def _raw_lines(path: Path, problems: list[str]) -> Iterator[tuple[int, bytes]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        problems.append(f"{path.name}: {error.strerror}; its measurements are left out")
        return
    for number, raw in enumerate(data.split(b"\n"), start=1):
        if raw.strip():
            yield number, raw


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
