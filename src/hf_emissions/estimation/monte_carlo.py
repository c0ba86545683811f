"""Seeded Monte Carlo: draws of each factor, multiplied to energy and emissions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import units
from ..factors.pue import UNKNOWN_DATACENTRE
from ..facts.facts import Facts
from .contradictions import contradicting_energies, contradicting_hours
from .description import describe
from .distributions import Constant, Pert, load_numpy
from .energy_methods import EnergyMethod, tier_of
from .factor import Factor
from .grid import Grid
from .hardware import Hardware
from .result import Estimate, Range

if TYPE_CHECKING:
    import numpy as np

    from .distributions import Draws

DRAWS = 20_000
DIGITS = 2

# Embodied emissions in g per accelerator-hour: between BLOOM's 10.3 (Luccioni 2022) and the 37.5 of EcoLogits'
# constants.
_EMBODIED_G_PER_H = Pert(3.0, 12.0, 40.0)


@dataclass(frozen=True, slots=True)
class MonteCarlo:
    """One Monte Carlo estimate."""

    facts: Facts
    hardware: Hardware | None
    grid: Grid
    overhead: Factor | None
    seed: int

    def estimate(self, ways: list[EnergyMethod]) -> Estimate:
        best = ways[0]
        tier = tier_of(best, place_known=self.grid.known, hardware_known=self.hardware is not None)
        drawn = [self._energy(way) for way in ways]
        apart = self._contradiction(ways, drawn)
        energy, factors = drawn[0]
        # Metered energy may already include the published PUE; only a given one is applied.
        given = self.overhead is not None and isinstance(self.overhead.distribution, Constant)
        overhead = self.overhead if best.kind != "energy" or given else None
        if overhead is not None:
            factors = {**factors, "PUE": self._draw(overhead)}
            energy = energy * factors["PUE"]
        place = self._draw(self.grid.factor)
        grams = energy * place
        used = (*best.factors, *([overhead] if overhead else []), self.grid.factor)
        common = {
            "tier": tier,
            "assumptions": self._assumptions(best, used, overhead),
            "narrow_by": _narrow_by(used, {**factors, "place": place}),
            "boundary": "facility" if overhead else "node",
            "pue": 1.0 if overhead is None else round(_middle(overhead), 3),
            "rests_on": best.words,
            "grid": self.grid.short,
            **describe(self.facts, self.grid),
        }
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
            facility_g=None if overhead is not None or best.kind == "energy" else self._facility(grams),
            embodied_g=self._embodied(best),
        )

    def _contradiction(self, ways: list[EnergyMethod], drawn: list[tuple[Draws, dict[str, Draws]]]) -> str | None:
        if len(ways) == 1:
            return contradicting_hours(self.facts)
        ranges = [_three(energy) for energy, _ in drawn]
        return contradicting_hours(self.facts) or contradicting_energies(ways, ranges)

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

    def _facility(self, grams: Draws) -> tuple[float, float] | None:
        if self.hardware is None or self.hardware.name is None or not self._in_a_facility(self.hardware):
            return None
        with_overhead = grams * self._draw(Factor("facility", Pert(*UNKNOWN_DATACENTRE.pert)))
        low, _, high = _three(with_overhead)
        return low, high

    def _in_a_facility(self, hardware: Hardware) -> bool:
        assert hardware.name
        return hardware.name.devices[0].setting == "datacentre"

    def _embodied(self, way: EnergyMethod) -> Range | None:
        if not way.device_hours or self.hardware is None or self.hardware.name is None:
            return None
        hours: Any = self.hardware.name.chips
        for factor in way.device_hours:
            hours = hours * self._draw(factor)
        return _three(hours * self._draw(Factor("embodied", _EMBODIED_G_PER_H)))

    def _assumptions(self, way: EnergyMethod, used: tuple[Factor, ...], overhead: Factor | None) -> tuple[str, ...]:
        words = [factor.words for factor in used if factor.words]
        if overhead is None and way.kind != "energy":
            words.append("the figure covers the node, without the cooling of the facility")
        return (*words, "location-based: contracts for renewable power change nothing; making the hardware is apart")


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
