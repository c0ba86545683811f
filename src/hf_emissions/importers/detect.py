"""Detect which tracker wrote a file, and read files and folders."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ..errors import HfEmissionsError, RecordError, TrackerError, UnitError, UsageError
from .deduplicate import merged
from .file import TrackerFile
from .file_result import FileResult
from .registry import find_tracker, known_trackers
from .tracked import Tracked
from .tracker import Tracker

# Maximum files examined in a folder; a folder of checkpoints has fewer.
_MOST_FILES = 20_000
# Maximum length of a column name; a table has no longer ones.
_LONGEST_NAME = 60
# Extensions of files that cannot be a tracker's and are not opened.
_NOT_TRACKERS = (
    *(".safetensors", ".bin", ".pt", ".pth", ".onnx", ".gguf", ".h5", ".msgpack", ".npy", ".npz", ".parquet"),
    *(".png", ".jpg", ".pdf", ".zip", ".gz", ".whl", ".pyc", ".py", ".pkl"),
)


def read_file(path: Path, name: str | None = None, *, called: str | None = None) -> FileResult:
    """Read the runs in one file.

    Args:
        path: the file.
        name: the tracker; detected if None.
        called: display name of the file, if not its path.

    Raises:
        TrackerError: the file cannot be read, or no tracker or several match.
        UsageError: there is no tracker of that name.
    """
    file = TrackerFile(path, called)
    tracker = find_tracker(name) if name is not None else _tracker_of(file)
    found = _read(file, tracker)
    error = found.error or _only_error(found)
    if error is not None:
        raise error
    return found


def read_folder(folder: Path, name: str | None = None) -> list[FileResult]:
    """Read all tracker files below a folder, deduplicating runs.

    Raises:
        UsageError: there is no such file, there are too many files, or there is no tracker of that name.
    """
    if name is not None:
        find_tracker(name)
    found = [one for path in _paths(folder) if (one := _tried(path, name)) is not None]
    if not found:
        raise UsageError(f"{folder}: no file of a tracker is in this folder; `hf-emissions import --help` names them")
    return [one for one in merged(found) if one.runs or one.error]


def _paths(folder: Path) -> Iterator[Path]:
    count = 0
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            count += 1
            if count > _MOST_FILES:
                raise UsageError(f"{folder}: more than {_MOST_FILES} files; name the folder that the tracker wrote to")
            path = Path(parent, name)
            if not name.startswith(".") and path.suffix not in _NOT_TRACKERS and path.is_file():
                yield path


def _tried(path: Path, name: str | None) -> FileResult | None:
    """Result for a file, with its read error in `error`; None if it is not a tracker's."""
    file = TrackerFile(path)
    try:
        fitting = _fitting(file)
    except (TrackerError, OSError):
        return None
    fitting = [tracker for tracker in fitting if name in (None, tracker.name)]
    if len(fitting) != 1:
        return None
    try:
        found = _read(file, fitting[0])
    except (HfEmissionsError, OSError) as error:
        return FileResult(file, fitting[0], error=error)
    return None if found.error is not None and fitting[0].may_say_nothing else found


def _read(file: TrackerFile, tracker: Tracker) -> FileResult:
    """Read a file; if it has no run, `error` says so."""
    try:
        read = tuple(tracker.read(file))
    except (UnitError, RecordError) as error:
        # These errors do not name the file.
        raise TrackerError(f"{file.name}: {error}") from None
    stray = tuple(one for one in read if isinstance(one, TrackerError))
    runs = tuple(_noted(one, file.notes) for one in read if isinstance(one, Tracked))
    if runs:
        return FileResult(file, tracker, runs, stray=stray)
    nothing = TrackerError(f"{file.name}: there is no run in this file of {tracker.title}")
    return FileResult(file, tracker, error=stray[0] if stray else nothing)


def _noted(run: Tracked, notes: tuple[str, ...]) -> Tracked:
    return replace(run, notes=(*notes, *run.notes)) if notes else run


def _only_error(found: FileResult) -> TrackerError | None:
    """Read error of a file whose only run is unreadable."""
    (first, *more) = found.runs
    return None if more or found.stray or first.unread is None else TrackerError(first.unread)


def _tracker_of(file: TrackerFile) -> Tracker:
    fitting = _fitting(file)
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        names = " or ".join(tracker.name for tracker in fitting)
        raise TrackerError(f"{file.name}: this may be of several trackers; say which with --tracker {names}")
    table = len(file.header) > 1 and max(map(len, file.header)) <= _LONGEST_NAME
    about = f" (columns: {', '.join(file.header)[:200]})" if table else ""
    known = ", ".join(tracker.title for tracker in known_trackers().values() if tracker.name != "inference")
    raise TrackerError(f"{file.name}: this is of no tracker that is known{about}; known are {known}")


def _fitting(file: TrackerFile) -> list[Tracker]:
    return [tracker for tracker in known_trackers().values() if tracker.fits(file)]
