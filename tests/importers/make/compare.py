"""Record one training with four trackers at the same time: CodeCarbon, eco2AI, Carbontracker and our callback.

    python tests/importers/make/compare.py out <python with eco2ai> <python with carbontracker>

Run with the Python that has this project and codecarbon. Each of the other trackers is a process in its own
environment that starts when the training does and ends when it ends; the training is the demo's, for some 60 s.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

DEMO = Path(__file__).parents[3] / "demo"
STEPS = 300


def wait_for(path: Path, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not path.exists():
        if time.monotonic() > end:
            raise SystemExit(f"{path.name} did not come")
        time.sleep(0.02)


def before(folder: Path, name: str) -> None:
    """Say that this tracker is made, and wait for the training to begin."""
    (folder / f"{name}.made").touch()
    wait_for(folder / "begin", 300)


def between(folder: Path, name: str) -> None:
    """Say that this tracker runs, and wait for the end of the training."""
    (folder / f"{name}.runs").touch()
    wait_for(folder / "end", 900)


def codecarbon(folder: Path) -> None:
    from codecarbon import OfflineEmissionsTracker

    tracker = OfflineEmissionsTracker(country_iso_code="DEU", output_dir=str(folder), measure_power_secs=5)
    before(folder, "codecarbon")
    tracker.start()
    between(folder, "codecarbon")
    tracker.stop()


def eco2ai(folder: Path) -> None:
    from eco2ai import Tracker

    tracker = Tracker(file_name=str(folder / "emission.csv"), measure_period=5, alpha_2_code="DE", ignore_warnings=True)
    before(folder, "eco2ai")
    tracker.start()
    between(folder, "eco2ai")
    tracker.stop()


def carbontracker(folder: Path) -> None:
    from carbontracker.tracker import CarbonTracker

    tracker = CarbonTracker(
        epochs=1, epochs_before_pred=0, monitor_epochs=1, update_interval=5, log_dir=str(folder), log_file_prefix="job"
    )
    before(folder, "carbontracker")
    tracker.epoch_start()
    between(folder, "carbontracker")
    tracker.epoch_end()
    tracker.stop()


def train(folder: Path, names: list[str]) -> None:
    """The demo's training; the others begin and end with it."""
    sys.path.insert(0, str(DEMO))
    import train as demo
    from transformers import TrainerCallback, trainer

    class Signals(TrainerCallback):
        def on_train_begin(self, *_: object, **__: object) -> None:
            (folder / "begin").touch()
            for name in names:
                wait_for(folder / f"{name}.runs")
            self.begun = time.time()

        def on_train_end(self, *_: object, **__: object) -> None:
            (folder / "end").touch()
            (folder / "compare.json").write_text(json.dumps({"duration_s": round(time.time() - self.begun, 1)}))

    # Before the callbacks that the demo hands in, so that the others begin first and end first.
    trainer.DEFAULT_CALLBACKS.append(Signals)
    (folder / "model").mkdir()
    demo.train(folder / "model", STEPS)


def main(folder: Path, pythons: dict[str, str]) -> None:
    folder.mkdir(parents=True)
    alone = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    recorders = [
        subprocess.Popen([python, __file__, name, str(folder)], env=alone, stdout=subprocess.DEVNULL)
        for name, python in pythons.items()
    ]
    try:
        for name in pythons:
            wait_for(folder / f"{name}.made")
        train(folder, list(pythons))
    finally:
        (folder / "begin").touch()
        (folder / "end").touch()
    for recorder in recorders:
        recorder.wait(120)


if __name__ == "__main__":
    if sys.argv[1] in ("codecarbon", "eco2ai", "carbontracker"):
        globals()[sys.argv[1]](Path(sys.argv[2]))
    else:
        main(Path(sys.argv[1]), {"codecarbon": sys.executable, "eco2ai": sys.argv[2], "carbontracker": sys.argv[3]})
