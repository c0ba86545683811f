"""Recorder of one segment of a run: the meter runs in its own thread, its readings go to disk.

The training's waits for the meter are bounded: a request waits a little, and no longer once the meter has failed to
answer. Time counts from the entry, whenever the meter begins.
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
from ..errors import MissingExtraError
from . import clock, gpus
from .backfill import SHORTEST_S
from .console import warn_once
from .installed import codecarbon_version
from .ledger import LedgerFile
from .meter import Hardware, Meter, MeterError, Reading
from .reading_filter import FRESH_S, ReadingFilter
from .redaction import redact_line

log = logging.getLogger("hf_emissions")

INTERVAL_S = 15.0  # upper bound of what a kill loses
_WATCH_S = 1.0  # how soon an abandoned recorder notices
_START_S = 2.0  # upper bound of the total wait for a meter that has not begun
_PATIENCE_S = 5.0

# A reading that the training waits for takes 1 ms (CodeCarbon's flush 0.85 ms with cold caches, the round trip to the
# meter's thread 0.07 ms; more with many GPUs). One per step of 5 ms would lengthen the step by a fifth. So a reading is
# reused until readings take no more than this share of the time, and for a second at most. CodeCarbon's models leave
# out the time of a reading itself, so this also bounds the error of the figure.
_NOW_SHARE = 0.005
_NOW_OLDEST_S = 1.0
_NOW_S = 0.2

# Texts for the card; exception texts go to the console only.
_NOT_STARTED = "CodeCarbon did not start; nothing was metered"
_FAILED = "CodeCarbon failed while it measured; what was drawn after that is missing"
_SILENT = "the meter stopped answering; energy after that is missing"
_RESET = "a counter was reset while the training ran; what was drawn around that time is missing"
_SKIPPED = "a counter of the processors could not be read; what they drew in that time is missing"
_NO_GPUS = "the GPUs of this training could not be metered; what they drew is missing"
_AFTERWARDS = (
    "the training ended before its meter could measure it; the figure is what the machine drew in the moments after, "
    "and may be far from what the training drew"
)
_ENDING = "end: "


@dataclass(slots=True)
class _Request:
    why: str
    step: int | None = None
    asked_s: float = field(default_factory=lambda: clock.monotonic_s())  # noqa: PLW0108 - tests put another clock
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def ends(self) -> bool:
        """True if the request ends the segment."""
        return self.why.startswith(_ENDING)


@dataclass(frozen=True, slots=True)
class RunningTotals:
    """Totals up to the last reading: energy in kWh, time in seconds, mean power in W since the reading before."""

    energy_kwh: float
    duration_s: float
    power_w: float


class Recorder:
    """Meters one segment and writes it to the ledger.

    Args:
        folder: the ledger's folder.
        facts: for the start line, beside the meter's own: run, node, step and the like.
        alive: called every second on the meter's thread; False ends the segment: the training is gone.
        make_meter: factory of the meter; called on its thread.
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
        self._turn = threading.Lock()  # held during state transitions of the segment
        self._file: LedgerFile | None = None
        self._warned = False
        self._warnings_kept = 0
        self._entered_s = clock.monotonic_s()
        self._waited_s = 0.0  # total wait of the training for the meter to begin
        self._oldest: _Request | None = None  # oldest request that timed out, as last seen
        self._begun_s: float | None = None
        self._written_s = 0.0  # metered time of the last reading on disk
        self._reuse_s = FRESH_S
        self._filter = ReadingFilter()
        self._sofar = RunningTotals(0.0, 0.0, 0.0)

    def begin(self, entered_s: float | None = None) -> None:
        """Start metering in its own thread; returns at once. Time counts from `entered_s`, by default from now."""
        self._entered_s = clock.monotonic_s() if entered_s is None else entered_s
        threading.Thread(target=self._meter, name="hf-emissions", daemon=True).start()

    def wait_ready(self, most_s: float) -> bool:
        """Wait until metering has begun or failed, `most_s` seconds at most; False on timeout."""
        before_s = clock.monotonic_s()
        ready = clock.wait(self._ready, most_s)
        self._waited_s += clock.monotonic_s() - before_s
        return ready

    @property
    def sofar(self) -> RunningTotals:
        """Totals up to the last reading."""
        return self._sofar

    @property
    def active(self) -> bool:
        """True until the segment has ended."""
        return not self._ended.is_set()

    def now(self, most_s: float = _NOW_S) -> RunningTotals:
        """Totals up to now, from a new reading or a sufficiently fresh one.

        The last known totals if the meter takes longer than `most_s`. The reading is kept in memory; the disk is still
        no more than 15 s behind.
        """
        asked_s = clock.monotonic_s()
        begun_s = self._begun_s
        if self.active and begun_s is not None and asked_s - begun_s - self._filter.metered_s >= self._reuse_s:
            oldest = self._unanswered
            if oldest is None:
                self._ask(_Request("now"), most_s)
            else:  # no further request to a meter that does not answer
                clock.wait(oldest.done, most_s - (asked_s - oldest.asked_s))
            taken_s = clock.monotonic_s() - asked_s
            self._reuse_s = min(max(taken_s / _NOW_SHARE, FRESH_S), _NOW_OLDEST_S)
        return self._sofar

    def read(self, why: str, step: int | None = None, *, most_s: float = _PATIENCE_S) -> None:
        """Take a reading and wait for it, `most_s` seconds at most; less if the meter has not begun."""
        if not self.active:
            return
        if self._begun_s is None and not self.wait_ready(min(most_s, _START_S - self._waited_s)):
            self._requests.put(_Request(why, step))  # served when the meter begins
        elif self._ask(_Request(why, step), most_s):
            self._take_back(_SILENT)
        else:
            self._say(_SILENT)

    def finish(self, why: str, step: int | None = None, *, most_s: float = _PATIENCE_S) -> None:
        """Take the last reading, end the segment and stop the meter; waits `most_s` seconds at most."""
        if not self.active:
            return
        if self._ask(_Request(f"{_ENDING}{why}", step), most_s):
            self._take_back(_SILENT)
        else:
            self._end(why, step, unanswered=True)

    def note(self, problem: str) -> None:
        """Log in the ledger, once, that something is missing or doubtful."""
        if problem not in self.problems:
            self.problems.append(problem)
            self.append("note", text=problem)

    @property
    def kept(self) -> bool:
        """True if everything recorded is on disk."""
        return self._file is not None and self._file.whole

    def append(self, kind: str, **content: Any) -> None:
        """Append a line of this segment to the ledger; if the disk refuses it, keep it in memory."""
        line = redact_line({"run": self._facts["run"], "segment": self.segment, "time": clock.wall_time(), **content})
        with self._lock:
            self.lines.append({"v": 1, "kind": kind, **line})
            try:
                if self._file is None:
                    self._file = LedgerFile(self.folder / f"{self._facts['run']}-{self.segment}.jsonl")
                self._file.append(kind, **line)
            except OSError as error:
                self._warn_once(
                    f"the ledger cannot be written ({error.filename}: {error.strerror}); a crash would lose what was "
                    "recorded"
                )

    def _ask(self, request: _Request, most_s: float) -> bool:
        """Send a request and wait, at most until `most_s` seconds after the oldest unanswered one; False on timeout."""
        oldest = None if self._begun_s is None else self._unanswered
        self._oldest = oldest = oldest or request
        self._requests.put(request)
        return clock.wait(request.done, most_s - (clock.monotonic_s() - max(oldest.asked_s, self._begun_s or 0.0)))

    @property
    def _unanswered(self) -> _Request | None:
        """The oldest request that timed out and is still unanswered."""
        oldest = self._oldest
        return None if oldest is None or oldest.done.is_set() else oldest

    def _say(self, problem: str) -> None:
        """Note a problem for the card, and warn on the console."""
        self._warn_once(f"{problem}; training goes on")
        self.note(problem)

    def _take_back(self, problem: str) -> None:
        if problem in self.problems:
            self.problems.remove(problem)
            self.append("withdrawn", text=problem)

    def _warn_once(self, message: str) -> None:
        # One warning per segment: failures repeat, and the ledger has the rest.
        if not self._warned:
            self._warned = True
            log.warning("hf-emissions: %s", message)

    def _end(self, why: str, step: int | None, *, unanswered: bool = False) -> None:
        """End the segment; idempotent."""
        with self._turn:
            if self._ended.is_set():
                return
            self._ended.set()
        if unanswered:
            waited = units.format_duration(clock.monotonic_s() - self._entered_s)
            not_begun = f"metering did not begin within {waited}; nothing was metered"
            # For the card, a meter without a reading has not begun.
            self._say(_SILENT if self._filter.metered_s else not_begun)
        self.append("end", why=why, step=step)

    # From here on, everything runs on the meter's thread.

    def _meter(self) -> None:
        # At once, so that a run that dies before its meter has begun leaves a trace.
        self.append("entered", **self._facts)
        meter = self._begun_meter()
        self._ready.set()
        while self.active:
            self._serve(meter, self._next())
        if meter is not None:
            meter.stop()

    def _begun_meter(self) -> Meter | None:
        """Start the meter; None if that fails or the segment has ended meanwhile."""
        meter: Meter | None = None
        try:
            meter = self._make_meter()
            meter.prepare()
            begun_s = clock.monotonic_s()
            meter.start()
            with self._turn:
                if self.active:
                    self._filter = ReadingFilter(begun_s - self._entered_s)
                    self._begun_s = begun_s
            if self.active:
                self._write_start(meter)
                return meter
        except Exception as error:  # noqa: BLE001 - whatever goes wrong here, training goes on
            self._begun_s = None
            self._failed(error, _NOT_STARTED)
        if meter is not None:
            meter.stop()
        return None

    def _next(self) -> _Request | None:
        try:
            return self._requests.get(timeout=_WATCH_S)
        except queue.Empty:
            return None

    def _serve(self, meter: Meter | None, request: _Request | None) -> None:
        if request is None and not self._alive():
            request = _Request(f"{_ENDING}the training is gone")
        if meter is not None:
            meter.counters.look(clock.monotonic_s())
            if request is not None or self._is_due():
                self._measure(meter, request or _Request("tick"))
        if request is not None and request.ends:
            self._end(request.why.removeprefix(_ENDING), request.step)
        if request is not None:
            request.done.set()

    def _is_due(self) -> bool:
        """True if a periodic reading is due."""
        wanted_s, metered_s = self._filter.wants_reading_at_s, self._metered_s()
        return metered_s - self._written_s >= INTERVAL_S - _WATCH_S or (wanted_s is not None and metered_s >= wanted_s)

    def _metered_s(self) -> float:
        """Seconds since the meter began."""
        return clock.monotonic_s() - (self._begun_s or 0.0)

    def _note_gpus(self, meter: Meter, hardware: Hardware) -> None:
        # Checked again at the end: a script may initialize its GPUs after the recording has begun.
        if not hardware.gpus and (meter.wants_gpus or gpus.in_use()):
            self.note(_NO_GPUS)

    def _write_start(self, meter: Meter) -> None:
        hardware = meter.hardware()
        self._note_gpus(meter, hardware)
        self._keep_warnings(meter)
        for problem in meter.counters.missing():
            self.note(problem)
        self.append(
            "start",
            **self._facts,
            late_s=round(self._filter.late_s, 3),
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

    def _measure(self, meter: Meter, request: _Request) -> None:
        """Take a reading; for a "now" request it is kept in memory only, unless one is due on disk."""
        missing_s = SHORTEST_S - self._metered_s()
        if missing_s > 0 and request.why == "now":
            return
        clock.pause(missing_s)
        try:
            raw = self._read(meter, request)
        except MeterError as error:
            self._failed(error, _FAILED)
            return
        finally:
            self._keep_warnings(meter)
        with self._turn:
            if not self.active:
                return  # the training has given up waiting and written its card
            # With a request at every step there is never an idle moment for a periodic reading.
            to_be_kept = request.why != "now" or self._is_due()
            self._take(meter, raw, request)
            if to_be_kept:
                self._write(meter, request)

    def _read(self, meter: Meter, request: _Request) -> Reading:
        raw = meter.read()
        # The last reading must not be one that CodeCarbon repeats.
        if request.ends and 0 < meter.age_s < FRESH_S and clock.monotonic_s() - meter.age_s < request.asked_s:
            clock.pause(FRESH_S - meter.age_s)
            raw = meter.read()
        return raw

    def _take(self, meter: Meter, raw: Reading, request: _Request) -> None:
        tally, begun_s = self._filter, self._begun_s or 0.0
        if not tally.take(raw, self._metered_s() - meter.age_s, reset=meter.counters.reset):
            self.note(_RESET)
        meter.counters.reset = False
        if meter.counters.skipped:
            self.note(_SKIPPED)
        if request.ends:
            ended_s = request.asked_s - begun_s
            tally.cut(ended_s)
            if ended_s < SHORTEST_S:
                self.note(_AFTERWARDS)
        self._sofar = RunningTotals(tally.energy_kwh, tally.duration_s, tally.power_w)

    def _write(self, meter: Meter, request: _Request) -> None:
        if request.ends:
            self._note_gpus(meter, meter.hardware())
        tally, reading = self._filter, self._filter.reading
        self._written_s = self._metered_s()
        self.append(
            "reading",
            t_s=round(tally.metered_s, 3),
            cpu_kwh=reading.cpu_kwh,
            gpu_kwh=reading.gpu_kwh,
            ram_kwh=reading.ram_kwh,
            **({"filled": tally.filled.as_json()} if tally.filled.seconds else {}),
            why=request.why,
            step=request.step,
        )

    def _failed(self, error: BaseException, problem: str) -> None:
        if not self.active:
            return  # too late: the missing part is already noted
        if not isinstance(error, MeterError):
            error = MeterError(f"metering failed: {type(error).__name__}: {error}")
        if isinstance(error.__cause__, MissingExtraError):
            warn_once(f"{error}; nothing is recorded")  # worded as in detection, which may have warned already
        else:
            self._warn_once(f"{error}; training goes on, and the card will say what is missing")
        self.note(problem)
