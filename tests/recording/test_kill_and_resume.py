"""Trainings that end before their time: what was recorded is counted, and nothing goes on metering."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from transformers import Trainer

from hf_emissions import EmissionsCallback
from hf_emissions.recording.folder import open_folder
from hf_emissions.recording.runs import Segment

from ..rig import launch, tree
from ..rig.curve import Counter, random_counter
from .helpers import ledger
from .tiny import At, trainer

J_PER_KWH = 3.6e6
WATTS = 200.0
MOST_LOST_S = 15.0


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine that draws 200 W."""
    return tree.build(tmp_path / "tree", [Counter([(0, WATTS)], time.monotonic() - 5)])


def check_energy(segment: Segment) -> None:
    """A segment's energy is its machine's power over the time that it was metered."""
    watts = segment.energy_kwh * J_PER_KWH / segment.duration_s
    assert watts == pytest.approx(WATTS + tree.ram_power_w(), rel=0.04)


def listed(out: Path, root: Path) -> str:
    """What the real command line says of a folder."""
    ended = launch.cli("runs", out, root=root)
    assert ended.code == 0, ended.err
    return ended.out


@pytest.mark.slow
def test_a_killed_training_that_is_resumed_has_the_sum_of_both_segments(out: Path, root: Path) -> None:
    killed_at = 7  # not where a checkpoint may be half written
    steps = ("--steps", 12, "--save-steps", 3, "--step-s", 0.3)
    with launch.started(launch.training(out, *steps), root) as process:
        begun = launch.wait_for(process, "training from step 0")
        killed = launch.wait_for(process, f"step {killed_at}")
        process.kill()
        assert process.wait(10) == -signal.SIGKILL
    [run] = open_folder(out).runs
    assert [segment.ended for segment in run.segments] == [None]
    assert "no end: still running, or killed" in listed(out, root)

    resumed = launch.run(launch.training(out, *steps, "--resume"), root)
    assert resumed.code == 0, resumed.err
    assert f"training from step {killed_at // 3 * 3}" in resumed.out.splitlines()
    [run] = open_folder(out).runs
    first, second = run.segments
    assert (first.ended, second.ended) == (None, "finished")
    assert 0 <= killed - begun - first.duration_s <= MOST_LOST_S
    for segment in run.segments:
        check_energy(segment)
    record = resumed.said["record"]
    assert record["segments"] == 2
    assert record["energy_kwh"] == pytest.approx(first.energy_kwh + second.energy_kwh, rel=0.006)
    assert "sum of 2 segments" in record["source"]
    assert "sum of 2 segments" in (out / "README.md").read_text()


@pytest.mark.slow
def test_a_kill_between_checkpoints_loses_fifteen_seconds_at_most(out: Path, root: Path) -> None:
    with launch.started(launch.training(out, "--steps", 60, "--save-steps", 100, "--step-s", 0.5), root) as process:
        begun = launch.wait_for(process, "training from step 0")
        killed = launch.wait_for(process, "step 42")
        process.kill()
    [run] = open_folder(out).runs
    [segment] = run.segments
    assert killed - begun > 20
    assert 0 <= killed - begun - segment.duration_s <= MOST_LOST_S
    check_energy(segment)


ENDINGS = {"SIGTERM": -signal.SIGTERM, "SIGINT": -signal.SIGINT, "exit": 3, "raise": 1}


@pytest.mark.slow
@pytest.mark.parametrize("accident", ENDINGS)
def test_what_was_recorded_before_the_end_is_listed_and_added_to(accident: str, out: Path, root: Path) -> None:
    options = ("--steps", 6, "--save-steps", 3, "--step-s", 0.4)
    ended = launch.run(launch.training(out, *options, "--accident", accident, "--at-step", 5), root)
    assert ended.code == ENDINGS[accident], ended.err
    [run] = open_folder(out).runs
    [segment] = run.segments
    names = {"SIGTERM": None, "SIGINT": "KeyboardInterrupt", "exit": "SystemExit", "raise": "RuntimeError"}
    assert segment.ended == names[accident]
    # Four steps and a half where the end was noticed; up to the checkpoint where it was not.
    assert segment.duration_s > (1.0 if accident == "SIGTERM" else 1.5)
    check_energy(segment)
    assert run.id in listed(out, root)

    resumed = launch.run(launch.training(out, *options, "--resume"), root)
    assert resumed.code == 0, resumed.err
    assert resumed.said["record"]["segments"] == 2


@pytest.mark.slow
def test_two_kills_in_a_row_are_three_segments(out: Path, tmp_path: Path) -> None:
    root = tree.build(tmp_path / "tree", [random_counter(random.Random(3), time.monotonic() - 5, 300)])
    options = ("--steps", 12, "--save-steps", 3, "--step-s", 0.2)
    for step, resume in ((5, ()), (10, ("--resume",))):
        with launch.started(launch.training(out, *options, *resume), root) as process:
            launch.wait_for(process, f"step {step}")
            process.kill()
    last = launch.run(launch.training(out, *options, "--resume"), root)
    assert last.code == 0, last.err
    [run] = open_folder(out).runs
    assert last.said["record"]["segments"] == len(run.segments) == 3
    for segment in run.segments:
        assert segment.energy_kwh * J_PER_KWH == pytest.approx(launch.true_joules(segment, root), rel=0.05, abs=40)


def own_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("hf-emissions")]


def codecarbon_timers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]


def wait_until(done: Callable[[], bool], most_s: float = 5.0) -> bool:
    limit = time.monotonic() + most_s
    while not done() and time.monotonic() < limit:
        time.sleep(0.05)
    return done()


def raises(error: type[BaseException]) -> Callable[[], None]:
    def action() -> None:
        raise error

    return action


def test_after_a_crash_that_is_caught_nothing_goes_on_metering(out: Path) -> None:
    before = {}
    for error in (RuntimeError, KeyboardInterrupt, SystemExit):
        folder = out / error.__name__
        crashing = trainer(folder, EmissionsCallback(country="DEU"), At(4, raises(error)))
        with pytest.raises(error):
            crashing.train()
        assert wait_until(lambda: not own_threads())
        assert wait_until(lambda: not codecarbon_timers())
        before[folder] = ledger(folder)
        assert [line["why"] for line in before[folder] if line["kind"] == "end"] == [error.__name__]
    # One wait for them all.
    time.sleep(2.5)
    assert {folder: ledger(folder) for folder in before} == before


def test_a_training_whose_wrapped_train_is_bypassed_is_noticed_within_seconds(out: Path) -> None:
    """A notebook that calls its class's method: nobody tells us of the crash, the stack does."""
    crashing = trainer(out, EmissionsCallback(country="DEU"), At(4, raises(RuntimeError)))
    with pytest.raises(RuntimeError):
        Trainer.train(crashing)
    assert wait_until(lambda: not own_threads())
    assert wait_until(lambda: not codecarbon_timers())
    assert [line["why"] for line in ledger(out) if line["kind"] == "end"] == ["the training is gone"]


def test_a_second_training_after_a_crash_is_a_run_of_its_own(out: Path) -> None:
    crash = At(4, raises(RuntimeError))
    twice = trainer(out, EmissionsCallback(country="DEU"), crash)
    with pytest.raises(RuntimeError):
        twice.train()
    crash.step = None
    twice.train()
    runs = open_folder(out).runs
    assert [[segment.ended for segment in run.segments] for run in runs] == [["RuntimeError"], ["finished"]]
    assert wait_until(lambda: not own_threads())
