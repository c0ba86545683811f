"""Recorder of one segment: a thread that owns the meter, asked by the training for readings.

The training's waits for the meter are bounded: a request waits a little, and no longer once the meter has failed to
answer. Time counts from the entry, whenever the meter begins. What a reading is worth, `ReadingFilter` judges.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .. import units
from ..errors import MissingExtraError
from . import clock, gpus
from .console import warn_once
from .guard import attempt
from .installed import codecarbon_version
from .ledger import SegmentLog
from .meter import Hardware, Meter, MeterError, Reading
from .reading_filter import FRESH_S, SHORTEST_S, WATCH_S, ReadingFilter, RunningTotals

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
_NO_GPUS = "the GPUs of this training could not be metered; what they drew is missing"


@dataclass(slots=True)
class _Request:
    why: str
    step: int | None = None
    ends: bool = False
    asked_s: float = field(default_factory=lambda: clock.monotonic_s())  # noqa: PLW0108 - tests put another clock
    done: threading.Event = field(default_factory=threading.Event)


class Recorder:
    """Meters one segment and writes it to the ledger.

    Args:
        folder: the ledger's folder.
        facts: for the start line, beside the meter's own: run, node, step and the like.
        is_alive: called every second on the meter's thread; False ends the segment: the training is gone.
        make_meter: factory of the meter; called on its thread.
    """

    def __init__(
        self,
        folder: Path,
        facts: dict[str, object],
        *,
        is_alive: Callable[[], bool] = lambda: True,
        make_meter: Callable[[], Meter] = Meter,
    ) -> None:
        self.segment_log = SegmentLog(folder, str(facts["run"]))
        self.facts = facts
        self._is_alive = is_alive
        self._make_meter = make_meter
        self._requests: queue.SimpleQueue[_Request] = queue.SimpleQueue()
        self._ready = threading.Event()
        self._ended = threading.Event()
        self._turn = threading.Lock()  # held during state transitions of the segment
        self._warnings_kept = 0
        self._entered_s = clock.monotonic_s()
        self._waited_s = 0.0  # total wait of the training for the meter to begin
        self._oldest: _Request | None = None  # oldest request that timed out, as last seen
        self._begun_s: float | None = None
        self._reuse_s = FRESH_S
        self._filter = ReadingFilter()
        self.sofar = RunningTotals()  # up to the last reading

    def begin(self, entered_s: float | None = None) -> None:
        """Start metering in its own thread; returns at once. Time counts from `entered_s`, by default from now."""
        self._entered_s = clock.monotonic_s() if entered_s is None else entered_s
        threading.Thread(target=self._run, name="hf-emissions", daemon=True).start()

    def wait_ready(self, most_s: float) -> bool:
        """Wait until metering has begun or failed, `most_s` seconds at most; False on timeout."""
        before_s = clock.monotonic_s()
        ready = clock.wait(self._ready, most_s)
        self._waited_s += clock.monotonic_s() - before_s
        return ready

    @property
    def active(self) -> bool:
        return not self._ended.is_set()

    def now(self) -> RunningTotals:
        """Totals up to now, from a new or fresh enough reading in memory; the last ones if the meter takes too long."""
        asked_s = clock.monotonic_s()
        begun_s = self._begun_s
        if self.active and begun_s is not None and asked_s - begun_s - self._filter.metered_s >= self._reuse_s:
            oldest = self._unanswered
            if oldest is None:
                self._ask(_Request("now"), _NOW_S)
            else:  # no further request to a meter that does not answer
                clock.wait(oldest.done, _NOW_S - (asked_s - oldest.asked_s))
            taken_s = clock.monotonic_s() - asked_s
            self._reuse_s = min(max(taken_s / _NOW_SHARE, FRESH_S), _NOW_OLDEST_S)
        return self.sofar

    def read(self, why: str, step: int | None = None) -> None:
        """Take a reading and wait for it, five seconds at most; less if the meter has not begun."""
        if not self.active:
            return
        if self._begun_s is None and not self.wait_ready(min(_PATIENCE_S, _START_S - self._waited_s)):
            self._requests.put(_Request(why, step))  # served when the meter begins
        elif self._ask(_Request(why, step), _PATIENCE_S):
            self.segment_log.withdraw(_SILENT)
        else:
            self._report(_SILENT)

    def finish(self, why: str, step: int | None = None) -> None:
        """Take the last reading, end the segment and stop the meter; waits five seconds at most."""
        if not self.active:
            return
        if self._ask(_Request(why, step, ends=True), _PATIENCE_S):
            self.segment_log.withdraw(_SILENT)
        else:
            self._end(why, step, unanswered=True)

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
            self._report(_SILENT if self._filter.metered_s else not_begun)
        self.segment_log.append("end", why=why, step=step)

    def _report(self, problem: str) -> None:
        """Note a problem for the card, and warn on the console."""
        self.segment_log.warn(f"{problem}; training goes on")
        self.segment_log.note(problem)

    # From here on, everything runs on the meter's thread.

    def _run(self) -> None:
        # At once, so that a run that dies before its meter has begun leaves a trace.
        self.segment_log.append("entered", **self.facts)
        meter = self._begun_meter()
        self._ready.set()
        while not self._ended.is_set():
            self._serve(meter, self._next_request())
        if meter is not None:
            meter.stop()

    def _begun_meter(self) -> Meter | None:
        made: list[Meter] = []

        def start() -> bool:
            made.append(self._make_meter())
            self._start(made[0])
            return self.active

        def failed(error: Exception) -> bool:
            self._begun_s = None
            self._failed(error, _NOT_STARTED)
            return False

        if attempt(start, failed):
            return made[0]
        for meter in made:
            meter.stop()
        return None

    def _start(self, meter: Meter) -> None:
        meter.prepare()
        begun_s = clock.monotonic_s()
        meter.start()
        with self._turn:
            if self.active:
                self._filter = ReadingFilter(begun_s - self._entered_s)
                self._begun_s = begun_s
        if self.active:
            self._write_start(meter)

    def _write_start(self, meter: Meter) -> None:
        hardware = meter.hardware()
        self._note_gpus(meter, hardware)
        self._keep_warnings(meter)
        for problem in meter.counters.missing():
            self.segment_log.note(problem)
        self.segment_log.append(
            "start",
            **self.facts,
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

    def _next_request(self) -> _Request | None:
        """The next request; None if there is none within a second."""
        try:
            return self._requests.get(timeout=WATCH_S)
        except queue.Empty:
            return None if self._is_alive() else _Request("the training is gone", ends=True)

    def _serve(self, meter: Meter | None, request: _Request | None) -> None:
        if meter is not None:
            meter.counters.poll(clock.monotonic_s())
            if request is not None or self._filter.is_due(self._metered_s()):
                self._measure(meter, request or _Request("tick"))
        if request is not None:
            if request.ends:
                self._end(request.why, request.step)
            request.done.set()

    def _metered_s(self) -> float:
        return clock.monotonic_s() - (self._begun_s or 0.0)

    def _note_gpus(self, meter: Meter, hardware: Hardware) -> None:
        # Checked again at the end: a script may initialize its GPUs after the recording has begun.
        if not hardware.gpus and (meter.wants_gpus or gpus.in_use()):
            self.segment_log.note(_NO_GPUS)

    def _keep_warnings(self, meter: Meter) -> None:
        for text in meter.warnings[self._warnings_kept :]:
            self.segment_log.append("warning", text=text)
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
            if self.active:  # else the training has given up waiting and written its card
                self._take(meter, raw, request)

    def _read(self, meter: Meter, request: _Request) -> Reading:
        raw = meter.read()
        # The last reading must not be one that CodeCarbon repeats.
        if request.ends and 0 < meter.age_s < FRESH_S and clock.monotonic_s() - meter.age_s < request.asked_s:
            clock.pause(FRESH_S - meter.age_s)
            raw = meter.read()
        return raw

    def _take(self, meter: Meter, raw: Reading, request: _Request) -> None:
        # With a request at every step there is never an idle moment for a periodic reading.
        is_for_disk = request.why != "now" or self._filter.is_due(self._metered_s())
        problems = self._filter.accept(
            raw,
            self._metered_s() - meter.age_s,
            reset=meter.counters.reset,
            skipped=meter.counters.skipped,
            ended_s=request.asked_s - (self._begun_s or 0.0) if request.ends else None,
        )
        meter.counters.reset = False
        for problem in problems:
            self.segment_log.note(problem)
        self.sofar = self._filter.totals
        if request.ends:
            self._note_gpus(meter, meter.hardware())
        if is_for_disk:
            why = f"end: {request.why}" if request.ends else request.why
            self.segment_log.append("reading", **self._filter.as_line(self._metered_s()), why=why, step=request.step)

    def _failed(self, error: Exception, problem: str) -> None:
        if not self.active:
            return  # too late: the missing part is already noted
        if not isinstance(error, MeterError):
            error = MeterError(f"metering failed: {type(error).__name__}: {error}")
        if isinstance(error.__cause__, MissingExtraError):
            warn_once(f"{error}; nothing is recorded")  # worded as in detection, which may have warned already
        else:
            self.segment_log.warn(f"{error}; training goes on, and the card will say what is missing")
        self.segment_log.note(problem)
