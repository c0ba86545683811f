"""Plausibility warnings for CodeCarbon rows, from known bugs of its releases."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .. import units
from ..errors import HfEmissionsError
from ..factors.codecarbon_tables import processor_powers_w
from .row import Row

# Releases that counted processor threads as processors on Windows (mlco2/codecarbon#1054).
_FIRST_OF_THREADS, _LAST_OF_THREADS = (3, 0, 0), (3, 2, 2)
# A GPU that is switched on draws more; one below it for this long has no counter (mlco2/codecarbon#1316).
_LEAST_GPU_W = 0.5
_LEAST_S = 60.0
_IDLE_GPU_W = 25
# Apple's counter covers the whole chip; its GPU may draw next to nothing.
_ON_CHIP = "apple"
_RELEASE = re.compile(r"(\d{1,4})\.(\d{1,4})\.(\d{1,4})")
_BESIDE_THE_NAME = re.compile(r"\((?:R|TM|C)\)|\bCPU\b|@.*|\b\d+-Core\b.*|\bProcessor\b|\d+th Gen ", re.IGNORECASE)


def codecarbon_warnings(row: Row, duration_s: float | None) -> Iterator[str]:
    """Warnings for a row, each with its numbers."""
    yield from _of_windows(row)
    yield from _of_gpus(row, duration_s)


def _of_windows(row: Row) -> Iterator[str]:
    release = _RELEASE.match(row.text("codecarbon_version") or "")
    if release is None or not (row.text("os") or "").lower().startswith("windows"):
        return
    threads = row.stated("cpu_count") or 0.0
    found = tuple(map(int, release.groups()))
    if not _FIRST_OF_THREADS <= found <= _LAST_OF_THREADS or threads <= 1 or row.stated("cpu_energy") == 0:
        return
    power_w, rated_w = row.stated("cpu_power"), _rated_w(row.text("cpu_model"))
    said = "" if power_w is None else f"cpu_power is {power_w:.4g} W"
    if power_w and rated_w:
        said += f", {power_w / rated_w:.2g} x {rated_w:g} W"
    yield (
        f"{said or 'the processor is modelled'}: CodeCarbon {release[0]} on Windows took cores for processors"
        f" (mlco2/codecarbon#1054), so that the energy of the processor may be up to {threads:.0f} times too high"
    )


def _rated_w(model: str | None) -> float | None:
    """Rated power of a processor; None if unknown or the tables are not installed."""
    if model is None:
        return None
    try:
        powers = processor_powers_w()
    except HfEmissionsError:
        return None
    return powers.get(" ".join(_BESIDE_THE_NAME.sub(" ", model).split()))


def _of_gpus(row: Row, duration_s: float | None) -> Iterator[str]:
    gpus, energy_kwh = row.text("gpu_model"), row.stated("gpu_energy")
    if gpus is None or energy_kwh is None or duration_s is None or _ON_CHIP in gpus.lower():
        return
    count = max(row.stated("gpu_count") or 1.0, 1.0)
    if duration_s < _LEAST_S or units.kwh_to_joules(energy_kwh) / duration_s / count >= _LEAST_GPU_W:
        return
    yield (
        f"{gpus} used {units.format_energy(max(energy_kwh, 0.0))} in {units.format_duration(duration_s)}, and even idle"
        f" ones draw some {_IDLE_GPU_W} W each: they are not in the figure (CodeCarbon has 0 where there is no counter"
        " of energy, mlco2/codecarbon#1316)"
    )
