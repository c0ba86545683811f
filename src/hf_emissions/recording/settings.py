"""Settings of a recording, validated before training starts."""

from __future__ import annotations

import os
from dataclasses import dataclass
from numbers import Real
from pathlib import Path

from .. import units
from ..errors import PlaceError, UsageError
from ..factors.bounds import LEAST_PUE, LOWEST_GRID_G_PER_KWH, MOST_PUE, pue_problem
from ..factors.cloud_regions import names_cloud_region
from ..factors.named_place import read_place
from ..factors.resolve import check_intensity
from ..record import Site
from .place import COUNTRY_VARIABLE, check_place, given_site

DISABLE_VARIABLE = "HF_EMISSIONS_DISABLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a recording.

    Attributes:
        country: where the electricity is used: ISO code of two or three letters, or name.
        region: a state, province or bidding zone of that country, if codecarbon has one; or a cloud region such as
            `gcp:europe-west4`.
        intensity: carbon intensity of the grid: a number in g/kWh, or a text with its unit.
        training_type: `pre-training` or `fine-tuning`; None: detected from the model.
        pue: power usage effectiveness of the facility, at least 1.0; the figure then covers the facility.
        section: also write the section "Environmental Impact"; None: only to a card that we create.
        overwrite: replace a figure that somebody else wrote.
        output_dir: folder of the ledger and the card; None: the Trainer's output folder.
        enabled: False records nothing, like `HF_EMISSIONS_DISABLE=1`.
        assume_world_average: if the place cannot be determined, use the world's average grid and say so.
    """

    country: str | None = None
    region: str | None = None
    intensity: float | str | None = None
    training_type: str | None = None
    pue: float | None = None
    section: bool | None = None
    overwrite: bool = False
    output_dir: str | Path | None = None
    enabled: bool = True
    assume_world_average: bool = False

    def __post_init__(self) -> None:
        if self.pue is not None and not _is_number(self.pue):
            raise UsageError(f"pue is {self.pue!r}; it must be a number between {LEAST_PUE} and {MOST_PUE}")
        if self.pue is not None and (problem := pue_problem(float(self.pue))):
            raise UsageError(f"pue {problem}")
        if self.training_type is not None and not isinstance(self.training_type, str):
            raise UsageError(f'training_type is {self.training_type!r}; it is a text, such as "fine-tuning"')
        if self.country is None and isinstance(self.region, str) and not self._region_stands_alone:
            read_place(None, self.region)  # raises, as every command does
        check_intensity(self.intensity_g_per_kwh)

    @property
    def _region_stands_alone(self) -> bool:
        return names_cloud_region(self.region) or bool(os.environ.get(COUNTRY_VARIABLE, "").strip())

    @property
    def intensity_g_per_kwh(self) -> float | None:
        """The given intensity, in g/kWh.

        Raises:
            PlaceError: not a number, or so small that kilograms were meant.
            UnitError: a text without a unit.
        """
        given = self.intensity
        if given is None:
            return None
        if isinstance(given, str):
            return units.read_intensity_g_per_kwh(given)
        if not _is_number(given):
            raise PlaceError(f'intensity is {given!r}; it is a number of g/kWh, or a text such as "0.381 kg/kWh"')
        if 0 < given < LOWEST_GRID_G_PER_KWH:
            raise PlaceError(
                f'intensity is {given:g}, a number of g/kWh, and no grid emits so little; write the unit: "{given:g} '
                f'kg/kWh" or "{given:g} g/kWh"'
            )
        return float(given)

    def site(self) -> Site | None:
        """The given place and intensity, or those of `HF_EMISSIONS_COUNTRY`; see `given_site`."""
        return given_site(self.country, self.region, self.intensity_g_per_kwh)

    def check_place(self) -> None:
        """Validate the place; see `check_place`."""
        check_place(self.country, self.region, self.intensity_g_per_kwh)

    @property
    def active(self) -> bool:
        """True if recording is enabled."""
        return self.enabled and os.environ.get(DISABLE_VARIABLE, "").strip().lower() not in ("1", "true", "yes", "on")


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)
