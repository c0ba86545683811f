"""Provide the processor's name to CodeCarbon, whose own look-up starts a Python process and takes over a second."""

from __future__ import annotations

import importlib
import sys
import types
from pathlib import Path

# Field names that py-cpuinfo looks for, line by line.
_FIELDS = ("model name", "cpu", "processor", "uarch")


def cpu_model(listed: str) -> str | None:
    """Parse the name from the text of /proc/cpuinfo like py-cpuinfo; None if there is none."""
    for line in listed.splitlines():
        name, _, value = line.partition(":")
        if name.strip().lower() in _FIELDS and value.strip() and not value.strip().isdigit():
            return value.strip()
    return None


def provide_cpu_model(source: Path = Path("/proc/cpuinfo")) -> None:
    """Fill CodeCarbon's cache of the processor's name: in its one call of py-cpuinfo a stub stands for the module."""
    detect = getattr(importlib.import_module("codecarbon.core.util"), "detect_cpu_model", None)
    if detect is None or not hasattr(detect, "cache_info") or detect.cache_info().currsize:
        return
    try:
        name = cpu_model(source.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return
    if name is None:
        return
    stand_in = types.ModuleType("cpuinfo")
    stand_in.get_cpu_info = lambda: {"brand_raw": name}  # type: ignore[attr-defined]
    before = sys.modules.get("cpuinfo")
    sys.modules["cpuinfo"] = stand_in
    try:
        detect()
    finally:
        if before is None:
            sys.modules.pop("cpuinfo", None)
        else:
            sys.modules["cpuinfo"] = before
