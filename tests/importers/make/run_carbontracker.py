"""Make samples of Carbontracker's logs, in an environment that has it and nothing of this project.

    python -m venv v && v/bin/pip install carbontracker==2.4.7
    v/bin/python tests/importers/make/run_carbontracker.py finished out

`finished`, `stopped` after two of three epochs, `killed` in the second, `without_prediction`, `simulated`, and
`located`, in which the service that knows where an address is answers Copenhagen.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import geocoder
from carbontracker.tracker import CarbonTracker


def work(seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        sum(range(10_000))


def train(folder: Path, what: str) -> None:
    more: dict = {"epochs_before_pred": 0} if what == "without_prediction" else {}
    if what == "simulated":
        more |= {"sim_gpu": "NVIDIA A100", "sim_gpu_watts": 400, "sim_cpu": "Intel Xeon", "sim_cpu_tdp": 150}
    if what == "located":
        found = SimpleNamespace(ok=True, address="Copenhagen, Capital Region, DK", country="DK")
        geocoder.ip = lambda _: found
    tracker = CarbonTracker(
        epochs=3, monitor_epochs=-1, update_interval=1, log_dir=str(folder), log_file_prefix=what, verbose=1, **more
    )
    for epoch in range(3):
        tracker.epoch_start()
        work(2.5)
        if what == "killed" and epoch == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        tracker.epoch_end()
        if what == "stopped" and epoch == 1:
            break
    tracker.stop()


if __name__ == "__main__":
    target = Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    train(target, sys.argv[1])
