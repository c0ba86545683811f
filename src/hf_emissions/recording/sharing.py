"""Detect a shared machine: the share allotted to this training, and the load of other processes.

CodeCarbon meters the whole machine. The notes made here explain the figure and never change it: measurement cannot
attribute a part of the idle power of a shared machine to one job.
"""

from __future__ import annotations

import importlib
import math
import os
import time
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from .gpus import nvml_indices, visible_gpus
from .guard import attempt

_WATCH_S = 0.5
_MOST = 0.5


def allotment(environment: Mapping[str, str] = os.environ, root: Path = Path("/")) -> tuple[float, str] | None:
    """Number of allotted CPU threads, and the limiter (SLURM or cgroup); None if unlimited."""
    found = [(_slurm_threads(environment), "SLURM"), *_cgroup_limits(root)]
    limits = [(threads, by) for threads, by in found if threads]
    return min(limits, default=None)


def _slurm_threads(environment: Mapping[str, str]) -> float | None:
    # SLURM_CPUS_ON_NODE is for this node; the other is a list over the nodes, such as `4(x2),8`.
    for name in ("SLURM_CPUS_ON_NODE", "SLURM_JOB_CPUS_PER_NODE"):
        counts = {part.partition("(")[0].strip() for part in environment.get(name, "").split(",")}
        if len(counts) == 1 and (count := counts.pop()).isdigit():
            return float(count)
    return None


def _cgroup_limits(root: Path) -> list[tuple[float | None, str]]:
    """Limits of all control groups of this process and their ancestors."""
    limits: list[tuple[float | None, str]] = []
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        for group in _groups(path):
            limits += _limits_of(root / "sys/fs/cgroup", controllers.split(","), group)
    return limits


def _groups(path: str) -> list[str]:
    parts = [part for part in path.split("/") if part not in ("", "..")]
    return ["/".join(parts[:end]) for end in range(len(parts), -1, -1)]


def _limits_of(base: Path, controllers: list[str], group: str) -> list[tuple[float | None, str]]:
    if controllers == [""]:
        quota, _, period = _text(base / group / "cpu.max").strip().partition(" ")
        allowed = _text(base / group / "cpuset.cpus.effective")
        return [(quota_threads(quota, period), "cgroup"), (cpuset_threads(allowed), "cgroup")]
    if "cpu" in controllers:
        quota, period = (_text(base / "cpu" / group / f"cpu.cfs_{name}_us") for name in ("quota", "period"))
        return [(quota_threads(quota, period), "cgroup")]
    if "cpuset" in controllers:
        return [(cpuset_threads(_text(base / "cpuset" / group / "cpuset.cpus")), "cgroup")]
    return []


def quota_threads(quota: str, period: str) -> float | None:
    """CPU threads equivalent to a CPU time quota per period; None for no limit (`max`, -1) or no numbers."""
    try:
        threads = float(quota) / float(period)
    except (ValueError, ZeroDivisionError):
        return None
    return round(threads, 2) if 0 < threads < float("inf") else None


def cpuset_threads(listed: str) -> float | None:
    """Number of CPU threads in a list such as `0-3,8`; None if empty or invalid."""
    count = 0
    for part in listed.strip().split(","):
        first, _, last = part.partition("-")
        if not first.isdigit() or not (last or first).isdigit():
            return None
        count += int(last or first) - int(first) + 1
    return float(count) if count > 0 else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeError):
        return ""


def allotment_note(found: tuple[float, str] | None, threads: int | None) -> str | None:
    """Note that the figure covers more than was allotted; None if the whole machine was."""
    if found is None or not threads or found[0] >= threads:
        return None
    return f"The whole machine was counted; the allocation was {found[0]:g} of {threads} CPU threads ({found[1]})."


def other_load(watch_s: float = _WATCH_S) -> float | None:
    """Share of total CPU time used by other processes during `watch_s`; None if unknown.

    Everything under the same parent process counts as part of the training: other ranks, and other jobs of the shell.
    """
    # psutil has errors of its own for every system; no answer is an answer.
    return attempt(lambda: _measured_load(watch_s), lambda _: None)


def _measured_load(watch_s: float) -> float | None:
    psutil = importlib.import_module("psutil")
    family = _family(psutil)
    before = _busy_s(psutil), _taken_s(family), time.monotonic()
    time.sleep(watch_s)
    after = _busy_s(psutil), _taken_s(family), time.monotonic()
    busy_s, own_s, elapsed_s = (new - old for new, old in zip(after, before, strict=True))
    return float(min(max(busy_s - own_s, 0.0) / (elapsed_s * psutil.cpu_count()), 1.0))


def _busy_s(psutil: ModuleType) -> float:
    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0)
    # User time already includes guest time.
    return float(sum(times) - idle - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0))


def _family(psutil: ModuleType) -> list[Any]:
    here = psutil.Process()
    parent = here.parent()
    launched = os.environ.get("LOCAL_WORLD_SIZE", "1") != "1"
    first = parent if parent is not None and (parent.pid > 1 or launched) else here
    return [first, *first.children(recursive=True)]


def _taken_s(family: list[Any]) -> float:
    # A process that has ended, or may not be asked, took nothing.
    times = [attempt(process.cpu_times, lambda _: None) for process in family]
    return math.fsum(each.user + each.system for each in times if each is not None)


def gpus_in_use_by_others() -> int:
    """Number of this training's GPUs that are used by other processes; 0 if unknown."""
    # NVML has errors of its own; without it there are no GPUs to share.
    return attempt(_count_shared_gpus, lambda _: 0)


def _count_shared_gpus() -> int:
    nvml, psutil = importlib.import_module("pynvml"), importlib.import_module("psutil")
    nvml.nvmlInit()
    chosen = nvml_indices(visible_gpus())
    indices = range(nvml.nvmlDeviceGetCount()) if chosen is None else chosen
    own = {process.pid for process in _family(psutil)}
    return sum(_others_on(nvml, psutil, index, own) for index in indices if index >= 0)


def _others_on(nvml: ModuleType, psutil: ModuleType, index: int, own: set[int]) -> bool:
    handle = nvml.nvmlDeviceGetHandleByIndex(index)
    users = {process.pid for process in nvml.nvmlDeviceGetComputeRunningProcesses(handle)}
    # In a container NVML may report PIDs of another namespace; a PID unknown here says nothing.
    return any(psutil.pid_exists(pid) for pid in users - own)


def sharing_notes() -> tuple[list[str], list[str]]:
    """Notes for the card on a shared machine, and notes that are also warnings. Takes half a second."""
    found = allotment_note(allotment(), os.cpu_count())
    warnings = []
    gpus = gpus_in_use_by_others()
    if gpus:
        warnings.append(
            f"Other processes used {gpus} of the GPUs when the training began; the GPUs were counted whole."
        )
    load = other_load()
    if load is not None and load > _MOST:
        warnings.append(
            f"Other processes took {load:.0%} of the processors' time when the training began; "
            "the whole machine was counted."
        )
    return ([found] if found else []), warnings
