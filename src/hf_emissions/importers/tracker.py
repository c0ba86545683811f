"""Base class for readers of tracker files."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar

from ..errors import TrackerError
from .file import TrackerFile
from .tracked import Tracked


class Tracker(ABC):
    """A reader of one tracker's files.

    Attributes:
        name: value of `--tracker`.
        title: the tracker's own name.
        may_say_nothing: True if imports of a folder silently skip a file without a run.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    may_say_nothing: ClassVar[bool] = False

    @abstractmethod
    def fits(self, file: TrackerFile) -> bool:
        """True if the file is of this tracker, by its head."""

    @abstractmethod
    def read(self, file: TrackerFile) -> Iterable[Tracked | TrackerError]:
        """Runs in a file, with an error for each torn piece that belongs to no known run.

        A run that is unreadable while others are not has `unread` set.

        Raises:
            TrackerError: the file cannot be read; with file, line and reason.
        """
