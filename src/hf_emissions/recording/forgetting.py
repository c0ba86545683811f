"""Old ledgers without the names that they held: nodes were called after hosts, and errors kept as they were.

Files are rewritten one by one, each at once, so that a kill leaves every file whole, the old one or the new one. What
another process adds to a file in that moment goes to the old one, which we hold, and is put behind the new one.
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
from .names import FACTS, PrivateNames, host_of, names_here, names_of, node_id, users_in

log = logging.getLogger("hf_emissions")

LOCK = ".lock"
_LOCK_S = 10.0  # rewriting a ledger of 100 MB takes three seconds
# Between opening a file and having written its line a process needs microseconds; on a busy machine it may have to wait
# for its turn. Files that nobody has touched for longer than four readings take are not waited for.
_SETTLE_S = 0.25
_QUIET_S = 60.0

# A text of JSON with its key, if it has one; a node's name where a line may be cut off anywhere.
_INSIDE = r'[^"\\]*(?:\\.[^"\\]*)*'
_TEXT = re.compile(rf'(?:"(?P<name>\w+)"\s*:\s*)?"(?P<text>{_INSIDE})"(?P<is_key>\s*:)?', re.DOTALL)
_NODE = re.compile(rf'(?P<key>"node"\s*:\s*")(?P<text>{_INSIDE})', re.DOTALL)
_NODE_BYTES = re.compile(_NODE.pattern.encode(), re.DOTALL)
# Lines of ours that hold no text; most lines are such.
_FIGURES = re.compile(rb'\{"v": 1, "kind": "(?:reading|written)", "run": "[^\\/]*\Z')

# Files that name nothing, as they were then: size and time of change.
_clean: dict[Path, tuple[int, int]] = {}
# Folders that could not be rewritten; not tried again by this process.
_refused: set[Path] = set()


def forget_names(folder: Path) -> None:
    """Rewrite the files of a ledger that name a host, a user or a folder.

    A disk that does not let us leaves them as they are, which is said, and nothing else comes of it.
    """
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
    """The files of a ledger that name something, as far as they can be read."""
    unknown = [path for path in sorted(folder.glob("*.jsonl")) if _clean.get(path) != _state(path)]
    files = {path: (_state(path), _bytes(path)) for path in unknown}
    names = names_in_files(data for _, data in files.values())
    found = []
    for path, (state, data) in files.items():
        if without_names(data, names) != data:
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
    for left in folder.glob(".*.jsonl.*.tmp"):  # by one that was killed here
        left.unlink(missing_ok=True)
    names = names_in_files(map(_bytes, folder.glob("*.jsonl")))
    with ExitStack() as held:
        replaced = []
        for path in _with_names(folder):
            old = held.enter_context(path.open("rb"))
            recent = time.time() - os.fstat(old.fileno()).st_mtime < _QUIET_S
            write_atomically(path, without_names(_whole_lines(old, recent), names))
            _carry_over(path, old, names)
            replaced += [(path, old)] if recent else []
        while replaced:
            time.sleep(_SETTLE_S)
            replaced = [(path, old) for path, old in replaced if _carry_over(path, old, names)]


def _whole_lines(file: BinaryIO, recent: bool) -> bytes:
    """What is in a file, with the end of the line that is being written just now."""
    data = file.read()
    if recent and data and not data.endswith(b"\n"):
        time.sleep(_SETTLE_S)
        data += file.read()
    return data


def _carry_over(path: Path, old: BinaryIO, names: PrivateNames) -> bool:
    """Put what has been added to a file that was replaced behind the new one; whether there was anything."""
    added = old.read()
    if added:
        append_bytes(path, without_names(added, names))
    return bool(added)


def names_in_files(files: Iterable[bytes]) -> PrivateNames:
    """The names that the files of a ledger hold, and those of this machine."""
    hosts: set[str] = set()
    users: set[str] = set()
    for data in files:
        found = (_unescaped(node["text"].decode("utf-8", "surrogateescape")) for node in _NODE_BYTES.finditer(data))
        hosts |= set(map(host_of, found))
        if b"/home/" in data or b"Users" in data:
            users |= users_in(data.decode("utf-8", "surrogateescape").replace("\\\\", "\\"))
    return names_here() | names_of(hosts, users, ())


def without_names(data: bytes, names: PrivateNames) -> bytes:
    """The lines of a file without names; every other byte as it is, also of lines that are damaged or of no version."""
    return b"\n".join(_line(line, names) if may_name(line) else line for line in data.split(b"\n"))


def may_name(line: bytes) -> bool:
    """Whether a line may hold a name: a reading, as we write it, has no text."""
    return bool(line) and (not _FIGURES.match(line) or b'"node"' in line)


def _line(line: bytes, names: PrivateNames) -> bytes:
    text = line.decode("utf-8", "surrogateescape")
    if _is_json(text):
        new = _TEXT.sub(lambda found: _nameless(found, names), text)
    else:
        # Where the texts of a damaged line begin and end is uncertain.
        new = names.masked(_NODE.sub(lambda found: found["key"] + node_id(_unescaped(found["text"])), text))
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
    # An element of a list has no key; it is the name of a part of the machine.
    new = node_id(text) if found["name"] == "node" else (names if found["name"] else PrivateNames()).masked(text)
    if new == text:
        return found[0]
    inside = json.dumps(new)[1:-1] if "\\" in found["text"] else new
    start, end = (place - found.start() for place in found.span("text"))
    return found[0][:start] + inside + found[0][end:]


def _unescaped(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return text


def copy_runs(source: Path, target: Path, run_ids: Iterable[str]) -> None:
    """Copy the files of runs, without names, into a ledger that does not have them."""
    names = names_in_files(map(_bytes, source.glob("*.jsonl")))
    target.mkdir(parents=True, exist_ok=True)
    for path in (path for run_id in run_ids for path in source.glob(f"{run_id}-*.jsonl")):
        if not (target / path.name).exists():
            write_atomically(target / path.name, without_names(path.read_bytes(), names))
