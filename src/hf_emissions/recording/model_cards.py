"""The cards that other libraries write for a trained model: PEFT, sentence-transformers, setfit, and an upload.

sentence-transformers and setfit ask a CodeCarbonCallback's tracker for its data, and with codecarbon 3.3.1 and later
find none once it has stopped, so that their last card has no block. They are given an object that answers in the
tracker's place, for the prose, and the YAML of their card is patched with the whole record. PEFT writes a card in
`save_pretrained`, without a figure; and `push_to_hub` of a model writes one between saving and uploading.
"""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import units
from ..card.file import CARD_NAME
from ..card.patch import patch_card, remove_block
from ..record import EmissionsRecord
from .carried import ATTRIBUTE, ModelRecording, carried_by
from .extension import extend

log = logging.getLogger("hf_emissions")


def carry(trainer: Any, model: Any, carried: ModelRecording) -> None:
    """Have every card that is written for this model from now on carry the figure of its training."""
    for owner in (model, getattr(trainer, "setfit_model", None)):
        data: Any = getattr(owner, "model_card_data", None)
        if hasattr(data, "code_carbon_callback"):
            setattr(owner, ATTRIBUTE, carried)
            data.code_carbon_callback = _CallbackInPlace(carried, _TrackerInPlace(carried, owner))
            extend(data, _CardData)
    if _is(model, "transformers", "PreTrainedModel") or _is(model, "peft", "PeftModel"):
        setattr(model, ATTRIBUTE, carried)
        extend(model, _Adapter if hasattr(model, "create_or_update_model_card") else _Uploaded)


def _is(model: Any, package: str, name: str) -> bool:
    kind = getattr(sys.modules.get(package), name, None)
    return isinstance(kind, type) and isinstance(model, kind)


def _put_on(model: Any, folder: Any) -> None:
    carried = carried_by(model)
    try:
        if carried is not None:
            carried.put_on(folder, model)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong, the model is saved
        log.warning("hf-emissions: %s: the figure is not on the card in %s", type(error).__name__, folder)


class _Uploaded:
    """A model of transformers whose `push_to_hub` uploads a card."""

    def _upload_modified_files(self, working_dir: Any, *args: Any, **kwargs: Any) -> Any:
        if (Path(working_dir) / CARD_NAME).exists():
            _put_on(self, working_dir)
        return super()._upload_modified_files(working_dir, *args, **kwargs)  # type: ignore[misc]


class _Adapter(_Uploaded):
    """A model of PEFT, which writes a card wherever it is saved."""

    def create_or_update_model_card(self, output_dir: Any) -> Any:
        made = super().create_or_update_model_card(output_dir)  # type: ignore[misc]
        _put_on(self, output_dir)
        return made

    def merge_and_unload(self, *args: Any, **kwargs: Any) -> Any:
        # PEFT itself passes it on to what it wraps.
        merged = self.base_model.merge_and_unload(*args, **kwargs)  # type: ignore[attr-defined]
        carried = carried_by(self)
        if carried is not None and _is(merged, "transformers", "PreTrainedModel"):
            setattr(merged, ATTRIBUTE, ModelRecording(carried.experiment, derived=True))
            extend(merged, _Merged)
        return merged


class _Merged(_Uploaded):
    """A merge of an adapter that was trained here; transformers writes no card for it when it is saved."""

    def save_pretrained(self, save_directory: Any, *args: Any, **kwargs: Any) -> Any:
        saved = super().save_pretrained(save_directory, *args, **kwargs)  # type: ignore[misc]
        if kwargs.get("is_main_process", args[0] if args else True):
            _put_on(self, save_directory)
        return saved


class _CardData:
    """The data of a card of sentence-transformers or setfit, with the figure in its YAML."""

    code_carbon_callback: Any
    model: Any

    def to_yaml(self, *args: Any, **kwargs: Any) -> str:
        written: str = super().to_yaml(*args, **kwargs)  # type: ignore[misc]
        callback = self.code_carbon_callback
        record = callback.carried.record(callback.tracker.model) if isinstance(callback, _CallbackInPlace) else None
        if record is None:
            return written
        # Their own block first goes: it turns grams into kilograms and back, and says no to a cloud not known of.
        stripped = written.strip("\n")
        patched = patch_card(remove_block(f"---\n{stripped}\n---\n"), record)
        return patched.removeprefix("---\n").removesuffix("\n---\n")


class _InPlace:
    """Copied with the model, and not pickled with it; see `ModelRecording`."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return self

    def __reduce__(self) -> Any:
        return type(None), ()


@dataclass
class _CallbackInPlace(_InPlace):
    carried: ModelRecording
    tracker: _TrackerInPlace


class _TrackerInPlace(_InPlace):
    """What the two libraries ask of a tracker; the names are CodeCarbon's."""

    def __init__(self, carried: ModelRecording, model: Any) -> None:
        import weakref

        self._carried = carried
        self._model = weakref.ref(model)

    @property
    def model(self) -> Any:
        return self._model()

    @property
    def _start_time(self) -> float | None:
        return None if self._carried.record(self.model) is None else 0.0

    def _prepare_emissions_data(self) -> _EmissionsData | None:
        record = self._carried.record(self.model)
        return None if record is None else _data_of(record)


def _data_of(record: EmissionsRecord) -> _EmissionsData:
    has_gpu = record.hardware_used is not None and "CPU threads" not in record.hardware_used
    return _EmissionsData(
        emissions=units.g_to_kg(record.emissions_g or 0.0),
        energy_consumed=record.energy_kwh or 0.0,
        duration=record.duration_s or 0.0,
        on_cloud="Y" if record.on_cloud else "N",
        cpu_model=record.cpu_model or "",
        ram_total_size=record.ram_gb or 0.0,
        gpu_model=(record.hardware_used or "") if has_gpu else "",
    )


@dataclass
class _EmissionsData:
    emissions: float
    energy_consumed: float
    duration: float
    on_cloud: str
    cpu_model: str
    ram_total_size: float
    gpu_model: str
