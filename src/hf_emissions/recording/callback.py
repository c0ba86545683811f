"""The callback for transformers' Trainer: one line, and the figure is on the card."""

from __future__ import annotations

import functools
import logging
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from .. import units
from ..errors import MissingExtraError
from ..record import EmissionsRecord
from . import detection, trainer_seam
from . import experiment as experiments
from .blocks import Block, put_block_back, read_block
from .carried import ModelRecording, origin_of
from .conclusion import conclude, stopped_line
from .experiment import Experiment
from .model_cards import carry
from .rivals import keep_rivals_quiet, replace_codecarbon_callbacks
from .settings import Settings
from .training_type import training_type
from .weights import sample

log = logging.getLogger("hf_emissions")


def _harmless(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method of the callback from which no exception reaches the training; the first one is a warning."""

    @functools.wraps(method)
    def guarded(self: EmissionsCallback, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong, training goes on
            if not self._failed:
                log.warning("hf-emissions: %s: %s; training goes on", type(error).__name__, error)
            self._failed = True
            return None

    return guarded


class EmissionsCallback(TrainerCallback):
    """Records what a training emits and writes it into the card's `co2_eq_emissions` block.

    Needs the extra `[train]`. The README.md of the Trainer's output folder has the block after `train()`, after
    `save_model()`, and whenever `push_to_hub()` uploads it.

        trainer = Trainer(..., callbacks=[EmissionsCallback(country="DEU")])

    Args:
        country: where the electricity is used: ISO code of two or three letters, or name; its region may stand with it
            (`USA/CA`). Not given: `HF_EMISSIONS_COUNTRY`, the cloud's metadata, or the country of the IP address.
        region: a state, province or bidding zone of the country; or a cloud's region as `gcp:europe-west4`, which
            needs no country.
        intensity: what the grid emits, instead of what is known of the place: a number of g/kWh, or a text with its
            unit, such as "0.381 kg/kWh".
        training_type: `pre-training` or `fine-tuning`; by default found out from the model.
        pue: power usage effectiveness of the facility; the figure then covers the facility. Not given: what the cloud's
            provider publishes, where it does.
        section: write the section "Environmental Impact" too; by default only into a card that is created.
        overwrite: replace a figure that somebody else wrote into the card.
        output_dir: folder of the card and of the ledger; by default that of the Trainer.
        enabled: False records nothing, like `HF_EMISSIONS_DISABLE=1`.
        assume_world_average: where the place cannot be found out, use the world's average grid and say so.

    Attributes:
        record: the record of the last training, None before its end.

    Raises:
        PlaceError: an unknown country or region, with near matches, or an intensity that no grid has; before any
            training.
        UsageError: settings that contradict each other.
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
        self._trainer: weakref.ref[Any] | None = None
        self._active = self.settings.active
        self._experiment: Experiment | None = None
        self._earlier: EmissionsRecord | None = None
        self._resume_from: Any = None
        self._failed = False
        self._told = False  # whether the end of the last training was written and said
        if self._active:
            self._check()

    def _check(self) -> None:
        keep_rivals_quiet()
        try:
            detection.check_codecarbon()
            self.settings.check_place()
        except MissingExtraError as error:
            log.warning("hf-emissions: %s; training goes on without it", error)
            self._active = False

    @property
    def record(self) -> EmissionsRecord | None:
        """The record of the last training that ended."""
        return self._experiment.record if self._experiment else self._earlier

    def __getstate__(self) -> dict[str, Any]:
        # A copy takes hold of the copy of its Trainer by itself, and has no recording of its own yet.
        return {**self.__dict__, "_trainer": None, "_experiment": None, "_earlier": self.record}

    def attach(self, trainer: Any) -> EmissionsCallback:
        """Take hold of a Trainer that was built without this callback; the explicit form of `callbacks=[...]`."""
        if not any(held is self for held in trainer.callback_handler.callbacks):
            trainer.add_callback(self)
        self._hold(trainer)
        return self

    # What the Trainer calls

    @_harmless
    def on_init_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Take hold of the Trainer, and have CodeCarbon detect the hardware while the rest is set up."""
        self._hold(trainer_seam.find_trainer(self))

    @_harmless
    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Begin to record."""
        self._hold(trainer_seam.find_trainer(self))
        if not self._active:
            return
        self._end_open("restarted", state)
        self._begin(args, state, kwargs.get("model"))

    @_harmless
    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Keep a reading that names the checkpoint's step, so that a resume finds its run."""
        if self._experiment is not None:
            self._experiment.read("save", state.global_step)
            self._experiment.keep_weights(state.global_step, sample(kwargs.get("model")))

    @_harmless
    def on_push_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Have the figure so far on the card that is about to be uploaded."""
        if self._held is None:
            self._hold(trainer_seam.find_trainer(self))
        if self._recording and self._experiment is not None:
            self._experiment.read("push", state.global_step)
            self._write(state)

    @_harmless
    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Sum up and write the card."""
        experiment = self._experiment
        if experiment is None or self._told:
            return
        logged = experiment.summary is not None
        self._end_open("finished", state)
        self._told = True
        if not logged:
            self._log_again(state)
        model = kwargs.get("model")
        experiment.keep_weights(None, sample(model))
        carry(self._held, model, ModelRecording(experiment))
        trial = bool(getattr(state, "is_hyper_param_search", False))
        written = not trial and self._write(state)
        # Where it joined a recording that goes on, that one says the figure.
        if state.is_world_process_zero and experiment.recorder is not None and not experiment.goes_on:
            conclude(experiment, written=written, trial=trial)

    # What the Trainer's methods go through; see `trainer_seam`

    @property
    def holds_trainers(self) -> bool:
        """Whether the methods of a Trainer whose first callback of this kind this is go through it."""
        return self._active

    def around_train(self, trainer: Any, inner: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Train; an exception ends the recording, and the figures are among the metrics."""
        self._resume_from = kwargs.get("resume_from_checkpoint", args[0] if args else None)
        self._before_training(trainer)
        try:
            trained = inner(*args, **kwargs)
        except BaseException as error:
            self._stopped(error, trainer)
            raise
        metrics = getattr(trained, "metrics", None)
        if isinstance(metrics, dict):
            metrics.update(self._own_figures() or {})
        return trained

    def around_log(self, inner: Callable[..., Any], logs: dict[str, float], *args: Any, **kwargs: Any) -> Any:
        """Log with the energy, the grams and the power of this moment."""
        return inner({**logs, **(self._figures(logs) or {})}, *args, **kwargs)

    def around_card(self, trainer: Any, inner: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Write the Trainer's card with the figure on it."""
        # Trainer writes its card into its own folder, whatever ours is.
        folder = Path(trainer.args.output_dir)
        before = read_block(folder) if trainer.is_world_process_zero() else None
        made = inner(*args, **kwargs)
        if trainer.is_world_process_zero():
            self._complete_card(folder, before, self._experiment if self._held is trainer else None)
        return made

    # How it is done

    @property
    def _held(self) -> Any:
        return None if self._trainer is None else self._trainer()

    @property
    def _recording(self) -> bool:
        recorder = self._experiment.recorder if self._experiment else None
        return recorder is not None and recorder.active

    def _hold(self, trainer: Any) -> None:
        if trainer is None or not self._active or self._held is trainer:
            return
        if trainer_seam.holder_of(trainer) is not self:
            log.warning("hf-emissions: a second EmissionsCallback does nothing; the Trainer has one already")
            self._active = False
            return
        self._trainer = weakref.ref(trainer)
        replace_codecarbon_callbacks(trainer)
        trainer_seam.take_hold(trainer)
        detection.detect_hardware()

    def _begin(self, args: Any, state: Any, model: Any) -> None:
        folder = Path(self.settings.output_dir or args.output_dir)
        facts: dict[str, Any] = {"training_type": self.settings.training_type or training_type(model)}
        if getattr(state, "is_hyper_param_search", False):
            facts["trial"] = True
        thread = threading.get_ident()
        # Where the loop cannot be seen now, its being out of sight later means nothing.
        watched = trainer_seam.is_training(thread)
        self._told = False
        self._experiment = experiments.begin(
            self.settings,
            folder,
            facts=facts,
            resumed_at=state.global_step,
            checkpoint=_checkpoint(self._resume_from or args.resume_from_checkpoint),
            local_rank=args.local_process_index,
            origin=origin_of(model),
            alive=lambda: not watched or trainer_seam.is_training(thread),
        )
        carry(self._held, model, ModelRecording(self._experiment))
        if self._experiment.recorder is not None:
            # So that the detection of the hardware, which happens once a process, does not slow the first steps.
            self._experiment.recorder.wait_ready(detection.READY_S)

    def _end_open(self, why: str, state: Any, *, complete: bool = True) -> bool:
        experiment = self._experiment
        if experiment is None or experiment.summary is not None:
            return False
        experiment.end(why, getattr(state, "global_step", None), complete=complete)
        return True

    def _write(self, state: Any) -> bool | None:
        return self._experiment is not None and state.is_world_process_zero and self._experiment.write()

    @_harmless
    def _before_training(self, trainer: Any) -> None:
        replace_codecarbon_callbacks(trainer)

    @_harmless
    def _stopped(self, error: BaseException, trainer: Any) -> None:
        """Training ended by an exception: stop metering, keep what was recorded, say how it gets onto the card."""
        experiment = self._experiment
        if experiment is None or self._told:
            return
        self._told = True
        self._end_open(type(error).__name__, trainer.state, complete=False)
        # What trains this model next may go on from here.
        experiment.keep_weights(None, sample(trainer.model))
        if experiment.recorder is not None and experiment.placement.rank == 0 and not experiment.goes_on:
            log.warning("hf-emissions: %s", stopped_line(experiment, "the training", type(error).__name__))

    @_harmless
    def _own_figures(self) -> dict[str, float]:
        return self._experiment.figures() if self._experiment is not None else {}

    @_harmless
    def _figures(self, logs: dict[str, float]) -> dict[str, float]:
        """Energy, grams and power so far, for the log of a training step.

        Not for an evaluation's, whose numbers Trainer puts into the card's table of results.
        """
        experiment = self._experiment
        if experiment is None or experiment.recorder is None or any(name.startswith("eval_") for name in logs):
            return {}
        if not self._recording and "train_runtime" not in logs:
            return {}
        if "train_runtime" in logs and not self._loads_best():
            # The Trainer's last log: its figures are those of the card.
            self._end_open("finished", getattr(self._held, "state", None))
        sofar = experiment.recorder.now()
        figures = experiment.figures()
        if sofar.power_w > 0:  # not known in the first moments
            figures["power_w"] = sofar.power_w
        return {name: units.round_significant(figure) for name, figure in figures.items()}

    def _log_again(self, state: Any) -> None:
        """Log the card's own figures where work that came after the Trainer's last log is inside them."""
        trainer, experiment = self._held, self._experiment
        last = state.log_history[-1] if state.log_history else {}
        if trainer is None or experiment is None or "train_runtime" not in last:
            return
        figures = {name: units.round_significant(figure) for name, figure in experiment.figures().items()}
        if any(last.get(name) != figure for name, figure in figures.items()):
            trainer.log(figures)

    def _loads_best(self) -> bool:
        """Whether the Trainer still has work to do after its last log."""
        return bool(getattr(getattr(self._held, "args", None), "load_best_model_at_end", False))

    @_harmless
    def _complete_card(self, folder: Path, before: Block | None, experiment: Experiment | None) -> None:
        """Put the figure on the card that the Trainer has written anew; or the one back that stood there before."""
        runs = experiment.runs() if experiment else []
        foreign = before is not None and not before.is_ours(runs) and not self.settings.overwrite
        if before is not None and (foreign or experiment is None):
            put_block_back(folder, before)
        if experiment is not None:
            experiment.write(folder)


def _checkpoint(resume_from: Any) -> Path | None:
    return Path(resume_from) if isinstance(resume_from, (str, Path)) and str(resume_from) else None
