"""Power draw and compute rate of a named device in training, as factors."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from ..errors import HfEmissionsError
from ..factors.cpus import find_cpu
from ..factors.find_accelerator import UnknownDeviceError, find_accelerator
from ..factors.hardware_name import HardwareName
from ..record import Boundary
from .distributions import Constant, Distribution, Lognormal, Pert
from .factor import Factor
from .host import host_ratio
from .mfu import mfu
from .power import measured_mean_ratio, power_ratio

# Processor power over its rating: between idle and full load, a judgement, not fitted.
_CPU_RATIO = Lognormal(0.7, 0.5)
# For unnamed devices: an A100 SXM, and the spread of energy per operation between generations (estimation reference,
# default distributions).
_USUAL = "A100 SXM"
_ANY_DEVICE_SIGMA = 0.5

_METER = "a metered energy (energy_kwh)"
_FORM = "the form factor (hardware, such as A100 SXM or A100 PCIe)"


@dataclass(frozen=True, slots=True)
class Hardware:
    """Hardware of a training: one named thing, which may be several accelerators, part of one, or a processor.

    Attributes:
        words: text for a source, such as `A100 SXM`.
        rated_w: rated power in W, None if unpublished.
        name: the accelerator; None for a processor.
        named: True if the facts name it.
    """

    words: str
    rated_w: Distribution | None
    name: HardwareName | None = None
    named: bool = True

    @property
    def released_year(self) -> int | None:
        """Year of release."""
        return self.name.released_year if self.name else None

    def likeliest(self) -> Hardware:
        """Fix the likeliest variant and chip count: power and rate are coupled, so neither may vary alone."""
        if self.name is None or self.name.power_w is None or _is_measured(self.name):
            return self
        return replace(self, rated_w=Constant(self.name.power_w))

    def power(self, accelerators: float, parameters: float | None, boundary: Boundary) -> tuple[Factor, ...]:
        """Factors of the power of one named thing, in W, within a boundary; empty if unpublished."""
        if self.rated_w is None:
            return ()
        if self.name is None:
            words = f"a processor draws {_percent(_CPU_RATIO)} of its rated power, memory included"
            return Factor("rated power", self.rated_w), Factor("power", _CPU_RATIO, words, _METER)
        return _rated(self), self._drawn(accelerators, parameters, boundary)

    def _drawn(self, accelerators: float, parameters: float | None, boundary: Boundary) -> Factor:
        assert self.name
        if _is_measured(self.name):
            return _measured(boundary)
        ratio = power_ratio(
            accelerators=max(round(accelerators), 1),
            parameters=parameters,
            boundary="accelerators" if boundary == "accelerators" else "node",
        )
        part = "an accelerator draws" if boundary == "accelerators" else "an accelerator and its share of the node draw"
        return Factor("power", ratio, f"{part} {_percent(ratio)} of the accelerator's rated power", _METER)

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
            cpu = find_cpu(name)
        except HfEmissionsError:  # the processor's error does not help with a misspelt GPU
            raise unknown from None
        return Hardware(cpu.name, Constant(cpu.power_w))
    return Hardware(found.canonical, _rated_w(found), found)


def usual_hardware() -> Hardware:
    """Default for an unnamed device."""
    found = find_accelerator(_USUAL)
    return Hardware(found.canonical, _rated_w(found), found, named=False)


def _rated_w(name: HardwareName) -> Distribution | None:
    if _is_measured(name):
        return Constant(name.chips * sum(device.measured_mean_w or 0.0 for device in name.devices) / len(name.devices))
    low, mode, high = name.power_low_w, name.power_w, name.power_high_w
    if low is None or mode is None or high is None:
        return None
    return Constant(mode) if low == high else Pert(low, mode, high)


def _measured(boundary: Boundary) -> Factor:
    """Factor on the published mean power of a chip, which includes its share of the host."""
    mean = measured_mean_ratio()
    if boundary != "accelerators":
        return Factor("power", mean, "measured mean power of a chip with its share of the host", _METER)
    host = host_ratio()
    alone = Lognormal(mean.median / host.median, math.hypot(mean.sigma, host.sigma))
    return Factor("power", alone, "measured mean power of a chip, without its share of the host", _METER)


def _rated(hardware: Hardware) -> Factor:
    assert hardware.rated_w
    low, high = hardware.rated_w.range_90
    if low == high:
        return Factor("rated power", hardware.rated_w, f"{hardware.words}: {low:.4g} W")
    return Factor("rated power", hardware.rated_w, f"{hardware.words}: {low:.4g} to {high:.4g} W", _FORM)


def _is_measured(name: HardwareName) -> bool:
    return all(device.measured_mean_w for device in name.devices)


def _percent(ratio: Lognormal) -> str:
    low, high = ratio.range_90
    return f"{low:.0%} to {high:.0%}"
