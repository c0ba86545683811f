"""Attach the callback to a Trainer object, never to its class.

Trainer writes README.md after the last callback event, and passes callbacks no reference to itself; there is no event
between writing and uploading the card. So the Trainer that holds the callback is found by walking up the stack frames,
and three of its methods are routed through the callback.
"""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

from .extension import extend

_MOST_FRAMES = 60
_LOOP = "_inner_training_loop"


class _Methods:
    """Overrides for a Trainer with an attached callback."""

    def train(self, *args: Any, **kwargs: Any) -> Any:
        inner, holder = super().train, active_callback_of(self)  # type: ignore[misc]
        return inner(*args, **kwargs) if holder is None else holder.around_train(self, inner, *args, **kwargs)

    def log(self, *args: Any, **kwargs: Any) -> Any:
        inner, holder = super().log, active_callback_of(self)  # type: ignore[misc]
        return inner(*args, **kwargs) if holder is None else holder.around_log(inner, *args, **kwargs)

    def create_model_card(self, *args: Any, **kwargs: Any) -> Any:
        inner, holder = super().create_model_card, active_callback_of(self)  # type: ignore[misc]
        return inner(*args, **kwargs) if holder is None else holder.around_card(self, inner, *args, **kwargs)


def install_hooks(trainer: Any) -> None:
    """Route a Trainer's methods through its first callback that holds Trainers, looked up on each call."""
    extend(trainer, _Methods)


def active_callback_of(trainer: Any) -> Any:
    """The callback that a Trainer's methods are routed through; None if there is none."""
    return next((held for held in callbacks_of(trainer) if getattr(held, "holds_trainers", False)), None)


def callbacks_of(trainer: Any) -> list[Any]:
    """Callbacks of a Trainer."""
    return list(getattr(getattr(trainer, "callback_handler", None), "callbacks", ()))


def find_trainer(callback: Any) -> Any:
    """Find the Trainer that holds `callback` among the calling frames; None if there is none."""
    frame: FrameType | None = sys._getframe(1)
    for _ in range(_MOST_FRAMES):
        if frame is None:
            return None
        candidate = _self_of(frame)
        if hasattr(type(candidate), "create_model_card") and any(held is callback for held in callbacks_of(candidate)):
            return candidate
        frame = frame.f_back
    return None


def _self_of(frame: FrameType) -> Any:
    # Only for methods: reading f_locals keeps the values alive until the frame ends, even if the code deletes them
    # meanwhile, such as a model.
    return frame.f_locals.get("self") if frame.f_code.co_varnames[:1] == ("self",) else None


def is_training(thread_id: int) -> bool:
    """True if a Trainer's loop is on the stack of a thread; after a crash it is not."""
    frame = sys._current_frames().get(thread_id)
    while frame is not None:
        if frame.f_code.co_name == _LOOP:
            return True
        frame = frame.f_back
    return False
