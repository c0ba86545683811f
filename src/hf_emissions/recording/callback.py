"""Callback for transformers' Trainer that puts the figure on the card."""

from __future__ import annotations

import functools
import logging
import threading
import weakref
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from transformers import TrainerCallback

from .. import units
from ..errors import MissingExtraError
from ..record import EmissionsRecord
from . import detection, trainer_hooks
from .blocks import Block, read_block, restore_block
from .codecarbon_callback import remove_codecarbon_callbacks, silence_codecarbon_callback
from .guard import attempt
from .model_cards import attach_recording
from .model_recording import ModelRecording, origin_of
from .result_message import print_result, stopped_message
from .session import Session
from .session_start import Training, begin
from .settings import Settings
from .training_type import training_type
from .weights import sample

if TYPE_CHECKING:
    from transformers import Trainer
    from transformers import TrainerControl as Control
    from transformers import TrainerState as State
    from transformers import TrainingArguments as Arguments
    from transformers.trainer_utils import TrainOutput

log = logging.getLogger("hf_emissions")

_Result = TypeVar("_Result")
_Logs = dict[str, float]


def _harmless(method: Callable[..., _Result]) -> Callable[..., _Result | None]:
    """Decorator: keep exceptions of a callback method from the training; warn about the first."""

    @functools.wraps(method)
    def guarded(self: EmissionsCallback, *args: object, **kwargs: object) -> _Result | None:
        return attempt(lambda: method(self, *args, **kwargs), self._warn_of_failure)

    return guarded


class EmissionsCallback(TrainerCallback):
    """Records the emissions of a training and writes them to the card's `co2_eq_emissions` block.

    Needs the extra `[train]`. README.md in the Trainer's output folder has the block after `train()`, after
    `save_model()`, and whenever `push_to_hub()` uploads it.

        EmissionsCallback(country="DEU").attach(trainer)

    or, where the Trainer is built, `Trainer(..., callbacks=[EmissionsCallback(country="DEU")])`.

    Args:
        country: where the electricity is used: ISO code of two or three letters, or name; optionally with a region
            (`USA/CA`). Default: `HF_EMISSIONS_COUNTRY`, the cloud's metadata, or the country of the IP address.
        region: a state, province or bidding zone of the country; or a cloud region such as `gcp:europe-west4`, which
            needs no country.
        intensity: carbon intensity of the grid, overriding that of the place: a number in g/kWh, or a text with its
            unit, such as "0.381 kg/kWh".
        training_type: `pre-training` or `fine-tuning`; by default detected from the model.
        pue: power usage effectiveness of the facility; the figure then covers the facility. Default: the value that
            the cloud provider publishes, if any.
        section: also write the section "Environmental Impact"; by default only to a newly created card.
        overwrite: replace a figure that somebody else wrote to the card.
        output_dir: folder of the card and the ledger; by default the Trainer's.
        enabled: False records nothing, like `HF_EMISSIONS_DISABLE=1`.
        assume_world_average: if the place cannot be determined, use the world's average grid and say so.

    Attributes:
        record: the record of the last training; None before its end.

    Raises:
        PlaceError: an unknown country or region, with near matches, or an intensity that no grid has; raised before
            any training.
        UsageError: contradictory settings.
    """

    def __init__(
        self,
        country: str | None = None,
        *,
        region: str | None = None,
        intensity: float | str | None = None,
        training_type: str | None = None,
        pue: float | None = None,
        section: bool | None = None,
        overwrite: bool = False,
        output_dir: str | Path | None = None,
        enabled: bool = True,
        assume_world_average: bool = False,
    ) -> None:
        self.settings = Settings(
            country=country,
            region=region,
            intensity=intensity,
            training_type=training_type,
            pue=pue,
            section=section,
            overwrite=overwrite,
            output_dir=output_dir,
            enabled=enabled,
            assume_world_average=assume_world_average,
        )
        self._trainer: weakref.ref[Trainer] | None = None
        # Of the callbacks that do, the first intercepts the methods of its Trainer.
        self.handles_trainers = self.settings.active
        self._session: Session | None = None
        self._earlier: EmissionsRecord | None = None
        self._resume_from: object = None
        self._has_failed = False
        self._is_concluded = False  # True once the end of the last training is handled
        if self.handles_trainers:
            self._check()

    def _check(self) -> None:
        silence_codecarbon_callback()
        try:
            detection.check_codecarbon()
            self.settings.check_place()
        except MissingExtraError as error:
            log.warning("hf-emissions: %s; training goes on without it", error)
            self.handles_trainers = False

    @property
    def record(self) -> EmissionsRecord | None:
        """Record of the last finished training."""
        return self._session.record if self._session else self._earlier

    def __getstate__(self) -> dict[str, object]:
        # A copy attaches itself to the copy of its Trainer, and has no recording yet.
        return {**self.__dict__, "_trainer": None, "_session": None, "_earlier": self.record}

    def attach(self, trainer: Trainer) -> EmissionsCallback:
        """Attach to a Trainer; the same as its `callbacks=[...]`, at any time before the training."""
        if not any(held is self for held in trainer.callback_handler.callbacks):
            trainer.add_callback(self)
        self._attach(trainer)
        return self

    # Called by the Trainer

    @_harmless
    def on_init_end(self, args: Arguments, state: State, control: Control, **kwargs: object) -> None:
        """Attach to the Trainer, and start hardware detection while the rest is set up."""
        self._attach_to_caller(control)

    @_harmless
    def on_train_begin(self, args: Arguments, state: State, control: Control, **kwargs: object) -> None:
        self._attach_to_caller(control)
        if self.handles_trainers:
            self._end_session("restarted", state)
            self._begin(args, state, kwargs.get("model"))

    @_harmless
    def on_save(self, args: Arguments, state: State, control: Control, **kwargs: object) -> None:
        """Log a reading with the checkpoint's step, so that a resume finds its run."""
        if self._session is not None:
            self._session.read("save", state.global_step)
            self._session.log_weights(state.global_step, sample(kwargs.get("model")))

    @_harmless
    def on_push_begin(self, args: Arguments, state: State, control: Control, **kwargs: object) -> None:
        """Write the figure so far to the card before it is uploaded."""
        self._attach_to_caller(control)
        if self._session is not None and self._session.is_recording:
            self._session.read("push", state.global_step)
            self._write(state)

    @_harmless
    def on_train_end(self, args: Arguments, state: State, control: Control, **kwargs: object) -> None:
        session, model = self._session, kwargs.get("model")
        if session is None or self._is_concluded:
            return
        is_logged = session.summary is not None
        self._end_session("finished", state)
        self._is_concluded = True
        if not is_logged:
            self._log_again(state)
        session.log_weights(None, sample(model))
        attach_recording(self._held, model, ModelRecording(session))
        is_trial = bool(getattr(state, "is_hyper_param_search", False))
        written = not is_trial and self._write(state)
        # If it joined a recording that continues, the latter reports the figure.
        if state.is_world_process_zero and session.recorder is not None and not session.continues:
            print_result(session, written=written, trial=is_trial)

    # Called by the Trainer's extended methods; see `trainer_hooks`

    def around_train(
        self, trainer: Trainer, train: Callable[..., TrainOutput], *args: object, **kwargs: object
    ) -> TrainOutput:
        """Train; add the figures to the metrics; an exception ends the recording."""
        self._resume_from = kwargs.get("resume_from_checkpoint", args[0] if args else None)
        attempt(lambda: remove_codecarbon_callbacks(trainer), self._warn_of_failure)
        with ExitStack() as ending:
            ending.push(lambda _, error, __: self._stopped(error, trainer) if error else None)
            trained = train(*args, **kwargs)
        metrics = getattr(trained, "metrics", None)
        if isinstance(metrics, dict) and self._session is not None:
            metrics.update(attempt(self._session.figures, self._no_figures))
        return trained

    def around_log(self, write: Callable[..., _Result], logs: _Logs, *args: object, **kwargs: object) -> _Result:
        """Log, with current energy, grams and power added."""
        return write({**logs, **(self._live_figures(logs) or {})}, *args, **kwargs)

    def around_card(self, trainer: Trainer, write: Callable[..., _Result], *args: object, **kwargs: object) -> _Result:
        # Trainer writes its card to its own folder, whatever ours is.
        folder = Path(str(trainer.args.output_dir))
        before = read_block(folder) if trainer.is_world_process_zero() else None
        written = write(*args, **kwargs)
        if trainer.is_world_process_zero():
            self._complete_card(folder, before, self._session if self._held is trainer else None)
        return written

    # Implementation

    def _warn_of_failure(self, error: Exception) -> None:
        if not self._has_failed:
            log.warning("hf-emissions: %s: %s; training goes on", type(error).__name__, error)
        self._has_failed = True

    def _no_figures(self, error: Exception) -> _Logs:
        self._warn_of_failure(error)
        return {}

    @property
    def _held(self) -> Trainer | None:
        return None if self._trainer is None else self._trainer()

    def _attach_to_caller(self, control: Control) -> None:
        """Attach to the Trainer that calls, unless it is ours already: each has a control object of its own."""
        held = self._held
        if held is None or held.control is not control:
            caller = trainer_hooks.find_trainer(self)
            if caller is not None:
                self._attach(caller)

    def _attach(self, trainer: Trainer) -> None:
        if not self.handles_trainers or self._held is trainer:
            return
        if trainer_hooks.active_callback_of(trainer) is not self:
            log.warning("hf-emissions: a second EmissionsCallback does nothing; the Trainer has one already")
            self.handles_trainers = False
            return
        self._trainer = weakref.ref(trainer)
        remove_codecarbon_callbacks(trainer)
        trainer_hooks.install_hooks(trainer)
        detection.detect_hardware()

    def _begin(self, args: Arguments, state: State, model: object) -> None:
        thread = threading.get_ident()
        # If the loop is not visible on the stack now, its absence later means nothing.
        is_watched = trainer_hooks.is_training(thread)
        training = Training(
            training_type=self.settings.training_type or training_type(model),
            trial=bool(getattr(state, "is_hyper_param_search", False)),
            resumed_at=state.global_step,
            checkpoint=_checkpoint(self._resume_from or args.resume_from_checkpoint),
            local_rank=args.local_process_index,
            origin=origin_of(model),
            is_alive=lambda: not is_watched or trainer_hooks.is_training(thread),
        )
        self._is_concluded = False
        self._session = begin(self.settings, Path(self.settings.output_dir or str(args.output_dir)), training)
        attach_recording(self._held, model, ModelRecording(self._session))
        if self._session.recorder is not None:
            # So that hardware detection, once per process, does not slow the first steps.
            self._session.recorder.wait_ready(detection.READY_S)

    def _end_session(self, why: str, state: State | None, *, complete: bool = True) -> None:
        if self._session is not None and self._session.summary is None:
            self._session.end(why, getattr(state, "global_step", None), complete=complete)

    def _write(self, state: State) -> bool | None:
        return self._session is not None and state.is_world_process_zero and self._session.write()

    @_harmless
    def _stopped(self, error: BaseException, trainer: Trainer) -> None:
        """After an exception: stop metering, keep the ledger, log how to put the figure on the card."""
        session = self._session
        if session is None or self._is_concluded:
            return
        self._is_concluded = True
        self._end_session(type(error).__name__, trainer.state, complete=False)
        # A later training of this model may continue from here.
        session.log_weights(None, sample(trainer.model))
        if session.recorder is not None and session.placement.rank == 0 and not session.continues:
            log.warning("hf-emissions: %s", stopped_message(session, "the training", type(error).__name__))

    @_harmless
    def _live_figures(self, logs: _Logs) -> _Logs:
        """Figures so far for the log of a step; not of an evaluation, which Trainer puts into the card's table."""
        session, is_last = self._session, "train_runtime" in logs
        if session is None or session.recorder is None or any(name.startswith("eval_") for name in logs):
            return {}
        if not session.is_recording and not is_last:
            return {}
        held = self._held
        # If work is left after the Trainer's last log, such as loading the best model, it belongs to the figure.
        if is_last and not (held is not None and held.args.load_best_model_at_end):
            # The Trainer's last log has the same figures as the card.
            self._end_session("finished", None if held is None else held.state)
        sofar = session.recorder.now()
        figures = session.figures()
        if sofar.power_w > 0:  # unknown at first
            figures["power_w"] = sofar.power_w
        return _rounded(figures)

    def _log_again(self, state: State) -> None:
        """Log the card's figures if they include work done after the Trainer's last log."""
        trainer, session = self._held, self._session
        last = state.log_history[-1] if state.log_history else {}
        if trainer is None or session is None or "train_runtime" not in last:
            return
        figures = _rounded(session.figures())
        if any(last.get(name) != figure for name, figure in figures.items()):
            trainer.log(figures)

    @_harmless
    def _complete_card(self, folder: Path, before: Block | None, session: Session | None) -> None:
        """Put the figure on the card that the Trainer rewrote; restore a block that must be kept."""
        runs = session.runs() if session else []
        foreign = before is not None and not before.is_ours(runs) and not self.settings.overwrite
        if before is not None and (foreign or session is None):
            restore_block(folder, before)
        if session is not None:
            session.write(folder)


def _rounded(figures: _Logs) -> _Logs:
    return {name: units.round_significant(figure) for name, figure in figures.items()}


def _checkpoint(resume_from: object) -> Path | None:
    return Path(resume_from) if isinstance(resume_from, (str, Path)) and str(resume_from) else None
