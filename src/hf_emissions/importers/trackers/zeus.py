"""zeus: the log of its monitor.

Joules per GPU over a window; GPUs alone, no host, no grams. Windows may be nested, so those of one name are summed and
those of overlapping names never are. A window is written when it ends.
An unreadable line affects only the sum of its own name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import ClassVar

from ... import units
from ...errors import TrackerError
from ...record import Energy, Hardware
from ..file import TrackerFile
from ..numbers import read_number
from ..time_spans import moment
from ..tracked import Tracked, parts_of_sum, unreadable
from ..tracker import Tracker

_TIMES = ("start_time", "elapsed_time")
_NAME = "window_name"
_MOST_NAMES = 10_000
# Numbers below this are plausible Unix times, seconds or joules, and skip validation.
_PLAIN = 1e15
# Tolerance between clocks read in succession, in seconds.
_SAME_TIME_S = 0.05


@dataclass(slots=True)
class _Window:
    """Sum of all windows of one name."""

    name: str
    where: str
    first_s: float
    end_s: float
    count: int = 0
    elapsed_s: float = 0.0
    energy_j: float = 0.0
    overlaps: bool = False
    overlaps_other: str | None = None

    def add(self, start_s: float, elapsed_s: float, energy_j: float) -> None:
        """Add one window."""
        self.overlaps |= self.count > 0 and start_s < self.end_s - _SAME_TIME_S
        self.first_s, self.end_s = min(self.first_s, start_s), max(self.end_s, start_s + elapsed_s)
        self.count, self.elapsed_s, self.energy_j = self.count + 1, self.elapsed_s + elapsed_s, self.energy_j + energy_j


class _Windows:
    """Windows of a log by name, and names that overlap.

    A window is written when it ends, so one that begins before another name's latest end overlaps it.
    """

    def __init__(self) -> None:
        self.by_name: dict[str, _Window] = {}
        # Location and error of unreadable windows: the first of each name, and the first without a name.
        self.lost: dict[str, tuple[str, str]] = {}
        self.stray: str | None = None
        # Windows with the two latest ends, of different names.
        self._latest: _Window | None = None
        self._before: _Window | None = None

    def add(self, name: str, where: tuple[TrackerFile, int], times: tuple[float, float], energy_j: float) -> None:
        """Add one window by its start and length in seconds and its energy in J.

        Raises:
            TrackerError: there are too many names.
        """
        start_s, elapsed_s = times
        window = self.by_name.get(name) or self._new(name, f"{where[0].name}:{where[1]}", start_s)
        other = self._before if self._latest is window else self._latest
        if other is not None and start_s < other.end_s - _SAME_TIME_S:
            window.overlaps_other, other.overlaps_other = other.name, window.name
        window.add(start_s, elapsed_s, energy_j)
        if self._latest is not window:
            self._latest, self._before = window, self._latest

    def drop(self, name: str, where: str, why: str) -> None:
        """Record an unreadable window."""
        if not name:
            self.stray = self.stray or why
        elif len(self.lost) < _MOST_NAMES:
            self.lost.setdefault(name, (where, why))

    def _new(self, name: str, where: str, start_s: float) -> _Window:
        if len(self.by_name) >= _MOST_NAMES:
            raise TrackerError(f"{where}: more than {_MOST_NAMES} names of windows; import a log of fewer")
        self.by_name[name] = _Window(name, where, start_s, start_s)
        return self.by_name[name]


class Zeus(Tracker):
    """The log of zeus' monitor."""

    name: ClassVar[str] = "zeus"
    title: ClassVar[str] = "zeus"

    def fits(self, file: TrackerFile) -> bool:
        """True for a table with its columns."""
        return set(file.header) >= {*_TIMES, _NAME} and any(name.endswith("_energy") for name in file.header)

    def read(self, file: TrackerFile) -> Iterable[Tracked | TrackerError]:
        """One run per window name; the outermost alone if it encloses all others."""
        gpus = [name for name in file.header if name.startswith("gpu") and name.endswith("_energy")]
        if not gpus:
            raise TrackerError(f"{file.name}: there is no column with the energy of a GPU, such as gpu0_energy")
        found = _windows(file, gpus)
        windows = {name: window for name, window in found.by_name.items() if name not in found.lost}
        outer = _outermost(windows)
        names = list(windows) if outer is None else [outer]
        yield from (_tracked(windows[name], len(gpus), inner=len(windows) - 1 if outer else 0) for name in names)
        yield from _unread(found, inner=outer is not None)


def _unread(found: _Windows, *, inner: bool) -> Iterator[Tracked | TrackerError]:
    """Unreadable names, or plain errors if another window encloses all names; and lines without a name."""
    for name, (where, why) in found.lost.items():
        yield TrackerError(why) if inner else unreadable("zeus", name, where, why)
    if found.stray is not None:
        yield TrackerError(found.stray)


def _windows(file: TrackerFile, gpus: list[str]) -> _Windows:
    """Windows by name. These logs are long, so plain numbers skip validation."""
    found = _Windows()
    named = file.header.index(_NAME)
    columns = [(file.header.index(name), name) for name in (*_TIMES, *gpus)]
    numbers = itemgetter(*(at for at, _ in columns))
    for line, cells, torn in file.cells_or_torn():
        where = f"{file.name}:{line}"
        if torn is not None:
            # The last cell of a truncated row may be truncated too.
            found.drop(cells[named].strip() if len(cells) - 1 > named else "", where, torn)
            continue
        name, written = cells[named].strip() or "the window", numbers(cells)
        try:
            times_and_joules = _plain(written) or [read_number(cells[at], what, where) for at, what in columns]
        except TrackerError as error:
            found.drop(name, where, str(error))
            continue
        start_s, elapsed_s, *joules = times_and_joules
        found.add(name, (file, line), (start_s, elapsed_s), sum(joules))
    return found


def _plain(written: Sequence[str]) -> tuple[float, ...] | None:
    """Parse numbers that need no validation; None if any of them does."""
    try:
        values = tuple(map(float, written))
    except ValueError:
        return None
    return values if min(values) >= 0 and sum(values) < _PLAIN and "_" not in "".join(written) else None


def _outermost(windows: dict[str, _Window]) -> str | None:
    """Name whose only window encloses all others."""
    for name, window in windows.items():
        if window.count == 1 and len(windows) > 1 and all(_within(other, window) for other in windows.values()):
            return name
    return None


def _within(inner: _Window, outer: _Window) -> bool:
    return outer.first_s <= inner.first_s + _SAME_TIME_S and inner.end_s <= outer.end_s + _SAME_TIME_S


def _tracked(window: _Window, gpus: int, *, inner: int) -> Tracked:
    notes = ["zeus meters GPUs alone, the rest of the machine is not in it; it does not name them: give --hardware"]
    if inner:
        notes.append(f"the window {window.name} lies around {inner} other name(s), which are not added to it")
    overlap = f"windows called {window.name} overlap, so that they cannot be added up" if window.overlaps else None
    return Tracked(
        tool="zeus",
        run=window.name,
        where=window.where,
        detail="GPUs alone" if window.count == 1 else f"GPUs alone, sum of {window.count} windows",
        energy=Energy(kwh=units.joules_to_kwh(window.energy_j), method="measured", boundary="accelerators"),
        parts=parts_of_sum("GPU meter", units.joules_to_kwh(window.energy_j)),
        duration_s=window.elapsed_s,
        hardware=Hardware(used=f"{gpus} x GPU"),
        started=moment(window.first_s),
        ended=moment(window.end_s),
        overlaps=None if inner else window.overlaps_other,
        no_figure=overlap,
        notes=tuple(notes),
    )
