"""Intensity of a grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

IntensityBasis = Literal["life-cycle", "combustion", "operational"]


class Spread(NamedTuple):
    """How far sources differ on an intensity.

    `sigma` is the standard deviation of the logarithm, `why` its reason, and `narrowed_by` the fact that would make it
    smaller, if any.
    """

    sigma: float
    why: str
    narrowed_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intensity:
    """Grams CO2 equivalent per kWh. Unknown values are None.

    Attributes:
        g_per_kwh: in grams CO2 equivalent per kWh.
        basis: what it covers: the life cycle, combustion only, or operation.
        source: where it comes from, as text.
        year: of the electricity.
        spread: how far sources differ.
    """

    g_per_kwh: float | None = None
    basis: IntensityBasis | None = None
    source: str | None = None
    year: int | None = None
    spread: Spread | None = None
