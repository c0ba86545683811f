"""Trainings as processes of their own, on machines whose counters we drive."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

from hf_emissions.recording.runs import Segment

from . import tree

_RIG = Path(__file__).parent
_ROOT = _RIG.parents[1]


def environment(root: Path) -> dict[str, str]:
    """The variables of a process whose machine has the tree of counters at `root`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_EMISSIONS_", "SLURM_"))}
    paths = [str(_RIG / "site"), str(_RIG.parent), str(_ROOT / "src"), kept.get("PYTHONPATH", "")]
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        "RIG_TREE": str(root),
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }


@dataclass
class Ended:
    """A process that has ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> dict[str, Any]:
        """The JSON line that the training ended with."""
        return dict(json.loads(next(line for line in reversed(self.out.splitlines()) if line.startswith("{"))))


@contextmanager
def started(command: list[str], root: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that does not outlive the block, nor does any that it started."""
    process = subprocess.Popen(
        command, env=environment(root), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=root
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            # The ranks of a launcher hold our pipes open and have sessions of their own; killed alone, it leaves them.
            family = [*psutil.Process(process.pid).children(recursive=True), process]
            for member in family:
                with suppress(psutil.NoSuchProcess):
                    member.kill()
        process.communicate(timeout=60)


def run(command: list[str], root: Path, most_s: float = 120.0) -> Ended:
    """Run a command to its end."""
    with started(command, root) as process:
        out, err = process.communicate(timeout=most_s)
        return Ended(process.returncode, out, err)


def training(output_dir: Path, *options: object) -> list[str]:
    """The command of a training in one process."""
    return [sys.executable, "-m", "rig.training", str(output_dir), *map(str, options)]


def torchrun(output_dir: Path, *options: object, ranks: int = 2, node: int = 0, nodes: int = 1, port: int) -> list[str]:
    """The command of one node of a training."""
    return [
        *(sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", str(ranks)),
        *("--nnodes", str(nodes), "--node-rank", str(node), "--master-addr", "127.0.0.1", "--master-port", str(port)),
        *("-m", "rig.training", str(output_dir), *map(str, options)),
    ]


def cli(*arguments: object, root: Path) -> Ended:
    """The real command line."""
    return run([sys.executable, "-c", "from hf_emissions.cli.main import main; main()", *map(str, arguments)], root)


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for(process: subprocess.Popen[str], line: str) -> float:
    """Read a training's output up to a line of its own; the time at which it came."""
    assert process.stdout is not None
    if any(said.rstrip("\n") == line for said in process.stdout):
        return time.monotonic()
    raise AssertionError(f"the training ended before it said {line!r}")


def true_joules(segment: Segment, root: Path) -> float:
    """What a segment's machine drew while it was metered: its counters, and the constant of the memory model."""
    # The ledger has the time of day; the curve runs on the clock that never jumps.
    time_of_day = datetime.fromisoformat(str(segment.start["time"])).timestamp()
    begin = time_of_day - (time.time() - time.monotonic())
    drawn = tree.true_joules(root, begin, begin + segment.duration_s)
    return drawn + tree.ram_power_w() * segment.duration_s
