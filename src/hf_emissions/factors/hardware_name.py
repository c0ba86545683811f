"""A written hardware name, resolved to all matching forms of a device and their number."""

from __future__ import annotations

from dataclasses import dataclass

from .accelerators import Accelerator, common_name


@dataclass(frozen=True, slots=True)
class HardwareName:
    """A written name resolved to matching devices, likeliest first, and a number of units.

    `chips` is the likely number of units per named thing: 4 for `TPU v3-8`, 8 for `DGX A100`, 0.5 for `K80`, since
    clouds count its two GPUs. `chips_low` and `chips_high` are its bounds. `service` says of a service, such as Google
    Colab, what its devices are; empty for a device or a machine.
    """

    written: str
    devices: tuple[Accelerator, ...]
    chips: float = 1.0
    chips_low: float = 1.0
    chips_high: float = 1.0
    system: str | None = None
    service: str = ""

    @property
    def power_w(self) -> float:
        """Rated power of one named thing in its likeliest form, in W."""
        return self.devices[0].power_w * self.chips

    @property
    def power_low_w(self) -> float:
        """Lowest rated power over all forms, in W."""
        return min(device.power_low_w for device in self.devices) * self.chips_low

    @property
    def power_high_w(self) -> float:
        """Highest rated power over all forms, in W."""
        return max(device.power_high_w for device in self.devices) * self.chips_high

    @property
    def power_is_published(self) -> bool:
        """True if the power is the makers', of a device that the name says."""
        return not self.service and all(device.power_is_published for device in self.devices)

    @property
    def measured_mean_w(self) -> float | None:
        """Published mean power in use of one named thing, including the host's share, in W; mostly None."""
        return _times(self.devices[0].measured_mean_w, self.chips)

    @property
    def flop_per_s(self) -> float | None:
        """Peak rate of one named thing in its likeliest form, in FLOP/s."""
        return _times(self.devices[0].flop_per_s, self.chips)

    @property
    def released_year(self) -> int:
        """Release year of the earliest form: a lower bound for any use."""
        return min(device.released_year for device in self.devices)

    @property
    def ambiguous(self) -> bool:
        """True if the form or the number of units is open."""
        return len(self.devices) > 1 or self.chips_low != self.chips_high

    @property
    def canonical(self) -> str:
        """Name in makers' terms, as specific as known: `A100 SXM`, `TPU v3-8 (4 TPU v3)`."""
        device = common_name(self.devices)
        if self.system is not None:
            return f"{self.system} ({self.chips:g} {device})"
        return device if self.chips == 1 or self.ambiguous else f"{device} (1 of {1 / self.chips:g} devices)"


def _times(quantity: float | None, chips: float) -> float | None:
    return None if quantity is None else quantity * chips
