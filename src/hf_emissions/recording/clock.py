"""The clocks of a recording and its waiting, in one place so that a test can drive them."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime


def monotonic_s() -> float:
    """Seconds since some moment; never jumps. Durations come from this clock alone."""
    return time.monotonic()


def wall_time() -> str:
    """The time of day in UTC, for people; no duration is worked out from it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def wait(event: threading.Event, most_s: float) -> bool:
    """Wait for an event, `most_s` seconds at most; whether it has come."""
    return event.wait(max(most_s, 0.0))


def pause(seconds: float) -> None:
    """Let time pass for this thread."""
    time.sleep(max(seconds, 0.0))
