"""Simulated time for CodeCarbon and for the recorder: hours pass in milliseconds, and everything is repeatable.

Clocks, timers and the recorder's queue are replaced; the recorder's thread is a real one that sleeps on the queue
until simulated time has come for it. `advance` goes on only when every such thread sleeps again.
"""

from __future__ import annotations

import collections
import contextlib
import heapq
import importlib
import itertools
import queue
import threading
import time
import types
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import psutil

_STUCK_S = 60.0


class SimulatedClock:
    """Stands for the module `time` as well."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.wall_offset_s = 1.8e9
        self.changed = threading.Condition()
        self.queues: list[SimulatedQueue] = []
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count()

    def monotonic(self) -> float:
        """Simulated seconds."""
        return self.now

    def perf_counter(self) -> float:
        """As `monotonic`; never the same twice, because CodeCarbon divides by durations."""
        self.now += 1e-6
        return self.now

    def time(self) -> float:
        """The time of day, which may jump."""
        return self.now + self.wall_offset_s

    def sleep(self, seconds: float) -> None:
        """Time passes for the caller; nobody else is woken."""
        self.now += max(seconds, 0.0)

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    def wall_time(self) -> str:
        """As `hf_emissions.recording.clock.wall_time`."""
        return datetime.fromtimestamp(self.time(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def call_at(self, when: float, function: Callable[[], None]) -> None:
        """Have a timer's function called."""
        heapq.heappush(self._timers, (when, next(self._count), function))

    def advance(self, seconds: float) -> None:
        """Let time pass, waking whoever is due in turn."""
        end = self.now + seconds
        while self._wake_next(end):
            continue
        self.now = max(self.now, end)

    def wait(self, event: threading.Event, most_s: float) -> bool:
        """As `hf_emissions.recording.clock.wait`, in the thread that lets time pass."""
        end = self.now + max(most_s, 0.0)
        while True:
            self._settle()
            if event.is_set():
                return True
            if not self._wake_next(end):
                self.now = max(self.now, end)
                return event.is_set()

    def _wake_next(self, end: float) -> bool:
        """Wake who is due next, at that time; False where nobody is until `end`."""
        self._settle()
        due = [(sleeper.wakes_at, sleeper) for sleeper in self.queues if sleeper.sleeping]
        next_sleeper = min(due, key=lambda pair: pair[0], default=None)
        next_timer = self._timers[0][0] if self._timers else float("inf")
        when = min(next_timer, next_sleeper[0] if next_sleeper else float("inf"))
        if when > end:
            return False
        self.now = max(self.now, when)
        if next_sleeper is not None and next_sleeper[0] <= next_timer:
            next_sleeper[1].wake()
        else:
            heapq.heappop(self._timers)[2]()
        return True

    def forget(self) -> None:
        """Kill every thread that sleeps, and drop all timers."""
        for sleeper in self.queues:
            sleeper.kill()
        self.queues.clear()
        self._timers.clear()

    def _settle(self) -> None:
        """Wait until every thread sleeps or has ended."""
        limit = time.monotonic() + _STUCK_S
        with self.changed:
            while any(sleeper.busy for sleeper in self.queues):
                self.changed.wait(0.002)
                if time.monotonic() > limit:
                    raise TimeoutError("a thread does not come to rest in simulated time")
            self.queues = [sleeper for sleeper in self.queues if sleeper.sleeping]


class SimulatedQueue:
    """Stands for `queue.SimpleQueue` in the recorder: waits in simulated time."""

    def __init__(self, clock: SimulatedClock) -> None:
        self._clock = clock
        self._items: collections.deque[Any] = collections.deque()
        self._thread: threading.Thread | None = None
        self._woken = self._killed = self._resting = False
        self.sleeping = False
        self.wakes_at = 0.0
        with clock.changed:
            clock.queues.append(self)

    @property
    def busy(self) -> bool:
        """Whether its thread is at work, or about to be."""
        return not self.sleeping and (self._thread is None or self._thread.is_alive())

    def put(self, item: Any) -> None:
        """Wake the thread with an item, at this moment."""
        with self._clock.changed:
            self._items.append(item)
            self.sleeping = self._resting
            self._clock.changed.notify_all()

    def get(self, timeout: float) -> Any:
        """An item; `queue.Empty` after so many simulated seconds."""
        with self._clock.changed:
            self._thread = threading.current_thread()
            if not self._items:
                self._sleep(timeout)
            if self._killed:
                raise SystemExit
            if not self._items:
                raise queue.Empty
            return self._items.popleft()

    def rest(self, seconds: float) -> None:
        """Have its thread be at something else for so long, whatever it is asked for."""
        with self._clock.changed:
            self._thread = threading.current_thread()
            self._resting = True
            self._sleep(seconds)
            self._resting = False
            if self._killed:
                raise SystemExit

    def _sleep(self, timeout: float) -> None:
        self.wakes_at = self._clock.now + timeout
        self.sleeping, self._woken = True, False
        self._clock.changed.notify_all()
        while not (self._woken or self._killed or (self._items and not self._resting)):
            self._clock.changed.wait()
        self.sleeping = False

    def wake(self) -> None:
        """The time has come."""
        with self._clock.changed:
            self._woken, self.sleeping = True, False
            self._clock.changed.notify_all()

    def kill(self) -> None:
        """End the thread on the spot, as `kill -9` would: nothing more is written."""
        with self._clock.changed:
            self._killed, self.sleeping = True, False
            self._clock.changed.notify_all()
        if self._thread is not None:
            self._thread.join(_STUCK_S)


def _timer_class(clock: SimulatedClock) -> type:
    class SimulatedTimer:
        daemon = True

        def __init__(self, interval: float, function: Callable[..., None], args: Any = (), kwargs: Any = None) -> None:
            self._interval, self._function, self._cancelled = interval, function, False

        def start(self) -> None:
            clock.call_at(clock.now + self._interval, self._fire)

        def cancel(self) -> None:
            self._cancelled = True

        def _fire(self) -> None:
            if not self._cancelled:
                self._function()

    return SimulatedTimer


def _but_for_kills(hook: Callable[[Any], Any]) -> Callable[[Any], None]:
    def excepthook(args: Any) -> None:
        if not issubclass(args.exc_type, SystemExit):
            hook(args)

    return excepthook


@contextlib.contextmanager
def simulated_time() -> Iterator[SimulatedClock]:
    """Simulated time in CodeCarbon and in the recorder, until the end of the block."""
    clock, memory = SimulatedClock(), psutil.virtual_memory()
    changes: list[tuple[str, str, Any]] = [
        ("codecarbon.emissions_tracker", "time", clock),
        ("codecarbon.external.hardware", "time", clock),
        ("codecarbon.external.task", "time", clock),
        ("codecarbon.external.scheduler", "Timer", _timer_class(clock)),
        # Asked for in every simulated second, which takes longer than all else that is done in it.
        ("psutil", "virtual_memory", lambda: memory),
        ("psutil", "cpu_percent", lambda: 0.0),
        # What is killed here is no machine: what was written is there.
        ("os", "fsync", lambda _: None),
        ("hf_emissions.recording.clock", "monotonic_s", clock.monotonic),
        ("hf_emissions.recording.clock", "wall_time", clock.wall_time),
        ("hf_emissions.recording.clock", "wait", clock.wait),
        ("hf_emissions.recording.clock", "pause", clock.sleep),
        ("hf_emissions.recording.meter", "time", clock),
        ("threading", "excepthook", _but_for_kills(threading.excepthook)),
        (
            "hf_emissions.recording.recorder",
            "queue",
            types.SimpleNamespace(SimpleQueue=lambda: SimulatedQueue(clock), Empty=queue.Empty),
        ),
    ]
    with contextlib.ExitStack() as stack:
        for module, name, stand_in in changes:
            stack.enter_context(replaced(importlib.import_module(module), name, stand_in))
        stack.callback(clock.forget)
        yield clock


@contextlib.contextmanager
def replaced(target: Any, name: str, value: Any) -> Iterator[None]:
    """An attribute with another value for a while."""
    before = getattr(target, name)
    setattr(target, name, value)
    try:
        yield
    finally:
        setattr(target, name, before)
