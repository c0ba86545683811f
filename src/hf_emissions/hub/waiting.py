"""How long to wait before the Hub is asked again: as its headers say, and within a bound."""

from __future__ import annotations

import math
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
class RetryBudget:
    """The time that one piece of work may still wait for the Hub.

    Args:
        left_s: seconds of waiting that are left.
        sleep: waits for some seconds.
        say: told why there is a wait, for a person.
        connections: how often a server that cannot be reached, or answers with other pages, is tried again; None for as
            long as `left_s`.
    """

    left_s: float = MOST_S
    sleep: Callable[[float], None] = time.sleep
    say: Callable[[str], None] = field(default=lambda _: None)
    connections: int | None = None
    _tries: int = 0

    def wait(self, why: str, asked_s: float | None = None, *, unreachable: bool = False) -> bool:
        """Wait before the next try; False, at once, where it would take longer than is left.

        Args:
            why: why there is a wait.
            asked_s: seconds that the answer asked to wait.
            unreachable: whether there was no answer of the Hub at all.
        """
        if unreachable and self.connections is not None and self._tries >= self.connections:
            return False
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


# "You can retry this action in about 1 hour"
_IN_WORDS = re.compile(
    r"\b(?:retry|try|again)\b[^.;]{0,60}?\b(?:in|after) (?:about |around |approximately )?"
    r"(\d{1,4}|an?|a few|some) (second|minute|hour|day)s?\b",
    re.IGNORECASE,
)
_UNIT_S = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0}
# What is allowed so often an hour or a day: "rate limit for repository commits (128 per hour)".
_PER = re.compile(r"\(\d+ per (hour|day)\)|\b(?:hourly|daily)\b", re.IGNORECASE)


def asked_in_words_s(headers: Mapping[str, str], words: str, asked_s: float | None) -> float | None:
    """Seconds that a refusal for a quota asks to wait; for ever, where an action is refused and nobody knows how long.

    The quota of an action is another one than that of calls: its answer's headers say that calls are left.

    Args:
        headers: those of the answer.
        words: what the server said.
        asked_s: what the headers ask for.
    """
    from huggingface_hub.utils import parse_ratelimit_headers

    quota = parse_ratelimit_headers(headers)
    if quota is not None and quota.remaining == 0:
        return asked_s
    found = _IN_WORDS.search(words)
    if found:
        said_s = _UNIT_S[found[2].lower()] * (int(found[1]) if found[1].isdigit() else 1)
        return max(said_s, asked_s or 0.0)
    if asked_s is None and (quota is not None or _PER.search(words)):
        return math.inf
    return asked_s


def says_when(words: str) -> bool:
    """Whether a refusal says in words when to try again."""
    return _IN_WORDS.search(words) is not None


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
