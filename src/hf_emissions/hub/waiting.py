"""How long to wait before the Hub is asked again: as its headers say, and within a bound."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# One window of the Hub's rate limit lasts 300 s; whoever waited that long and a little has a new one.
MOST_S = 330.0
FIRST_S = 1.0
LONGEST_S = 30.0
# A request that came too late, and too many requests.
_PASSING = frozenset((408, 429))
# Of a server's own errors, those that will be the same the next time.
_LASTING = frozenset((501, 505))
_SECONDS = re.compile(r"\d{1,9}(?:\.\d{1,9})?", re.ASCII)


def is_passing_status(status: int | None) -> bool:
    """Whether the same request may well succeed a little later."""
    return status is not None and (status in _PASSING or (500 <= status < 600 and status not in _LASTING))


@dataclass(slots=True)
class Patience:
    """The time that one piece of work may still wait for the Hub.

    Args:
        left_s: seconds of waiting that are left.
        sleep: waits for some seconds.
        say: told why there is a wait, for a person.
        connections: how often a server that cannot be reached at all is tried again; None for as long as `left_s`.
    """

    left_s: float = MOST_S
    sleep: Callable[[float], None] = time.sleep
    say: Callable[[str], None] = field(default=lambda _: None)
    connections: int | None = None
    _tries: int = 0

    def wait(self, why: str, headers: Mapping[str, str] | None = None, *, unreachable: bool = False) -> bool:
        """Wait before the next try; False, at once, where it would take longer than is left."""
        if unreachable and self.connections is not None and self._tries >= self.connections:
            return False
        asked_s = asked_to_wait_s(headers or {})
        # A server that asks for no wait at all would be asked in a circle.
        pause_s = max(asked_s, FIRST_S) if asked_s else self._backoff_s()
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
    return _retry_after_s(found.get("retry-after", "").strip())


def _retry_after_s(text: str) -> float | None:
    """Seconds, or the seconds until a date (RFC 9110, section 10.2.3)."""
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        at = parsedate_to_datetime(text)
        return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None
