"""What can be set about a recording, checked before training starts."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ..errors import UsageError
from .place import COUNTRY_VARIABLE

DISABLE_VARIABLE = "HF_EMISSIONS_DISABLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a recording.

    Attributes:
        country: where the electricity is used: ISO code of two or three letters, or English name.
        region: a state, province or bidding zone of that country, where codecarbon has one.
        training_type: `pre-training` or `fine-tuning`; found out from the model where it is not given.
        pue: power usage effectiveness of the facility, at least 1.0; the figure then covers the facility.
        section: write the section "Environmental Impact" too; None: only into a card that we create.
        overwrite: replace a figure that somebody else wrote.
        output_dir: where the ledger and the card are; the Trainer's own output folder where it is not given.
        enabled: False records nothing, like `HF_EMISSIONS_DISABLE=1`.
        assume_world_average: where the place cannot be found out, use the world's average grid, and say so.
    """

    country: str | None = None
    region: str | None = None
    training_type: str | None = None
    pue: float | None = None
    section: bool | None = None
    overwrite: bool = False
    output_dir: str | Path | None = None
    enabled: bool = True
    assume_world_average: bool = False

    def __post_init__(self) -> None:
        if self.pue is not None and not 1.0 <= float(self.pue) <= 5.0:
            raise UsageError(f"pue is {self.pue}; a facility's PUE lies between 1.0 and 5.0")
        if self.region is not None and self.country is None and not os.environ.get(COUNTRY_VARIABLE, "").strip():
            raise UsageError(f'region is {self.region!r} and country is not given; name both, such as country="USA"')

    @property
    def active(self) -> bool:
        """Whether anything is to be recorded."""
        return self.enabled and os.environ.get(DISABLE_VARIABLE, "").strip().lower() not in ("1", "true", "yes", "on")
