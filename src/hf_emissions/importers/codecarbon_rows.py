"""Group CodeCarbon rows by run, pick the row that represents each run, and record read errors.

A run writes a row at each flush and one at its end, all cumulative, so the row with the most energy represents the run;
among equal ones, the most complete. A read error affects its own run only. Rows without an ID are grouped by start.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..errors import TrackerError
from .numbers import finite
from .row import Row

# Values that mean no ID, and the `experiment_id` that CodeCarbon writes for everybody.
_NO_ID = frozenset({"", "none", "nan", "null", "n/a", "00000000-0000-0000-0000-000000000000"})
# What pandas and CodeCarbon write where there is nothing.
_EMPTY_CELLS = frozenset({"", " ", "None", "nan", "NaN", "null", "N/A", "none"})
_OF_EVERYBODY = "5b0fa12a-3dd7-45bb-9766-cc326314d9f1"
# Tolerance for the start (timestamp minus duration) of rows of one run: the place lookup in between takes up to two
# requests of half a second and three of one second.
_SAME_START = timedelta(seconds=5.0)
# Tolerance for one interval within another: timestamps are whole seconds.
_WITHIN = timedelta(seconds=2.0)
# More runs than any file has; one row of each is held in memory.
_MOST_RUNS = 100_000
# A component below zero by at most this share of the energy counts as noise of its counter.
_NOISE = 0.01
_COMPONENTS = ("cpu_energy", "gpu_energy", "ram_energy")


@dataclass(slots=True)
class RunRows:
    """Rows of one run: the row that represents it, and why the run is unreadable, if it is."""

    run_id: str | None
    task: str | None
    row: Row
    where: str
    name: str = ""
    energy_kwh: float = -1.0
    filled: int = 0
    longest_s: float = 0.0
    start: datetime | None = None
    end: datetime | None = None
    unread: str | None = None
    empty: str | None = None
    timeless: int = 0

    def add(self, row: Row) -> None:
        """Add one row."""
        if row.torn is not None:
            self.unread = self.unread or row.torn
            return
        if row.text("energy_consumed") is None:
            self.empty = self.empty or row.where
            return
        try:
            energy_kwh = row.required("energy_consumed")
            if "emissions" not in row:
                row.required("emissions")
            row.number("emissions")
            _check_components(row, energy_kwh)
            duration_s = duration_of(row)
        except TrackerError as error:
            self.unread = self.unread or str(error)
            return
        self.longest_s = max(self.longest_s, duration_s or 0.0)
        filled = _filled_cells(row)
        if energy_kwh > self.energy_kwh or (energy_kwh == self.energy_kwh and self._says_more(row, filled)):
            self.row, self.energy_kwh, self.filled = row, energy_kwh, filled

    def _says_more(self, row: Row, filled: int) -> bool:
        """True if a row of equal energy is more complete, or as complete and not older."""
        if filled != self.filled:
            return filled > self.filled
        return (row.text("timestamp") or "") >= (self.row.text("timestamp") or "")

    @property
    def unread_reason(self) -> str | None:
        """Why there is no figure: a read error, or nothing was recorded."""
        if self.unread is None and self.energy_kwh < 0:
            return f"{self.empty}: energy_consumed is empty; nothing was recorded there"
        return self.unread

    def is_of(self, start: datetime | None, end: datetime | None) -> bool:
        """True if a row with these times is of this run: same start, and one interval within the other."""
        if start is None or end is None or self.start is None or self.end is None:
            return start is None and self.start is None
        nested = start >= self.start - _WITHIN and end <= self.end + _WITHIN
        around = start <= self.start + _WITHIN and end >= self.end - _WITHIN
        return abs(start - self.start) <= _SAME_START and (nested or around)

    def widen(self, start: datetime | None, end: datetime | None) -> None:
        """Extend the time span by one row, or count it as without times."""
        if start is None or end is None:
            self.timeless += 1
        else:
            self.start = start if self.start is None else min(start, self.start)
            self.end = end if self.end is None else max(end, self.end)


@dataclass(slots=True)
class Rows:
    """Runs of a file, and errors of rows that belong to no known run."""

    runs: list[RunRows] = field(default_factory=list)
    stray: list[str] = field(default_factory=list)


def duration_of(row: Row) -> float | None:
    """Duration in seconds; None if missing or negative (mlco2/codecarbon#653).

    Raises:
        TrackerError: it is not a number, for example because the cells of a row are shifted.
    """
    written = row.text("duration")
    value = finite(written or "")
    if (value is not None and value < 0) or (written or "").lower() in _NO_ID:
        return None
    return row.number("duration")


def start_of(row: Row) -> datetime | None:
    """Start of the run: the timestamp, which is the time of writing, minus the duration. None if unknown."""
    try:
        duration_s = duration_of(row)
        if duration_s is None:
            return None
        return datetime.fromisoformat(row.text("timestamp") or "") - timedelta(seconds=duration_s)
    except (TrackerError, ValueError, OverflowError):
        return None


def rows_by_run(rows: Iterable[Row]) -> Rows:
    """Group the rows of a file by run."""
    found = Rows()
    named: dict[tuple[str | None, str | None], RunRows] = {}
    unnamed: dict[str | None, list[RunRows]] = {}
    for row in rows:
        run_id, task = _id(row.text("run_id")), row.text("task_name")
        if run_id is None and task is None:
            if _is_stray(row):
                found.stray.append(row.torn or f"{row.where}: energy_consumed is empty; nothing was recorded there")
                continue
            run = _by_start(row, unnamed)
        else:
            run = named.get((run_id, task)) or named.setdefault((run_id, task), RunRows(run_id, task, row, row.where))
        if not run.name:
            run.name = task or run_id or "the run"
            found.runs.append(run)
            if len(found.runs) > _MOST_RUNS:
                raise TrackerError(f"{row.where}: more than {_MOST_RUNS} runs are no file of CodeCarbon")
        run.add(row)
    for experiment, runs in unnamed.items():
        _name(experiment, runs)
    return found


def _id(text: str | None) -> str | None:
    return None if text is None or text.lower() in _NO_ID else text


def _is_stray(row: Row) -> bool:
    """True if a row without an ID is not a run: torn, or without energy."""
    return row.torn is not None or "energy_consumed" not in row


def _by_start(row: Row, unnamed: dict[str | None, list[RunRows]]) -> RunRows:
    """Run without an ID that a row belongs to; before `run_id` existed, `experiment_id` identified runs."""
    experiment = _id(row.text("experiment_id")) if "run_id" not in row.cells else None
    known = unnamed.setdefault(None if experiment == _OF_EVERYBODY else experiment, [])
    start, end = start_of(row), _time(row)
    # Latest first: rows of one run are mostly adjacent.
    run = next((one for one in reversed(known) if one.is_of(start, end)), None)
    if run is None:
        run = RunRows(None, None, row, row.where)
        known.append(run)
    run.widen(start, end)
    return run


def _time(row: Row) -> datetime | None:
    try:
        return datetime.fromisoformat(row.text("timestamp") or "")
    except ValueError:
        return None


def _name(experiment: str | None, runs: list[RunRows]) -> None:
    """Name runs without an ID: by their start, if there are several."""
    taken: dict[str, int] = {}
    for run in runs:
        start = None if run.start is None else run.start.isoformat(timespec="seconds")
        name = (experiment or "the run") if len(runs) == 1 or start is None else start
        taken[name] = taken.get(name, 0) + 1
        run.name = name if taken[name] == 1 else f"{name} ({taken[name]})"


def _filled_cells(row: Row) -> int:
    """Number of cells that are not empty; counted in C, since a long table has millions of rows."""
    return len(row.cells) - sum(map(_EMPTY_CELLS.__contains__, row.cells.values()))


def _check_components(row: Row, energy_kwh: float) -> None:
    for name, value in _below_zero(row):
        if -value > _NOISE * energy_kwh:
            raise TrackerError(f"{row.where}: {name} is {value:g} kWh, more than noise of a counter; the sum lacks it")


def notes_of_noise(row: Row, energy_kwh: float) -> Iterator[str]:
    """Notes on slightly negative components."""
    for name, value in _below_zero(row):
        yield f"{name} is {value:.3g} kWh, {-value / energy_kwh:.1%} of the energy: noise of a counter"


def _below_zero(row: Row) -> Iterator[tuple[str, float]]:
    for name in _COMPONENTS:
        text = row.cells.get(name)
        # Fast path: most cells have no minus sign, and a long table has millions of them.
        if text and "-" in text:
            value = row.stated(name)
            if value is not None and value < 0:
                yield name, value
