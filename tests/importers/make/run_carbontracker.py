"""Make samples of Carbontracker's logs, in an environment that has it and nothing of this project.

    python -m venv v && v/bin/pip install carbontracker==2.4.7
    v/bin/python tests/importers/make/run_carbontracker.py finished out

`finished`, `stopped` after two of three epochs, `killed` in the second, `without_prediction`, `simulated`, and
`located`, in which the service that knows where an address is answers Copenhagen.

`metered` is for the older releases, which run on Python 3.11 all the same and take processors with counters alone:
located like that, over a simulated counter of 25 W, without a network.

    python -m venv v && v/bin/pip install carbontracker==1.2.5 'setuptools<81'
    v/bin/python tests/importers/make/run_carbontracker.py metered out

It made the samples of 1.1.6, 1.2.5 and 2.0.0, which are called by their release.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import geocoder
from carbontracker.tracker import CarbonTracker


def work(seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        sum(range(10_000))


def counter(watts: float) -> str:
    """A folder with the counter of one processor, which grows."""
    zone = Path(tempfile.mkdtemp(), "intel-rapl:0")
    zone.mkdir()
    (zone / "name").write_text("package-0\n")
    begun = time.perf_counter()

    def grow() -> None:
        while True:
            (zone / "new").write_text(str(int(watts * (time.perf_counter() - begun) * 1e6)))
            (zone / "new").replace(zone / "energy_uj")
            time.sleep(0.005)

    threading.Thread(target=grow, daemon=True).start()
    time.sleep(0.1)
    return str(zone.parent)


def train(folder: Path, what: str) -> None:
    more: dict = {"epochs_before_pred": 0} if what == "without_prediction" else {}
    if what == "simulated":
        more |= {"sim_gpu": "NVIDIA A100", "sim_gpu_watts": 400, "sim_cpu": "Intel Xeon", "sim_cpu_tdp": 150}
    if what in ("located", "metered"):
        found = SimpleNamespace(ok=True, address="Copenhagen, Capital Region, DK", country="DK", postal=None)
        geocoder.ip = lambda _: found
    if what == "metered":
        from carbontracker.components.cpu import intel

        intel.RAPL_DIR = counter(25.0)
    else:
        more["log_file_prefix"] = what
    tracker = CarbonTracker(epochs=3, monitor_epochs=-1, update_interval=1, log_dir=str(folder), verbose=1, **more)
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
