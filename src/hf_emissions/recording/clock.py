"""The two clocks of a recording, in one place so that a test can drive them."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def monotonic_s() -> float:
    """Seconds since some moment; never jumps. Durations come from this clock alone."""
    return time.monotonic()


def wall_time() -> str:
    """The time of day in UTC, for people; no duration is worked out from it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
