"""What a tracker is to us."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar

from ..errors import TrackerError
from .file import TrackerFile
from .tracked import Tracked


class Tracker(ABC):
    """A program whose files can be read.

    Attributes:
        name: as `--tracker` takes it.
        title: as it calls itself.
        may_say_nothing: whether a file of it without a run is left out of a folder without a word.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    may_say_nothing: ClassVar[bool] = False

    @abstractmethod
    def fits(self, file: TrackerFile) -> bool:
        """Whether the file is one of this tracker, by what stands in its beginning."""

    @abstractmethod
    def read(self, file: TrackerFile) -> Iterable[Tracked | TrackerError]:
        """The runs in a file, with an error for each piece of it that is torn and of no run that is known.

        A run that cannot be read while others can is one with `unread`.

        Raises:
            TrackerError: it cannot be read; with the file, the line, and why.
        """
