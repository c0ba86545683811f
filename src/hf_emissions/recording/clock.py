"""Clocks and waits of a recording, in one place so that tests can replace them."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime


def monotonic_s() -> float:
    return time.monotonic()


def wall_time() -> str:
    """UTC timestamp for people; never used for durations."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def wait(event: threading.Event, most_s: float) -> bool:
    """Wait for an event, `most_s` seconds at most; False on timeout."""
    return event.wait(max(most_s, 0.0))


def pause(seconds: float) -> None:
    time.sleep(max(seconds, 0.0))
