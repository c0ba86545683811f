"""The callback for transformers' Trainer: one line, and the figure is on the card."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from .. import units
from ..errors import MissingExtraError
from ..record import EmissionsRecord
from . import experiment as experiments
from . import trainer_seam
from .experiment import Experiment
from .meter import codecarbon_version
from .model_card_data import hand_over
from .place import check_place
from .settings import Settings
from .summary import Summary
from .training_type import training_type

log = logging.getLogger("hf_emissions")

_HOLDER = "_hf_emissions_callback"


class EmissionsCallback(TrainerCallback):
    """Records what a training emits and writes it into the card's `co2_eq_emissions` block.

    Needs the extra `[train]`. The README.md of the Trainer's output folder has the block after `train()`, after
    `save_model()`, and whenever `push_to_hub()` uploads it.

        trainer = Trainer(..., callbacks=[EmissionsCallback(country="DEU")])

    Args:
        country: where the electricity is used: ISO code of two or three letters, or English name. Not given:
            `HF_EMISSIONS_COUNTRY`, the cloud's metadata, or the country of the IP address.
        region: a state, province or bidding zone of the country.
        training_type: `pre-training` or `fine-tuning`; by default found out from the model.
        pue: power usage effectiveness of the facility; the figure then covers the facility.
        section: write the section "Environmental Impact" too; by default only into a card that is created.
        overwrite: replace a figure that somebody else wrote into the card.
        output_dir: folder of the card and of the ledger; by default that of the Trainer.
        enabled: False records nothing, like `HF_EMISSIONS_DISABLE=1`.
        assume_world_average: where the place cannot be found out, use the world's average grid and say so.

    Attributes:
        record: the record of the last training, None before its end.

    Raises:
        PlaceError: an unknown country or region, with near matches; before any training.
        UsageError: settings that contradict each other.
    """

    def __init__(
        self,
        country: str | None = None,
        *,
        region: str | None = None,
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
        if self._active:
            self._check()

    def _check(self) -> None:
        try:
            codecarbon_version()
            check_place(self.settings.country, self.settings.region)
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

    def on_init_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Take hold of the Trainer, and have CodeCarbon detect the hardware while the rest is set up."""
        self._hold(trainer_seam.find_trainer(self))

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Begin to record."""
        if self._trainer is None:
            self._hold(trainer_seam.find_trainer(self))
        if not self._active:
            return
        self._end_open("restarted", state)
        self._begin(args, state, kwargs.get("model"))

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Keep a reading that names the checkpoint's step, so that a resume finds its run."""
        if self._recorder is not None and self._experiment is not None:
            self._recorder.read("save", state.global_step)
            self._hand_over(kwargs.get("model"), self._experiment.summarize())

    def on_push_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Have the figure so far on the card that is about to be uploaded."""
        if self._trainer is None:
            self._hold(trainer_seam.find_trainer(self))
        if self._recorder is not None:
            self._recorder.read("push", state.global_step)
            self._write(state)

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
        other = trainer.__dict__.get(_HOLDER)
        if other is not None and other is not self:
            log.warning("hf-emissions: a second EmissionsCallback does nothing; the Trainer has one already")
            self._active = False
            return
        self._trainer = trainer
        setattr(trainer, _HOLDER, self)
        trainer_seam.replace_codecarbon_callbacks(trainer)
        trainer_seam.wrap(trainer, "train", self._around_train)
        trainer_seam.wrap(trainer, "log", self._around_log)
        trainer_seam.wrap(trainer, "create_model_card", self._around_card)
        experiments.detect_hardware()

    def _begin(self, args: Any, state: Any, model: Any) -> None:
        folder = Path(self.settings.output_dir or args.output_dir)
        facts = {"training_type": self.settings.training_type or training_type(model)}
        thread, trainer = threading.get_ident(), self._trainer
        self._experiment = experiments.begin(
            self.settings,
            folder,
            facts=facts,
            resumed_at=state.global_step,
            checkpoint=_checkpoint(self._resume_from or args.resume_from_checkpoint),
            local_rank=args.local_process_index,
            alive=lambda: trainer is None or trainer_seam.is_training(trainer, thread),
        )
        if self._experiment.recorder is not None:
            # So that the detection of the hardware, which happens once a process, does not slow the first steps.
            self._experiment.recorder.wait_ready(experiments.READY_S)

    def _end_open(self, why: str, state: Any) -> bool:
        experiment = self._experiment
        if experiment is None or experiment.summary is not None:
            return False
        experiment.end(why, getattr(state, "global_step", None))
        return True

    def _write(self, state: Any) -> None:
        if self._experiment is not None and state.is_world_process_zero:
            self._experiment.write()

    def _hand_over(self, model: Any, summary: Summary | None) -> None:
        if summary is not None:
            hand_over(self._trainer, model, summary.record)

    def _around_train(self, inner: Callable[..., Any]) -> Callable[..., Any]:
        def train(*args: Any, **kwargs: Any) -> Any:
            self._resume_from = kwargs.get("resume_from_checkpoint", args[0] if args else None)
            trainer_seam.replace_codecarbon_callbacks(self._trainer)
            try:
                return inner(*args, **kwargs)
            except BaseException as error:
                self._stopped(error)
                raise

        return train

    def _stopped(self, error: BaseException) -> None:
        """Training ended by an exception: stop metering, keep what was recorded, say where it is."""
        if self._end_open(type(error).__name__, self._trainer.state) and self._experiment is not None:
            sofar = self._experiment.sofar()
            energy = units.format_energy(sofar.energy_kwh) if sofar else "what was recorded"
            log.warning(
                "hf-emissions: training stopped (%s); %s are kept in %s, and counted when it is resumed",
                *(type(error).__name__, energy, self._experiment.ledger),
            )

    def _around_log(self, inner: Callable[..., Any]) -> Callable[..., Any]:
        def log_(logs: dict[str, float], *args: Any, **kwargs: Any) -> Any:
            return inner({**logs, **self._figures(logs)}, *args, **kwargs)

        return log_

    def _figures(self, logs: dict[str, float]) -> dict[str, float]:
        """Energy, grams and power so far, for the log of a training step.

        Not for an evaluation's, whose numbers Trainer puts into the card's table of results.
        """
        recorder, experiment = self._recorder, self._experiment
        if recorder is None or experiment is None or any(name.startswith("eval_") for name in logs):
            return {}
        recorder.refresh("log")
        sofar, grams = recorder.sofar, experiment.emissions_so_far_g()
        figures = {"energy_kwh": sofar.energy_kwh, "power_w": sofar.power_w}
        if grams is not None:
            figures["emissions_g"] = grams
        return {name: units.round_significant(figure) for name, figure in figures.items()}

    def _around_card(self, inner: Callable[..., Any]) -> Callable[..., Any]:
        def create_model_card(*args: Any, **kwargs: Any) -> Any:
            made = inner(*args, **kwargs)
            if self._trainer.is_world_process_zero() and self._experiment is not None:
                # Trainer writes its card into its own folder, whatever ours is.
                self._experiment.write(Path(self._trainer.args.output_dir))
            return made

        return create_model_card

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
