"""Where the callback holds on to a Trainer: one object, never its class.

Trainer writes README.md after its last callback has run, and gives its callbacks no reference to itself; between
the card's writing and its upload there is no event. So the Trainer is found by walking up the frames to the one that
holds the callback, and three of its methods go through that callback.
"""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

from .extension import extend

_MOST_FRAMES = 60
_LOOP = "_inner_training_loop"


class _Methods:
    """What a Trainer does differently while one of its callbacks has hold of it."""

    def train(self, *args: Any, **kwargs: Any) -> Any:
        inner, holder = super().train, holder_of(self)  # type: ignore[misc]
        return inner(*args, **kwargs) if holder is None else holder.around_train(self, inner, *args, **kwargs)

    def log(self, *args: Any, **kwargs: Any) -> Any:
        inner, holder = super().log, holder_of(self)  # type: ignore[misc]
        return inner(*args, **kwargs) if holder is None else holder.around_log(inner, *args, **kwargs)

    def create_model_card(self, *args: Any, **kwargs: Any) -> Any:
        inner, holder = super().create_model_card, holder_of(self)  # type: ignore[misc]
        return inner(*args, **kwargs) if holder is None else holder.around_card(self, inner, *args, **kwargs)


def take_hold(trainer: Any) -> None:
    """Have a Trainer's methods go through the first of its callbacks that holds Trainers, at the time of each call."""
    extend(trainer, _Methods)


def holder_of(trainer: Any) -> Any:
    """The callback that a Trainer's methods go through; None where it has none."""
    return next((held for held in callbacks_of(trainer) if getattr(held, "holds_trainers", False)), None)


def callbacks_of(trainer: Any) -> list[Any]:
    """The callbacks of a Trainer."""
    return list(getattr(getattr(trainer, "callback_handler", None), "callbacks", ()))


def find_trainer(callback: Any) -> Any:
    """The Trainer in whose callback handler `callback` stands, if one of the calling frames belongs to it."""
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
    # Only of methods: a frame whose variables were looked at keeps what they were until it ends, also what the code
    # deletes in the meantime, such as a model.
    return frame.f_locals.get("self") if frame.f_code.co_varnames[:1] == ("self",) else None


def is_training(thread_id: int) -> bool:
    """Whether a Trainer's loop is on the stack of a thread: after a crash there is none."""
    frame = sys._current_frames().get(thread_id)
    while frame is not None:
        if frame.f_code.co_name == _LOOP:
            return True
        frame = frame.f_back
    return False
