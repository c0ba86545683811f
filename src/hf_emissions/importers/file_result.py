"""Result of reading a file."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import HfEmissionsError, TrackerError
from .file import TrackerFile
from .tracked import Tracked
from .tracker import Tracker


@dataclass(frozen=True, slots=True)
class FileResult:
    """Runs of a file, or why it is unreadable; `stray` has errors of torn pieces that belong to no known run."""

    file: TrackerFile
    tracker: Tracker
    runs: tuple[Tracked, ...] = ()
    error: HfEmissionsError | OSError | None = None
    stray: tuple[TrackerError, ...] = ()
