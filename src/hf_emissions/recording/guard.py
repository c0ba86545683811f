"""Metering must never break a training: the one place that catches every exception."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


def attempt(work: Callable[[], _T], on_failure: Callable[[Exception], _T]) -> _T:
    """Result of `work`; if it fails, whatever the exception, that of `on_failure`."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - metering must never break a training
        return on_failure(error)
