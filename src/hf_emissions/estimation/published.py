"""Estimates by published calculators from the same facts: their figure, without a range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .. import units
from ..errors import UsageError
from ..facts.facts import Facts
from .calculators.calculation import Calculation
from .calculators.green_algorithms import DEFAULT_PUE, Devices, green_algorithms
from .calculators.ml_co2_impact import SITE_INTENSITY_KG_PER_KWH, SITE_POWER_W, ml_co2_impact
from .distributions import Pert
from .energy_methods import Tier
from .grid import Grid
from .hardware import Hardware, find_hardware
from .result import Estimate

METHODS = ("ml-co2-impact", "green-algorithms")


def by_calculator(method: str, facts: Facts, grid: Grid, pue: float | None, settings: Mapping[str, Any]) -> Estimate:
    """Run a published calculator.

    Args:
        method: its name.
        facts: hardware, count, hours and place.
        grid: grid of the facts.
        pue: power usage effectiveness; None for the calculator's default.
        settings: further inputs of Green Algorithms: `cpu` (W per core), `cores`, `memory` in GB, `usage` from 0 to 1,
            and `psf`, the number of runs.

    Raises:
        UsageError: an unknown method, or missing or unused facts.
    """
    if method not in METHODS:
        raise UsageError(f"{method!r} is no method; there are monte-carlo, {', '.join(METHODS)}")
    if not grid.known:
        raise UsageError(f"{method} needs a place: give --country, --region or --intensity")
    if len(facts.stages) > 1:
        raise UsageError(f"{method} takes one training, and these are {len(facts.stages)} stages; give one at a time")
    hours = _hours(method, facts)
    _check_unused(method, facts, settings)
    hardware = None if facts.hardware is None else find_hardware(facts.hardware)
    if method == "ml-co2-impact":
        return _ml_co2_impact(facts, grid, hardware, hours, pue)
    found = _green_algorithms(facts, grid, hardware, hours, DEFAULT_PUE if pue is None else pue, settings)
    return _as_estimate(found, facts, grid, hours, DEFAULT_PUE if pue is None else pue)


def _hours(method: str, facts: Facts) -> float:
    """Hours per device."""
    hours = facts.wall_hours or facts.hours
    if hours is None and facts.device_hours is not None and facts.count is not None:
        hours = facts.device_hours / facts.count
    if hours is None:
        raise UsageError(f"{method} needs --hours, or --device-hours with --count")
    return hours


def _check_unused(method: str, facts: Facts, settings: Mapping[str, Any]) -> None:
    unused = [name for name in ("energy_kwh", "parameters", "tokens", "adaptation") if getattr(facts, name) is not None]
    if unused:
        raise UsageError(f"{method} takes no {', '.join(unused)}; it takes hardware, hours and a place")
    if method == METHODS[0] and settings:
        raise UsageError(f"{', '.join(settings)} are of the method green-algorithms alone")


def _ml_co2_impact(facts: Facts, grid: Grid, hardware: Hardware | None, hours: float, pue: float | None) -> Estimate:
    if hardware is None:
        raise UsageError("ml-co2-impact needs --hardware")
    if pue is not None:
        raise UsageError("ml-co2-impact applies no PUE; leave --pue out")
    own = SITE_INTENSITY_KG_PER_KWH.get((facts.provider or "", facts.region or ""))
    typed = own is None or (grid.site is not None and grid.site.is_given)
    kg_per_kwh = units.g_to_kg(grid.g_per_kwh) if typed or own is None else own
    found = ml_co2_impact(_power_w(hardware, SITE_POWER_W), hours, kg_per_kwh, intensity_as_typed=typed)
    count = facts.count or 1
    if count > 1:
        # The site has no device count; its users multiply the result.
        grams, energy_kwh = found.emissions_g * count, found.energy_kwh * count
        words = f"{count} devices x {units.format_mass(found.emissions_g)} = {units.format_mass(grams)} CO2eq"
        found = replace(found, emissions_g=grams, energy_kwh=energy_kwh, steps=(*found.steps, words))
    if not typed:
        place = f"{facts.provider}:{facts.region}"
        grid = grid.with_intensity(units.kg_to_g(kg_per_kwh), f"the site's figure for {place}")
    return _as_estimate(found, facts, grid, hours, 1.0)


def _green_algorithms(
    facts: Facts, grid: Grid, hardware: Hardware | None, hours: float, pue: float, settings: Mapping[str, Any]
) -> Calculation:
    usage = 1.0 if settings.get("usage") is None else float(settings["usage"])
    gpus = Devices(facts.count or 1, _power_w(hardware, {}), usage) if hardware else Devices(0, 0.0)
    return green_algorithms(
        hours,
        grid.g_per_kwh,
        cores=_cores(settings.get("cpu"), settings.get("cores"), usage),
        gpus=gpus,
        memory_gb=float(settings.get("memory") or 0.0),
        pue=pue,
        psf=float(settings.get("psf") or 1.0),
    )


def _cores(cpu: str | None, cores: int | None, usage: float) -> Devices:
    if cpu is None or cores is None:
        if cpu is not None or cores is not None:
            raise UsageError("green-algorithms needs --cpu and --cores together")
        return Devices(0, 0.0)
    try:
        return Devices(cores, float(cpu), usage)
    except ValueError:
        # The table has whole processors without core counts, which would have to be guessed.
        raise UsageError(
            f"--cpu is {cpu!r}; give the watts of one core: the processor's rated power divided by its cores"
        ) from None


def _power_w(hardware: Hardware | None, own: Mapping[str, float]) -> float:
    """Rated W of one named thing; the site's own value if it has one."""
    if hardware is None:
        raise UsageError("no power is published for the device")
    for device in hardware.name.devices if hardware.name else ():
        if device.name in own:
            return own[device.name] * (hardware.name.chips if hardware.name else 1.0)
    if hardware.assumed is not None:
        raise UsageError(f"{hardware.assumed}; this method gives no range, and takes published power alone")
    if hardware.name is not None:
        return hardware.name.power_w
    rated = hardware.rated_w
    return rated.mode if isinstance(rated, Pert) else rated.range_90[1]


def _as_estimate(found: Calculation, facts: Facts, grid: Grid, hours: float, pue: float) -> Estimate:
    tier: Tier = "B"
    count = facts.count or 1
    return Estimate(
        tier=tier,
        median_g=found.emissions_g,
        energy_kwh=(found.energy_kwh, found.energy_kwh, found.energy_kwh),
        assumptions=(*found.steps, f"the method of {found.source}, which gives no range"),
        boundary="accelerators" if found.method == METHODS[0] else "node" if pue == 1.0 else "facility",
        pue=pue,
        place=grid.place,
        intensity=grid.intensity,
        hardware_used=f"{count} x {facts.hardware}" if facts.hardware else None,
        duration_s=units.hours_to_s(hours),
        rests_on=f"{count} x {facts.hardware}, {hours:g} h" if facts.hardware else f"{hours:g} h",
        grid=grid.short,
        method=found.method,
    )
