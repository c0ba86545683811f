"""Untrusted values converted to the types of an audit's columns; None if one does not fit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST = 2**63
# Seconds since 1970 have ten digits until the year 2286, milliseconds have thirteen.
_SECONDS_BELOW = 10**11


def text_of(value: object) -> str | None:
    """Text, with `?` for what is outside Unicode, such as lone surrogates."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else None


def integer_of(value: object) -> int | None:
    """64-bit integer, also from a whole float or a text of digits."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and -_MOST <= value < _MOST:
        return value
    return None


def time_of(value: object) -> datetime | None:
    """Time in UTC, from ISO 8601, or seconds or milliseconds since 1970."""
    try:
        if isinstance(value, str):
            time = datetime.fromisoformat(value)
            return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return seconds_of(value if abs(value) < _SECONDS_BELOW else value / 1000)
    except (ValueError, OverflowError):
        return None
    return None


def seconds_of(value: float) -> datetime | None:
    """Time at these seconds since 1970; None if out of Python's range."""
    try:
        return _EPOCH + timedelta(seconds=value)
    except (ValueError, OverflowError):
        return None
