"""Make a sample of CodeCarbon's files: run it in an environment that has the release, and nothing of this project.

    python -m venv v && v/bin/pip install codecarbon==2.3.4
    v/bin/python tests/importers/make/run_codecarbon.py plain out 2.3.4

`plain` is one run; with the last release also `flush` (three rows of one run), `two`, `quebec` (no network), `tasks`,
`flush_then_task` (two rows of one run, the later one of less time and more energy), `logger` and `boamps`. The two
files of `samples/codecarbon/upgraded` are `plain` of 2.8.4, and then of 3.3.2 into the same emissions.csv.
"""

from __future__ import annotations

import inspect
import logging
import sys
import time
from pathlib import Path

import codecarbon
from codecarbon import EmissionsTracker, OfflineEmissionsTracker


def work(seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        sum(range(10_000))


def known(wanted: dict) -> dict:
    """Those of the arguments that this release takes; most are declared in the base class."""
    names = set(inspect.signature(OfflineEmissionsTracker.__init__).parameters)
    for base in OfflineEmissionsTracker.__mro__[:-1]:
        names |= set(inspect.signature(base.__init__).parameters)
    return {name: value for name, value in wanted.items() if name in names}


def offline(folder: Path, name: str = "emissions.csv", **more: object) -> OfflineEmissionsTracker:
    wanted = {
        "country_iso_code": "DEU",
        "output_dir": str(folder),
        "output_file": name,
        "measure_power_secs": 1,
        **more,
    }
    return OfflineEmissionsTracker(**known(wanted))


def plain(folder: Path, version: str) -> None:
    tracker = offline(folder, f"emissions_{version}.csv", pue=1.3)
    tracker.start()
    work(3)
    tracker.stop()


def flush(folder: Path) -> None:
    tracker = offline(folder, "flush.csv")
    tracker.start()
    for _ in range(2):
        work(1.5)
        tracker.flush()
    work(1.5)
    tracker.stop()


def two(folder: Path) -> None:
    for _ in range(2):
        tracker = offline(folder, "two_runs.csv")
        tracker.start()
        work(2)
        tracker.stop()


def quebec(folder: Path) -> None:
    tracker = EmissionsTracker(output_dir=str(folder), output_file="quebec.csv", measure_power_secs=1)
    tracker.start()
    work(3)
    tracker.stop()


def tasks(folder: Path) -> None:
    tracker = offline(folder, "with_tasks.csv", experiment_name="exp")
    tracker.start()
    work(2)
    for task in ("load", "train"):
        tracker.start_task(task)
        work(2)
        tracker.stop_task(task)
    tracker.stop()


def flush_then_task(folder: Path) -> None:
    tracker = offline(folder, "flush_then_task.csv")
    tracker.start()
    work(3)
    tracker.flush()
    tracker.start_task("train")
    work(2)
    tracker.stop_task("train")
    tracker.stop()


def logger(folder: Path) -> None:
    from codecarbon.output import LoggerOutput

    log = logging.getLogger("sample")
    log.setLevel(logging.INFO)
    log.addHandler(logging.FileHandler(folder / "logger.jsonl"))
    tracker = offline(folder, save_to_file=False, save_to_logger=True, logging_logger=LoggerOutput(log, logging.INFO))
    tracker.start()
    work(3)
    tracker.stop()


def boamps(folder: Path) -> None:
    from codecarbon.output import OutputMethod

    tracker = offline(folder, output_methods=[OutputMethod.BOAMPS], country_iso_code="FRA")
    tracker.start()
    work(3)
    tracker.stop()


if __name__ == "__main__":
    what, target = sys.argv[1], Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    if what == "plain":
        plain(target, getattr(codecarbon, "__version__", sys.argv[3]) if len(sys.argv) < 4 else sys.argv[3])
    else:
        {one.__name__: one for one in (flush, two, quebec, tasks, flush_then_task, logger, boamps)}[what](target)
