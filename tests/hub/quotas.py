"""The Hub's quotas: so many calls of a kind in each fixed window, announced with every answer, and refused beyond."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

FREE = {"api": 1000, "resolvers": 5000, "pages": 200}


def kind_of(path: str) -> str:
    """The quota that a call counts to, by its address."""
    if "/resolve/" in path:
        return "resolvers"
    if path.startswith("/api/resolve-cache/"):
        # Where a download is sent on to; it was counted already.
        return ""
    return "api" if path.startswith("/api/") else "pages"


@dataclass
class Quotas:
    """What is left in this window, and what was used of each before.

    Args:
        limits: calls of each kind in a window.
        window_s: how long one lasts, by `clock`.
        clock: may run faster than the time does, for all of what the headers say.
    """

    limits: dict[str, int] = field(default_factory=lambda: dict(FREE))
    window_s: float = 300.0
    clock: Callable[[], float] = time.monotonic
    refused: int = 0
    used: dict[int, Counter[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._first = self.clock()

    def count(self, path: str) -> tuple[bool, dict[str, str]]:
        """Count a call; whether it is allowed, and the headers of its answer."""
        kind = kind_of(path)
        if kind not in self.limits:
            return True, {}
        with self._lock:
            now = self.clock() - self._first
            number = int(now // self.window_s)
            used = self.used.setdefault(number, Counter())
            allowed = used[kind] < self.limits[kind]
            if allowed:
                used[kind] += 1
            else:
                self.refused += 1
            left_s = int((number + 1) * self.window_s - now)
            return allowed, {
                "RateLimit": f'"{kind}";r={self.limits[kind] - used[kind]};t={left_s}',
                "RateLimit-Policy": f'"fixed window";"{kind}";q={self.limits[kind]};w={self.window_s:.0f}',
            }

    def shares(self, kind: str) -> list[float]:
        """The share of a quota that was used in each window, from the first to the last with such a call."""
        windows = [number for number, used in self.used.items() if used[kind]]
        every = range(min(windows), max(windows) + 1) if windows else range(0)
        return [self.used.get(number, Counter())[kind] / self.limits[kind] for number in every]
