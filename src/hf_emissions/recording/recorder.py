"""One segment of a run as it is recorded: the meter on a thread of its own, its readings on the disk.

Training never waits for the meter longer than a bound: what asks for a reading waits a little, and once the meter
has failed to answer, no more.
"""

from __future__ import annotations

import logging
import queue
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import units
from . import clock, gpus
from .ledger import LedgerFile
from .meter import Hardware, Meter, MeterError, Reading, codecarbon_version
from .names import nameless

log = logging.getLogger("hf_emissions")

INTERVAL_S = 15.0  # a kill loses no more than this
_WATCH_S = 1.0  # how soon an abandoned recorder notices
_PATIENCE_S = 5.0
_FRESH_S = 0.05  # CodeCarbon gives the same figure again when it is asked twice within this time

# More than the processors, or the whole, of any node draw (an 8 x H100 node is rated 10.2 kW, arXiv 2506.14551). A
# counter that is reset looks like one that wrapped, and gives a jump of some 260 kJ.
_MOST_CPU_W = 5_000.0
_MOST_NODE_W = 40_000.0


@dataclass(slots=True)
class _Request:
    why: str
    step: int | None = None
    done: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True)
class Sofar:
    """What was recorded up to the last reading: energy in kWh, time in seconds, mean power since the one before."""

    energy_kwh: float
    duration_s: float
    power_w: float


class Recorder:
    """Meters one segment and keeps it in the ledger.

    Args:
        folder: the ledger's folder.
        facts: what the start line says beside what the meter knows: run, node, step and the like.
        alive: asked every second from the meter's thread; False ends the segment, because the training is gone.
        make_meter: gives the meter; called on its thread.
    """

    def __init__(
        self,
        folder: Path,
        facts: dict[str, Any],
        *,
        alive: Callable[[], bool] = lambda: True,
        make_meter: Callable[[], Meter] = Meter,
    ) -> None:
        self.segment = uuid.uuid4().hex[:12]
        self.folder = folder
        self.lines: list[dict[str, Any]] = []
        self.problems: list[str] = []
        self._facts = facts
        self._alive = alive
        self._make_meter = make_meter
        self._requests: queue.SimpleQueue[_Request] = queue.SimpleQueue()
        self._ready = threading.Event()
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._file: LedgerFile | None = None
        self._answers = True
        self._started = False
        self._warned = False
        self._warnings_kept = 0
        self._begun_s = clock.monotonic_s()
        self._last_s = 0.0
        self._drawn = (0.0, 0.0)  # when and what was read when the power was worked out last: seconds, kWh
        self._offset = Reading()
        self._raw = Reading()
        self._reading = Reading()
        self._sofar = Sofar(0.0, 0.0, 0.0)

    def begin(self) -> None:
        """Start metering on a thread of its own; returns at once."""
        threading.Thread(target=self._meter, name="hf-emissions", daemon=True).start()

    def wait_ready(self, most_s: float) -> bool:
        """Wait until metering has begun (or failed), `most_s` seconds at most; whether it has."""
        return self._ready.wait(most_s)

    @property
    def sofar(self) -> Sofar:
        """What was recorded up to the last reading."""
        return self._sofar

    @property
    def active(self) -> bool:
        """Whether the segment has not ended."""
        return not self._ended.is_set()

    def refresh(self, why: str, step: int | None = None, *, older_than_s: float = 1.0) -> None:
        """Ask for a reading without waiting, unless the last one is fresh."""
        if self.active and clock.monotonic_s() - self._begun_s - self._last_s > older_than_s:
            self._requests.put(_Request(why, step))

    def read(self, why: str, step: int | None = None, *, most_s: float = _PATIENCE_S) -> None:
        """Take a reading and wait for it, `most_s` seconds at most."""
        if self.active:
            self._ask(_Request(why, step), most_s)

    def finish(self, why: str, step: int | None = None, *, most_s: float = _PATIENCE_S) -> None:
        """Take the last reading, end the segment, and stop the meter."""
        if not self.active:
            return
        if not self._ask(_Request(f"end: {why}", step), most_s):
            self._end(why, step)

    def note(self, problem: str) -> None:
        """Keep in the ledger that something is missing or doubtful."""
        if problem not in self.problems:
            self.problems.append(problem)
            self.append("note", text=problem)

    def append(self, kind: str, **content: Any) -> None:
        """Add a line of this segment to the ledger; where the disk refuses it, it is kept in memory."""
        line = nameless({"run": self._facts["run"], "segment": self.segment, "time": clock.wall_time(), **content})
        with self._lock:
            self.lines.append({"v": 1, "kind": kind, **line})
            try:
                if self._file is None:
                    self._file = LedgerFile(self.folder / f"{self._facts['run']}-{self.segment}.jsonl")
                self._file.append(kind, **line)
            except OSError as error:
                self._warn_once(f"the ledger cannot be written ({error}); a crash would lose what was recorded")

    def _ask(self, request: _Request, most_s: float) -> bool:
        self._requests.put(request)
        if not self._answers:
            return False
        self._answers = request.done.wait(most_s)
        if not self._answers:
            self._warn_once("CodeCarbon does not answer; what it measured before that is kept")
            self.note("the meter stopped answering; energy after that is missing")
        return self._answers

    def _warn_once(self, message: str) -> None:
        # One warning a segment: what fails once fails again, and the ledger keeps the rest.
        if not self._warned:
            self._warned = True
            log.warning("hf-emissions: %s", message)

    # From here on: on the meter's thread.

    def _meter(self) -> None:
        meter: Meter | None = None
        try:
            meter = self._make_meter()
            meter.start()
            self._begun_s = clock.monotonic_s()
            self._write_start(meter)
            self._started = True
        except Exception as error:  # noqa: BLE001 - whatever goes wrong here, training goes on
            self._failed(error)
        self._ready.set()
        while self.active:
            self._serve(meter, self._next())
        if meter is not None:
            meter.stop()

    def _next(self) -> _Request | None:
        try:
            return self._requests.get(timeout=_WATCH_S)
        except queue.Empty:
            return None

    def _serve(self, meter: Meter | None, request: _Request | None) -> None:
        if request is None and not self._alive():
            request = _Request("end: the training is gone")
        if meter is not None and self._started:
            meter.counters.look(clock.monotonic_s())
        due = clock.monotonic_s() - self._begun_s - self._last_s >= INTERVAL_S - _WATCH_S
        if request is not None or due:
            self._measure(meter, request.why if request else "tick", request.step if request else None)
        if request is not None and request.why.startswith("end: "):
            self._end(request.why.removeprefix("end: "), request.step)
        if request is not None:
            request.done.set()

    def _note_gpus(self, meter: Meter, hardware: Hardware) -> None:
        # Asked again at the end, because a script may set its GPUs up after the recording has begun.
        if not hardware.gpus and (meter.wants_gpus or gpus.in_use()):
            self.note("the GPUs of this training could not be metered; what they drew is missing")

    def _write_start(self, meter: Meter) -> None:
        hardware = meter.hardware()
        self._note_gpus(meter, hardware)
        self._keep_warnings(meter)
        for problem in meter.counters.missing():
            self.note(problem)
        self.append(
            "start",
            **self._facts,
            tool="CodeCarbon",
            tool_version=codecarbon_version(),
            power={component: list(power) for component, power in meter.power().items()},
            hardware={
                "cpu_model": hardware.cpu_model,
                "cpu_threads": hardware.cpu_threads,
                "ram_gb": hardware.ram_gb,
                "gpus": list(hardware.gpus),
            },
        )

    def _keep_warnings(self, meter: Meter) -> None:
        for text in meter.warnings[self._warnings_kept :]:
            self.append("warning", text=text)
        self._warnings_kept = len(meter.warnings)

    def _measure(self, meter: Meter | None, why: str, step: int | None) -> None:
        if meter is None or not self._started:
            return
        try:
            raw = meter.read()
        except MeterError as error:
            self._failed(error)
            return
        finally:
            self._keep_warnings(meter)
        self._take(raw, clock.monotonic_s() - self._begun_s, reset=meter.counters.reset)
        meter.counters.reset = False
        if why.startswith("end: "):
            self._note_gpus(meter, meter.hardware())
        if meter.counters.skipped:
            self.note("a counter of the processors could not be read; what they drew in that time is missing")
        reading = self._reading
        self.append(
            "reading",
            t_s=round(self._last_s, 3),
            cpu_kwh=reading.cpu_kwh,
            gpu_kwh=reading.gpu_kwh,
            ram_kwh=reading.ram_kwh,
            why=why,
            step=step,
        )

    def _take(self, raw: Reading, at_s: float, *, reset: bool = False) -> None:
        """Take a reading over, without what cannot have been drawn since the one before."""
        elapsed_s = max(at_s - self._last_s, 1e-3)
        jump = Reading(*(new - old for new, old in zip(_parts(raw), _parts(self._raw), strict=True)))
        wrong = _impossible(jump, elapsed_s, reset)
        if wrong is not None:
            self._offset = Reading(*(a + b for a, b in zip(_parts(self._offset), _parts(wrong), strict=True)))
            self.note("a counter was reset while the training ran; what was drawn around that time is missing")
        self._raw = raw
        self._reading = Reading(*(a - b for a, b in zip(_parts(raw), _parts(self._offset), strict=True)))
        self._sofar = Sofar(self._reading.energy_kwh, at_s, self._power_w(self._reading.energy_kwh, at_s))
        self._last_s = at_s

    def _power_w(self, energy_kwh: float, at_s: float) -> float:
        """Mean power since the reading before, the last one known where that is too short a time."""
        before_s, before_kwh = self._drawn
        if at_s - before_s < _FRESH_S or energy_kwh <= before_kwh:
            return self._sofar.power_w
        self._drawn = at_s, energy_kwh
        return units.mean_power_w(energy_kwh - before_kwh, at_s - before_s)

    def _failed(self, error: BaseException) -> None:
        if not isinstance(error, MeterError):
            error = MeterError(f"metering failed: {type(error).__name__}: {error}")
        self._warn_once(f"{error}; training goes on, and the card will say what is missing")
        self.note(str(error))

    def _end(self, why: str, step: int | None) -> None:
        if not self._ended.is_set():
            self._ended.set()
            self.append("end", why=why, step=step)


def _impossible(jump: Reading, elapsed_s: float, reset: bool) -> Reading | None:
    """What of the energy since the last reading cannot have been drawn; None where all of it can."""
    span_s = max(elapsed_s, 1.0)  # two readings may come at once
    if min(_parts(jump)) < 0 or units.mean_power_w(jump.energy_kwh, span_s) > _MOST_NODE_W:
        return jump
    if reset or units.mean_power_w(jump.cpu_kwh, span_s) > _MOST_CPU_W:
        return Reading(cpu_kwh=jump.cpu_kwh)
    return None


def _parts(reading: Reading) -> tuple[float, float, float]:
    return reading.cpu_kwh, reading.gpu_kwh, reading.ram_kwh
