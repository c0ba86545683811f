"""The lines of a ledger as runs and segments. Pure: lines in, runs out."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

COMPONENTS = ("cpu", "gpu", "ram")


@dataclass(slots=True)
class Segment:
    """One stretch of metering on one node: energies in kWh since its start, time in seconds."""

    run: str
    segment: str
    start: dict[str, Any] = field(default_factory=dict)
    energies_kwh: dict[str, float] = field(default_factory=lambda: dict.fromkeys(COMPONENTS, 0.0))
    duration_s: float = 0.0
    last_time: str = ""
    saved_steps: list[int] = field(default_factory=list)
    place: dict[str, Any] | None = None
    notes: list[str] = field(default_factory=list)
    written_g: list[float] = field(default_factory=list)
    ended: str | None = None

    @property
    def energy_kwh(self) -> float:
        """Energy of all components, in kWh."""
        return math.fsum(self.energies_kwh.values())

    @property
    def node(self) -> str:
        """Which node was metered."""
        return str(self.start.get("node", ""))

    def modelled_kwh(self) -> float:
        """Energy, in kWh, of the components that were not measured."""
        power = self.start.get("power") or {}
        measured = {name for name in power if list(power[name])[:1] == ["measured"]}
        return math.fsum(energy for name, energy in self.energies_kwh.items() if name not in measured)


@dataclass(frozen=True, slots=True)
class Run:
    """One recorded training: its segments in the order of time."""

    id: str
    segments: tuple[Segment, ...]

    @property
    def energy_kwh(self) -> float:
        """Energy of all segments, in kWh."""
        return math.fsum(segment.energy_kwh for segment in self.segments)

    @property
    def duration_s(self) -> float:
        """Time of metering in seconds; nodes that ran beside each other count once."""
        per_node: dict[str, float] = {}
        for segment in self.segments:
            per_node[segment.node] = per_node.get(segment.node, 0.0) + segment.duration_s
        return max(per_node.values(), default=0.0)

    @property
    def nodes_seen(self) -> int:
        """How many nodes have a segment."""
        return len({segment.node for segment in self.segments})

    @property
    def nodes_expected(self) -> int:
        """How many nodes took part, as the launcher said."""
        return max([self.nodes_seen, *(int(segment.start.get("nodes_expected") or 1) for segment in self.segments)])

    @property
    def stretches(self) -> int:
        """How often the training was started: the most segments that any one node has."""
        nodes = [segment.node for segment in self.segments]
        return max((nodes.count(node) for node in set(nodes)), default=0)

    @property
    def notes(self) -> list[str]:
        """What the recording had to say, each once."""
        return list(dict.fromkeys(note for segment in self.segments for note in segment.notes))


def runs_of(lines: Iterable[dict[str, Any]]) -> list[Run]:
    """The runs in the lines of a ledger, in the order in which they began.

    Lines of one segment may come twice (from disk and from memory); readings are cumulative, so that the furthest
    one counts.
    """
    segments: dict[str, Segment] = {}
    for line in lines:
        run, name = line.get("run"), line.get("segment")
        if isinstance(run, str) and isinstance(name, str):
            _add(segments.setdefault(name, Segment(run, name)), line)
    by_run: dict[str, list[Segment]] = {}
    for segment in sorted(segments.values(), key=lambda segment: str(segment.start.get("time", segment.last_time))):
        by_run.setdefault(segment.run, []).append(segment)
    return [Run(run, tuple(found)) for run, found in by_run.items()]


def _add(segment: Segment, line: dict[str, Any]) -> None:
    kind = line["kind"]
    segment.last_time = max(segment.last_time, str(line.get("time", "")))
    if kind == "start":
        segment.start = line
        segment.place = segment.place or _mapping(line.get("place"))
    elif kind == "reading":
        _add_reading(segment, line)
    elif kind == "place":
        segment.place = _mapping(line.get("place"))
    elif kind == "note":
        text = str(line.get("text", ""))
        segment.notes += [] if text in segment.notes else [text]
    elif kind == "written" and _number(line.get("emissions_g")) is not None:
        segment.written_g.append(float(line["emissions_g"]))
    elif kind == "end":
        segment.ended = str(line.get("why", ""))


def _add_reading(segment: Segment, line: dict[str, Any]) -> None:
    energies = {name: _number(line.get(f"{name}_kwh")) for name in COMPONENTS}
    duration_s = _number(line.get("t_s"))
    if duration_s is None or None in energies.values():
        segment.notes.append("a reading in the ledger holds no figures; it was left out")
        return
    if duration_s >= segment.duration_s:
        segment.duration_s = duration_s
        segment.energies_kwh = {name: energy for name, energy in energies.items() if energy is not None}
    if line.get("why") == "save" and isinstance(line.get("step"), int):
        segment.saved_steps.append(line["step"])


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if math.isfinite(value) and value >= 0 else None


def _mapping(value: Any) -> dict[str, Any] | None:
    return dict(value) if isinstance(value, dict) else None


def run_saved_at(runs: Iterable[Run], step: int) -> Run | None:
    """The run that saved the checkpoint of this step last."""
    found = [run for run in runs if any(step in segment.saved_steps for segment in run.segments)]
    return max(found, key=lambda run: max(s.last_time for s in run.segments if step in s.saved_steps), default=None)
