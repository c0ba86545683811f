"""Seeded Monte Carlo: draws of each factor, multiplied to energy and emissions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import units
from ..factors.pue import UNKNOWN_DATACENTRE
from ..facts.facts import Facts
from ..record import Boundary
from .contradictions import contradicting_energies, contradicting_hours
from .description import describe
from .distributions import Constant, Pert, load_numpy
from .energy_methods import EnergyMethod, Tier, tier_of
from .factor import Factor
from .grid import Grid
from .hardware import Hardware
from .result import Estimate, Range

if TYPE_CHECKING:
    import numpy as np

    from .distributions import Draws

DRAWS = 20_000
DIGITS = 2

_COVERS: dict[Boundary, str] = {
    "accelerators": "the figure covers the accelerators alone, without the rest of the node and without cooling",
    "node": "the figure covers the node, without the cooling of the facility",
}

# Embodied emissions in g per accelerator-hour: between BLOOM's 10.3 (Luccioni 2022) and the 37.5 of EcoLogits'
# constants.
_EMBODIED_G_PER_H = Pert(3.0, 12.0, 40.0)


@dataclass(frozen=True, slots=True)
class Stage:
    """One training of an estimate: its facts, its hardware, and the methods that the facts allow, best first.

    `compared` are the same methods within the boundary of a given energy, where they may contradict each other: how
    much the host of a waiting accelerator adds is no contradiction.
    """

    facts: Facts
    hardware: Hardware | None
    ways: list[EnergyMethod]
    compared: list[EnergyMethod]

    @property
    def best(self) -> EnergyMethod:
        """The method that the estimate uses; the others are compared with it."""
        return self.ways[0]


class _Drawn(NamedTuple):
    """Draws of one stage: kWh within the boundary, grams, and those of the factors by name."""

    stage: Stage
    energy: Draws
    grams: Draws
    used: tuple[Factor, ...]
    factors: dict[str, Draws]
    apart: str | None


@dataclass(frozen=True, slots=True)
class MonteCarlo:
    """One Monte Carlo estimate: the sum over the stages of a training.

    Stages share the draws of a factor, such as the grid's intensity or the power of one device, so that errors common
    to all of them do not cancel in the sum.
    """

    stages: Sequence[Stage]
    grid: Grid
    overhead: Factor | None
    seed: int

    def estimate(self) -> Estimate:
        drawn = [self._of_stage(stage) for stage in self.stages]
        tier = max(self._tier(stage) for stage in self.stages)
        energy, grams = _sum([one.energy for one in drawn]), _sum([one.grams for one in drawn])
        overhead = self._overhead_of(self.stages[0])
        largest = max(drawn, key=lambda one: _three(one.grams)[1])
        common = {
            "tier": tier,
            "assumptions": _unique(words for one in drawn for words in self._assumptions(one.stage, one.used)),
            "narrow_by": _narrow_by(largest.used, largest.factors),
            "boundary": "facility" if overhead else self.stages[0].best.boundary,
            "pue": self._pue(overhead),
            "rests_on": " + ".join(stage.best.words for stage in self.stages),
            "grid": self.grid.short,
            **describe([stage.facts for stage in self.stages], self.grid),
        }
        apart = next((one.apart for one in drawn if one.apart is not None), None)
        if apart is not None:
            return Estimate(**common, why_no_number=apart)
        if tier == "F":
            why = "parameters and tokens alone do not give a number"
            return Estimate(**common, band=_band(grams), why_no_number=why)
        low, median, high = _three(grams)
        return Estimate(
            **common,
            low_g=low,
            median_g=median,
            high_g=high,
            energy_kwh=_three(energy),
            facility_g=None if overhead is not None else self._facility(drawn),
            embodied_g=self._embodied(),
        )

    def _of_stage(self, stage: Stage) -> _Drawn:
        by_method = [self._energy(way) for way in stage.ways]
        energy, factors = by_method[0]
        overhead = self._overhead_of(stage)
        if overhead is not None:
            factors = {**factors, "PUE": self._draw(overhead)}
            energy = energy * factors["PUE"]
        place = self._draw(self.grid.factor)
        used = (*stage.best.factors, *([overhead] if overhead else []), self.grid.factor)
        apart = contradicting_hours(stage.facts)
        if apart is None and len(by_method) > 1:
            compared = by_method if stage.compared is stage.ways else [self._energy(way) for way in stage.compared]
            apart = contradicting_energies(stage.compared, [_three(kwh) for kwh, _ in compared])
        return _Drawn(stage, energy, energy * place, used, {**factors, "place": place}, apart)

    def _tier(self, stage: Stage) -> Tier:
        return tier_of(stage.best, place_known=self.grid.known, hardware_known=stage.hardware is not None)

    def _overhead_of(self, stage: Stage) -> Factor | None:
        """The overhead that applies: metered energy may already include the published one; a given one is applied."""
        given = self.overhead is not None and isinstance(self.overhead.distribution, Constant)
        inside = stage.best.pue_inside
        return self.overhead if inside is False or (inside is None and given) else None

    def _pue(self, overhead: Factor | None) -> float | None:
        """PUE within the figure; if it was in the given energy, the one given beside it, if any."""
        if overhead is None and self.stages[0].best.pue_inside:
            overhead = self.overhead if self.overhead and isinstance(self.overhead.distribution, Constant) else None
            return None if overhead is None else _middle(overhead)
        return 1.0 if overhead is None else round(_middle(overhead), 3)

    def _energy(self, way: EnergyMethod) -> tuple[Draws, dict[str, Draws]]:
        drawn = {factor.name: self._draw(factor) for factor in way.factors}
        energy: Any = way.kwh_each
        for draws in drawn.values():
            energy = energy * draws
        return energy, drawn

    def _draw(self, factor: Factor) -> Draws:
        # One generator per factor name: methods share the draws of a device, and another fact does not change the draws
        # of the rest.
        return factor.distribution.draw(_generator(self.seed, factor.name), DRAWS)

    def _facility(self, drawn: list[_Drawn]) -> tuple[float, float] | None:
        """Both ends with the overhead of an unknown facility; None for devices outside of one, or if it may be inside.

        None also for accelerators alone: a PUE is one of whole machines.
        """
        ways = [one.stage.best for one in drawn]
        if any(way.pue_inside is not False or way.boundary != "node" for way in ways):
            return None
        if not all(_is_in_a_facility(one.stage.hardware) for one in drawn):
            return None
        overhead = self._draw(Factor("facility", Pert(*UNKNOWN_DATACENTRE.pert)))
        low, _, high = _three(_sum([one.grams for one in drawn]) * overhead)
        return low, high

    def _embodied(self) -> Range | None:
        if any(not stage.best.device_hours or not _is_named(stage.hardware) for stage in self.stages):
            return None
        each = self._draw(Factor("embodied", _EMBODIED_G_PER_H))
        return _three(_sum([self._chip_hours(stage) * each for stage in self.stages]))

    def _chip_hours(self, stage: Stage) -> Draws:
        assert stage.hardware
        assert stage.hardware.name
        hours: Any = stage.hardware.name.chips
        for factor in stage.best.device_hours:
            hours = hours * self._draw(factor)
        return hours  # type: ignore[no-any-return]  # the first factor is an array

    def _assumptions(self, stage: Stage, used: tuple[Factor, ...]) -> tuple[str, ...]:
        words = [factor.words for factor in used if factor.words]
        if self._overhead_of(stage) is None and stage.best.pue_inside is False:
            words.append(_COVERS[stage.best.boundary])
        return (*words, "location-based: contracts for renewable power change nothing; making the hardware is apart")


def _is_named(hardware: Hardware | None) -> bool:
    return hardware is not None and hardware.name is not None


def _is_in_a_facility(hardware: Hardware | None) -> bool:
    return hardware is not None and hardware.name is not None and hardware.name.devices[0].setting == "datacentre"


def _sum(draws: list[Draws]) -> Draws:
    return sum(draws[1:], start=draws[0])


def _unique(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def _generator(seed: int, name: str) -> np.random.Generator:
    generator: np.random.Generator = load_numpy().random.default_rng([seed, *name.encode()])
    return generator


def _three(draws: Draws) -> Range:
    quantiles = load_numpy().quantile(draws, (0.05, 0.5, 0.95))
    low, median, high = (units.round_significant(float(x), DIGITS) for x in quantiles)
    return low, median, high


def _middle(factor: Factor) -> float:
    distribution = factor.distribution
    return distribution.mode if isinstance(distribution, Pert) else sum(distribution.range_90) / 2


def _narrow_by(used: tuple[Factor, ...], drawn: dict[str, Draws]) -> str | None:
    """Fact whose factor contributes most to the variance of the logarithm."""
    np = load_numpy()
    spreads = {factor.narrowed_by: float(np.var(np.log(drawn[factor.name]))) for factor in used if factor.narrowed_by}
    for factor in used:
        # An assumed count of one has no spread, but is the largest uncertainty.
        if factor.narrowed_by and isinstance(factor.distribution, Constant):
            return factor.narrowed_by
    widest = max(spreads, key=lambda fact: spreads[fact], default=None)
    return widest if widest is not None and spreads[widest] > 1e-6 else None


def _band(grams: Draws) -> str:
    """Orders of magnitude of the figure, in words."""
    low, _, high = _three(grams)
    names = [units.mass_order(end) for end in (low, high)]
    return names[0] if names[0] == names[1] else f"{names[0]} to {names[1]}"
