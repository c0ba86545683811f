"""NVML indices of the NVIDIA GPUs that a training can use.

CodeCarbon is always given them: by itself it meters every GPU of the machine for an empty `CUDA_VISIBLE_DEVICES`, and
none for one with UUIDs. CUDA may order devices differently from NVML; the UUIDs are the same.
"""

from __future__ import annotations

import importlib
import itertools
import os
import sys
from collections.abc import Iterable, Mapping

from .guard import attempt

VARIABLE = "CUDA_VISIBLE_DEVICES"

# Indices that no GPU has, since an empty list would mean all of them. A new one each time: CodeCarbon caches hardware
# per list, and restores a cached "no GPU" as all GPUs.
_NO_GPU = itertools.count(-2, -1)


def visible_gpus(environment: Mapping[str, str] = os.environ) -> list[str] | None:
    """GPUs visible to this process: UUIDs if CUDA is initialized, else the entries of the variable; None for all."""
    listed = environment.get(VARIABLE)
    if listed is None:
        return None
    uuids = _uuids_of_cuda()
    if uuids:
        return uuids
    names: list[str] = []
    for name in (part.strip() for part in listed.split(",")):
        if not name or name == "-1":
            break  # CUDA stops at the first invalid entry
        names.append(name)
    return names


def _uuids_of_cuda() -> list[str]:
    """UUIDs from torch, only if it has already initialized CUDA: doing so here could break a later fork."""
    if not in_use():
        return []
    cuda = sys.modules["torch"].cuda
    try:
        return [f"GPU-{cuda.get_device_properties(index).uuid}" for index in range(cuda.device_count())]
    except (AttributeError, RuntimeError):
        return []


def in_use() -> bool:
    """True if this process has initialized CUDA (or ROCm, by the same name) with a GPU."""
    cuda = getattr(sys.modules.get("torch"), "cuda", None)
    try:
        return cuda is not None and bool(cuda.is_initialized() and cuda.device_count() > 0)
    except (AttributeError, RuntimeError):
        return False


def union(lists: Iterable[list[str] | None]) -> list[str] | None:
    """Union of the GPUs of several processes; None (all) if one can use all."""
    found: dict[str, None] = {}
    for names in lists:
        if names is None:
            return None
        found |= dict.fromkeys(names)
    return list(found)


def nvml_indices(names: list[str] | None) -> list[int] | None:
    """NVML indices of GPUs named by index, UUID or UUID prefix; None for all. LookupError for others, as of MIG."""
    if names is None:
        return all_indices()
    uuids = _uuids_of_nvml() if names else []
    if names and not uuids:
        return None
    found: set[int] = set()
    for name in names:
        matching = [index for index, uuid in enumerate(uuids) if _names(name, index, uuid)]
        if not matching and name.removeprefix("-").isdigit():
            continue  # CUDA ignores it; other entries may be another rank's
        if not matching:
            raise LookupError(f"{VARIABLE} names {name}, which NVML does not know; all GPUs of the machine are counted")
        found |= set(matching)
    return sorted(found) or [next(_NO_GPU)]


def all_indices() -> list[int] | None:
    """NVML indices of all GPUs; None without NVML or GPUs."""
    return list(range(len(_uuids_of_nvml()))) or None


def _names(name: str, index: int, uuid: str) -> bool:
    return name == str(index) if name.isdigit() else uuid.startswith(name)


def _uuids_of_nvml() -> list[str]:
    # NVML has errors of its own; without it there is nothing to choose from.
    return attempt(_ask_nvml, lambda _: [])


def _ask_nvml() -> list[str]:
    nvml = importlib.import_module("pynvml")
    nvml.nvmlInit()
    handles = map(nvml.nvmlDeviceGetHandleByIndex, range(nvml.nvmlDeviceGetCount()))
    uuids = map(nvml.nvmlDeviceGetUUID, handles)
    return [uuid.decode() if isinstance(uuid, bytes) else str(uuid) for uuid in uuids]
