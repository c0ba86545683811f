"""What can go wrong between a client and the Hub, on demand or at random from a seed."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

# What a fault does. With `lost` the request is carried out, and its answer never sent; with `odd` what is sent says
# nothing of it. `silent` keeps the connection open and says nothing for a while; `action` is the quota of an action,
# `away` sends the request on to another host.
KINDS = (
    *("400", "401", "403", "404", "429", "500", "503", "html", "cut", "short", "drop", "lost", "drip", "silent"),
    *("moved", "odd", "action", "away"),
)


@dataclass
class Fault:
    """One thing that goes wrong: of which requests, how often, and how."""

    kind: str
    pattern: str = ""
    method: str = ""
    times: int = 1
    headers: dict[str, str] = field(default_factory=dict)
    data: bytes = b"{}"
    status: int = 200
    move: Callable[[], object] | None = None

    def fits(self, method: str, path: str) -> bool:
        return self.times > 0 and self.method in ("", method) and re.search(self.pattern, path) is not None


@dataclass
class Faults:
    """The faults that wait for their request, and those that come at random."""

    waiting: list[Fault] = field(default_factory=list)
    rate: float = 0.0
    kinds: tuple[str, ...] = ()
    seed: int = 0
    happened: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._lock = threading.Lock()

    def add(self, kind: str, pattern: str = "", method: str = "", **more) -> Fault:
        assert kind in KINDS
        fault = Fault(kind, pattern, method, **more)
        self.waiting.append(fault)
        return fault

    def at_random(self, rate: float, kinds: Iterable[str], seed: int) -> None:
        """From now on a share of all requests fails."""
        self.rate, self.kinds, self._random = rate, tuple(kinds), random.Random(seed)

    def next(self, method: str, path: str) -> Fault | None:
        """What goes wrong with this request, if anything."""
        with self._lock:
            fault = next((one for one in self.waiting if one.fits(method, path)), None)
            if fault is not None:
                fault.times -= 1
            elif self.rate and self._random.random() < self.rate:
                fault = Fault(self._random.choice(self.kinds))
            if fault is not None:
                self.happened.append((fault.kind, f"{method} {path}"))
            return fault
