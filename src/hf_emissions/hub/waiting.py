"""Whether and how long to wait before a retry: as the Hub's headers or words say, within a budget."""

from __future__ import annotations

import math
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from .errors import InvalidResponseError

# A window of the Hub's rate limit lasts 300 s; after this wait there is a new one.
MOST_S = 330.0
FIRST_S = 1.0
LONGEST_S = 30.0
# Server errors that a retry does not change.
_LASTING = (501, 505)
_SECONDS = re.compile(r"\d{1,9}(?:\.\d{1,9})?", re.ASCII)
# "You can retry this action in about 1 hour"
_IN_WORDS = re.compile(
    r"\b(?:retry|try|again)\b[^.;]{0,60}?\b(?:in|after) (?:about |around |approximately )?"
    r"(\d{1,4}|an?|a few|some) (second|minute|hour|day)s?\b",
    re.IGNORECASE,
)
_UNIT_S = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0}
# A limit per hour or day: "rate limit for repository commits (128 per hour)".
_PER = re.compile(r"\(\d+ per (hour|day)\)|\b(?:hourly|daily)\b", re.IGNORECASE)


@dataclass(slots=True)
class RetryBudget:
    """Time that one operation may still wait for the Hub."""

    left_s: float = MOST_S
    sleep: Callable[[float], None] = time.sleep
    say: Callable[[str], None] = lambda _: None  # called with the reason for a wait
    # Retries of a server that cannot be reached, or answers with other pages; None for no limit but `left_s`.
    connections: int | None = None
    _tries: int = 0

    def part(self) -> RetryBudget:
        """Budget of one call within this operation: tries of its own, and the time that is left of this one."""

        def sleep(pause_s: float) -> None:
            self.left_s -= pause_s
            self.sleep(pause_s)

        return replace(self, sleep=sleep, _tries=0)

    def wait(self, why: str, asked_s: float | None = None) -> bool:
        """Wait before the next try, as long as a response asked to; return False at once if the budget is less."""
        # Jitter, so that processes that failed together do not return together.
        backoff_s = min(LONGEST_S, FIRST_S * 2.0**self._tries) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
        # A server that asks for a wait of zero would be retried in a tight loop.
        pause_s = max(asked_s, FIRST_S) if asked_s else backoff_s
        if pause_s > self.left_s:
            return False
        self.left_s -= pause_s
        self._tries += 1
        if pause_s >= 2:
            self.say(f"{why}; asking again in {pause_s:.0f} s")
        self.sleep(pause_s)
        return True

    def wait_after(self, error: Exception, where: str) -> bool:
        """Wait before a retry of what failed; return False at once if that exceeds the budget."""
        from huggingface_hub.utils import httpx

        unreachable = isinstance(error, httpx.ConnectError)
        # Unexpected pages come from something between us and the Hub.
        elsewhere = unreachable or isinstance(error, InvalidResponseError)
        if elsewhere and self.connections is not None and self._tries >= self.connections:
            return False
        why = "the Hub cannot be reached" if unreachable else "the Hub is busy"
        return self.wait(f"{where}: {why}", _asked_wait_s(error))


def is_transient(error: Exception) -> bool:
    """True if a retry may succeed."""
    from huggingface_hub.utils import httpx

    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return False
    broken = (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError, httpx.DecodingError)
    return is_transient_status(status_of(error)) or isinstance(error, (*broken, InvalidResponseError))


def is_transient_status(status: int | None) -> bool:
    """True if a retry may succeed: after a request timeout, too many requests, or an error of the server."""
    return status is not None and (status in (408, 429) or (500 <= status < 600 and status not in _LASTING))


def status_of(error: Exception) -> int | None:
    """Status that the Hub refused a call with, if it did."""
    from huggingface_hub.errors import HfHubHTTPError

    return error.response.status_code if isinstance(error, HfHubHTTPError) else None


def _asked_wait_s(error: Exception) -> float | None:
    from huggingface_hub.errors import HfHubHTTPError

    if not isinstance(error, HfHubHTTPError):
        return None
    headers = error.response.headers
    if error.response.status_code != 429:
        return asked_to_wait_s(headers)
    return quota_wait_s(headers, error.server_message or "")


def quota_wait_s(headers: Mapping[str, str], words: str) -> float | None:
    """Seconds that a quota refusal asks to wait, in words too; infinity if an action is refused for an unknown time.

    Actions have a quota of their own: the headers then say that calls are left.
    """
    from huggingface_hub.utils import parse_ratelimit_headers

    asked_s, quota = asked_to_wait_s(headers), parse_ratelimit_headers(headers)
    if quota is not None and quota.remaining == 0:
        return asked_s
    found = _IN_WORDS.search(words)
    if found:
        said_s = _UNIT_S[found[2].lower()] * (int(found[1]) if found[1].isdigit() else 1)
        return max(said_s, asked_s or 0.0)
    if asked_s is None and (quota is not None or _PER.search(words)):
        return math.inf
    return asked_s


def names_a_time(words: str) -> bool:
    """True if a refusal says in words when to try again."""
    return _IN_WORDS.search(words) is not None


def asked_to_wait_s(headers: Mapping[str, str]) -> float | None:
    """Seconds that headers ask to wait: the rest of an exhausted quota's window, else `Retry-After`."""
    from huggingface_hub.utils import parse_ratelimit_headers

    found = {name.lower(): value for name, value in headers.items()}
    quota = parse_ratelimit_headers(found)
    if quota is not None and quota.remaining == 0:
        # The header counts whole seconds.
        return quota.reset_in_seconds + 1.0
    # Seconds, given as such or as a date (RFC 9110, section 10.2.3).
    text = found.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        at = parsedate_to_datetime(text)
        return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None
