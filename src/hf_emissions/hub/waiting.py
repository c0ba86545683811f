"""How long to wait before the Hub is asked again: as its headers say, and within a bound."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

# One window of the Hub's rate limit lasts 300 s; whoever waited that long and a little has a new one.
MOST_S = 330.0
FIRST_S = 1.0
LONGEST_S = 30.0
# Too many requests, a time-out, and a server that is down for now.
PASSING = frozenset((408, 429, 500, 502, 503, 504))


@dataclass(slots=True)
class Patience:
    """The time that one piece of work may still wait for the Hub.

    Args:
        left_s: seconds of waiting that are left.
        sleep: waits for some seconds.
        say: told why there is a wait, for a person.
    """

    left_s: float = MOST_S
    sleep: Callable[[float], None] = time.sleep
    say: Callable[[str], None] = field(default=lambda _: None)
    _tries: int = 0

    def wait(self, why: str, headers: Mapping[str, str] | None = None) -> bool:
        """Wait before the next try; False, at once, where it would take longer than is left."""
        asked_s = asked_to_wait_s(headers or {})
        pause_s = asked_s if asked_s is not None else self._backoff_s()
        if pause_s > self.left_s:
            return False
        self.left_s -= pause_s
        self._tries += 1
        if pause_s >= 2:
            self.say(f"{why}; asking again in {pause_s:.0f} s")
        self.sleep(pause_s)
        return True

    def _backoff_s(self) -> float:
        pause_s = min(LONGEST_S, FIRST_S * 2.0**self._tries)
        # Spread, so that several processes that failed together do not come back together.
        return pause_s * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


def asked_to_wait_s(headers: Mapping[str, str]) -> float | None:
    """Seconds that an answer's headers ask to wait: what is left of an empty quota's window, else `Retry-After`."""
    from huggingface_hub.utils import parse_ratelimit_headers

    found = {name.lower(): value for name, value in headers.items()}
    quota = parse_ratelimit_headers(found)
    if quota is not None and quota.remaining == 0:
        # The header counts whole seconds.
        return quota.reset_in_seconds + 1.0
    after = found.get("retry-after", "")
    return float(after) if after.isdigit() else None
