"""Hardware of a training."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """Machines that ran a training. Unknown values are None.

    Attributes:
        used: devices and their count as text, such as `2 x NVIDIA A100-SXM4-80GB`.
        cpu_model: name of the processor.
        ram_gb: memory size, in GB.
    """

    used: str | None = None
    cpu_model: str | None = None
    ram_gb: float | None = None
