"""Where the callback holds on to a Trainer: its instance, never its class.

Trainer writes README.md after its last callback has run, and gives its callbacks no reference to itself; between
the card's writing and its upload there is no event. So the Trainer is found by walking up the frames to the one that
holds the callback, and three of its methods are wrapped on that one instance.
"""

from __future__ import annotations

import functools
import logging
import sys
from collections.abc import Callable
from typing import Any

log = logging.getLogger("hf_emissions")

_MOST_FRAMES = 60
_MARK = "_hf_emissions_inner"


def find_trainer(callback: Any) -> Any:
    """The Trainer in whose callback handler `callback` stands, if one of the calling frames belongs to it."""
    frame = sys._getframe(1)
    for _ in range(_MOST_FRAMES):
        candidate = frame.f_locals.get("self")
        if candidate is not None and _holds(candidate, callback):
            return candidate
        if frame.f_back is None:
            return None
        frame = frame.f_back
    return None


def _holds(candidate: Any, callback: Any) -> bool:
    if not hasattr(type(candidate), "create_model_card"):
        return False
    handler = getattr(candidate, "callback_handler", None)
    return any(held is callback for held in getattr(handler, "callbacks", ()))


def wrap(trainer: Any, name: str, around: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Replace a method on this instance by one around it; once, however often it is asked for."""
    inner = getattr(trainer, name, None)
    if inner is None or hasattr(inner, _MARK):
        return
    outer = functools.wraps(inner)(around(inner))
    setattr(outer, _MARK, inner)
    setattr(trainer, name, outer)


def is_training(trainer: Any, thread_id: int) -> bool:
    """Whether a frame of this Trainer's `train` is on the stack of a thread: after a crash there is none."""
    frame = sys._current_frames().get(thread_id)
    while frame is not None:
        if frame.f_code.co_name == "_inner_training_loop" and frame.f_locals.get("self") is trainer:
            return True
        frame = frame.f_back
    return False


def replace_codecarbon_callbacks(trainer: Any) -> None:
    """Take transformers' own CodeCarbonCallback off a Trainer: two trackers would meter the same energy twice."""
    handler = trainer.callback_handler
    rivals = [held for held in handler.callbacks if type(held).__name__ == "CodeCarbonCallback"]
    if not rivals:
        return
    log.warning("hf-emissions: CodeCarbonCallback is taken off; EmissionsCallback records with CodeCarbon itself")
    # A new list, because the handler may be walking along the old one.
    handler.callbacks = [held for held in handler.callbacks if held not in rivals]
    for rival in rivals:
        _stop(getattr(rival, "tracker", None))


def _stop(tracker: Any) -> None:
    """Stop a tracker's timers by hand: its own `stop` looks the place up on the network and writes a file."""
    for name in ("_scheduler", "_scheduler_monitor_power"):
        stop = getattr(getattr(tracker, name, None), "stop", None)
        if stop is not None:
            stop()
