"""The energy on the card against a power curve that is known: right within 1 %, or the card says what is missing."""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hf_emissions.recording.folder import open_folder
from hf_emissions.recording.meter import Meter
from hf_emissions.recording.runs import Run

from ..rig import launch, tree
from ..rig.clock import SimulatedClock, simulated_time
from ..rig.curve import USUAL_RANGE_UJ, Counter
from ..rig.scenarios import Outcome, Player, draw_scenario

J_PER_KWH = 3.6e6


@pytest.fixture
def clock() -> Iterator[SimulatedClock]:
    """Simulated time, in which CodeCarbon reads our counters."""
    with simulated_time() as clock, tree.driven(clock.monotonic):
        yield clock


def play(base: Path, seeds: range, longest_s: float = 600.0) -> list[Outcome]:
    """The outcomes of the scenarios of these seeds."""
    outcomes = []
    for seed in seeds:
        with simulated_time() as clock, tree.driven(clock.monotonic):
            outcomes.append(Player(clock, base / str(seed), draw_scenario(seed, longest_s=longest_s)).play())
    return outcomes


def check(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        about = f"seed {outcome.scenario.seed} ({outcome.scenario.words}): {outcome.error:+.2%}"
        assert outcome.verdict != "silently wrong", about
        assert outcome.is_inside is not False, about
        assert outcome.killed_tail_s <= 15, about
        assert not outcome.summary.problems or outcome.scenario.accidents, f"{about} {outcome.summary.problems}"
        # What the ledger says afterwards is what the card says.
        assert outcome.listed.record == outcome.summary.record, about
        assert outcome.listed.problems == outcome.summary.problems, about


def test_random_scenarios_are_right_or_say_what_is_missing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "hf_emissions")
    check(play(tmp_path, range(25), longest_s=400.0))


@pytest.mark.slow
def test_two_hundred_scenarios_are_right_or_say_what_is_missing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "hf_emissions")
    outcomes = play(tmp_path, range(1000, 1200))
    check(outcomes)
    assert sum(outcome.verdict == "right" for outcome in outcomes) > 100


def metered(clock: SimulatedClock, root: Path, spans: list[float]) -> list[float]:
    """Joules that a meter reads for the processors in each of these spans of time."""
    tree.point_at(root)
    meter, found = Meter(), [0.0]
    meter.start()
    for span in spans:
        clock.advance(span)
        found.append(meter.read().cpu_kwh * J_PER_KWH)
    meter.stop()
    return [after - before for before, after in itertools.pairwise(found)]


def test_a_counter_that_wraps_between_readings_loses_nothing(clock: SimulatedClock, tmp_path: Path) -> None:
    counter = Counter([(0, 100.0)], clock.now, start_uj=USUAL_RANGE_UJ - 1_000_000_000)
    joules = metered(clock, tree.build(tmp_path, [counter]), [15, 15])
    assert joules == pytest.approx([1500, 1500], rel=1e-3)


def test_two_packages_are_summed(clock: SimulatedClock, tmp_path: Path) -> None:
    counters = [Counter([(0, watts)], clock.now, start_uj=int(watts * 1e7)) for watts in (100.0, 50.0)]
    assert metered(clock, tree.build(tmp_path, counters), [20]) == pytest.approx([3000], rel=1e-3)


def test_a_package_that_cannot_be_read_is_missing_and_that_is_said(clock: SimulatedClock, tmp_path: Path) -> None:
    root = tree.build(tmp_path, [Counter([(0, watts)], clock.now) for watts in (100.0, 50.0)])
    # Root may read everything, so that the counter is one that gives no number.
    (root / "intel-rapl" / "intel-rapl:1" / "energy_uj").write_text("n/a\n")
    (root / "intel-rapl" / "intel-rapl:1" / tree.SCRIPT).unlink()
    tree.point_at(root)
    meter = Meter()
    meter.start()
    clock.advance(20)
    assert meter.read().cpu_kwh * J_PER_KWH == pytest.approx(2000, rel=1e-3)
    assert [words.partition(";")[0] for words in meter.counters.missing()] == [
        "the counters of 1 of 2 processor packages cannot be read"
    ]
    meter.stop()


def test_no_package_is_missing_where_all_are_read(clock: SimulatedClock, tmp_path: Path) -> None:
    tree.point_at(tree.build(tmp_path, [Counter([(0, 10.0)], clock.now) for _ in range(2)]))
    meter = Meter()
    meter.start()
    clock.advance(20)
    # CodeCarbon takes two equal counters for one that shows twice.
    assert meter.read().cpu_kwh * J_PER_KWH == pytest.approx(200, rel=1e-3)
    assert meter.counters.missing() == []
    meter.stop()


def test_the_rig_reads_nothing_but_its_own_counters(clock: SimulatedClock, tmp_path: Path) -> None:
    still = Counter([(0, 0.0)], clock.now)
    assert metered(clock, tree.build(tmp_path, [still]), [60]) == [0]


# Real processes in real time; the power is constant, so that it does not matter when metering began to the millisecond.


def node(base: Path, watts: float) -> Path:
    """A machine that draws so many watts."""
    return tree.build(base, [Counter([(0, watts)], time.monotonic() - 5)])


def check_segments(run: Run, watts: dict[str, float]) -> None:
    """Every node is there once, with its own watts."""
    assert len(run.segments) == len(watts)
    seen = {}
    for segment in run.segments:
        assert segment.duration_s > 1
        seen[segment.node.rpartition("#")[2]] = segment.energies_kwh["cpu"] * J_PER_KWH / segment.duration_s
        assert segment.energies_kwh["ram"] * J_PER_KWH == pytest.approx(
            tree.ram_power_w() * segment.duration_s, rel=0.04
        )
    # A reading's time is taken just after its counter was read: some tens of milliseconds on a busy machine.
    assert seen == pytest.approx(watts, rel=0.04)


@pytest.mark.slow
def test_two_ranks_of_one_node_count_it_once(tmp_path: Path) -> None:
    command = launch.torchrun(tmp_path / "out", "--step-s", 0.5, ranks=2, port=launch.free_port())
    ended = launch.run(command, node(tmp_path / "tree", 120.0))
    assert ended.code == 0, ended.err
    [run] = open_folder(tmp_path / "out").runs
    check_segments(run, {"0": 120.0})
    assert (run.nodes_seen, run.nodes_expected) == (1, 1)


@pytest.mark.slow
@pytest.mark.parametrize("shared", [True, False], ids=["shared folder", "own folders"])
def test_two_nodes_of_two_ranks_count_each_node_once(tmp_path: Path, shared: bool) -> None:
    port, watts = launch.free_port(), {"0": 100.0, "1": 250.0}
    commands, roots = [], []
    for number in range(2):
        out = tmp_path / ("out" if shared else f"out{number}")
        commands.append(launch.torchrun(out, "--step-s", 0.5, ranks=2, node=number, nodes=2, port=port))
        roots.append(node(tmp_path / f"tree{number}", watts[str(number)]))
    with launch.started(commands[1], roots[1]) as other:
        first = launch.run(commands[0], roots[0])
        assert first.code == 0, first.err
        assert other.wait(60) == 0
    [run] = open_folder(tmp_path / ("out" if shared else "out0")).runs
    check_segments(run, watts)
    assert (run.nodes_seen, run.nodes_expected) == (2, 2)
