"""Decide which process meters a node, and let the nodes of a training find each other.

Processes communicate through the key-value store of `torch.distributed`, never through a collective, so that an absent
or dead rank costs a bounded wait and not the training.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from .guard import attempt
from .redaction import this_host

if TYPE_CHECKING:
    from torch._C._distributed_c10d import Store as TorchStore

_PREFIX = "hf_emissions"


@dataclass(frozen=True, slots=True)
class Placement:
    """Rank of this process, id of its node, number of nodes by the launcher, and whether it meters its node."""

    rank: int
    node: str
    nodes_expected: int
    meters: bool


def placement(
    environment: Mapping[str, str] = os.environ, *, rank: int | None = None, local_rank: int | None = None
) -> Placement:
    """Placement of this process from the variables of torchrun, accelerate, DeepSpeed, SLURM and MPI.

    Args:
        environment: the variables.
        rank: the rank in the process group, if there is one: accelerate's debug launcher gives both of its processes
            the variables of rank 0.
        local_rank: the rank on the node according to the Trainer, if there is one.
    """
    if rank is None:
        rank = _first(environment, "RANK", "SLURM_PROCID", *(f"{mpi}_RANK" for mpi in _MPI), "PMI_RANK") or 0
    local_ranks = ("LOCAL_RANK", "SLURM_LOCALID", *(f"{mpi}_LOCAL_RANK" for mpi in _MPI), "MPI_LOCALRANKID")
    own_local = _first(environment, *local_ranks)
    local = own_local if own_local is not None else (local_rank or 0)
    # Under torchrun the group is the node; a launcher that does not name it has one process group per host.
    group = _first(environment, "GROUP_RANK")
    if group is None:
        group = _first(environment, "SLURM_NODEID")
    node = f"{this_host()}#{group}" if group is not None else this_host()
    return Placement(rank, node, _nodes_expected(environment), local == 0)


def shared_name(environment: Mapping[str, str] = os.environ) -> str | None:
    """Name shared by all processes of a multi-node launch; None if the launcher gives none.

    A SLURM step or an Open MPI job is unique to a launch; torchrun's port may recur. The name never contains the
    rendezvous address or the job's name, which may reveal host or user: its hash is in the ledger, and a host name can
    be guessed from a hash.
    """
    if _nodes_expected(environment) < 2:
        return None
    for needed, more in _NAMES:
        if all(environment.get(name, "") for name in needed):
            return "/".join(_numbers(environment.get(name, "0")) for name in (*needed, *more))
    return None


# Variables that identify a launch (required) and its restarts (optional). A step of srun comes first, because torchrun
# inside one sees both.
_NAMES = (
    (("SLURM_JOB_ID", "SLURM_STEP_ID", "SLURM_STEP_NUM_NODES"), ("SLURM_RESTART_COUNT",)),
    (("PMIX_NAMESPACE",), ()),
    (("MASTER_PORT",), ("TORCHELASTIC_RESTART_COUNT",)),
)
# PRRTE calls a job `prterun-<host>-<process>@<job>`, SLURM `slurm.pmix.<job>.<step>`.
_NUMBERS = re.compile(r"(?<![A-Za-z0-9_])(?:\d+[@.])?\d+\Z")

_MPI = ("OMPI_COMM_WORLD", "MV2_COMM_WORLD")

# Node counts: torchrun's agents, one per node; the machines of DeepSpeed and Horovod; the nodes of Open MPI's job (up
# to version 4) and of srun's step. Not SLURM_NNODES, which counts the job's nodes even if a single process runs: only a
# step of srun spreads over its nodes.
_NODE_COUNTS = (
    *("GROUP_WORLD_SIZE", "CROSS_SIZE", "HOROVOD_CROSS_SIZE"),
    *("OMPI_MCA_orte_num_nodes", "SLURM_STEP_NUM_NODES"),
)
# MPI's own counts of processes: in the launch, and on this node.
_PROCESS_COUNTS = (
    *((f"{mpi}_SIZE", f"{mpi}_LOCAL_SIZE") for mpi in _MPI),
    ("PMI_SIZE", "MPI_LOCALNRANKS"),
)


def _numbers(value: str) -> str:
    found = _NUMBERS.search(value)
    return found[0] if found else ""


def _first(environment: Mapping[str, str], *names: str) -> int | None:
    for name in names:
        if environment.get(name, "").strip().isdigit():
            return int(environment[name])
    return None


def _nodes_expected(environment: Mapping[str, str]) -> int:
    """Number of nodes, never derived from process counts; a lower bound of 2 if MPI reports processes elsewhere.

    Four processes may be three on one node and one on another, and accelerate's default is one process per node.
    """
    counted = _first(environment, *_NODE_COUNTS)
    if counted:
        return counted
    sizes = [(_first(environment, world), _first(environment, local)) for world, local in _PROCESS_COUNTS]
    return 2 if any(world and local and local < world for world, local in sizes) else 1


class Store:
    """Key-value store of the process group; calls have bounded time and never raise.

    A store that is gone is a node that is missing, which the card says.
    """

    def __init__(self, store: TorchStore, world_size: int, rank: int) -> None:
        self._store = store
        self.world_size = world_size
        self.rank = rank

    def put(self, key: str, value: object) -> None:
        attempt(lambda: self._store.set(f"{_PREFIX}/{key}", json.dumps(value)), lambda _: None)

    def add(self, key: str, amount: int) -> int:
        """Add to a shared counter, initially 0, and return it; 0 if the store is gone."""
        return attempt(lambda: int(self._store.add(f"{_PREFIX}/{key}", amount)), lambda _: 0)

    def get(self, key: str, most_s: float) -> object:
        """Value published by another process; None on timeout."""
        return attempt(lambda: self._get(f"{_PREFIX}/{key}", most_s), lambda _: None)

    def _get(self, name: str, most_s: float) -> object:
        # Some stores take a timeout of zero as infinite.
        self._store.wait([name], timedelta(seconds=max(most_s, 0.01)))
        return json.loads(self._store.get(name))


def process_store() -> Store | None:
    """Store of the default process group; None unless `torch.distributed` runs with more than one process."""
    torch = sys.modules.get("torch")
    try:
        dist = torch.distributed  # type: ignore[union-attr]
        if not dist.is_available() or not dist.is_initialized() or dist.get_world_size() < 2:
            return None
        # There is no public accessor; if this one is removed, nodes are summed only via a shared folder.
        store = dist.distributed_c10d._get_default_store()
        return Store(store, dist.get_world_size(), dist.get_rank())
    except (AttributeError, RuntimeError, ValueError):
        return None
