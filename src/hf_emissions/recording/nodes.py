"""Which process meters which node, and how the nodes of one training find each other.

Processes talk through the key-value store that `torch.distributed` was set up with, and never through a collective:
a rank that does not take part, or has died, then costs a bounded wait and not the training.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

_PREFIX = "hf_emissions"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where this process stands: its rank, its node, and how many nodes the launcher says there are.

    `meters` is whether this process is the one that meters its node.
    """

    rank: int
    node: str
    nodes_expected: int
    meters: bool


def placement(environment: Mapping[str, str] = os.environ, *, local_rank: int | None = None) -> Placement:
    """The place of this process, from the variables of torchrun, accelerate, SLURM and MPI.

    Args:
        environment: the variables.
        local_rank: the rank on the node as the Trainer knows it, where there is a Trainer.
    """
    rank = _first(environment, "RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK", "PMI_RANK") or 0
    own_local = _first(environment, "LOCAL_RANK", "SLURM_LOCALID", "OMPI_COMM_WORLD_LOCAL_RANK")
    local = own_local if own_local is not None else (local_rank or 0)
    # Under torchrun the group is the node; a launcher that does not name it has one process group a host.
    group = _first(environment, "GROUP_RANK")
    if group is None:
        group = _first(environment, "SLURM_NODEID")
    node = f"{_host()}#{group}" if group is not None else _host()
    return Placement(rank, node, _nodes_expected(environment), local == 0)


def shared_name(environment: Mapping[str, str] = os.environ) -> str | None:
    """A name that every process of a launch on several nodes has; None where the launcher gives none.

    That of a SLURM step or of Open MPI's job names one launch; torchrun's address and port may name a later one too.
    """
    if _nodes_expected(environment) < 2:
        return None
    for needed, more in _NAMES:
        if all(environment.get(name, "") for name in needed):
            return "/".join([*(environment[name] for name in needed), *(environment.get(name, "0") for name in more)])
    return None


# What names a launch: variables that must be there, and what tells its restarts apart. A step of srun comes first,
# because torchrun inside one sees both.
_NAMES = (
    (("SLURM_JOB_ID", "SLURM_STEP_ID", "SLURM_STEP_NUM_NODES"), ("SLURM_RESTART_COUNT",)),
    (("PMIX_NAMESPACE",), ()),
    (("MASTER_ADDR", "MASTER_PORT"), ("TORCHELASTIC_RUN_ID", "TORCHELASTIC_RESTART_COUNT")),
)


def _first(environment: Mapping[str, str], *names: str) -> int | None:
    for name in names:
        if environment.get(name, "").strip().isdigit():
            return int(environment[name])
    return None


def _nodes_expected(environment: Mapping[str, str]) -> int:
    groups = _first(environment, "GROUP_WORLD_SIZE")
    if groups:
        return groups
    sizes = (("WORLD_SIZE", "LOCAL_WORLD_SIZE"), ("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE"))
    for whole, of_node in sizes:
        world, local = _first(environment, whole), _first(environment, of_node)
        if world and local:
            return max(world // local, 1)
    # SLURM_NNODES counts the job's nodes even where one process runs; only a step of srun spreads over its nodes.
    return _first(environment, "SLURM_STEP_NUM_NODES") or 1


def _host() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:8]
    except (OSError, UnicodeError):
        boot = ""
    return f"{socket.gethostname()}-{boot}" if boot else socket.gethostname()


class Store:
    """The key-value store of the process group; every call is bounded in time and never raises."""

    def __init__(self, store: Any, world_size: int, rank: int) -> None:
        self._store = store
        self.world_size = world_size
        self.rank = rank

    def put(self, key: str, value: Any) -> None:
        """Publish a value for the other processes."""
        try:
            self._store.set(f"{_PREFIX}/{key}", json.dumps(value))
        except Exception:  # noqa: BLE001 - a store that is gone is a node that is missing, which the card says
            return

    def add(self, key: str, amount: int) -> int:
        """Add to a number that all processes share, 0 at first, and give it; 0 where the store is gone."""
        try:
            return int(self._store.add(f"{_PREFIX}/{key}", amount))
        except Exception:  # noqa: BLE001 - see put
            return 0

    def get(self, key: str, most_s: float) -> Any:
        """A value that another process published; None where it does not come in time."""
        name = f"{_PREFIX}/{key}"
        try:
            # A time of zero means forever to some stores.
            self._store.wait([name], timedelta(seconds=max(most_s, 0.01)))
            return json.loads(self._store.get(name))
        except Exception:  # noqa: BLE001 - see put
            return None


def process_store() -> Store | None:
    """The store of the default process group, where `torch.distributed` is up with more than one process."""
    torch = sys.modules.get("torch")
    try:
        dist = torch.distributed  # type: ignore[union-attr]
        if not dist.is_available() or not dist.is_initialized() or dist.get_world_size() < 2:
            return None
        # No public name gives the store; where this one goes, nodes are summed from a shared folder alone.
        store = dist.distributed_c10d._get_default_store()
        return Store(store, dist.get_world_size(), dist.get_rank())
    except (AttributeError, RuntimeError, ValueError):
        return None
