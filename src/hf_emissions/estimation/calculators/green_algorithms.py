"""Green Algorithms (Lannelongue et al. 2021): processors, accelerators and memory, with usage, PUE and repetitions.

E = t x (cores x power/core x usage + GPUs x power x usage + memory x 0.3725 W/GB) x PUE x PSF; emissions = E x CI.
The formula and its constants are facts, cited here; the calculator's tables are not copied.
"""

from __future__ import annotations

from dataclasses import dataclass

from ... import units
from ...errors import UsageError
from .calculation import Calculation, check_number

METHOD = "green-algorithms"
SOURCE = "Green Algorithms v3.0, green-algorithms.org (Lannelongue et al. 2021, doi:10.1002/advs.202100707)"

# W per GB of memory, used or not (Karyakin and Salem 2017, cited by Green Algorithms).
MEMORY_W_PER_GB = 0.3725

# The calculator's default for local servers and unknown clouds: Uptime Institute's mean of 2024.
DEFAULT_PUE = 1.56


@dataclass(frozen=True, slots=True)
class Devices:
    """Number of cores or accelerators, power of each in W, and usage from 0 to 1."""

    count: float
    power_w: float
    usage: float = 1.0

    @property
    def total_w(self) -> float:
        """Total power in W."""
        return self.count * self.power_w * self.usage


_NONE = Devices(0, 0.0)


def green_algorithms(
    hours: float,
    intensity_g_per_kwh: float,
    *,
    cores: Devices = _NONE,
    gpus: Devices = _NONE,
    memory_gb: float = 0.0,
    pue: float = DEFAULT_PUE,
    psf: float = 1.0,
) -> Calculation:
    """Reproduce the calculator's result.

    Args:
        hours: wall time in hours.
        intensity_g_per_kwh: g CO2eq per kWh.
        cores: processor cores; power per core is the processor's rating divided by its cores.
        gpus: accelerators.
        memory_gb: memory available to the job, in GB.
        pue: power usage effectiveness of the facility.
        psf: pragmatic scaling factor: number of runs of the job.

    Raises:
        UsageError: a number out of range, or nothing that draws power.
    """
    _check(hours, intensity_g_per_kwh, cores, gpus)
    check_number("memory in GB", memory_gb)
    check_number("the PUE", pue, low=1.0)
    check_number("the scaling factor (PSF)", psf, above=True)
    memory_w = memory_gb * MEMORY_W_PER_GB
    power_w = cores.total_w + gpus.total_w + memory_w
    if power_w == 0:
        raise UsageError("nothing draws power; give cores, accelerators or memory")
    one_run_kwh = units.power_to_kwh(power_w, units.hours_to_s(hours))
    energy_kwh = one_run_kwh * pue * psf
    emissions_g = units.emissions_g(energy_kwh, intensity_g_per_kwh)
    steps = (
        *_device_steps("cores", cores),
        *_device_steps("accelerators", gpus),
        f"memory: {memory_gb:g} GB x {MEMORY_W_PER_GB} W/GB = {memory_w:.4g} W",
        f"{power_w:.4g} W x {hours:g} h = {one_run_kwh:.4g} kWh",
        f"{one_run_kwh:.4g} kWh x {pue:g} (PUE) x {psf:g} (PSF) = {energy_kwh:.4g} kWh",
        f"{energy_kwh:.4g} kWh x {intensity_g_per_kwh:g} g/kWh = {units.format_mass(emissions_g)} CO2eq",
    )
    return Calculation(emissions_g, energy_kwh, steps, METHOD, SOURCE)


def _check(hours: float, intensity_g_per_kwh: float, cores: Devices, gpus: Devices) -> None:
    check_number("hours", hours, above=True)
    check_number("the intensity in g/kWh", intensity_g_per_kwh)
    for name, devices in (("cores", cores), ("accelerators", gpus)):
        check_number(f"the number of {name}", devices.count)
        check_number(f"the power of {name} in W", devices.power_w)
        check_number(f"the usage of {name}", devices.usage, high=1.0)


def _device_steps(name: str, devices: Devices) -> tuple[str, ...]:
    if not devices.count:
        return ()
    return (f"{name}: {devices.count:g} x {devices.power_w:g} W x {devices.usage:g} = {devices.total_w:.4g} W",)
