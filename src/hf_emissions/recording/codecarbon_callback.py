"""Remove transformers' own CodeCarbonCallback, which would meter the same energy twice."""

from __future__ import annotations

import logging
import sys
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import Trainer

log = logging.getLogger("hf_emissions")

_CODECARBON_CALLBACK = "CodeCarbonCallback"


class _SetupFilter(logging.Filter):
    """Drops CodeCarbon's messages below ERROR while it sets up a tracker for a callback to be removed."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.ERROR or not _is_in_setup()


def _is_in_setup() -> bool:
    """True if a CodeCarbonCallback is being set up in a callback handler that has one of ours."""
    frame: FrameType | None = sys._getframe(1)
    found = False
    while frame is not None:
        found = found or frame.f_code.co_qualname.startswith(f"{_CODECARBON_CALLBACK}.")
        if found and frame.f_code.co_name == "call_event":
            handler = frame.f_locals.get("self")
            return any(type(each).__name__ == "EmissionsCallback" for each in getattr(handler, "callbacks", ()))
        frame = frame.f_back
    return False


_filter = _SetupFilter()


def silence_codecarbon_callback() -> None:
    """Suppress messages about an emissions.csv that a removed callback will not write."""
    logging.getLogger("codecarbon").addFilter(_filter)


def remove_codecarbon_callbacks(trainer: Trainer) -> None:
    """Remove transformers' CodeCarbonCallback from a Trainer and stop its tracker."""
    handler = trainer.callback_handler
    replaced = [each for each in handler.callbacks if type(each).__name__ == _CODECARBON_CALLBACK]
    if not replaced:
        return
    log.warning("hf-emissions: CodeCarbonCallback is taken off; EmissionsCallback records with CodeCarbon itself")
    # A new list, because the handler may be iterating over the old one.
    handler.callbacks = [each for each in handler.callbacks if each not in replaced]
    for callback in replaced:
        _stop(getattr(callback, "tracker", None))


def _stop(tracker: object) -> None:
    """Stop a tracker's timers directly: its `stop` looks up the place on the network and writes a file."""
    for name in ("_scheduler", "_scheduler_monitor_power"):
        stop = getattr(getattr(tracker, name, None), "stop", None)
        if stop is not None:
            stop()
