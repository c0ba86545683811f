"""Recording a loop without a Trainer: `with record_emissions("out", country="DEU"): ...`, or as a decorator."""

from __future__ import annotations

import logging
import threading
from contextlib import ContextDecorator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ..errors import MissingExtraError
from ..record import EmissionsRecord
from . import detection
from . import experiment as experiments
from .experiment import Experiment
from .meter import codecarbon_version
from .recorder import Sofar
from .settings import Settings

log = logging.getLogger("hf_emissions")


class record_emissions(ContextDecorator):  # noqa: N801 - used like a function
    """Records what a block of code, or every call of a function, emits.

    The ledger is in `<output_dir>/_emissions/`, the figure in `<output_dir>/README.md`, which is created where there
    is none. Needs the extra `[train]`.

        with record_emissions("out", country="DEU") as recording:
            train()
        print(recording.record.emissions_g)

    The code may be any loop: Accelerate, plain PyTorch, scikit-learn, or `trainer.fit(model)` of Lightning.

    Where the code ends by an exception, what was recorded stays in the ledger and the card is left as it is;
    `hf-emissions runs OUT` lists it, and `resume=True` goes on with it.

    Args:
        output_dir: folder of the card and of the ledger.
        resume: add to the last recording in the folder instead of beginning a new one.
        settings: as for `EmissionsCallback`: country, region, intensity, training_type, pue, section, overwrite,
            enabled, assume_world_average.

    Raises:
        PlaceError: an unknown country or region, with near matches; an intensity that no grid has.
        UsageError: settings that contradict each other.
    """

    def __init__(self, output_dir: str | Path, *, resume: bool = False, **settings: Any) -> None:
        self._arguments: dict[str, Any] = {"output_dir": output_dir, "resume": resume, **settings}
        self._settings = Settings(output_dir=output_dir, **settings)
        self._resume = resume
        self._experiment: Experiment | None = None
        self._last: record_emissions = self
        self._active = self._settings.active
        if self._active:
            self._check()

    def _check(self) -> None:
        try:
            codecarbon_version()
            self._settings.check_place()
        except MissingExtraError as error:
            log.warning("hf-emissions: %s; the code runs without it", error)
            self._active = False

    def _recreate_cm(self) -> record_emissions:
        # Every call of a decorated function is a recording of its own.
        self._last = record_emissions(**self._arguments)
        return self._last

    @property
    def record(self) -> EmissionsRecord | None:
        """The record, once the code has ended; of a decorator, that of the last call."""
        experiment = self._last._experiment
        return experiment.record if experiment else None

    @property
    def sofar(self) -> Sofar | None:
        """What was recorded up to the last reading (at most 15 s ago)."""
        return self._experiment.sofar() if self._experiment else None

    def __enter__(self) -> Self:
        """Begin to record."""
        if self._active:
            try:
                self._experiment = self._begin()
            except Exception as problem:  # noqa: BLE001 - whatever goes wrong, the code runs
                log.warning("hf-emissions: %s: %s; nothing is recorded", type(problem).__name__, problem)
        return self

    def _begin(self) -> Experiment:
        detection.detect_hardware()
        thread = threading.current_thread()
        experiment = experiments.begin(
            self._settings,
            Path(self._arguments["output_dir"]),
            facts={"training_type": self._settings.training_type},
            resume_last=self._resume,
            alive=thread.is_alive,
        )
        if experiment.recorder is not None:
            experiment.recorder.wait_ready(detection.READY_S)
        return experiment

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the recording; write the card, unless the code ended by an exception."""
        experiment = self._experiment
        if experiment is None:
            return
        try:
            experiment.end("finished" if kind is None else kind.__name__, complete=kind is None)
            if kind is None and experiment.placement.rank == 0:
                experiment.write()
        except Exception as problem:  # noqa: BLE001 - whatever goes wrong, the code goes on
            log.warning("hf-emissions: %s: %s; what was recorded is in the ledger", type(problem).__name__, problem)
