"""Every second between entry and exit is metered, filled in from the first readings, or said to be missing.

In simulated time, on a machine whose power is known; the last tests are real processes.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hf_emissions.recording import detection
from hf_emissions.recording.folder import open_folder
from hf_emissions.recording.ledger import FOLDER, read_ledger
from hf_emissions.recording.meter import Meter, Reading
from hf_emissions.recording.reading_filter import LEAST_WINDOW_S, SHORTEST_S, ReadingFilter, window_s
from hf_emissions.recording.recorder import Recorder
from hf_emissions.recording.runs import Run, runs_of
from hf_emissions.recording.summary import Summary, summarize

from ..rig import launch, tree
from ..rig.clock import SimulatedClock, simulated_time
from ..rig.curve import Counter
from .helpers import SCRIPTS

J_PER_KWH = 3.6e6
NEVER_S = 1e6
GERMANY = {
    "words": "Germany",
    "country_iso3": "DEU",
    "intensity_g_per_kwh": 400.0,
    "intensity_basis": "life-cycle",
    "intensity_source": "x",
}
AFTERWARDS = (
    "the training ended before its meter could measure it; the figure is what the machine drew in the moments after, "
    "and may be far from what the training drew"
)


@pytest.fixture
def clock() -> Iterator[SimulatedClock]:
    """Simulated time, in which CodeCarbon reads our counters."""
    with simulated_time() as clock, tree.driven(clock.monotonic):
        yield clock


class Training:
    """A training that is recorded by a meter which is ready `late_s` after its entry."""

    def __init__(self, clock: SimulatedClock, base: Path, late_s: float, *powers: tuple[float, float]) -> None:
        self.clock, self.folder = clock, base / FOLDER
        self.root = tree.build(base / "tree", [Counter([(0, 100.0), *powers], clock.now)])
        tree.point_at(self.root)
        self.recorder = Recorder(self.folder, {"run": "r1", "node": "a", "place": GERMANY}, make_meter=self._meter)
        self.late_s = late_s
        self.meter = Meter()
        self.entered_s = clock.now
        self.recorder.begin()

    def _meter(self) -> Meter:
        self.recorder._requests.rest(self.late_s)  # type: ignore[attr-defined]
        return self.meter

    def run(self) -> Run:
        [run] = runs_of(read_ledger(self.folder).lines)
        [twice] = runs_of([*read_ledger(self.folder).lines, *self.recorder.segment_log.lines])
        assert (twice.energy_kwh, twice.duration_s, twice.notes) == (run.energy_kwh, run.duration_s, run.notes)
        return run

    def summary(self) -> Summary:
        return summarize(self.run())

    def lines(self, kind: str) -> list[dict[str, Any]]:
        return [line for line in read_ledger(self.folder).lines if line["kind"] == kind]

    def joules(self, begin: float, end: float) -> float:
        """What the machine drew between two times after the entry."""
        drawn = tree.true_joules(self.root, self.entered_s + begin, self.entered_s + end)
        return drawn + tree.ram_power_w() * (end - begin)


@pytest.mark.parametrize(("late_s", "seconds"), [(0.5, 5.0), (2.1, 23.0), (9.7, 12.0), (20.0, 600.0)])
def test_time_counts_from_the_entry_and_what_was_not_metered_is_filled_in(
    clock: SimulatedClock, tmp_path: Path, late_s: float, seconds: float
) -> None:
    training = Training(clock, tmp_path, late_s)
    clock.advance(seconds)
    training.recorder.finish("finished")
    [segment] = training.run().segments
    assert segment.duration_s == pytest.approx(seconds, abs=0.002)
    assert segment.energy_kwh * J_PER_KWH == pytest.approx(training.joules(0, seconds), rel=1e-3)
    assert segment.filled_s == pytest.approx(late_s, abs=0.002)
    # What an earlier version reads is what was metered, and no more.
    [start], reading = training.lines("start"), training.lines("reading")[-1]
    assert start["late_s"] == pytest.approx(late_s, abs=0.002)
    assert reading["t_s"] == pytest.approx(seconds - late_s, abs=0.002)
    assert reading["cpu_kwh"] * J_PER_KWH == pytest.approx(100 * (seconds - late_s), rel=1e-3)
    share = f"{100 * late_s / seconds:.2g}%"
    assert any(
        f"s ({share} of the time) were filled in from the first readings." in n for n in training.summary().notes
    )


def test_a_gap_is_filled_from_as_much_as_it_is_long_and_not_from_what_comes_later(
    clock: SimulatedClock, tmp_path: Path
) -> None:
    # The meter is looked after every second, so that the window may be one longer.
    training = Training(clock, tmp_path, 4.0, (9.1, 400.0))
    clock.advance(60)
    training.recorder.finish("finished")
    [segment] = training.run().segments
    assert segment.filled_kwh["cpu"] * J_PER_KWH == pytest.approx(4.0 * 100, rel=1e-3)
    assert segment.energy_kwh * J_PER_KWH == pytest.approx(training.joules(0, 60), rel=1e-3)


def test_a_short_gap_is_filled_from_a_whole_second(clock: SimulatedClock, tmp_path: Path) -> None:
    training = Training(clock, tmp_path, 0.5, (1.0, 300.0))  # half a second at 100 W, then at 300 W
    clock.advance(1.5 + 1.0)
    training.recorder.finish("finished")
    [segment] = training.run().segments
    mean_w = segment.filled_kwh["cpu"] * J_PER_KWH / 0.5
    assert 100 + 200 * 0.4 < mean_w < 100 + 200 * 0.8


def test_no_more_than_what_was_metered_fills_a_gap(clock: SimulatedClock, tmp_path: Path) -> None:
    training = Training(clock, tmp_path, 10.0, (12.0, 300.0))
    clock.advance(13)
    training.recorder.finish("finished")
    [segment] = training.run().segments
    assert segment.filled_kwh["cpu"] * J_PER_KWH == pytest.approx(10 * (2 * 100 + 1 * 300) / 3, rel=1e-3)


def test_the_windows() -> None:
    assert [window_s(late_s) for late_s in (0.02, 1.0, 7.0)] == [LEAST_WINDOW_S, 1.0, 7.0]
    # A step of NVIDIA's counters, and twice the time within which CodeCarbon gives the same figure again.
    assert SHORTEST_S == 0.1


# A meter that is not ready in time


def test_how_long_the_start_waits() -> None:
    # `train()` may take half a second longer, of which half is for its end; a block waits as long as is ever waited.
    assert detection.READY_S == 0.5 / 2
    assert detection.BLOCK_READY_S == detection.FORK_S == 2.0


@pytest.mark.parametrize("seconds", [0.1, 0.3, 3.0])
def test_a_block_that_is_over_before_its_meter_begins_has_a_figure_and_says_how_it_came_about(
    clock: SimulatedClock, tmp_path: Path, seconds: float
) -> None:
    training = Training(clock, tmp_path, seconds + 1.0)
    clock.advance(seconds)
    training.recorder.finish("finished")
    assert clock.now - training.entered_s == pytest.approx(seconds + 1.0 + SHORTEST_S, abs=0.01)
    [segment] = training.run().segments
    assert segment.duration_s == segment.filled_s == pytest.approx(seconds, abs=0.002)
    assert segment.energy_kwh * J_PER_KWH == pytest.approx(training.joules(0, seconds), rel=0.01)
    summary = training.summary()
    assert summary.problems == (AFTERWARDS,)
    assert not any("filled in from the first" in note for note in summary.notes)
    assert summary.record is not None
    assert (summary.record.modelled_share, summary.record.method) == (1.0, "modelled")
    assert str(summary.record.source).endswith("100% of the energy filled in")


def test_what_the_machine_drew_while_the_end_was_waited_for_is_not_counted(
    clock: SimulatedClock, tmp_path: Path
) -> None:
    training = Training(clock, tmp_path, 1.0)
    clock.advance(1.05)
    training.recorder.finish("finished")
    [segment] = training.run().segments
    assert segment.duration_s == pytest.approx(1.05, abs=0.002)
    assert segment.energy_kwh * J_PER_KWH == pytest.approx(training.joules(0, 1.05), rel=0.01)
    assert training.summary().problems == (AFTERWARDS,)


def test_a_meter_that_never_begins_is_said_to_have_metered_nothing(
    clock: SimulatedClock, tmp_path: Path, warnings_of: Any
) -> None:
    training = Training(clock, tmp_path, NEVER_S)
    clock.advance(7)
    begun_s = clock.now
    training.recorder.finish("finished")
    assert clock.now - begun_s == pytest.approx(5, abs=0.001)
    run = training.run()
    assert run.energy_kwh == 0
    assert run.notes == ["metering did not begin within 12 s; nothing was metered"]
    assert training.summary().record is None
    assert [line["why"] for line in training.lines("end")] == ["finished"]
    (warning,) = warnings_of()
    assert "metering did not begin within 12 s" in warning


def test_a_meter_that_begins_after_all_is_over_adds_nothing(clock: SimulatedClock, tmp_path: Path) -> None:
    training = Training(clock, tmp_path, 8.0)
    clock.advance(1)
    training.recorder.finish("finished")
    before = read_ledger(training.folder).lines
    clock.advance(30)
    assert read_ledger(training.folder).lines == before
    assert training.meter._tracker is None  # and is stopped


def test_the_training_waits_two_seconds_in_all_for_a_meter_that_has_not_begun(
    clock: SimulatedClock, tmp_path: Path
) -> None:
    training = Training(clock, tmp_path, 30.0)
    assert not training.recorder.wait_ready(detection.READY_S)
    for step in range(1, 20):
        training.recorder.read("save", step)
        training.recorder.now()
    assert clock.now - training.entered_s == pytest.approx(2.0, abs=0.001)
    assert training.recorder.sofar.duration_s == 0
    clock.advance(60)
    # The checkpoints are known once there is a reading, so that a resume finds its run.
    [segment] = training.run().segments
    assert list(segment.saved) == list(range(1, 20))
    assert training.run().notes == []
    training.recorder.finish("finished")
    assert training.summary().problems == ()


# Killed


def test_a_kill_before_the_meter_begins_leaves_a_run_that_is_seen(clock: SimulatedClock, tmp_path: Path) -> None:
    training = Training(clock, tmp_path, 5.0)
    clock.advance(3)
    clock.forget()
    [run] = open_folder(training.folder).runs
    assert (run.energy_kwh, run.segments[0].ended) == (0, None)
    assert run.segments[0].node.startswith("node:")
    assert run.segments[0].start["time"]
    assert summarize(run).record is None


@pytest.mark.parametrize("late_s", [0.5, 5.0, 12.0])
def test_a_kill_in_the_first_seconds_loses_no_more_than_later(
    clock: SimulatedClock, tmp_path: Path, late_s: float
) -> None:
    training = Training(clock, tmp_path, late_s)
    clock.advance(late_s + 1.5)
    clock.forget()
    [segment] = training.run().segments
    assert late_s + SHORTEST_S <= segment.duration_s <= late_s + 1.5
    assert segment.energy_kwh * J_PER_KWH == pytest.approx(training.joules(0, segment.duration_s), rel=0.01)


# On the card


def run_of(filled_s: float, seconds: float = 1000.0, *, segments: int = 1, kwh: float = 1.0) -> Run:
    """A run with so many launches, all of its power measured."""
    lines: list[dict[str, Any]] = []
    for number in range(segments):
        about = {"v": 1, "run": "r", "segment": f"s{number}", "time": f"2026-01-01T00:00:0{number}Z"}
        facts = {"node": "n", "launch": f"l{number}", "power": {"cpu": ["measured", "RAPL"]}, "tool": "CodeCarbon"}
        share = filled_s / seconds
        filled = {"s": filled_s, "cpu_kwh": share * kwh, "gpu_kwh": 0.0, "ram_kwh": 0.0}
        metered = {"t_s": seconds - filled_s, "cpu_kwh": kwh * (1 - share), "gpu_kwh": 0.0, "ram_kwh": 0.0}
        lines.append({**about, "kind": "start", **facts, "place": GERMANY})
        lines.append({**about, "kind": "reading", **metered, "filled": filled, "why": "end: finished", "step": 1})
    [run] = runs_of(lines)
    return run


@pytest.mark.parametrize(
    ("filled_s", "told", "in_source"), [(0.9, False, False), (1.1, True, False), (11.0, True, True)]
)
def test_what_was_filled_in_is_told_from_where_it_may_change_the_figure(
    filled_s: float, told: bool, in_source: bool
) -> None:
    """A thousandth is below what is rounded away; a hundredth is the error that a figure may have unsaid."""
    summary = summarize(run_of(filled_s))
    assert any("were filled in" in note for note in summary.notes) == told
    assert summary.record is not None
    assert ("% of the energy filled in" in str(summary.record.source)) == in_source


def test_what_was_filled_in_counts_as_modelled() -> None:
    record = summarize(run_of(200.0)).record
    assert record is not None
    assert (record.modelled_share, record.method) == (0.2, "mixed")
    assert record.range_g is not None
    low, high = record.range_g
    metered = summarize(run_of(0.0)).record
    assert metered is not None
    assert metered.range_g is not None
    assert low < metered.range_g[0] < 400 < metered.range_g[1] < high  # all of it may be wrong
    assert record.energy_kwh == 1.0
    assert record.duration_s == pytest.approx(1000.0, rel=1e-3)


def test_the_first_seconds_of_several_segments_are_told_of_together() -> None:
    (note,) = [note for note in summarize(run_of(20.0, segments=3)).notes if "filled" in note]
    assert note == (
        "The first seconds of its segments, 1 min in all, (2% of the time) were filled in from the first readings."
    )


def test_a_filled_reading_that_is_no_figure_counts_for_nothing() -> None:
    for filled in ("x", {"s": "x"}, {"s": -1, "cpu_kwh": 1e300}, {"s": True}, [1], None):
        about = {"v": 1, "run": "r", "segment": "s"}
        metered = {"t_s": 10.0, "cpu_kwh": 0.5, "gpu_kwh": 0.0, "ram_kwh": 0.0}
        [run] = runs_of([{**about, "kind": "reading", **metered, "filled": filled}])
        assert (run.energy_kwh, run.duration_s, run.filled_s) == (0.5, 10.0, 0.0)


# What was recorded so far


def test_a_reading_of_this_moment(clock: SimulatedClock, tmp_path: Path) -> None:
    training = Training(clock, tmp_path, 1.0)
    clock.advance(1.5)
    for _ in range(10):
        clock.advance(2.3)
        sofar = training.recorder.now()
        seconds = clock.now - training.entered_s
        assert sofar.duration_s == pytest.approx(seconds, abs=0.002)
        assert sofar.energy_kwh * J_PER_KWH == pytest.approx(training.joules(0, seconds), rel=1e-3)
        assert sofar.power_w == pytest.approx(100 + tree.ram_power_w(), rel=1e-2)
    training.recorder.finish("finished")
    assert training.recorder.sofar.energy_kwh == pytest.approx(training.run().energy_kwh)


def test_readings_of_the_moment_leave_the_disk_alone_and_no_kill_loses_more(
    clock: SimulatedClock, tmp_path: Path
) -> None:
    training = Training(clock, tmp_path, 0.0)
    asked = itertools.count(1)
    while clock.now - training.entered_s < 60:
        clock.advance(0.31)
        training.recorder.now()
        next(asked)
    written = [line["t_s"] for line in training.lines("reading")]
    assert len(written) < 8 < next(asked) - 100
    assert all(after - before <= 15 for before, after in itertools.pairwise([0.0, *written, 60.0]))


def test_a_reading_is_used_again_while_it_is_fresh(
    clock: SimulatedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = Training(clock, tmp_path, 0.0)
    clock.advance(2)
    read, reads = training.meter.read, []
    monkeypatch.setattr(training.meter, "read", lambda: reads.append(clock.now) or read())
    steps = 200
    for _ in range(steps):
        clock.advance(0.005)
        training.recorder.now()
    assert 0 < len(reads) <= 0.005 * steps / 0.05 + 1


@pytest.mark.parametrize(("taken_s", "every_s"), [(0.0001, 0.05), (0.001, 0.2), (0.004, 0.8), (0.02, 1.0)])
def test_readings_take_a_two_hundredth_of_the_time_and_are_no_older_than_a_second(
    clock: SimulatedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken_s: float, every_s: float
) -> None:
    """One takes long where there are many GPUs."""
    training = Training(clock, tmp_path, 0.0)
    clock.advance(2)
    read = training.meter.read
    reads = []

    def slow() -> Reading:
        reads.append(clock.now)
        clock.sleep(taken_s)
        return read()

    monkeypatch.setattr(training.meter, "read", slow)
    begun_s = clock.now
    while clock.now - begun_s < 40:
        clock.advance(0.005)
        training.recorder.now()
    assert len(reads) == pytest.approx(40 / every_s, rel=0.15)


@pytest.mark.parametrize("asked", [1, 500])
def test_a_meter_that_does_not_answer_is_asked_once(
    clock: SimulatedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: int
) -> None:
    training = Training(clock, tmp_path, 0.0)
    clock.advance(2)
    read = training.meter.read
    last = training.recorder.now()
    reads: list[float] = []

    def stuck() -> Reading:
        reads.append(clock.now)
        training.recorder._requests.rest(100.0)  # type: ignore[attr-defined]
        return read()

    monkeypatch.setattr(training.meter, "read", stuck)
    clock.advance(0.5)
    begun_s = clock.now
    for _ in range(asked):
        assert training.recorder.now() == last
    assert clock.now - begun_s <= 0.25
    assert len(reads) == 1


def test_a_meter_that_answers_again_has_stopped_for_nothing(
    clock: SimulatedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the disk, or the machine, stood still for a while; a reading is of all the time since the start."""
    training = Training(clock, tmp_path, 0.0)
    clock.advance(2)
    with monkeypatch.context() as stuck:
        read = training.meter.read
        stuck.setattr(training.meter, "read", lambda: training.recorder._requests.rest(9.0) or read())  # type: ignore[attr-defined, func-returns-value]
        training.recorder.read("save", 1)
    assert training.run().notes == ["the meter stopped answering; energy after that is missing"]
    clock.advance(20)
    training.recorder.read("save", 2)
    assert training.run().notes == training.recorder.segment_log.problems == []
    seconds = clock.now - training.entered_s
    training.recorder.finish("finished")
    assert training.run().energy_kwh * J_PER_KWH == pytest.approx(training.joules(0, seconds), rel=1e-3)
    assert training.summary().problems == ()


def test_a_meter_that_does_not_answer_at_the_end_is_said_to_have_stopped(
    clock: SimulatedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = Training(clock, tmp_path, 0.0)
    clock.advance(30)
    read = training.meter.read
    monkeypatch.setattr(training.meter, "read", lambda: training.recorder._requests.rest(60.0) or read())  # type: ignore[attr-defined, func-returns-value]
    begun_s = clock.now
    training.recorder.finish("finished")
    assert clock.now - begun_s <= 5
    before = read_ledger(training.folder).lines
    assert training.run().notes == ["the meter stopped answering; energy after that is missing"]
    clock.advance(100)
    assert read_ledger(training.folder).lines == before


def test_the_last_reading_is_of_the_end_however_short_before_it_another_was_taken(
    clock: SimulatedClock, tmp_path: Path
) -> None:
    """CodeCarbon gives the same figure again within 50 ms, of a training of two seconds 2.5 %."""
    training = Training(clock, tmp_path, 0.0)
    clock.advance(2)
    training.recorder.read("save", 1)
    clock.advance(0.045)
    training.recorder.finish("finished")
    [segment] = training.run().segments
    assert segment.duration_s >= 2.045
    assert segment.energy_kwh * J_PER_KWH == pytest.approx(training.joules(0, segment.duration_s), rel=1e-3)


def test_a_reading_counts_for_the_moment_in_which_it_was_measured() -> None:
    judged = ReadingFilter(late_s=2.0)
    judged.take(Reading(cpu_kwh=1e-5), 1.0)
    judged.take(Reading(cpu_kwh=1e-5), 1.0)  # given again
    assert (judged.metered_s, judged.totals.duration_s) == (1.0, 3.0)
    assert judged.totals.energy_kwh == pytest.approx(3e-5)
    judged.take(Reading(cpu_kwh=4e-5), 2.0)
    assert judged.filled.energy.cpu_kwh == pytest.approx(4e-5)  # the mean of the whole window
    judged.take(Reading(cpu_kwh=9e-5), 3.0)
    assert judged.filled.energy.cpu_kwh == pytest.approx(4e-5)


def test_what_was_metered_after_the_end_is_left_out() -> None:
    judged = ReadingFilter(late_s=1.0)
    judged.take(Reading(cpu_kwh=1e-5), 1.0)
    judged.take(Reading(cpu_kwh=3e-5), 2.0)
    judged.cut(1.25)
    assert (judged.metered_s, judged.totals.duration_s) == (1.25, 2.25)
    assert judged.reading.cpu_kwh == pytest.approx(1.5e-5)
    assert judged.filled.energy.cpu_kwh == pytest.approx(1e-5)
    # One that was taken before does not lie after the end.
    judged.cut(0.5)
    assert (judged.metered_s, judged.reading.cpu_kwh) == (1.0, 1e-5)


def test_all_is_filled_in_of_a_training_that_was_over_before_its_meter_began() -> None:
    judged = ReadingFilter(late_s=3.0)
    judged.take(Reading(cpu_kwh=1e-5), 0.5)
    judged.cut(-1.0)
    assert (judged.metered_s, judged.totals.duration_s, judged.reading) == (0.0, 2.0, Reading())
    assert judged.totals.energy_kwh == pytest.approx(4e-5)


# Real processes


@pytest.mark.parametrize(("import_s", "block_s"), [(0.0, 0.05), (1.2, 0.4), (2.6, 1.0)])
def test_a_block_in_a_fresh_process_has_a_figure_however_slow_codecarbon_is(
    out: Path, import_s: float, block_s: float
) -> None:
    ended = on_a_machine_of_100_w(out, "slow_import.py", import_s, block_s)
    done = ended.said
    record, segment = done["record"], done["segment"]
    watts = record["energy_kwh"] * J_PER_KWH / record["duration_s"]
    assert watts == pytest.approx(100 + tree.ram_power_w(), rel=0.04)
    # The process may have to wait for its turn on a busy machine, and never ends before its time.
    assert done["waited_s"] + block_s - 0.1 <= record["duration_s"] <= done["waited_s"] + block_s + 2
    metered_s = segment["duration_s"] - segment["filled_s"]
    assert any("were filled in from the first readings" in note for note in done["notes"]) or metered_s == 0
    assert (AFTERWARDS in done["notes"]) == (metered_s < SHORTEST_S)
    assert "codecarbon" not in ended.err


def on_a_machine_of_100_w(out: Path, script: str, *arguments: object) -> launch.Ended:
    """A script in a process of its own; where there are counters CodeCarbon imports least, and is soon ready."""
    root = tree.build(out.parent / "tree", [Counter([(0, 100.0)], 0.0)])
    ended = launch.run([sys.executable, str(SCRIPTS / script), str(out), *map(str, arguments)], root)
    assert ended.code == 0, ended.err
    return ended


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_process_that_is_forked_while_codecarbon_is_imported_meters_for_itself(out: Path) -> None:
    """A lock that was taken then would be taken in the child for ever; a worker of a data loader could hang."""
    done = on_a_machine_of_100_w(out, "forked.py").said
    assert done["was_importing"]
    assert min(done["child_kwh"], done["parent_kwh"]) > 0
