"""Quotas of the Hub, as its headers announce: used up, never exceeded.

The Hub counts several kinds of calls separately (API, file downloads, pages), in windows of five minutes, and
announces the remainder after each call. The quota of a kind of call is learned from its first response.
"""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

# The header has whole seconds: the window ends within one second after.
_MARGIN_S = 1.0
# Polling interval while another thread's response is pending.
_LOOK_S = 0.02


@dataclass(slots=True)
class Window:
    """State of one quota.

    Others may use the same quota: another shard, or another program with the same token. The remainder then falls by
    more than our calls, and a reserve is kept for what they take while a response of ours is in flight.
    """

    limit: int | None = None  # calls per window, if announced
    window_s: float = 300.0
    lowest: int = 1  # fewest calls announced as left in this window
    ends: float | None = None  # by the clock; None before its first response
    under_way: int = 0
    _first: int = 0
    _since: float = 0.0
    _ours: int = 0
    _longest_s: float = 0.0

    def left(self, now: float) -> int:
        """Number of calls allowed now."""
        if self.ends is not None and now >= self.ends:
            # Of a new window, only the limit is known.
            self.ends, self.lowest = None, self.limit or 1
        return self.lowest - self.under_way - self._reserve(now)

    def begun(self, count: int) -> None:
        """Record calls that are being made."""
        self.under_way += count
        self._ours += count

    def ended(self, count: int, time_s: float) -> None:
        """Record calls that ended after some seconds, with a response or without."""
        self.under_way -= count
        self._longest_s = max(self._longest_s, time_s)

    def update(self, remaining: int, ends: float, now: float, unforeseen: int) -> None:
        """Record what a response announces, of which calls of ours were `unforeseen`; they may come out of order."""
        self._ours += unforeseen
        if self.ends is None or ends > self.ends + self.window_s / 2:
            self.lowest, self.ends = remaining, ends
            # Calls in flight may be counted only after this response.
            self._first, self._since, self._ours, self._longest_s = remaining, now, self.under_way, 0.0
        else:
            self.lowest, self.ends = min(self.lowest, remaining), min(self.ends, ends)

    def _reserve(self, now: float) -> int:
        """Calls that others will make before we hear of them; 0 if nobody else does."""
        others = self._first - self.lowest - self._ours
        if self.ends is None or others <= 0:
            return 0
        rate = others / max(now - self._since, self._longest_s, 1.0)
        # Twice: a response is as old as its way back, and the next call needs its way there.
        return min(math.ceil(rate * 2 * self._longest_s) + 1, (self.limit or 0) // 2)


@dataclass(frozen=True, slots=True)
class GrantedCall:
    """Permission for a call of a kind, with the quotas that it uses."""

    kind: str
    costs: Mapping[str, int]
    at: float


@dataclass(slots=True)
class Quotas:
    """Quotas of one client, thread-safe."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    say: Callable[[str], None] = lambda _: None  # called once per wait for an exhausted quota
    windows: dict[str, Window] = field(default_factory=dict)
    _costs: dict[str, Mapping[str, int]] = field(default_factory=dict)
    _asking: set[str] = field(default_factory=set)
    _told: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, kind: str) -> GrantedCall:
        """Block until a call of a kind, such as `listing`, is allowed."""
        while True:
            with self._lock:
                found = self._try(kind)
            if isinstance(found, GrantedCall):
                return found
            self.sleep(found)

    def answered(self, granted: GrantedCall, answers: Iterable[Mapping[str, str]]) -> None:
        """Record the response headers of a call: none if it broke, several if it was redirected."""
        from huggingface_hub.utils import parse_ratelimit_headers

        found = [info for info in map(parse_ratelimit_headers, answers) if info is not None]
        with self._lock:
            now = self.clock()
            for name, count in granted.costs.items():
                self.windows[name].ended(count, now - granted.at)
            unforeseen = Counter(info.resource_type for info in found if not granted.costs)
            for info in found:
                window = self.windows.setdefault(info.resource_type, Window())
                window.limit = info.limit or window.limit
                window.window_s = info.window_seconds or window.window_s
                ends = now + info.reset_in_seconds + _MARGIN_S
                window.update(info.remaining, ends, now, unforeseen.pop(info.resource_type, 0))
            self._asking.discard(granted.kind)
            if found or granted.kind not in self._costs:
                # A redirected call counts twice; one that finds nothing does not, and is no measure.
                costs = Counter(info.resource_type for info in found)
                self._costs[granted.kind] = Counter(self._costs.get(granted.kind, {})) | costs

    def _try(self, kind: str) -> GrantedCall | float:
        """Grant the call, or return the seconds to wait before the next try."""
        costs, now = self._costs.get(kind), self.clock()
        if costs is None:
            if kind in self._asking:
                return _LOOK_S
            self._asking.add(kind)
            return GrantedCall(kind, {}, now)
        for name, count in costs.items():
            if self.windows[name].left(now) < count:
                return self._wait_s(name, self.windows[name], now)
        for name, count in costs.items():
            self.windows[name].begun(count)
        return GrantedCall(kind, costs, now)

    def _wait_s(self, name: str, window: Window, now: float) -> float:
        if window.under_way or window.ends is None:
            return _LOOK_S
        wait_s = window.ends - now
        if self._told != window.ends and wait_s >= 2:
            self._told = window.ends
            allowed = f" of {window.limit} calls" if window.limit else ""
            self.say(f"the Hub's quota{allowed} ({name}) is used up; going on in {wait_s:.0f} s")
        return wait_s
