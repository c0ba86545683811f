"""A machine with NVIDIA GPUs of known power: a stand-in for NVML's library, which the real pynvml and CodeCarbon read.

For processes of their own alone: a process that has loaded NVML keeps it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_SOURCE = Path(__file__).with_name("nvml.c")
LIBRARY = "libnvidia-ml.so.1"


@dataclass(frozen=True)
class Gpu:
    """A GPU at constant power; without a counter of energy there are only samples of its power."""

    uuid: str
    watts: float
    name: str
    memory: int = 80 * 2**30
    counter: bool = True

    @property
    def line(self) -> str:
        """As the library reads it."""
        return f"{self.name}\t{self.uuid}\t{self.memory}\t{self.watts}\t{int(self.counter)}"


def compiler() -> str | None:
    """The path of a compiler for C, where there is one."""
    return shutil.which("gcc") or shutil.which("cc")


def build(folder: Path) -> Path:
    """Compile the library into a folder, beside the program that CodeCarbon looks for before it asks NVML."""
    compile_ = [str(compiler()), "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", f"-Wl,-soname,{LIBRARY}"]
    subprocess.run([*compile_, "-o", str(folder / LIBRARY), str(_SOURCE)], check=True, capture_output=True)
    program = folder / "nvidia-smi"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return folder


def machine(built: Path, *gpus: Gpu) -> dict[str, str]:
    """The variables of a process whose machine has these GPUs, in NVML's order; with none, a driver that is gone."""
    return {
        "LD_LIBRARY_PATH": _before(built, "LD_LIBRARY_PATH"),
        "PATH": _before(built, "PATH"),
        "RIG_GPUS": "\n".join(gpu.line for gpu in gpus),
    }


def _before(folder: Path, variable: str) -> str:
    return os.pathsep.join([str(folder), *filter(None, [os.environ.get(variable)])])
