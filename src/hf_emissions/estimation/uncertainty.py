"""90 % range of a recorded or imported figure, from what is known of how it was found. Pure, and without numpy.

Each source of error has its ends: the 5th and 95th percentile of the true value over the stated one.

Parts of a sum (the components of a machine, the segments of a training) are weighted by their share of it. Errors of
one source are common to all parts that have it, so that they add up; those of different sources are independent, so
that the squares of their distances from 1 add up. For shares s and ends e of the sources:

    low = 1 - sqrt(sum (s * (1 - e.low))^2), high = 1 + sqrt(sum (s * (e.high - 1))^2)

Factors of a product (energy, what no meter sees, PUE, grid) are independent, so that the squares of their logarithms
add up, at each end. `tests/estimation/test_uncertainty.py` holds both against draws.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from .. import units
from ..factors.intensity import ANYWHERE_G_PER_KWH, ANYWHERE_SIGMA, spread_of
from ..factors.pue import UNKNOWN_DATACENTRE
from ..record import Boundary, Intensity, Place
from .distributions import Z90

FoundBy = Literal[
    "GPU meter",
    "GPU samples",
    "GPU model",
    "CPU meter",
    "CPU model",
    "RAM model",
    "first readings",
    "CodeCarbon",
    "rated power",
    "rated power of the accelerators",
]

_DIGITS = 2


class Ends(NamedTuple):
    """5th and 95th percentile of the true value over the stated one."""

    low: float
    high: float


class Part(NamedTuple):
    """A part of an energy, in kWh, and how it was found."""

    found_by: FoundBy
    kwh: float


def _lognormal(sigma: float, median: float = 1.0) -> Ends:
    spread = math.exp(Z90 * sigma)
    return Ends(median / spread, median * spread)


EXACT = Ends(1.0, 1.0)

# Each judgement is called one.
ENDS: Mapping[FoundBy, Ends] = {
    # NVML's counter of energy: a few per cent from an external meter (Yang et al. 2023, arXiv 2312.02741).
    "GPU meter": Ends(0.95, 1.05),
    # Samples of power instead: on A100 and H100 a quarter of the time is seen (the same). Twice as far: a judgement.
    "GPU samples": Ends(0.90, 1.10),
    # Power of a GPU in training over a share of its rating: sigma 0.38 over five groups of runs (estimation reference,
    # calibration of k).
    "GPU model": _lognormal(0.38),
    # RAPL and its like: about as close to the meter as NVML (Khan et al. 2018, doi:10.1145/3177754); the number is a
    # judgement.
    "CPU meter": Ends(0.95, 1.05),
    # Rated power and load. On the processor alone, a wall meter gave 1.26 to 2.56 times what CodeCarbon did (Fischer
    # 2025, arXiv 2509.22092, 119 runs on a Core i9); sigma 0.5 with the rest of the node below has 2.5 as its high end.
    "CPU model": _lognormal(0.5),
    # CodeCarbon 3 has 5 W a module, CodeCarbon 2 and eco2AI 0.375 W/GB: for modules of 8, 16, 32 and 64 GB their
    # logarithms differ by 0.94 (root mean square), and each of the two models has its share of that, 0.94 / sqrt 2.
    "RAM model": _lognormal(0.66),
    # Filled in for the time before the meter was ready: a judgement.
    "first readings": Ends(0.0, 2.0),
    # A figure of CodeCarbon without its components: up to 40 % from a wall meter, either way (Fischer 2025). The rest
    # of the node is inside.
    "CodeCarbon": Ends(1 / 1.4, 1 / 0.6),
    # Rated power times hours against the power of the node, and against that of the accelerators: as the power model
    # has them for a job of which nothing is known. A test holds them to it, as the model needs numpy.
    "rated power": Ends(0.30, 1.46),
    "rated power of the accelerators": Ends(0.04, 1.05),
}

# What software does not see of a machine: losses of the power supply, fans, drives, the board. With the GPU metered, a
# wall meter gave 1.24 to 1.51 times what CodeCarbon did for images, and 1.15 to 1.31 times for language (Fischer 2025,
# 198 runs, 5th and 95th percentile), and never less.
REST_OF_NODE = Ends(1.0, 1.51)
# Against a wall meter already, so that nothing is missing.
_OF_THE_NODE = frozenset[FoundBy]({"CodeCarbon", "rated power"})


def range_around(value: float, *factors: Ends | None) -> tuple[float, float] | None:
    """90 % range around a value with independent factors, to two digits.

    None if a factor is not known; if the value is zero, which no factor widens; and if no number holds the high end.
    """
    if any(ends is None for ends in factors):
        return None
    ends = product(ends for ends in factors if ends is not None)
    if value <= 0 or not math.isfinite(value * ends.high):
        return None
    return units.round_significant(value * ends.low, _DIGITS), units.round_significant(value * ends.high, _DIGITS)


def energy_ends(parts: Iterable[Part], boundary: Boundary) -> Ends | None:
    """Ends of an energy that has these parts; None if nothing is known of them."""
    kwh: dict[FoundBy, float] = {}
    for part in parts:
        kwh[part.found_by] = kwh.get(part.found_by, 0.0) + max(part.kwh, 0.0)
    if math.fsum(kwh.values()) <= 0:
        return None
    ends = of_sum((amount, ENDS[found_by]) for found_by, amount in kwh.items())
    whole = boundary == "accelerators" or kwh.keys() <= _OF_THE_NODE
    return ends if whole else product((ends, REST_OF_NODE))


def of_sum(parts: Iterable[tuple[float, Ends]]) -> Ends:
    """Ends of a sum of parts with independent errors, given the amount and the ends of each."""
    weighted = list(parts)
    whole = math.fsum(amount for amount, _ in weighted)
    low, high = (
        math.hypot(*(amount / whole * distance(ends) for amount, ends in weighted)) for distance in (_below, _above)
    )
    return Ends(max(1 - low, 0.0), 1 + high)


def product(factors: Iterable[Ends]) -> Ends:
    """Ends of a product of independent factors; around 1, or around a factor that does not hold it."""
    kept = list(factors)
    if any(ends.low <= 0 for ends in kept):
        return Ends(0.0, product(Ends(1.0, ends.high) for ends in kept).high)
    middle = math.fsum(_middle(ends) for ends in kept)
    low = math.hypot(*(_middle(ends) - math.log(ends.low) for ends in kept))
    high = math.hypot(*(math.log(ends.high) - _middle(ends) for ends in kept))
    return Ends(math.exp(middle - low), math.exp(middle + high))


def grid_ends(place: Place, intensity: Intensity) -> Ends | None:
    """Ends of an intensity: exact if it was given, None if nothing is known of it."""
    if intensity.g_per_kwh and not place.country_iso3 and place.name and "world" in place.name:
        return _lognormal(ANYWHERE_SIGMA, ANYWHERE_G_PER_KWH / intensity.g_per_kwh)
    spread = spread_of(place, intensity)
    return None if spread is None else _lognormal(spread.sigma)


def assumed_pue_ends(pue: float) -> Ends:
    """Ends of a PUE that a tool takes for every machine: from none at all to that of an inefficient facility."""
    return Ends(min(1.0 / pue, 1.0), max(UNKNOWN_DATACENTRE.high / pue, 1.0))


def _below(ends: Ends) -> float:
    return 1 - ends.low


def _above(ends: Ends) -> float:
    return ends.high - 1


def _middle(ends: Ends) -> float:
    """Logarithm of the value of a factor from which its ends are counted: 1, if that is inside."""
    if ends.low <= 1 <= ends.high:
        return 0.0
    return (math.log(ends.low) + math.log(ends.high)) / 2
