"""Registry of trackers: our own, and those that other packages register."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from ..errors import HfEmissionsError, TrackerError, UsageError
from . import trackers
from .file import TrackerFile
from .tracked import Tracked
from .tracker import Tracker

# Entry point group under which packages register a class.
GROUP = "hf_emissions.trackers"
# Failures of third-party code, which must not end ours. Ctrl-C does.
_FAILURES = (Exception, SystemExit)


@dataclass(frozen=True, slots=True)
class Registry:
    """Trackers by name, and a message for each registered one that is broken."""

    trackers: dict[str, Tracker]
    broken: dict[str, str] = field(default_factory=dict)


@cache
def registry() -> Registry:
    """All trackers; a registered one that cannot be loaded is left out and listed as broken."""
    found = Registry(_own())
    for entry in entry_points(group=GROUP):
        try:
            theirs = _Theirs(_loaded(entry), _package(entry), found)
        except _FAILURES as error:
            found.broken[entry.name] = _line(_package(entry), error)
            continue
        found.trackers.setdefault(theirs.name, theirs)
    return found


def _own() -> dict[str, Tracker]:
    found: dict[str, Tracker] = {}
    for module in pkgutil.iter_modules(trackers.__path__):
        namespace = vars(importlib.import_module(f"{trackers.__name__}.{module.name}"))
        for one in namespace.values():
            if isinstance(one, type) and issubclass(one, Tracker) and one.__module__ == namespace["__name__"]:
                found[one.name] = one()
    return found


def known_trackers() -> dict[str, Tracker]:
    """Trackers by name: our own, then registered ones."""
    return registry().trackers


def broken_trackers() -> list[str]:
    """Messages for registered trackers that have failed so far, with their packages."""
    return list(registry().broken.values())


def find_tracker(name: str) -> Tracker:
    """Return a tracker by name.

    Raises:
        UsageError: no tracker has that name.
    """
    known = known_trackers()
    if name not in known:
        raise UsageError(f"--tracker: there is no {name!r}; there are {', '.join(sorted(known))}")
    return known[name]


class _Theirs(Tracker):
    """Wrapper that contains the failures of another package's tracker."""

    def __init__(self, tracker: Tracker, package: str, into: Registry) -> None:
        self.tracker, self.package, self.into = tracker, package, into
        # Read here, so that a class without them is broken from the start.
        self.name, self.title = str(tracker.name), str(tracker.title)  # type: ignore[misc]

    def fits(self, file: TrackerFile) -> bool:
        try:
            return bool(self.tracker.fits(file))
        except (HfEmissionsError, OSError):
            raise
        except _FAILURES as error:
            self.into.broken[self.name] = _line(self.package, error)
            return False

    def read(self, file: TrackerFile) -> Iterable[Tracked | TrackerError]:
        try:
            return list(self.tracker.read(file))
        except (HfEmissionsError, OSError):
            raise
        except _FAILURES as error:
            raise TrackerError(f"{file.name}: {_line(self.package, error)}") from None


def _loaded(entry: EntryPoint) -> Tracker:
    loaded = entry.load()
    if not (isinstance(loaded, type) and issubclass(loaded, Tracker)):
        raise TypeError(f"{entry.value} is no class of a Tracker")
    return loaded()


def _package(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else entry.value.partition(":")[0]


def _line(package: str, error: BaseException) -> str:
    why = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"the tracker of the package {package} does not work and is left out ({why}); mend or uninstall it"
