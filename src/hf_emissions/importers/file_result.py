"""What was found in a file."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import HfEmissionsError, TrackerError
from .file import TrackerFile
from .tracked import Tracked
from .tracker import Tracker


@dataclass(frozen=True, slots=True)
class FileResult:
    """The runs that a file has, or why it could not be read; `stray` is what is torn and of no run that is known."""

    file: TrackerFile
    tracker: Tracker
    runs: tuple[Tracked, ...] = ()
    error: HfEmissionsError | OSError | None = None
    stray: tuple[TrackerError, ...] = ()
