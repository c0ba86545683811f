"""The processor's name, which CodeCarbon takes more than a second to find: it starts a Python of its own for it."""

from __future__ import annotations

import importlib
import sys
import types
from pathlib import Path
from typing import Any

# py-cpuinfo's own names for the field, which it looks for line by line.
_FIELDS = ("model name", "cpu", "processor", "uarch")


def cpu_model(listed: str) -> str | None:
    """The name in the text of /proc/cpuinfo, as py-cpuinfo reads it; None where there is none."""
    for line in listed.splitlines():
        name, _, value = line.partition(":")
        if name.strip().lower() in _FIELDS and value.strip() and not value.strip().isdigit():
            return value.strip()
    return None


def tell_cpu_model(source: Path = Path("/proc/cpuinfo")) -> None:
    """Have CodeCarbon know the processor's name from now on; where it is not to be had here, CodeCarbon finds it.

    CodeCarbon keeps the first answer of py-cpuinfo. For that one call, and no longer, the answer is ours.
    """
    detect: Any = getattr(importlib.import_module("codecarbon.core.util"), "detect_cpu_model", None)
    if not hasattr(detect, "cache_info") or detect.cache_info().currsize:
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
