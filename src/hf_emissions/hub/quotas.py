"""How many calls the Hub still allows in its current window, as its headers announce: used to the end, never beyond.

The Hub counts calls of several kinds apart (its interface, the download of files, pages), each in windows of five
minutes, and announces after each call what is left. Which of these a call counts to is learned from its first answer.
"""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

# The header counts whole seconds: the window ends within one second after what it says.
_MARGIN_S = 1.0
# How often a caller that waits looks whether another's answer has come.
_LOOK_S = 0.02


@dataclass(slots=True)
class Window:
    """What is known of one quota.

    Args:
        limit: calls of a window, where it was announced.
        window_s: how long one lasts, in seconds.
        lowest: the fewest that were announced to be left in this window.
        ends: when it ends, by the clock; None before its first answer.
        under_way: calls whose answer has not come.

    Others may use the same quota: another shard, another program with the same token. What is left then falls by more
    than by our calls, and what they take while an answer of ours is on its way is left to them.
    """

    limit: int | None = None
    window_s: float = 300.0
    lowest: int = 1
    ends: float | None = None
    under_way: int = 0
    _first: int = 0
    _since: float = 0.0
    _ours: int = 0
    _answer_s: float = 0.0

    def left(self, now: float) -> int:
        """Calls that may be made now."""
        if self.ends is not None and now >= self.ends:
            # Of a new window nothing is known yet but how many calls it has.
            self.ends, self.lowest = None, self.limit or 1
        return self.lowest - self.under_way - self._reserve(now)

    def take(self, count: int) -> None:
        """Take in that calls are made."""
        self.under_way += count
        self._ours += count

    def answered(self, count: int, time_s: float) -> None:
        """Take in that the answer to calls has come, or that it never will, after some seconds."""
        self.under_way -= count
        self._answer_s = max(self._answer_s, time_s)

    def heard(self, remaining: int, ends: float, now: float, unforeseen: int = 0) -> None:
        """Take in what an answer announces; answers may come in another order than they were made in.

        Args:
            remaining: calls that are left.
            ends: when the window ends, by the clock.
            now: the time.
            unforeseen: calls of ours that this answer is the first to tell of.
        """
        self._ours += unforeseen
        if self.ends is None or ends > self.ends + self.window_s / 2:
            self.lowest, self.ends = remaining, ends
            # What is under way may be counted only after this answer.
            self._first, self._since, self._ours, self._answer_s = remaining, now, self.under_way, 0.0
        else:
            self.lowest, self.ends = min(self.lowest, remaining), min(self.ends, ends)

    def _reserve(self, now: float) -> int:
        """Calls that others will have made before we hear of them; none where nobody else does."""
        others = self._first - self.lowest - self._ours
        if self.ends is None or others <= 0:
            return 0
        rate = others / max(now - self._since, self._answer_s, 1.0)
        # Twice: what an answer tells is as old as its way back, and the next call needs its way there.
        return min(math.ceil(rate * 2 * self._answer_s) + 1, (self.limit or 0) // 2)


@dataclass(frozen=True, slots=True)
class GrantedCall:
    """A call that may be made, and the quotas that it is taken from."""

    kind: str
    costs: Mapping[str, int]
    at: float = 0.0


@dataclass(slots=True)
class Quotas:
    """The quotas of one client, for several threads.

    Args:
        clock: seconds that only grow.
        sleep: waits for some seconds.
        say: told, once for each wait, that a quota is used up.
    """

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    say: Callable[[str], None] = field(default=lambda _: None)
    windows: dict[str, Window] = field(default_factory=dict)
    _costs: dict[str, Mapping[str, int]] = field(default_factory=dict)
    _asking: set[str] = field(default_factory=set)
    _told: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, kind: str) -> GrantedCall:
        """Wait until a call of a kind may be made, such as `listing`."""
        while True:
            with self._lock:
                taken, wait_s = self._try(kind)
            if taken is not None:
                return taken
            self.sleep(wait_s)

    def answered(self, taken: GrantedCall, answers: Iterable[Mapping[str, str]]) -> None:
        """Take in the headers of the answers to a call: none where it broke, several where it was sent on."""
        from huggingface_hub.utils import parse_ratelimit_headers

        found = [info for info in map(parse_ratelimit_headers, answers) if info is not None]
        with self._lock:
            now = self.clock()
            for name, count in taken.costs.items():
                self.windows[name].answered(count, now - taken.at)
            unforeseen = Counter(info.resource_type for info in found if not taken.costs)
            for info in found:
                window = self.windows.setdefault(info.resource_type, Window())
                window.limit = info.limit or window.limit
                window.window_s = info.window_seconds or window.window_s
                ends = now + info.reset_in_seconds + _MARGIN_S
                window.heard(info.remaining, ends, now, unforeseen.pop(info.resource_type, 0))
            self._asking.discard(taken.kind)
            if found or taken.kind not in self._costs:
                # A call that is sent on counts twice; one that finds nothing does not, and is no measure.
                costs = Counter(info.resource_type for info in found)
                self._costs[taken.kind] = Counter(self._costs.get(taken.kind, {})) | costs

    def _try(self, kind: str) -> tuple[GrantedCall | None, float]:
        """The call, or how long to wait before trying again."""
        costs = self._costs.get(kind)
        if costs is None:
            if kind in self._asking:
                return None, _LOOK_S
            self._asking.add(kind)
            return GrantedCall(kind, {}, self.clock()), 0.0
        now = self.clock()
        for name, count in costs.items():
            window = self.windows[name]
            if window.left(now) < count:
                return None, self._wait_s(name, window, now)
        for name, count in costs.items():
            self.windows[name].take(count)
        return GrantedCall(kind, costs, now), 0.0

    def _wait_s(self, name: str, window: Window, now: float) -> float:
        if window.under_way or window.ends is None:
            return _LOOK_S
        wait_s = window.ends - now
        if self._told != window.ends and wait_s >= 2:
            self._told = window.ends
            allowed = f" of {window.limit} calls" if window.limit else ""
            self.say(f"the Hub's quota{allowed} ({name}) is used up; going on in {wait_s:.0f} s")
        return wait_s
