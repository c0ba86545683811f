"""The result of an estimate: `Estimate`."""

from __future__ import annotations

from dataclasses import dataclass

from ..record import Boundary, Intensity, Place
from .energy_methods import Tier

Range = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Estimated emissions of a training. Figures are None if no number can be given.

    Attributes:
        tier: facts that it rests on, A (metered energy) to F (parameters and tokens only).
        low_g: 5th percentile of the emissions, in grams CO2 equivalent.
        median_g: 50th percentile.
        high_g: 95th percentile.
        energy_kwh: the same percentiles of the energy within the boundary, in kWh.
        assumptions: one sentence per assumption.
        narrow_by: the missing fact that would narrow the range most.
        boundary: what the figure and its energy cover.
        band: orders of magnitude in words, if no number is given.
        why_no_number: reason for that.
        facility_g: low and high end with the facility's overhead, if its PUE is unknown.
        embodied_g: low, median and high of the hardware's embodied emissions; never part of the figure.
        pue: power usage effectiveness within the figure (the median), 1.0 if none; None if the given energy covers the
            facility, and its PUE is not given beside it.
        place: where the electricity was used.
        intensity: of its grid, if known.
        rests_on: the facts in brief, such as `8 x A100 SXM, 96 h`.
        grid: the grid in brief, such as `grid DEU 381 g/kWh life-cycle, codecarbon 3.3.2`.
        unsure: why the figure must not stand alone in a block, if a fact was assumed.
        method: `monte-carlo`, or the requested published calculator.
    """

    tier: Tier
    low_g: float | None = None
    median_g: float | None = None
    high_g: float | None = None
    energy_kwh: Range | None = None
    assumptions: tuple[str, ...] = ()
    narrow_by: str | None = None
    boundary: Boundary = "node"
    band: str | None = None
    why_no_number: str | None = None
    facility_g: tuple[float, float] | None = None
    embodied_g: Range | None = None
    pue: float | None = 1.0
    place: Place = Place()
    intensity: Intensity = Intensity()
    hardware_used: str | None = None
    training_type: str | None = None
    unsure: str | None = None
    duration_s: float | None = None
    rests_on: str = ""
    grid: str = ""
    method: str = "monte-carlo"
