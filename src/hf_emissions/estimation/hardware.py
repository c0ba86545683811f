"""Power draw and compute rate of a named device in training, as factors."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from ..errors import HfEmissionsError
from ..factors.cpus import Cpu, UnknownCpuError, find_cpu
from ..factors.find_accelerator import UnknownDeviceError, find_accelerator
from ..factors.hardware_name import HardwareName
from ..factors.unknown_hardware import is_processor
from ..record import Boundary
from .distributions import Z90, Constant, Distribution, Limited, Lognormal, Pert
from .factor import Factor
from .mfu import mfu
from .power import LIMIT, kind_of_job, measured_mean_ratio, power_ratio

# Processor power over its rating: between idle and full load, a judgement, not fitted.
_CPU_RATIO = Lognormal(0.7, 0.5)
# For unnamed devices: an A100 SXM, and the spread of energy per operation between generations (estimation reference,
# default distributions).
_USUAL = "A100 SXM"
_ANY_DEVICE_SIGMA = 0.5

_METER = "a metered energy (energy_kwh)"
_MODEL = "a metered energy (energy_kwh), or the size of the model (parameters)"
_DEVICE = "the device (hardware, such as T4)"
_FORM = "the form factor (hardware, such as A100 SXM or A100 PCIe)"


@dataclass(frozen=True, slots=True)
class Hardware:
    """Hardware of a training: one named thing, which may be several accelerators, part of one, or a processor.

    Attributes:
        words: text for a source, such as `A100 SXM`.
        rated_w: rated power in W; a wide range if its maker publishes none.
        name: the accelerator; None for a processor.
        named: True if the facts name it, False also for a service with several devices.
        assumed: why the power is a range of ours, in one clause; None if it is published.
    """

    words: str
    rated_w: Distribution
    name: HardwareName | None = None
    named: bool = True
    assumed: str | None = None

    @property
    def released_year(self) -> int | None:
        """Year of release."""
        return self.name.released_year if self.name else None

    def likeliest(self) -> Hardware:
        """Fix the likeliest variant and chip count: power and rate are coupled, so neither may vary alone."""
        if self.name is None or self.assumed is not None or _is_measured(self.name):
            return self
        return replace(self, rated_w=Constant(self.name.power_w))

    def power(
        self, accelerators: float, parameters: float | None, boundary: Boundary, *, described: bool = False
    ) -> tuple[Factor, ...]:
        """Factors of the power of one named thing, in W, within a boundary.

        `described` is True if something else than its parameters says that a network was trained.
        """
        if self.name is None:
            words = f"a processor draws {_percent(_CPU_RATIO)} of its rated power, memory included"
            rated = _rated(self) if self.assumed else Factor("rated power", self.rated_w)
            return rated, Factor("power", _CPU_RATIO, words, _METER)
        if boundary == "accelerators" and _is_measured(self.name):
            return _without_host(self.name)
        return _rated(self), self._drawn(accelerators, parameters, boundary, described=described)

    def _drawn(self, accelerators: float, parameters: float | None, boundary: Boundary, *, described: bool) -> Factor:
        assert self.name
        if _is_measured(self.name):
            words = "measured mean power of a chip with its share of the host"
            return Factor("power", measured_mean_ratio(), words, _METER)
        many, setting = max(round(accelerators), 1), self.name.devices[0].setting
        ratio = power_ratio(
            accelerators=many,
            parameters=parameters,
            boundary="accelerators" if boundary == "accelerators" else "node",
            setting=setting,
            described=described,
        )
        narrowed = _MODEL if kind_of_job(many, setting, parameters, described=described) == "unsized" else _METER
        if boundary == "accelerators":
            return Factor("power", ratio, f"an accelerator draws {_percent(ratio)} of its rated power", narrowed)
        words = f"an accelerator and its share of the node draw {_percent(ratio)} of the accelerator's rated power"
        return Factor("power", ratio, words, narrowed)

    def seconds_per_flop(self, parameters: float | None, *, pretraining: bool) -> Factor:
        """Seconds of one named thing per useful operation."""
        assert self.name
        speed = self.name.flop_per_s
        assert speed
        device = self.name.devices[0]
        used = mfu(
            generation=device.generation,
            parameters=parameters,
            pretraining=pretraining,
        )
        sigma = used.sigma if self.named else (used.sigma**2 + _ANY_DEVICE_SIGMA**2) ** 0.5
        words = f"{used.median:.0%} of {speed / 1e12:.3g} TFLOP/s are used (MFU, {_percent(used)})"
        if not self.named:
            words = f"the device is not known: as on {self.words}, with the spread between generations; {words}"
        narrowed = "the hours (wall_hours or device_hours)" if self.named else "the device (hardware)"
        return Factor("speed", Lognormal(1 / (speed * used.median), sigma), words, narrowed)


def find_hardware(name: str) -> Hardware:
    """Look up an accelerator, else a processor, by its name on a card.

    Raises:
        UnknownDeviceError: neither; with near matches.
    """
    try:
        found = find_accelerator(name)
    except UnknownDeviceError as unknown:
        try:
            return _of_processor(find_cpu(name))
        except UnknownCpuError as no_processor:
            raise (UnknownDeviceError(str(no_processor)) if is_processor(name) else unknown) from None
        except HfEmissionsError:  # codecarbon is not installed
            raise unknown from None
    return Hardware(found.canonical, _rated_w(found), found, not found.service, _assumed(found))


def usual_hardware() -> Hardware:
    """Default for an unnamed device."""
    found = find_accelerator(_USUAL)
    return Hardware(found.canonical, _rated_w(found), found, named=False)


def _of_processor(cpu: Cpu) -> Hardware:
    if cpu.power_low_w == cpu.power_high_w:
        return Hardware(cpu.name, Constant(cpu.power_w))
    if cpu.power_is_published:
        return Hardware(cpu.name, Pert(cpu.power_low_w, cpu.power_w, cpu.power_high_w))
    assumed = f"the maker of {cpu.name} publishes no power"
    return Hardware(cpu.name, _between(cpu.power_low_w, cpu.power_high_w), assumed=assumed)


def _assumed(name: HardwareName) -> str | None:
    if name.service:
        return name.service
    if name.power_is_published:
        return None
    return f"the maker of {name.canonical} publishes no power"


def _rated_w(name: HardwareName) -> Distribution:
    if _is_measured(name):
        return Constant(name.chips * sum(device.measured_mean_w or 0.0 for device in name.devices) / len(name.devices))
    low, mode, high = name.power_low_w, name.power_w, name.power_high_w
    if low == high:
        return Constant(mode)
    return Pert(low, mode, high) if name.power_is_published else _between(low, high)


def _between(low: float, high: float) -> Lognormal:
    """Range of ours: 90 % lie between its ends, and no value in it is known to be likelier."""
    return Lognormal(math.sqrt(low * high), math.log(high / low) / (2 * Z90))


def _without_host(name: HardwareName) -> tuple[Factor, Factor]:
    """Factors of chips whose published mean has the host inside: of the chips alone, the table has least and rating.

    For TPU v3 and v4 the least is Google's measured mean of the chip alone. No chip draws more than its rating.
    """
    least, most = name.power_low_w, name.power_high_w
    limit = LIMIT * most / least
    ratio = Limited(measured_mean_ratio(), limit)
    rated = Factor("rated power", Constant(least), f"{name.canonical}: {least:.4g} to {most:.4g} W without the host")
    return rated, Factor("power", ratio, "power of a chip without its share of the host", _METER)


def _rated(hardware: Hardware) -> Factor:
    low, high = hardware.rated_w.range_90
    if low == high:
        return Factor("rated power", hardware.rated_w, f"{hardware.words}: {low:.4g} W")
    words = f"{hardware.words}: {low:.4g} to {high:.4g} W"
    if hardware.assumed is None:
        return Factor("rated power", hardware.rated_w, words, _FORM)
    if hardware.name is not None and hardware.name.service:
        return Factor("rated power", hardware.rated_w, f"{words}; {hardware.assumed}", _DEVICE)
    ours = f"{hardware.assumed}, so this wide range is ours, by comparison with other devices"
    return Factor("rated power", hardware.rated_w, f"{words}; {ours}", _METER)


def _is_measured(name: HardwareName) -> bool:
    return all(device.measured_mean_w for device in name.devices)


def _percent(ratio: Distribution) -> str:
    low, high = ratio.range_90
    return f"{low:.0%} to {high:.0%}"
