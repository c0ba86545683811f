"""Anonymize old ledgers: older versions named nodes after hosts, and kept error texts verbatim.

Files are rewritten one by one and atomically, so that a kill leaves each either old or new. Lines that another process
appends meanwhile go to the old file, which is held open, and are then appended to the new one.
"""

from __future__ import annotations

import json
import logging
import os
import re
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from ..card.file import write_atomically
from .appending import append_bytes
from .redaction import FACTS, PrivateNames, host_of, local_names, node_id, private_names, users_in

log = logging.getLogger("hf_emissions")

LOCK = ".lock"
_LOCK_S = 10.0  # rewriting a ledger of 100 MB takes three seconds
# From opening a file to having written its line a process needs microseconds, more on a busy machine. Files that were
# not touched for four reading intervals are not waited for.
_SETTLE_S = 0.25
_QUIET_S = 60.0

# A JSON string with its key, if any; a node's name, also in a truncated line.
_INSIDE = r'[^"\\]*(?:\\.[^"\\]*)*'
_TEXT = re.compile(rf'(?:"(?P<name>\w+)"\s*:\s*)?"(?P<text>{_INSIDE})"(?P<is_key>\s*:)?', re.DOTALL)
_NODE = re.compile(rf'(?P<key>"node"\s*:\s*")(?P<text>{_INSIDE})', re.DOTALL)
_NODE_BYTES = re.compile(_NODE.pattern.encode(), re.DOTALL)
# Lines without text, which are most.
_FIGURES = re.compile(rb'\{"v": 1, "kind": "(?:reading|written)", "run": "[^\\/]*\Z')

# Files found free of names, by size and mtime.
_clean: dict[Path, tuple[int, int]] = {}
# Folders that could not be rewritten; not retried by this process.
_refused: set[Path] = set()


def redact_ledger(folder: Path) -> None:
    """Rewrite the files of a ledger that name a host, a user or a folder; a disk error is a warning."""
    try:
        if folder not in _refused and _with_names(folder):
            _rewrite_locked(folder)
    except OSError as error:
        _refused.add(folder)
        log.warning(
            "hf-emissions: %s: older lines name this machine and could not be rewritten (%s); leave the folder out of "
            "uploads",
            *(folder, error.strerror or error),
        )


def _with_names(folder: Path) -> list[Path]:
    unknown = [path for path in sorted(folder.glob("*.jsonl")) if _clean.get(path) != _state(path)]
    files = {path: (_state(path), _bytes(path)) for path in unknown}
    names = private_names_in(data for _, data in files.values())
    found = []
    for path, (state, data) in files.items():
        if redact_bytes(data, names) != data:
            found.append(path)
        elif state is not None:
            _clean[path] = state
    return found


def _state(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _rewrite_locked(folder: Path) -> None:
    import filelock

    try:
        with filelock.FileLock(folder / LOCK, timeout=_LOCK_S):
            _rewrite(folder)
    except (filelock.Timeout, NotImplementedError) as error:
        raise OSError(f"{LOCK} could not be taken") from error


def _rewrite(folder: Path) -> None:
    for left in folder.glob(".*.jsonl.*.tmp"):  # left by a killed process
        left.unlink(missing_ok=True)
    names = private_names_in(map(_bytes, folder.glob("*.jsonl")))
    with ExitStack() as held:
        replaced = []
        for path in _with_names(folder):
            old = held.enter_context(path.open("rb"))
            recent = time.time() - os.fstat(old.fileno()).st_mtime < _QUIET_S
            write_atomically(path, redact_bytes(_whole_lines(old, recent), names))
            _carry_over(path, old, names)
            replaced += [(path, old)] if recent else []
        while replaced:
            time.sleep(_SETTLE_S)
            replaced = [(path, old) for path, old in replaced if _carry_over(path, old, names)]


def _whole_lines(file: BinaryIO, recent: bool) -> bytes:
    """Content of a file, waiting briefly for a line that is being written."""
    data = file.read()
    if recent and data and not data.endswith(b"\n"):
        time.sleep(_SETTLE_S)
        data += file.read()
    return data


def _carry_over(path: Path, old: BinaryIO, names: PrivateNames) -> bool:
    """Append to the new file what was added to the replaced one; True if there was anything."""
    added = old.read()
    if added:
        append_bytes(path, redact_bytes(added, names))
    return bool(added)


def private_names_in(files: Iterable[bytes]) -> PrivateNames:
    """Names in the files of a ledger, and those of this machine."""
    hosts: set[str] = set()
    users: set[str] = set()
    for data in files:
        found = (_unescaped(node["text"].decode("utf-8", "surrogateescape")) for node in _NODE_BYTES.finditer(data))
        hosts |= set(map(host_of, found))
        if b"/home/" in data or b"Users" in data:
            users |= users_in(data.decode("utf-8", "surrogateescape").replace("\\\\", "\\"))
    return local_names() | private_names(hosts, users, ())


def redact_bytes(data: bytes, names: PrivateNames) -> bytes:
    """The lines of a file without names; all other bytes are kept, also in damaged lines or unknown versions."""
    return b"\n".join(_line(line, names) if may_hold_names(line) else line for line in data.split(b"\n"))


def may_hold_names(line: bytes) -> bool:
    """True if a line may hold a name; readings and written figures have no text."""
    return bool(line) and (not _FIGURES.match(line) or b'"node"' in line)


def _line(line: bytes, names: PrivateNames) -> bytes:
    text = line.decode("utf-8", "surrogateescape")
    if _is_json(text):
        new = _TEXT.sub(lambda found: _nameless(found, names), text)
    else:
        # String boundaries of a damaged line are uncertain.
        new = names.redact(_NODE.sub(lambda found: found["key"] + node_id(_unescaped(found["text"])), text))
    return line if new == text else new.encode("utf-8", "surrogateescape")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _nameless(found: re.Match[str], names: PrivateNames) -> str:
    if found["is_key"] or found["name"] in FACTS:
        return found[0]
    text = _unescaped(found["text"])
    # A list element has no key; it is the name of a hardware component.
    new = node_id(text) if found["name"] == "node" else (names if found["name"] else PrivateNames()).redact(text)
    if new == text:
        return found[0]
    wrap_calls = json.dumps(new)[1:-1] if "\\" in found["text"] else new
    start, end = (place - found.start() for place in found.span("text"))
    return found[0][:start] + wrap_calls + found[0][end:]


def _unescaped(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return text


def copy_runs(source: Path, target: Path, run_ids: Iterable[str]) -> None:
    """Copy the files of runs, without names, into a ledger that lacks them."""
    names = private_names_in(map(_bytes, source.glob("*.jsonl")))
    target.mkdir(parents=True, exist_ok=True)
    for path in (path for run_id in run_ids for path in source.glob(f"{run_id}-*.jsonl")):
        if not (target / path.name).exists():
            write_atomically(target / path.name, redact_bytes(path.read_bytes(), names))
