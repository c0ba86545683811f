"""Put the figure on model cards written by other libraries: PEFT, sentence-transformers, setfit, and on uploads.

sentence-transformers and setfit query a CodeCarbonCallback's tracker; since codecarbon 3.3.1 a stopped tracker has no
data, so that their last card lacks the block. They get a stand-in for the tracker, for the prose, and the YAML of their
card is patched with the full record. PEFT writes a card without a figure in `save_pretrained`; a model's `push_to_hub`
writes one between saving and uploading.
"""

from __future__ import annotations

import logging
import sys
import weakref
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from .. import units
from ..card.file import CARD_NAME
from ..card.patch import patch_card, remove_block
from ..record import EmissionsRecord
from .extension import extend
from .guard import attempt
from .model_recording import ATTRIBUTE, ModelRecording, SharedByCopies, recording_of

log = logging.getLogger("hf_emissions")


def attach_recording(trainer: object, model: object, recording: ModelRecording) -> None:
    """Attach a recording to a model, so that every card written for it from now on has the figure."""
    for owner in (model, getattr(trainer, "setfit_model", None)):
        data: object = getattr(owner, "model_card_data", None)
        if hasattr(data, "code_carbon_callback"):
            setattr(owner, ATTRIBUTE, recording)
            data.code_carbon_callback = _CallbackStub(recording, _TrackerStub(recording, owner))
            extend(data, _CardData)
    if _is(model, "transformers", "PreTrainedModel") or _is(model, "peft", "PeftModel"):
        setattr(model, ATTRIBUTE, recording)
        extend(model, _Adapter if hasattr(model, "create_or_update_model_card") else _Uploaded)


def _is(model: object, package: str, name: str) -> bool:
    kind = getattr(sys.modules.get(package), name, None)
    return isinstance(kind, type) and isinstance(model, kind)


def _write_card(model: object, folder: str | Path) -> None:
    def warn(error: Exception) -> None:
        log.warning("hf-emissions: %s: the figure is not on the card in %s", type(error).__name__, folder)

    recording = recording_of(model)
    if recording is not None:
        attempt(lambda: recording.write_card(folder, model), warn)


class _Uploaded:
    """Mixin for transformers models, whose `push_to_hub` uploads a card."""

    def _upload_modified_files(self, working_dir: str | Path, *args: object, **kwargs: object) -> object:
        if (Path(working_dir) / CARD_NAME).exists():
            _write_card(self, working_dir)
        return super()._upload_modified_files(working_dir, *args, **kwargs)  # type: ignore[misc]


class _Adapter(_Uploaded):
    """Mixin for PEFT models, which write a card wherever they are saved."""

    def create_or_update_model_card(self, output_dir: str | Path) -> object:
        made = super().create_or_update_model_card(output_dir)  # type: ignore[misc]
        _write_card(self, output_dir)
        return made

    def merge_and_unload(self, *args: object, **kwargs: object) -> object:
        # PEFT itself delegates this to the wrapped base model.
        merged = self.base_model.merge_and_unload(*args, **kwargs)  # type: ignore[attr-defined]
        recording = recording_of(self)
        if recording is not None and _is(merged, "transformers", "PreTrainedModel"):
            setattr(merged, ATTRIBUTE, ModelRecording(recording.session, derived=True))
            extend(merged, _Merged)
        return merged


class _Merged(_Uploaded):
    """Mixin for a merged adapter trained here; transformers saves it without a card."""

    def save_pretrained(self, save_directory: str | Path, *args: object, **kwargs: object) -> object:
        saved = super().save_pretrained(save_directory, *args, **kwargs)  # type: ignore[misc]
        if kwargs.get("is_main_process", args[0] if args else True):
            _write_card(self, save_directory)
        return saved


class _CardData:
    """Mixin for card data of sentence-transformers or setfit: adds the figure to the YAML."""

    code_carbon_callback: object
    model: object

    def to_yaml(self, *args: object, **kwargs: object) -> str:
        written: str = super().to_yaml(*args, **kwargs)  # type: ignore[misc]
        callback = self.code_carbon_callback
        record = callback.recording.record(callback.tracker.model) if isinstance(callback, _CallbackStub) else None
        if record is None:
            return written
        # Remove their own block: it converts grams to kilograms and back, and says "no" for an unknown cloud.
        stripped = written.strip("\n")
        patched = patch_card(remove_block(f"---\n{stripped}\n---\n"), record)
        return patched.removeprefix("---\n").removesuffix("\n---\n")


@dataclass
class _CallbackStub(SharedByCopies):
    recording: ModelRecording
    tracker: _TrackerStub


class _TrackerStub(SharedByCopies):
    """Stand-in with what the two libraries use of a tracker; the names are CodeCarbon's."""

    def __init__(self, recording: ModelRecording, model: object) -> None:
        self._recording = recording
        self._model = weakref.ref(model)

    @property
    def model(self) -> object:
        return self._model()

    @property
    def _start_time(self) -> float | None:
        return None if self._recording.record(self.model) is None else 0.0

    def _prepare_emissions_data(self) -> SimpleNamespace | None:
        record = self._recording.record(self.model)
        return None if record is None else _as_emissions_data(record)


def _as_emissions_data(record: EmissionsRecord) -> SimpleNamespace:
    has_gpu = record.hardware_used is not None and "CPU threads" not in record.hardware_used
    return SimpleNamespace(
        emissions=units.g_to_kg(record.emissions_g or 0.0),
        energy_consumed=record.energy_kwh or 0.0,
        duration=record.duration_s or 0.0,
        on_cloud="Y" if record.on_cloud else "N",
        cpu_model=record.cpu_model or "",
        ram_total_size=record.ram_gb or 0.0,
        gpu_model=(record.hardware_used or "") if has_gpu else "",
    )
