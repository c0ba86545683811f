"""What a tracker is to us, and which there are."""

from __future__ import annotations

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Iterable
from functools import cache
from importlib.metadata import entry_points
from typing import ClassVar

from ..errors import UsageError
from . import trackers
from .file import TrackerFile
from .tracked import Tracked

# Packages register a class under this group of entry points.
GROUP = "hf_emissions.trackers"


class Tracker(ABC):
    """A program whose files can be read.

    Attributes:
        name: as `--tracker` takes it.
        title: as it calls itself.
    """

    name: ClassVar[str]
    title: ClassVar[str]

    @abstractmethod
    def fits(self, file: TrackerFile) -> bool:
        """Whether the file is one of this tracker, by what stands in its beginning."""

    @abstractmethod
    def read(self, file: TrackerFile) -> Iterable[Tracked]:
        """The runs in a file.

        Raises:
            TrackerError: it cannot be read; with the file, the line, and why.
        """


@cache
def known_trackers() -> dict[str, Tracker]:
    """The trackers by name: those of this package, then those that others register.

    Raises:
        UsageError: a registered one is none.
    """
    found: dict[str, Tracker] = {}
    for module in pkgutil.iter_modules(trackers.__path__):
        namespace = vars(importlib.import_module(f"{trackers.__name__}.{module.name}"))
        for one in namespace.values():
            if isinstance(one, type) and issubclass(one, Tracker) and one.__module__ == namespace["__name__"]:
                found[one.name] = one()
    for entry in entry_points(group=GROUP):
        loaded = entry.load()
        if not (isinstance(loaded, type) and issubclass(loaded, Tracker)):
            raise UsageError(f"the entry point {entry.name} ({entry.value}) is no class of a Tracker")
        found.setdefault(loaded.name, loaded())
    return found


def find_tracker(name: str) -> Tracker:
    """A tracker by its name.

    Raises:
        UsageError: there is none of that name.
    """
    known = known_trackers()
    if name not in known:
        raise UsageError(f"--tracker: there is no {name!r}; there are {', '.join(sorted(known))}")
    return known[name]
