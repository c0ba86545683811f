"""The callback for transformers' Trainer: one line, and the figure is on the card."""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from .. import units
from ..errors import MissingExtraError
from ..record import EmissionsRecord
from . import detection, trainer_seam
from . import experiment as experiments
from .blocks import Block, put_block_back, read_block
from .experiment import Experiment
from .meter import codecarbon_version
from .model_card_data import hand_over
from .settings import Settings
from .summary import Summary
from .training_type import training_type

log = logging.getLogger("hf_emissions")

_HOLDER = "_hf_emissions_callback"


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


def _holder(trainer: Any) -> Any:
    """The callback that has hold of a Trainer; None where it was taken off again."""
    holder = trainer.__dict__.get(_HOLDER)
    return holder if any(held is holder for held in trainer.callback_handler.callbacks) else None


def _through_holder(trainer: Any, name: str, inner: Callable[..., Any]) -> Callable[..., Any]:
    """A Trainer's method that goes through the method `name` of the callback that has hold of it at the time."""

    def outer(*args: Any, **kwargs: Any) -> Any:
        holder = _holder(trainer)
        return inner(*args, **kwargs) if holder is None else getattr(holder, name)(trainer, inner, *args, **kwargs)

    return outer


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
        self._trainer: Any = None
        self._active = self.settings.active
        self._experiment: Experiment | None = None
        self._resume_from: Any = None
        self._failed = False
        if self._active:
            self._check()

    def _check(self) -> None:
        try:
            codecarbon_version()
            self.settings.check_place()
        except MissingExtraError as error:
            log.warning("hf-emissions: %s; training goes on without it", error)
            self._active = False

    @property
    def record(self) -> EmissionsRecord | None:
        """The record of the last training that ended."""
        return self._experiment.record if self._experiment else None

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
        if self._recorder is not None and self._experiment is not None:
            self._recorder.read("save", state.global_step)
            self._hand_over(kwargs.get("model"), self._experiment.summarize())

    @_harmless
    def on_push_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Have the figure so far on the card that is about to be uploaded."""
        if self._trainer is None:
            self._hold(trainer_seam.find_trainer(self))
        if self._recorder is not None:
            self._recorder.read("push", state.global_step)
            self._write(state)

    @_harmless
    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Sum up and write the card."""
        if self._end_open("finished", state) and self._experiment is not None:
            self._hand_over(kwargs.get("model"), self._experiment.summary)
            self._write(state)
            self._say_what_is_missing()

    # How it is done

    @property
    def _recorder(self) -> Any:
        recorder = self._experiment.recorder if self._experiment else None
        return recorder if recorder is not None and recorder.active else None

    def _hold(self, trainer: Any) -> None:
        if trainer is None or not self._active or self._trainer is trainer:
            return
        other = _holder(trainer)
        if other is not None and other is not self:
            log.warning("hf-emissions: a second EmissionsCallback does nothing; the Trainer has one already")
            self._active = False
            return
        self._trainer = trainer
        setattr(trainer, _HOLDER, self)
        trainer_seam.replace_codecarbon_callbacks(trainer)
        for name in ("train", "log", "create_model_card"):
            trainer_seam.wrap(trainer, name, partial(_through_holder, trainer, f"_{name}"))
        detection.detect_hardware()

    def _begin(self, args: Any, state: Any, model: Any) -> None:
        folder = Path(self.settings.output_dir or args.output_dir)
        facts = {"training_type": self.settings.training_type or training_type(model)}
        thread, trainer = threading.get_ident(), self._trainer
        # Where the loop cannot be seen now, its being out of sight later means nothing.
        watched = trainer is not None and trainer_seam.is_training(trainer, thread)
        self._experiment = experiments.begin(
            self.settings,
            folder,
            facts=facts,
            resumed_at=state.global_step,
            checkpoint=_checkpoint(self._resume_from or args.resume_from_checkpoint),
            local_rank=args.local_process_index,
            alive=lambda: not watched or trainer_seam.is_training(trainer, thread),
        )
        if self._experiment.recorder is not None:
            # So that the detection of the hardware, which happens once a process, does not slow the first steps.
            self._experiment.recorder.wait_ready(detection.READY_S)

    def _end_open(self, why: str, state: Any, *, complete: bool = True) -> bool:
        experiment = self._experiment
        if experiment is None or experiment.summary is not None:
            return False
        experiment.end(why, getattr(state, "global_step", None), complete=complete)
        return True

    def _write(self, state: Any) -> None:
        if self._experiment is not None and state.is_world_process_zero:
            self._experiment.write()

    def _hand_over(self, model: Any, summary: Summary | None) -> None:
        if summary is None or self._experiment is None or not hand_over(self._trainer, model, summary.record):
            return
        self._experiment.remember(summary)

    def _train(self, trainer: Any, inner: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self._resume_from = kwargs.get("resume_from_checkpoint", args[0] if args else None)
        self._before_training(trainer)
        try:
            return inner(*args, **kwargs)
        except BaseException as error:
            self._stopped(error, trainer.state)
            raise

    @_harmless
    def _before_training(self, trainer: Any) -> None:
        trainer_seam.replace_codecarbon_callbacks(trainer)

    @_harmless
    def _stopped(self, error: BaseException, state: Any) -> None:
        """Training ended by an exception: stop metering, keep what was recorded, say where it is."""
        if self._end_open(type(error).__name__, state, complete=False) and self._experiment is not None:
            sofar = self._experiment.sofar()
            energy = units.format_energy(sofar.energy_kwh) if sofar else "what was recorded"
            log.warning(
                "hf-emissions: training stopped (%s); %s are kept in %s, and counted when it is resumed",
                *(type(error).__name__, energy, self._experiment.ledger),
            )

    def _log(self, _: Any, inner: Callable[..., Any], logs: dict[str, float], *args: Any, **kwargs: Any) -> Any:
        return inner({**logs, **(self._figures(logs) or {})}, *args, **kwargs)

    @_harmless
    def _figures(self, logs: dict[str, float]) -> dict[str, float]:
        """Energy, grams and power so far, for the log of a training step.

        Not for an evaluation's, whose numbers Trainer puts into the card's table of results.
        """
        recorder, experiment = self._recorder, self._experiment
        if recorder is None or experiment is None or any(name.startswith("eval_") for name in logs):
            return {}
        recorder.refresh("log")
        sofar, grams = recorder.sofar, experiment.emissions_so_far_g()
        if sofar.duration_s == 0:
            return {}
        figures = {"energy_kwh": sofar.energy_kwh}
        if sofar.power_w > 0:  # not known in the first moments
            figures["power_w"] = sofar.power_w
        if grams is not None:
            figures["emissions_g"] = grams
        return {name: units.round_significant(figure) for name, figure in figures.items()}

    def _create_model_card(self, trainer: Any, inner: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        # Trainer writes its card into its own folder, whatever ours is.
        folder = Path(trainer.args.output_dir)
        before = read_block(folder) if trainer.is_world_process_zero() else None
        made = inner(*args, **kwargs)
        if trainer.is_world_process_zero():
            self._complete_card(trainer, folder, before)
        return made

    @_harmless
    def _complete_card(self, trainer: Any, folder: Path, before: Block | None) -> None:
        """Put the figure on the card that the Trainer has written anew; or the one back that stood there before."""
        experiment = self._experiment if self._trainer is trainer else None
        runs = experiment.runs() if experiment else []
        foreign = before is not None and not before.is_ours(runs) and not self.settings.overwrite
        if before is not None and (foreign or experiment is None):
            put_block_back(folder, before)
        if experiment is not None:
            experiment.write(folder)

    def _say_what_is_missing(self) -> None:
        experiment = self._experiment
        if experiment is None or experiment.summary is None or experiment.recorder is None:
            return
        ends, record = experiment.summary.without_place_g, experiment.record
        if ends is None or record is None or record.energy_kwh is None:
            return
        low, high = (units.format_mass(end) for end in ends)
        log.warning(
            "hf-emissions: %s were used, between %s and %s on any grid; with the place they become a block: "
            "hf-emissions runs %s --into %s --country ...",
            *(units.format_energy(record.energy_kwh), low, high, experiment.folder, experiment.folder / "README.md"),
        )


def _checkpoint(resume_from: Any) -> Path | None:
    return Path(resume_from) if isinstance(resume_from, (str, Path)) and str(resume_from) else None
