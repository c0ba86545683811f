"""zeus: the log of its monitor.

Joules of each GPU over a window; GPUs alone, no host, no grams. Windows may lie within each other, so that those of
one name are added up and those of different names never are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from ... import units
from ...errors import TrackerError
from ..file import Row, TrackerFile
from ..tracked import Tracked
from ..tracker import Tracker

_COLUMNS = {"start_time", "window_name", "elapsed_time"}
_MOST_NAMES = 10_000
# Clocks that are read one after the other differ by less, in seconds.
_SAME_TIME_S = 0.05


@dataclass(slots=True)
class _Window:
    """All windows of one name."""

    where: str
    first_s: float
    end_s: float
    count: int = 0
    elapsed_s: float = 0.0
    energy_j: float = 0.0
    overlaps: bool = False

    def add(self, start_s: float, elapsed_s: float, energy_j: float) -> None:
        """Add one window."""
        self.overlaps |= self.count > 0 and start_s < self.end_s - _SAME_TIME_S
        self.first_s, self.end_s = min(self.first_s, start_s), max(self.end_s, start_s + elapsed_s)
        self.count, self.elapsed_s, self.energy_j = self.count + 1, self.elapsed_s + elapsed_s, self.energy_j + energy_j


class Zeus(Tracker):
    """The log of zeus' monitor."""

    name: ClassVar[str] = "zeus"
    title: ClassVar[str] = "zeus"

    def fits(self, file: TrackerFile) -> bool:
        """A table with its columns."""
        return set(file.header) >= _COLUMNS and any(name.endswith("_energy") for name in file.header)

    def read(self, file: TrackerFile) -> Iterable[Tracked]:
        """A run for each name of a window; the outermost alone where one holds all others."""
        gpus = [name for name in file.header if name.startswith("gpu") and name.endswith("_energy")]
        if not gpus:
            raise TrackerError(f"{file.name}: there is no column with the energy of a GPU, such as gpu0_energy")
        windows: dict[str, _Window] = {}
        for row in file.rows():
            _add(windows, row, gpus)
        outer = _outermost(windows)
        names = list(windows) if outer is None else [outer]
        return [_tracked(name, windows[name], len(gpus), inner=len(windows) - 1 if outer else 0) for name in names]


def _add(windows: dict[str, _Window], row: Row, gpus: list[str]) -> None:
    name = row.text("window_name") or "the window"
    start_s, elapsed_s = row.number("start_time") or 0.0, row.number("elapsed_time") or 0.0
    window = windows.setdefault(name, _Window(row.where, start_s, start_s))
    window.add(start_s, elapsed_s, sum(row.required(gpu) for gpu in gpus))
    if len(windows) > _MOST_NAMES:
        raise TrackerError(f"{row.where}: more than {_MOST_NAMES} names of windows; import a log of fewer")


def _outermost(windows: dict[str, _Window]) -> str | None:
    """The name whose only window lies around all others."""
    for name, window in windows.items():
        if window.count == 1 and len(windows) > 1 and all(_within(other, window) for other in windows.values()):
            return name
    return None


def _within(inner: _Window, outer: _Window) -> bool:
    return outer.first_s <= inner.first_s + _SAME_TIME_S and inner.end_s <= outer.end_s + _SAME_TIME_S


def _tracked(name: str, window: _Window, gpus: int, *, inner: int) -> Tracked:
    notes = ["zeus meters GPUs alone, the rest of the machine is not in it; it does not name them: give --hardware"]
    if inner:
        notes.append(f"the window {name} lies around {inner} other name(s), which are not added to it")
    return Tracked(
        tool="zeus",
        run=name,
        where=window.where,
        detail="GPUs alone" if window.count == 1 else f"GPUs alone, sum of {window.count} windows",
        energy_kwh=units.joules_to_kwh(window.energy_j),
        duration_s=window.elapsed_s,
        method="measured",
        boundary="accelerators",
        hardware=f"{gpus} x GPU",
        no_figure=f"windows called {name} overlap, so that they cannot be added up" if window.overlaps else None,
        notes=tuple(notes),
    )
