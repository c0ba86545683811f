"""Handing a record to the libraries that write cards of their own: sentence-transformers and setfit.

Both ask a CodeCarbonCallback's tracker for its data, and with codecarbon 3.3.1 and later find none once it has
stopped, so that their last card has no block. They are given an object that answers in the tracker's place, for the
prose, and the YAML of their card is patched with the whole record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .. import units
from ..card.patch import patch_card, remove_block
from ..record import EmissionsRecord


def hand_over(trainer: Any, model: Any, record: EmissionsRecord | None) -> bool:
    """Let every card that the model writes from now on have the record's block; whether the model writes cards.

    Nothing is handed over where there are no grams.
    """
    if record is None or record.emissions_g is None:
        return False
    owners = (model, getattr(trainer, "setfit_model", None))
    found: list[Any] = [getattr(owner, "model_card_data", None) for owner in owners]
    found = [data for data in found if hasattr(data, "code_carbon_callback")]
    for data in found:
        data.code_carbon_callback = _CallbackInPlace(_TrackerInPlace(record))
        data.to_yaml = _YamlWithBlock(data, record)
    return bool(found)


@dataclass
class _YamlWithBlock:
    """`to_yaml` of a card's data, with the record in its block. A class, so that the model can still be pickled."""

    data: Any
    record: EmissionsRecord

    def __call__(self, *args: Any, **kwargs: Any) -> str:
        written = type(self.data).to_yaml(self.data, *args, **kwargs).strip("\n")
        # Their own block first goes: it turns grams into kilograms and back, and says no to a cloud not known of.
        patched = patch_card(remove_block(f"---\n{written}\n---\n"), self.record)
        return patched.removeprefix("---\n").removesuffix("\n---\n")


@dataclass
class _CallbackInPlace:
    tracker: Any


@dataclass
class _TrackerInPlace:
    """What the two libraries ask of a tracker; the names are CodeCarbon's."""

    record: EmissionsRecord
    _start_time: float = 0.0

    def _prepare_emissions_data(self) -> _EmissionsData:
        record = self.record
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
