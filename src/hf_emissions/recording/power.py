"""Determine how CodeCarbon finds the power of each component. Reads private attributes, each guarded.

If they are renamed the result is `unknown`, never wrong. Written for 3.2.9 and 3.3.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from codecarbon.external.hardware import GPU

How = Literal["measured", "modelled", "unknown", "partly measured"]


class Power(NamedTuple):
    """Method for the energy of a component: measured or modelled, and by what."""

    how: How
    by: str


_CPU_MODES: dict[object, Power] = {
    "intel_rapl": Power("measured", "RAPL"),
    "windows_emi": Power("measured", "EMI"),
    "intel_power_gadget": Power("measured", "Power Gadget"),
    "cpu_load": Power("modelled", "load model"),
    "constant": Power("modelled", "constant"),
}
_GPU_KINDS = {"NvidiaGPUDevice": "NVML", "AMDGPUDevice": "AMD SMI"}
_COMPONENTS = {"CPU": "cpu", "GPU": "gpu", "RAM": "ram"}
_CHIPS = {"AppleSiliconChip": "powermetrics", "Raspberry": "PMIC"}


def describe_power(tracker: object) -> dict[str, Power]:
    """Power source per metered component (`cpu`, `gpu`, `ram`) of a running tracker."""
    described: dict[str, Power] = {}
    for part in _parts(tracker):
        kind = type(part).__name__
        try:
            component, power = _describe(part, kind)
        except (AttributeError, TypeError, ValueError, KeyError, IndexError):
            # Private attributes of CodeCarbon were renamed.
            component, power = _COMPONENTS.get(kind, ""), Power("unknown", "CodeCarbon's own way")
        if not component:
            continue
        before = described.get(component, power)
        described[component] = power if before.how == power.how else Power("unknown", f"{before.by} and {power.by}")
    return described


def _parts(tracker: object) -> list[Any]:
    parts = getattr(tracker, "_hardware", None)
    return list(parts) if isinstance(parts, (list, tuple)) else []


def _describe(part: Any, kind: str) -> tuple[str, Power]:
    """Component of a hardware object of CodeCarbon ("" for none), and its power source."""
    if kind in _CHIPS:
        return str(part.chip_part).lower(), Power("measured", _CHIPS[kind])
    if kind == "RAM":
        return "ram", Power("modelled", "memory model" if part._force_ram_power is None else "constant")
    if kind == "GPU":
        metered = _metered(part)
        return ("gpu" if metered else ""), _gpu(metered)
    if kind == "CPU":
        return "cpu", _cpu(part)
    raise ValueError(kind)


def _cpu(part: Any) -> Power:
    power = _CPU_MODES.get(part._mode, Power("unknown", "CodeCarbon's own way"))
    if power.by != "RAPL":
        return power
    # The mode is RAPL even if no package counter could be read; then it reports nothing.
    counters = [file for file in part._intel_interface._rapl_files if str(file.name).startswith("Processor Energy")]
    return power if counters else Power("unknown", "RAPL without a counter")


def _metered(part: GPU) -> list[object]:
    return [device for device in part.devices.devices if part.gpu_ids is None or device.gpu_index in part.gpu_ids]


def _gpu(metered: list[object]) -> Power:
    by = {_GPU_KINDS.get(type(device).__name__) for device in metered}
    if len(by) != 1 or None in by:
        return Power("unknown", "unknown GPU")
    counted = all(getattr(device, "_has_counter", True) for device in metered)
    return Power("measured", f"{by.pop()}" if counted else f"{by.pop()} power samples")


def in_words(power: dict[str, Power]) -> str:
    """Source text such as `GPU measured, CPU and RAM modelled`; "" if nothing is known."""
    groups: dict[str, list[str]] = {}
    for component in ("gpu", "cpu", "ram"):
        if component in power:
            groups.setdefault(power[component].how, []).append(component.upper())
    order = ("measured", "partly measured", "modelled", "unknown")
    return ", ".join(f"{' and '.join(groups[how])} {how}" for how in order if how in groups)
