"""Parse ledger lines into runs and segments. Pure: lines in, runs out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from .ledger import Line

COMPONENTS = ("cpu", "gpu", "ram")

_LARGEST = 1e15  # kWh, grams or seconds: beyond any training
_AT_A_STEP = ("duration_s", "energies_kwh", "filled_s", "filled_kwh")  # of a segment; each reading makes new objects
_NO_FIGURES = "a reading in the ledger holds no figures; it was left out"


@dataclass(slots=True)
class Segment:
    """One stretch of metering on one node: energies in kWh since its start, time in seconds.

    `energies_kwh` and `duration_s` include the estimate for the time before the meter began; `filled_kwh` and
    `filled_s` are that estimate alone. `saved` maps a step to all four at its last checkpoint. `weights` are samples
    of the weights with their step; None is the end.
    """

    run: str
    segment: str
    start: Line = field(default_factory=dict)
    energies_kwh: dict[str, float] = field(default_factory=lambda: dict.fromkeys(COMPONENTS, 0.0))
    duration_s: float = 0.0
    filled_kwh: dict[str, float] = field(default_factory=lambda: dict.fromkeys(COMPONENTS, 0.0))
    filled_s: float = 0.0
    last_time: str = ""
    saved: dict[int, Line] = field(default_factory=dict)
    weights: list[tuple[int | None, str]] = field(default_factory=list)
    place: Line | None = None
    notes: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    written_g: list[float] = field(default_factory=list)
    ended: str | None = None

    @property
    def energy_kwh(self) -> float:
        return math.fsum(self.energies_kwh.values())

    @property
    def node(self) -> str:
        return str(self.start.get("node", ""))

    @property
    def order(self) -> int:
        """Number of its launch in the folder; 0 if unknown."""
        return int(self.start.get("order") or 0)

    def modelled_kwh(self) -> float:
        """Energy, in kWh, of the components that were not measured, plus the filled-in part of the others."""
        power = self.start.get("power") or {}
        measured = {name for name in power if list(power[name])[:1] == ["measured"]}
        modelled = {**self.energies_kwh, **{name: self.filled_kwh[name] for name in measured & set(COMPONENTS)}}
        return math.fsum(modelled.values())

    def at_step(self, step: int) -> Segment | None:
        """The segment as of the checkpoint of a step; None if it saved none."""
        return replace(self, **self.saved[step]) if step in self.saved else None


@dataclass(frozen=True, slots=True)
class Run:
    """One recorded training: its segments in chronological order.

    `stages` are the trainings that it sums up, oldest first; empty for a single training. `incomplete` is True if
    something outside the ledger also contributed to the weights.
    """

    id: str
    segments: tuple[Segment, ...]
    stages: tuple[Run, ...] = ()
    incomplete: bool = False

    @property
    def energy_kwh(self) -> float:
        return math.fsum(segment.energy_kwh for segment in self.segments)

    @property
    def launches(self) -> list[list[Segment]]:
        """The metered segments by launch: a training resumed on another machine has two launches of one node."""
        launches: dict[str, list[Segment]] = {}
        nodes: list[str] = []
        for segment in self.segments:
            if segment.duration_s > 0:
                nodes.append(segment.node)
                launch = segment.start.get("launch") or nodes.count(segment.node)
                launches.setdefault(str(launch), []).append(segment)
        return list(launches.values())

    @property
    def duration_s(self) -> float:
        """Metered time in seconds; nodes that ran in parallel count once."""
        return math.fsum(max(segment.duration_s for segment in launch) for launch in self.launches)

    @property
    def filled_s(self) -> float:
        """Part of that time before the meter began, filled in from the first readings."""
        return math.fsum(max(segment.filled_s for segment in launch) for launch in self.launches)

    @property
    def filled_kwh(self) -> float:
        return math.fsum(energy for segment in self.segments for energy in segment.filled_kwh.values())

    @property
    def nodes_seen(self) -> int:
        """Number of metered nodes, in the launch that misses the most."""
        return self._nodes[0]

    @property
    def nodes_expected(self) -> int:
        """Number of nodes in that launch, according to the launcher."""
        return self._nodes[1]

    @property
    def _nodes(self) -> tuple[int, int]:
        found = [(0, 0)]
        for launch in self.launches:
            seen = len({segment.node for segment in launch})
            found.append((seen, max([seen, *(int(segment.start.get("nodes_expected") or 1) for segment in launch)])))
        return max(found, key=lambda nodes: (nodes[1] - nodes[0], nodes[1]))

    @property
    def follows(self) -> tuple[str, int | None] | None:
        """The run that this training continues, and its step (None: its end); None if there is none."""
        follows = self._start_value("follows")
        return follows if isinstance(follows, tuple) else None

    @property
    def trial(self) -> bool:
        return self._start_value("trial") is True

    @property
    def unrecorded(self) -> bool:
        """True if something unrecorded contributed to the weights; see `incomplete`."""
        return self.incomplete or any(segment.start.get("unrecorded") is True for segment in self.segments)

    @property
    def has_weights(self) -> bool:
        return self._start_value("weights") is not None

    def _start_value(self, name: str) -> object:
        return next((segment.start[name] for segment in self.segments if name in segment.start), None)

    @property
    def stretches(self) -> int:
        return len(self.launches)

    @property
    def notes(self) -> list[str]:
        return list(dict.fromkeys(note for segment in self.segments for note in segment.notes))

    @property
    def remarks(self) -> list[str]:
        return list(dict.fromkeys(remark for segment in self.segments for remark in segment.remarks))


def runs_of(lines: Iterable[Line]) -> list[Run]:
    """Runs in the lines of a ledger, in order of their start; lines may be there twice, so that the furthest counts."""
    segments: dict[str, Segment] = {}
    for line in lines:
        run, name = line.get("run"), line.get("segment")
        if isinstance(run, str) and isinstance(name, str):
            _add(segments.setdefault(name, Segment(run, name)), line)
    by_run: dict[str, list[Segment]] = {}
    for segment in sorted(segments.values(), key=_began):
        by_run.setdefault(segment.run, []).append(segment)
    return [Run(run, tuple(found)) for run, found in by_run.items()]


def _began(segment: Segment) -> tuple[int, str]:
    return segment.order, str(segment.start.get("time", segment.last_time))


def _add(segment: Segment, line: Line) -> None:
    segment.last_time = max(segment.last_time, str(line.get("time", "")))
    add = _KINDS.get(line["kind"])
    if add is not None:
        add(segment, line)


def _add_place(segment: Segment, line: Line) -> None:
    segment.place = _mapping(line.get("place"))


def _add_text(segment: Segment, line: Line) -> None:
    texts = segment.notes if line["kind"] == "note" else segment.remarks
    text = str(line.get("text", ""))
    texts += [] if text in texts else [text]


def _withdraw_note(segment: Segment, line: Line) -> None:
    segment.notes = [note for note in segment.notes if note != line.get("text")]


def _add_written(segment: Segment, line: Line) -> None:
    grams = _number(line.get("emissions_g"))
    segment.written_g += [] if grams is None else [grams]


def _add_weights(segment: Segment, line: Line) -> None:
    weights = line.get("weights")
    if isinstance(weights, str):
        segment.weights.append((_step(line.get("step")), weights))


def _add_end(segment: Segment, line: Line) -> None:
    segment.ended = str(line.get("why", ""))


def _add_start(segment: Segment, line: Line) -> None:
    # Of the two lines, `entered` gives the start time, and `start` what is metered.
    began = {"time": segment.start["time"]} if "time" in segment.start else {}
    segment.start = {**segment.start, **_start(line), **began}
    segment.place = segment.place or _mapping(line.get("place"))


def _add_reading(segment: Segment, line: Line) -> None:
    energies = {name: _number(line.get(f"{name}_kwh")) for name in COMPONENTS}
    duration_s = _number(line.get("t_s"))
    if duration_s is None or None in energies.values():
        segment.notes += [] if _NO_FIGURES in segment.notes else [_NO_FIGURES]
        return
    filled = _mapping(line.get("filled")) or {}
    filled_s = _number(filled.get("s")) or 0.0
    # Of two with the same time the later line counts: it includes the energy drawn at the end.
    if duration_s + filled_s >= segment.duration_s:
        segment.duration_s, segment.filled_s = duration_s + filled_s, filled_s
        segment.filled_kwh = {name: _number(filled.get(f"{name}_kwh")) or 0.0 for name in COMPONENTS}
        segment.energies_kwh = {name: (energies[name] or 0.0) + segment.filled_kwh[name] for name in COMPONENTS}
    step = _step(line.get("step"))
    if line.get("why") == "save" and step is not None:
        segment.saved[step] = {name: getattr(segment, name) for name in _AT_A_STEP}


_KINDS: dict[str, Callable[[Segment, Line], None]] = {
    **dict.fromkeys(("entered", "start"), _add_start),
    **dict.fromkeys(("note", "remark"), _add_text),
    "end": _add_end,
    "place": _add_place,
    "reading": _add_reading,
    "weights": _add_weights,
    "withdrawn": _withdraw_note,
    "written": _add_written,
}


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    # Compared before conversion: an int may exceed the range of float.
    return float(value) if 0 <= value <= _LARGEST else None


def _step(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _mapping(value: object) -> Line | None:
    return dict(value) if isinstance(value, dict) else None


def _start(line: Line) -> Line:
    """A start line without values of unexpected types, as a newer version may have written."""
    read = {name: _FIELDS[name](value) if name in _FIELDS else value for name, value in line.items()}
    return {name: value for name, value in read.items() if value is not None}


def _text(value: object) -> str | None:
    # JSON can hold a lone surrogate; a record cannot.
    return value if isinstance(value, str) and value.strip() and value.isprintable() else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**6 else None


def _power(value: object) -> dict[str, list[str]]:
    return {
        name: found
        for name, found in (_mapping(value) or {}).items()
        if isinstance(found, list) and len(found) == 2 and all(isinstance(word, str) for word in found)
    }


def _hardware(value: object) -> Line:
    found = _mapping(value) or {}
    gpus = found.get("gpus")
    return {
        "cpu_model": _text(found.get("cpu_model")),
        "cpu_threads": _count(found.get("cpu_threads")),
        "ram_gb": _number(found.get("ram_gb")),
        "gpus": [gpu for gpu in gpus if _text(gpu)] if isinstance(gpus, list) else [],
    }


def _pue(value: object) -> float | None:
    number = _number(value)
    return number if number is not None and 1.0 <= number <= 5.0 else None


def _follows(value: object) -> tuple[str, int | None] | None:
    found = _mapping(value) or {}
    return (found["run"], _step(found.get("step"))) if _text(found.get("run")) else None


_FIELDS: dict[str, Callable[[object], object]] = {
    **dict.fromkeys(("time", "launch", "node", "tool", "tool_version", "training_type"), _text),
    **dict.fromkeys(("nodes_expected", "order"), _count),
    "follows": _follows,
    "pue": _pue,
    "power": _power,
    "hardware": _hardware,
}


def has_written(runs: Iterable[Run], emissions_g: float | None) -> bool:
    """True if the ledger says that one of these runs put this figure on a card."""
    return any(emissions_g in segment.written_g for run in runs for segment in run.segments)


def run_saved_at(runs: Iterable[Run], step: int) -> Run | None:
    """The run that last saved a checkpoint of this step."""
    saved = [(run, segment) for run in runs for segment in run.segments if step in segment.saved]
    return max(saved, key=lambda found: (found[1].order, found[1].last_time), default=(None, None))[0]
