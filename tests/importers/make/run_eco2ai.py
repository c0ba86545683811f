"""Make samples of eco2AI's files, in an environment that has it and nothing of this project.

    python -m venv v && v/bin/pip install eco2ai==0.3.12 'pandas<3' setuptools
    v/bin/python tests/importers/make/run_eco2ai.py out

Older releases ask for a pandas that is not built for Python 3.11, and run with a later one:

    v/bin/pip install --no-deps eco2ai==0.1.0
    v/bin/pip install 'pandas<2' 'numpy<2' 'APScheduler<4' psutil py-cpuinfo 'pynvml<12' requests tornado 'tzlocal<5'
    v/bin/python tests/importers/make/run_eco2ai.py out old

It made the samples of 0.1.0 and 0.3.0. The service that knows where an address is answers Bavaria there.
"""

from __future__ import annotations

import inspect
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import requests
from eco2ai import Tracker


def work(seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        sum(range(10_000))


def plain(folder: Path) -> None:
    tracker = Tracker(
        project_name="sample",
        experiment_description="a loop",
        file_name=str(folder / "emission.csv"),
        measure_period=2,
        alpha_2_code="DE",
        ignore_warnings=True,
    )
    tracker.start()
    work(7)
    tracker.stop()


def old(folder: Path) -> None:
    answer = SimpleNamespace(content=b"{'country': 'DE', 'region': 'Bavaria'}")
    requests.get = lambda *_, **__: answer
    wanted = {
        "project_name": "sample",
        "experiment_description": "a loop",
        "file_name": str(folder / "emission.csv"),
        "measure_period": 3,
        "alpha_2_code": "DE",
    }
    taken = inspect.signature(Tracker.__init__).parameters
    tracker = Tracker(**{name: value for name, value in wanted.items() if name in taken})
    tracker.start()
    work(7)
    tracker.stop()


def epochs(folder: Path) -> None:
    tracker = Tracker(
        project_name="sample",
        experiment_description="two epochs, pue 1.5",
        file_name=str(folder / "emission.csv"),
        measure_period=2,
        alpha_2_code="US",
        region="California",
        pue=1.5,
        ignore_warnings=True,
    )
    tracker.start_training(start_epoch=1)
    for epoch in (1, 2):
        work(5)
        tracker.new_epoch({"loss": round(1 / epoch, 2)})
    tracker.stop_training()


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    if "old" in sys.argv:
        old(target)
    else:
        plain(target)
        epochs(target)
