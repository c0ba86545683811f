"""Route three methods of a Trainer through its callback: on the object, never on its class.

Trainer writes README.md after the last callback event, and passes callbacks no reference to itself; there is no event
between writing and uploading the card. `EmissionsCallback.attach` names the Trainer; only a callback of
`callbacks=[...]` has to find it among the calling frames, once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING

from .extension import extend

if TYPE_CHECKING:
    from transformers import Trainer, TrainerCallback
    from transformers.trainer_utils import TrainOutput

    from .callback import EmissionsCallback

    _Trainer = Trainer
else:
    _Trainer = object

_MOST_FRAMES = 60
_LOOP = "_inner_training_loop"


class _Hooks(_Trainer):
    """Overrides for a Trainer with an attached callback."""

    def train(self, *args: object, **kwargs: object) -> TrainOutput:
        inner: Callable[..., TrainOutput] = super().train
        callback = active_callback_of(self)
        return inner(*args, **kwargs) if callback is None else callback.around_train(self, inner, *args, **kwargs)

    def log(self, logs: dict[str, float], *args: object, **kwargs: object) -> None:
        inner: Callable[..., None] = super().log
        callback = active_callback_of(self)
        return inner(logs, *args, **kwargs) if callback is None else callback.around_log(inner, logs, *args, **kwargs)

    def create_model_card(self, *args: object, **kwargs: object) -> None:
        inner: Callable[..., None] = super().create_model_card
        callback = active_callback_of(self)
        return inner(*args, **kwargs) if callback is None else callback.around_card(self, inner, *args, **kwargs)


def install_hooks(trainer: Trainer) -> None:
    """Route a Trainer's methods through its first active callback of ours, looked up on each call."""
    extend(trainer, _Hooks)


def active_callback_of(trainer: object) -> EmissionsCallback | None:
    """The callback that a Trainer's methods are routed through; None if there is none."""
    return next((each for each in _callbacks_of(trainer) if getattr(each, "handles_trainers", False)), None)


def _callbacks_of(trainer: object) -> list[EmissionsCallback]:
    return list(getattr(getattr(trainer, "callback_handler", None), "callbacks", ()))


def find_trainer(callback: TrainerCallback) -> Trainer | None:
    """Find the Trainer that holds `callback` among the calling frames; None if there is none."""
    frame: FrameType | None = sys._getframe(1)
    for _ in range(_MOST_FRAMES):
        if frame is None:
            return None
        # Only in methods: reading f_locals keeps the values alive until the frame ends, even if the code deletes them
        # meanwhile, such as a model.
        found: Trainer | None = frame.f_locals.get("self") if frame.f_code.co_varnames[:1] == ("self",) else None
        if hasattr(type(found), "create_model_card") and any(each is callback for each in _callbacks_of(found)):
            return found
        frame = frame.f_back
    return None


def is_training(thread_id: int) -> bool:
    """True if a Trainer's loop is on the stack of a thread; after a crash it is not."""
    frame = sys._current_frames().get(thread_id)
    while frame is not None:
        if frame.f_code.co_name == _LOOP:
            return True
        frame = frame.f_back
    return False
