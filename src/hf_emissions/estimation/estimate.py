"""`estimate`: from the facts of a training to grams with a 90 % range."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import UsageError
from ..factors.bounds import pue_problem
from ..factors.pue import find_pue
from ..facts.facts import Facts
from ..record import Boundary
from .boundary import check_boundary, check_facility, check_hardware
from .distributions import Constant, Pert
from .energy_methods import find_ways
from .factor import Factor
from .grid import find_grid
from .hardware import find_hardware
from .monte_carlo import MonteCarlo, Stage
from .published import by_calculator
from .result import Estimate


def estimate(
    facts: Facts | None = None,
    *,
    seed: int = 0,
    intensity_g_per_kwh: float | None = None,
    pue: float | None = None,
    boundary: Boundary = "node",
    method: str = "monte-carlo",
    calculator: Mapping[str, Any] | None = None,
    **known: Any,
) -> Estimate:
    """Estimate the emissions of a training.

    Args:
        facts: facts of the training, or the same names as keywords. If their `trainings` are stages of one model, the
            estimate is the sum over the stages.
        seed: of the random draws; the same seed gives the same figures.
        intensity_g_per_kwh: grid intensity in g CO2eq/kWh, instead of the location's.
        pue: power usage effectiveness of the facility; the figure then covers the facility.
        boundary: what the figure covers: the `accelerators` alone; the `node`, and with a known PUE the facility; or
            the `facility`, whose PUE has to be known. A given energy that covers the facility stays one of it.
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
    _check_numbers(seed, pue)
    check_boundary(facts, boundary, pue, method)
    if method != "monte-carlo":
        return by_calculator(method, facts, find_grid(facts, intensity_g_per_kwh), pue, calculator or {})
    if calculator and any(value is not None for value in calculator.values()):
        raise UsageError(f"{', '.join(calculator)} are of the method green-algorithms alone")
    grid = find_grid(facts, intensity_g_per_kwh)
    stages = [_stage(stage, boundary) for stage in facts.stages]
    for stage in stages:
        if not stage.ways:
            raise _insufficient(stage.facts)
    return MonteCarlo(stages, grid, _overhead(facts, pue, boundary), seed).estimate()


def _check_numbers(seed: object, pue: float | None) -> None:
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise UsageError(f"seed is {seed!r}; it must be a whole number, 0 or more")
    if pue is not None and (problem := pue_problem(pue)):
        raise UsageError(f"pue {problem}")


def _stage(facts: Facts, boundary: Boundary) -> Stage:
    hardware = None if facts.hardware is None else find_hardware(facts.hardware)
    check_hardware(hardware, boundary, facts.energy_boundary)
    ways = find_ways(facts, hardware, "accelerators" if boundary == "accelerators" else "node")
    metered_alone = facts.energy_boundary == "accelerators" and boundary != "accelerators"
    return Stage(facts, hardware, ways, find_ways(facts, hardware, "accelerators") if metered_alone else ways)


def _merged(facts: Facts | None, known: dict[str, Any]) -> Facts:
    unknown = known.keys() - Facts.__dataclass_fields__.keys()
    if unknown:
        raise TypeError(f"estimate() got an unexpected keyword argument {min(unknown)!r}")
    if facts is None:
        return Facts(**known)
    return facts.replace(**known)


def _overhead(facts: Facts, pue: float | None, boundary: Boundary) -> Factor | None:
    """Overhead of the facility, if given or published by the provider; none for the accelerators alone."""
    overhead = None if boundary == "accelerators" else _overhead_known(facts, pue)
    if boundary == "facility":
        check_facility(facts, pue_known=overhead is not None, pue_given=pue is not None)
    return overhead


def _overhead_known(facts: Facts, pue: float | None) -> Factor | None:
    if pue is not None:
        return Factor("PUE", Constant(pue), f"the facility's PUE was given: {pue:g}")
    published = None if facts.provider is None else find_pue(facts.provider)
    if published is None:
        return None
    words = f"the facility's PUE as {published.provider} publishes it: {published.mode:g} ({published.source})"
    return Factor("PUE", Pert(published.low, published.mode, published.high), words)


def _insufficient(facts: Facts) -> UsageError:
    given = ", ".join(facts.known()) or "nothing"
    return UsageError(
        f"{given} alone gives no estimate; give the energy, or the hardware and its hours, or parameters and tokens"
    )
