"""Make samples of the log of zeus' monitor, over two simulated GPUs of 300 and 250 W.

    python -m venv v && v/bin/pip install zeus==0.16.0
    v/bin/python tests/importers/make/run_zeus.py nested out

`nested` has a window around all and two within it, `epochs` those two alone. The GPUs are objects with the methods
that the monitor asks for; windows, sums and the file are zeus' own.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from unittest import mock

from zeus.monitor import energy

WATTS = (300.0, 250.0)
BEGUN = time.perf_counter()


class Gpus:
    """Two GPUs with a counter of energy, in mJ."""

    def __len__(self) -> int:
        return len(WATTS)

    def supports_get_total_energy_consumption(self, index: int) -> bool:
        return index < len(WATTS)

    def get_total_energy_consumption(self, index: int) -> float:
        return WATTS[index] * (time.perf_counter() - BEGUN) * 1000


def main(what: str, folder: Path) -> None:
    with (
        mock.patch.object(energy, "get_gpus", Gpus),
        mock.patch.object(energy, "sync_execution_fn"),
    ):
        monitor = energy.ZeusMonitor(cpu_indices=[], log_file=folder / f"{what}.csv")
        if what == "nested":
            monitor.begin_window("training")
        for _ in range(2):
            monitor.begin_window("epoch")
            time.sleep(1.5)
            monitor.end_window("epoch")
            time.sleep(0.2)
        if what == "nested":
            monitor.end_window("training")


if __name__ == "__main__":
    target = Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    main(sys.argv[1], target)
