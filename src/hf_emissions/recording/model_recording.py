"""Link from a model to its recorded training, for cards that are written later."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ..record import EmissionsRecord
from .inner_model import transformers_model
from .lineage import was_changed
from .origin import Origin
from .prior_training import was_trained
from .session import Session
from .summary import Summary
from .weights import sample

ATTRIBUTE = "_hf_emissions"


class SharedByCopies:
    """Base of what hangs on a model: shared by copies of the model, but not pickled."""

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self

    def __reduce__(self) -> tuple[type, tuple[()]]:
        return type(None), ()


@dataclass(eq=False)
class ModelRecording(SharedByCopies):
    """Link from a model to the recording of its training, during and after it: a model loaded elsewhere has none.

    `derived` is True if the model's weights are not the trained ones, as after a merge.
    """

    session: Session
    derived: bool = False

    def summary(self, model: object) -> Summary | None:
        """Summary so far; during the training, after a new reading."""
        self.session.read("card")
        return self.session.sum_up(unrecorded=self._changed(model))[1]

    def record(self, model: object) -> EmissionsRecord | None:
        """Record for a card written by another library; None without grams."""
        summary = self.summary(model)
        if summary is None or summary.record is None or summary.record.emissions_g is None:
            return None
        self.session.log_figure(summary)
        return summary.record

    def write_card(self, folder: str | Path, model: object) -> None:
        self.session.read("card")
        self.session.write(Path(folder), unrecorded=self._changed(model))

    def _changed(self, model: object) -> bool:
        """True if the model's weights were changed after its training had ended."""
        if self.derived or self.session.summary is None:
            return False
        run = next((run for run in self.session.runs() if run.id == self.session.run), None)
        return run is not None and was_changed(run, sample(model))


def recording_of(model: object) -> ModelRecording | None:
    """Recording attached to a model; None if it was not trained with one in this process."""
    found = getattr(model, "__dict__", {}).get(ATTRIBUTE)
    return found if isinstance(found, ModelRecording) else None


def origin_of(model: object) -> Origin:
    recording = recording_of(model)
    return Origin(
        weights=sample(model),
        trained_in=None if recording is None else (recording.session.ledger, recording.session.run),
        derived=recording is not None and recording.derived,
        loaded_from=_loaded_from(model),
        trained_before=recording is None and was_trained(model),
    )


def _loaded_from(model: object) -> Path | None:
    inner = transformers_model(model)
    name = getattr(getattr(inner, "config", None), "_name_or_path", None)
    return Path(name).resolve() if isinstance(name, str) and name and Path(name).is_dir() else None
