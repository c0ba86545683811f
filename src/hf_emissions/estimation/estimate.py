"""`estimate`: seeded Monte Carlo from the facts of a training to grams with a 90 % range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import units
from ..errors import MissingExtraError, UsageError
from ..factors.pue import UNKNOWN_DATACENTRE, find_pue
from ..facts.facts import Facts
from ..record import Boundary, Intensity, Place
from .distributions import Constant, Pert
from .energy_methods import EnergyMethod, Tier, find_ways, tier_of
from .factor import Factor
from .grid import Grid, find_grid
from .hardware import Hardware, find_hardware

if TYPE_CHECKING:
    import numpy as np

    from .distributions import Draws

DRAWS = 20_000
DIGITS = 2

# Embodied emissions in g per accelerator-hour: between BLOOM's 10.3 (Luccioni 2022) and the 37.5 of EcoLogits'
# constants.
_EMBODIED_G_PER_H = Pert(3.0, 12.0, 40.0)
# Hours may be rounded to days, with or without waiting and reruns. A factor of two means another device count or
# another training; the limit is below it, by judgement.
_HOURS_APART = 1.5

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
        boundary: boundary of the energy.
        band: orders of magnitude in words, if no number is given.
        why_no_number: reason for that.
        facility_g: low and high end with the facility's overhead, if its PUE is unknown.
        embodied_g: low, median and high of the hardware's embodied emissions; never part of the figure.
        pue: power usage effectiveness within the figure (the median), 1.0 if none.
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
    pue: float = 1.0
    place: Place = Place()
    intensity: Intensity = Intensity()
    hardware_used: str | None = None
    training_type: str | None = None
    unsure: str | None = None
    duration_s: float | None = None
    rests_on: str = ""
    grid: str = ""
    method: str = "monte-carlo"


def estimate(
    facts: Facts | None = None,
    *,
    seed: int = 0,
    intensity_g_per_kwh: float | None = None,
    pue: float | None = None,
    method: str = "monte-carlo",
    calculator: Mapping[str, Any] | None = None,
    **known: Any,
) -> Estimate:
    """Estimate the emissions of a training.

    Args:
        facts: facts of the training; or the same names as keywords.
        seed: of the random draws; the same seed gives the same figures.
        intensity_g_per_kwh: grid intensity in g CO2eq/kWh, instead of the location's.
        pue: power usage effectiveness of the facility; the figure then covers the facility.
        method: `monte-carlo`, `ml-co2-impact` or `green-algorithms`.
        calculator: further inputs of a published calculator; see `published`.
        known: fields of `Facts`.

    Raises:
        UsageError: invalid, contradictory or insufficient facts, or an unknown method.
        PlaceError: an unknown place.
        UnknownDeviceError: an unknown device.
        MissingExtraError: numpy or codecarbon is not installed.
    """
    facts = _merged(facts, known)
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise UsageError(f"seed is {seed!r}; it must be a whole number, 0 or more")
    if pue is not None and not 1.0 <= pue <= 5.0:
        raise UsageError(f"pue is {pue}; a facility's PUE lies between 1.0 and 5.0")
    if method != "monte-carlo":
        from .published import by_calculator

        return by_calculator(method, facts, find_grid(facts, intensity_g_per_kwh), pue, calculator or {})
    if calculator and any(value is not None for value in calculator.values()):
        raise UsageError(f"{', '.join(calculator)} are of the method green-algorithms alone")
    grid = find_grid(facts, intensity_g_per_kwh)
    hardware = None if facts.hardware is None else find_hardware(facts.hardware)
    overhead = _overhead(facts, pue)
    ways = find_ways(facts, hardware, "node")
    if not ways:
        return _without_a_way(facts, hardware, grid)
    return _Drawing(facts, hardware, grid, overhead, seed).estimate(ways)


def _merged(facts: Facts | None, known: dict[str, Any]) -> Facts:
    unknown = known.keys() - Facts.__dataclass_fields__.keys()
    if unknown:
        raise TypeError(f"estimate() got an unexpected keyword argument {min(unknown)!r}")
    if facts is None:
        return Facts(**known)
    from dataclasses import replace

    return replace(facts, **known) if known else facts


def _overhead(facts: Facts, pue: float | None) -> Factor | None:
    """Overhead of the facility, if given or published by the provider."""
    if pue is not None:
        return Factor("PUE", Constant(pue), f"the facility's PUE was given: {pue:g}")
    published = None if facts.provider is None else find_pue(facts.provider)
    if published is None:
        return None
    words = f"the facility's PUE as {published.provider} publishes it: {published.mode:g} ({published.source})"
    return Factor("PUE", Pert(published.low, published.mode, published.high), words)


def _without_a_way(facts: Facts, hardware: Hardware | None, grid: Grid) -> Estimate:
    """Estimate without a number, for a device whose maker publishes no power.

    Raises:
        UsageError: the facts are insufficient.
    """
    has_hours = any((facts.wall_hours, facts.device_hours, facts.hours, facts.train_runtime_s))
    if hardware is not None and hardware.rated_w is None and (has_hours or facts.parameters):
        by_hours: Tier = "B" if grid.known else "C"
        return Estimate(
            tier=by_hours if has_hours else "D" if grid.known else "E",
            why_no_number=f"the maker of {hardware.words} publishes no power",
            narrow_by="a metered energy (energy_kwh)",
            rests_on=f"{facts.count or 1} x {hardware.words}",
            grid=grid.short,
            **_about(facts, grid),
        )
    given = ", ".join(facts.known()) or "nothing"
    raise UsageError(
        f"{given} alone gives no estimate; give the energy, or the hardware and its hours, or parameters and tokens"
    )


@dataclass(frozen=True, slots=True)
class _Drawing:
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
        apart = _hours_apart(self.facts) or _apart(ways, [draws for draws, _ in drawn])
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
            **_about(self.facts, self.grid),
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


def _about(facts: Facts, grid: Grid) -> dict[str, Any]:
    """Fields that describe the training, with or without a number."""
    count = f"{facts.count} x " if facts.hardware and facts.count else ""
    wall = facts.wall_hours
    if wall is None and facts.train_runtime_s is not None:
        wall = units.s_to_hours(facts.train_runtime_s)
    return {
        "place": grid.place,
        "intensity": grid.intensity,
        "hardware_used": f"{count}{facts.hardware}" if facts.hardware else None,
        "training_type": facts.training_type,
        "duration_s": None if wall is None else units.hours_to_s(wall),
        "unsure": _unsure(facts),
    }


def _unsure(facts: Facts) -> str | None:
    if facts.energy_kwh is not None:
        return None
    if facts.hours is not None and facts.wall_hours is None and facts.device_hours is None and (facts.count or 1) > 1:
        return "its hours may be of the whole training or of each device"
    by_the_clock = facts.wall_hours or facts.hours or facts.train_runtime_s
    if by_the_clock and facts.device_hours is None and facts.hardware is not None and facts.count is None:
        return "how many devices there were is not known"
    return None


def _generator(seed: int, name: str) -> np.random.Generator:
    try:
        import numpy as np
    except ImportError:
        raise MissingExtraError("an estimate needs an extra: pip install 'hf-emissions[estimate]'") from None
    return np.random.default_rng([seed, *name.encode()])


def _three(draws: Draws) -> Range:
    import numpy as np

    low, median, high = (units.round_significant(float(x), DIGITS) for x in np.quantile(draws, (0.05, 0.5, 0.95)))
    return low, median, high


def _middle(factor: Factor) -> float:
    distribution = factor.distribution
    return distribution.mode if isinstance(distribution, Pert) else sum(distribution.range_90) / 2


def _hours_apart(facts: Facts) -> str | None:
    """Message if wall hours and device hours contradict each other, else None."""
    wall, summed, count = facts.wall_hours, facts.device_hours, facts.count
    if wall is None or summed is None or count is None or 1 / _HOURS_APART <= summed / (wall * count) <= _HOURS_APART:
        return None
    return f"the facts contradict each other: {count} devices for {wall:g} h are not {summed:g} device hours"


def _apart(ways: list[EnergyMethod], energies: list[Draws]) -> str | None:
    """Message if the ranges of two methods do not overlap, else None."""
    for index, (way, energy) in enumerate(zip(ways, energies, strict=True)):
        for other, against in zip(ways[:index], energies[:index], strict=True):
            if any(
                factor.narrowed_by and isinstance(factor.distribution, Constant)
                for factor in (*way.factors, *other.factors)
            ):
                continue  # an assumed count of one contradicts nothing
            (low, _, high), (other_low, _, other_high) = _three(energy), _three(against)
            if low > other_high or other_low > high:
                return (
                    f"the facts contradict each other: {other.words} give {_span(other_low, other_high)}, and "
                    f"{way.words} give {_span(low, high)}"
                )
    return None


def _span(low_kwh: float, high_kwh: float) -> str:
    return f"{units.format_energy(low_kwh)} to {units.format_energy(high_kwh)}"


def _narrow_by(used: tuple[Factor, ...], drawn: dict[str, Draws]) -> str | None:
    """Fact whose factor contributes most to the variance of the logarithm."""
    import numpy as np

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
    names = [_order(end) for end in (low, high)]
    return names[0] if names[0] == names[1] else f"{names[0]} to {names[1]}"


def _order(emissions_g: float) -> str:
    for end_g, name in ((1.0, "less than a gram"), (1e3, "grams"), (1e6, "kilograms"), (1e9, "tonnes")):
        if emissions_g < end_g:
            return name
    return "kilotonnes or more" if emissions_g < 1e12 else "megatonnes"
