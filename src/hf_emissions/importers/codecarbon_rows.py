"""Which rows of CodeCarbon are of one run, which of them stands for it, and what of them cannot be read.

A run writes a row for each flush and one at its end, each with all of it up to then, so that the row with the most
energy stands for the run; of equal ones that which says more. What cannot be read is said of its run alone. Rows
without an id are told apart by when they started.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..errors import TrackerError
from .numbers import finite
from .row import Row

# What stands for no id, and the `experiment_id` that CodeCarbon writes for everybody.
_NO_ID = frozenset({"", "none", "nan", "null", "n/a", "00000000-0000-0000-0000-000000000000"})
# What pandas and CodeCarbon write where there is nothing.
_EMPTY_CELLS = frozenset({"", " ", "None", "nan", "NaN", "null", "N/A", "none"})
_OF_EVERYBODY = "5b0fa12a-3dd7-45bb-9766-cc326314d9f1"
# Rows of one run differ by less in their start, which is their time less their duration: looking up a place comes
# between the two, and takes up to two requests of half a second and three of one second.
_SAME_START = timedelta(seconds=5.0)
# One lies within the other to this: timestamps are whole seconds.
_WITHIN = timedelta(seconds=2.0)
# More runs than any file has; memory holds one row of each.
_MOST_RUNS = 100_000
# A component below zero by less of the energy is noise of its counter, and is not seen in three digits.
_NOISE = 0.01
_COMPONENTS = ("cpu_energy", "gpu_energy", "ram_energy")


@dataclass(slots=True)
class RunRows:
    """The rows of one run: that which stands for it, and why the run cannot be read, where that is so."""

    run_id: str | None
    task: str | None
    row: Row
    where: str
    name: str = ""
    energy_kwh: float = -1.0
    said: int = 0
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
        said = _cells(row)
        if energy_kwh > self.energy_kwh or (energy_kwh == self.energy_kwh and self._is_said_by(row, said)):
            self.row, self.energy_kwh, self.said = row, energy_kwh, said

    def _is_said_by(self, row: Row, said: int) -> bool:
        """Whether a row of equal energy says more, or as much and later."""
        if said != self.said:
            return said > self.said
        return (row.text("timestamp") or "") >= (self.row.text("timestamp") or "")

    @property
    def why_unread(self) -> str | None:
        """Why there is no figure: what cannot be read, or that nothing was recorded."""
        if self.unread is None and self.energy_kwh < 0:
            return f"{self.empty}: energy_consumed is empty; nothing was recorded there"
        return self.unread

    def is_of(self, start: datetime | None, end: datetime | None) -> bool:
        """Whether a row of these times is of the same run: it started at once, and one lies within the other."""
        if start is None or end is None or self.start is None or self.end is None:
            return start is None and self.start is None
        nested = start >= self.start - _WITHIN and end <= self.end + _WITHIN
        around = start <= self.start + _WITHIN and end >= self.end - _WITHIN
        return abs(start - self.start) <= _SAME_START and (nested or around)

    def widen(self, start: datetime | None, end: datetime | None) -> None:
        """Take in the times of one more row."""
        if start is None or end is None:
            self.timeless += 1
        else:
            self.start = start if self.start is None else min(start, self.start)
            self.end = end if self.end is None else max(end, self.end)


@dataclass(slots=True)
class Rows:
    """The runs of a file, and what is torn and of no run that is known."""

    runs: list[RunRows] = field(default_factory=list)
    stray: list[str] = field(default_factory=list)


def duration_of(row: Row) -> float | None:
    """The duration in seconds; None where it is none, as below zero (mlco2/codecarbon#653).

    Raises:
        TrackerError: it is no number, as where the cells of a row are shifted.
    """
    written = row.text("duration")
    value = finite(written or "")
    if (value is not None and value < 0) or (written or "").lower() in _NO_ID:
        return None
    return row.number("duration")


def start_of(row: Row) -> datetime | None:
    """When the run began: the timestamp of a row is that of its writing. None where a row does not tell."""
    try:
        duration_s = duration_of(row)
        if duration_s is None:
            return None
        return datetime.fromisoformat(row.text("timestamp") or "") - timedelta(seconds=duration_s)
    except (TrackerError, ValueError, OverflowError):
        return None


def rows_by_run(rows: Iterable[Row]) -> Rows:
    """The rows of a file by their run."""
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
    """Whether a row without an id is no run: torn, or with nothing recorded."""
    return row.torn is not None or "energy_consumed" not in row


def _by_start(row: Row, unnamed: dict[str | None, list[RunRows]]) -> RunRows:
    """The run without an id that a row is of; `experiment_id` was an id of runs while there was no other."""
    experiment = _id(row.text("experiment_id")) if "run_id" not in row.cells else None
    known = unnamed.setdefault(None if experiment == _OF_EVERYBODY else experiment, [])
    start, end = start_of(row), _time(row)
    # From the latest on: rows of one run mostly follow each other.
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
    """Name runs without an id: by their start, where there are several."""
    taken: dict[str, int] = {}
    for run in runs:
        start = None if run.start is None else run.start.isoformat(timespec="seconds")
        name = (experiment or "the run") if len(runs) == 1 or start is None else start
        taken[name] = taken.get(name, 0) + 1
        run.name = name if taken[name] == 1 else f"{name} ({taken[name]})"


def _cells(row: Row) -> int:
    """How many cells say something; at the speed of C, since a long table has millions of rows."""
    return len(row.cells) - sum(map(_EMPTY_CELLS.__contains__, row.cells.values()))


def _check_components(row: Row, energy_kwh: float) -> None:
    for name, value in _below_zero(row):
        if -value > _NOISE * energy_kwh:
            raise TrackerError(f"{row.where}: {name} is {value:g} kWh, more than noise of a counter; the sum lacks it")


def notes_of_noise(row: Row, energy_kwh: float) -> Iterator[str]:
    """What to say of components a little below zero."""
    for name, value in _below_zero(row):
        yield f"{name} is {value:.3g} kWh, {-value / energy_kwh:.1%} of the energy: noise of a counter"


def _below_zero(row: Row) -> Iterator[tuple[str, float]]:
    for name in _COMPONENTS:
        text = row.cells.get(name)
        # Most cells have no such sign, and a long table has millions of them.
        if text and "-" in text:
            value = row.stated(name)
            if value is not None and value < 0:
                yield name, value
