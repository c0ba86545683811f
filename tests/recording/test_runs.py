"""A ledger's lines as runs: launches, nodes, the order of things, and what a card has to say of what is missing."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hub.server import Hub
from in_process import call

from hf_emissions.recording.counters import Counters
from hf_emissions.recording.folder import Corrections, open_folder
from hf_emissions.recording.ledger import FOLDER, LedgerFile, read_ledger
from hf_emissions.recording.recorder import Recorder
from hf_emissions.recording.runs import Run, run_saved_at, runs_of
from hf_emissions.recording.session_start import Training, begin
from hf_emissions.recording.settings import Settings
from hf_emissions.recording.summary import summarize

from ..rig import launch, tree
from ..rig.clock import SimulatedClock, simulated_time
from ..rig.curve import USUAL_RANGE_UJ, Counter

HOUR = 3600.0
J_PER_KWH = 3.6e6
GERMANY = {
    "words": "Germany",
    "intensity_g_per_kwh": 400.0,
    "intensity_basis": "life-cycle",
    "intensity_source": "test",
}
NAMES = itertools.count()


def segment(
    run: str = "r1",
    *,
    kwh: float = 1.0,
    hours: float = 1.0,
    time: str = "2026-01-01T00:00:00.000Z",
    saves: tuple[int, ...] = (),
    **start: Any,
) -> list[dict[str, Any]]:
    """The lines of one segment, all of its energy the processors'."""
    name = {"run": run, "segment": f"s{next(NAMES)}", "time": time}
    energy = {"cpu_kwh": kwh, "gpu_kwh": 0.0, "ram_kwh": 0.0, "t_s": hours * HOUR}
    facts = {"node": "a", "nodes_expected": 1, "power": {"cpu": ["measured", "RAPL"]}, "place": GERMANY, **start}
    readings = [{"kind": "reading", **name, **energy, "why": "save", "step": step} for step in saves]
    last = {"kind": "reading", **name, **energy, "why": "end: finished", "step": None}
    return [{"kind": "start", **name, **facts}, *readings, last, {"kind": "end", **name, "why": "finished"}]


def only(*segments: list[dict[str, Any]]) -> Run:
    [run] = runs_of(line for lines in segments for line in lines)
    return run


def test_a_resume_is_a_second_launch() -> None:
    run = only(segment(launch="l1", order=1), segment(launch="l2", order=2, hours=2.0))
    assert (run.stretches, run.nodes_seen, run.nodes_expected) == (2, 1, 1)
    assert run.energy_kwh == 2.0
    assert run.duration_s == 3 * HOUR


def test_a_resume_on_another_machine_is_no_second_node() -> None:
    run = only(segment(node="a", launch="l1", order=1), segment(node="b", launch="l2", order=2, hours=2.0))
    assert (run.stretches, run.nodes_seen, run.nodes_expected) == (2, 1, 1)
    assert run.duration_s == 3 * HOUR
    record = summarize(run).record
    assert record is not None
    assert "sum of 2 segments" in str(record.source)


def test_two_nodes_of_one_launch_count_their_time_once() -> None:
    run = only(*(segment(node=node, launch="l1", order=1, nodes_expected=2) for node in "ab"))
    assert (run.stretches, run.nodes_seen, run.nodes_expected) == (1, 2, 2)
    assert (run.energy_kwh, run.duration_s) == (2.0, HOUR)
    assert summarize(run).problems == ()


@pytest.mark.parametrize("missing", ["first", "second"])
def test_a_node_that_misses_in_one_launch_alone_is_missed(missing: str) -> None:
    whole = [segment(node=node, launch="l1", order=1, nodes_expected=2) for node in "ab"]
    half = [segment(node="a", launch="l2", order=2, nodes_expected=2)]
    run = only(*(half + whole if missing == "first" else whole + half))
    assert summarize(run).problems == ("Only 1 of 2 nodes were recorded; the rest is missing.",)


def test_a_node_that_was_recorded_for_less_time_is_named() -> None:
    run = only(
        *(segment(node=node, hours=hours, launch="l1", nodes_expected=2) for node, hours in (("a", 10), ("b", 1)))
    )
    assert summarize(run).problems == ("One node was recorded for 1 h of 10 h; the rest is missing.",)


@pytest.mark.parametrize(("short_s", "named"), [(17, False), (35, False), (37, True), (400, True)])
def test_a_node_of_an_hour_may_lack_a_hundredth(short_s: float, named: bool) -> None:
    """Of a long launch nodes begin and end further apart than the fifteen seconds between two readings."""
    lengths = {"a": 1.0, "b": 1.0 - short_s / HOUR}
    run = only(*(segment(node=node, hours=hours, launch="l1", nodes_expected=2) for node, hours in lengths.items()))
    assert bool(summarize(run).problems) == named


@pytest.mark.parametrize(("short_s", "named"), [(2, False), (15, False), (17, True), (60, True)])
def test_a_node_of_minutes_may_lack_what_a_kill_loses(short_s: float, named: bool) -> None:
    lengths = {"a": 200 / HOUR, "b": (200 - short_s) / HOUR}
    run = only(*(segment(node=node, hours=hours, launch="l1", nodes_expected=2) for node, hours in lengths.items()))
    assert bool(summarize(run).problems) == named


def test_nodes_that_were_killed_within_fifteen_seconds_of_each_other_are_whole() -> None:
    lengths = {"a": 1.0, "b": 1.0 - 15 / HOUR}
    run = only(*(segment(node=node, hours=hours, launch="l1", nodes_expected=2) for node, hours in lengths.items()))
    assert summarize(run).problems == ()


def test_lines_that_come_twice_count_once() -> None:
    lines = segment()
    assert only(lines, lines, lines[1:]).energy_kwh == 1.0


def test_the_furthest_reading_counts_whatever_the_order_of_lines() -> None:
    lines = segment(kwh=3.0)
    early = {**lines[1], "t_s": 10.0, "cpu_kwh": 0.1}
    assert only([lines[0], lines[1], early]).energy_kwh == 3.0


def test_of_two_readings_of_one_moment_the_later_line_counts() -> None:
    """The end's, which follows a save's at once, has the energy that was drawn up to it."""
    lines = segment(kwh=3.0)
    again = {**lines[1], "cpu_kwh": 3.5}
    assert only([*lines[:2], again]).energy_kwh == 3.5
    at_once = [{**line, "t_s": 0.0} for line in (lines[1], again)]
    assert only([lines[0], *at_once]).energy_kwh == 3.5


BEFORE, AFTER = "2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"


def test_a_clock_that_was_set_back_does_not_change_the_order_of_runs() -> None:
    lines = segment("old", time=AFTER, order=1, saves=(10,)) + segment("new", time=BEFORE, order=2, saves=(10,))
    runs = runs_of(lines)
    assert [run.id for run in runs] == ["old", "new"]
    saved = run_saved_at(runs, 10)
    assert saved is not None
    assert saved.id == "new"


def test_a_resume_belongs_to_the_last_run_that_saved_its_step() -> None:
    runs = runs_of(segment("r1", order=1, saves=(10, 20)) + segment("r2", order=2, saves=(10,)))
    assert [found and found.id for found in (run_saved_at(runs, step) for step in (10, 20, 30))] == ["r2", "r1", None]


def test_launches_are_counted_in_the_ledger(out: Path) -> None:
    for lines in (segment(order=7), segment("r2")):
        file = LedgerFile(out / FOLDER / f"{lines[0]['run']}-{lines[0]['segment']}.jsonl")
        for line in lines:
            file.append(**line)
    session = begin(Settings(country="DEU"), out, Training())
    assert session.recorder is not None
    assert session.recorder.wait_ready(30)
    session.end("finished")
    assert open_folder(out).runs[-1].segments[-1].order == 8


def test_pue_and_place_can_be_corrected_afterwards(out: Path) -> None:
    lines = segment(kwh=2.0, pue=1.5)
    for line in lines:
        LedgerFile(out / FOLDER / "r1-s.jsonl").append(**line)
    folder = open_folder(out)
    [run] = folder.runs
    recorded = folder.summary(run, Corrections()).record
    corrected = folder.summary(run, Corrections(intensity_g_per_kwh=100.0, pue=1.1)).record
    assert recorded is not None
    assert corrected is not None
    assert (recorded.emissions_g, recorded.boundary) == (1200.0, "facility")
    assert corrected.emissions_g == 220.0


def corrected(tmp_path: Path, out: Path, *options: str, code: int = 0) -> Any:
    """What `runs` says of one run of 2 kWh with these options: its record, or what is wrong."""
    if not (out / FOLDER).exists():
        for line in segment(kwh=2.0):
            LedgerFile(out / FOLDER / "r1-s.jsonl").append(**line)
    ended = call(["runs", str(out), "--format", "json", *options], tmp_path)
    assert ended.code == code, ended.err
    return json.loads(ended.out)["runs"][0]["record"] if code == 0 else ended.err


def test_a_cloud_region_can_be_given_afterwards(tmp_path: Path, out: Path) -> None:
    record = corrected(tmp_path, out, "--region", "gcp:us-central1")
    assert (record["cloud_provider"], record["cloud_region"], record["on_cloud"]) == ("gcp", "us-central1", True)
    assert (record["country_iso3"], record["geographical_location"]) == ("USA", "Iowa, United States")
    assert (record["boundary"], record["pue"], record["energy_kwh"]) == ("facility", 1.09, 2.18)
    assert "PUE 1.09 as gcp publishes it (2024)" in record["source"]
    record = corrected(tmp_path, out, "--region", "gcp:us-central1", "--pue", "1.0")
    assert (record["boundary"], record["energy_kwh"]) == ("node", 2.0)


def test_an_intensity_beside_a_country_is_that_countrys(tmp_path: Path, out: Path) -> None:
    record = corrected(tmp_path, out, "--country", "Österreich", "--intensity", "100 g/kWh")
    assert (record["emissions_g"], record["country_iso3"], record["geographical_location"]) == (200, "AUT", "Austria")
    record = corrected(tmp_path, out, "--region", "aws:eu-north-1", "--intensity", "0.1 kg/kWh")
    assert (record["emissions_g"], record["geographical_location"]) == (230, "SE3, Sweden")
    # Alone it is that of the place that was recorded.
    record = corrected(tmp_path, out, "--intensity", "100 g/kWh")
    assert (record["emissions_g"], record["geographical_location"]) == (200, "Germany")


@pytest.mark.parametrize("country", ["England", "Scotland", "U.K."])
def test_a_run_takes_a_country_as_people_write_it(tmp_path: Path, out: Path, country: str) -> None:
    record = corrected(tmp_path, out, "--country", country)
    assert (record["country_iso3"], record["geographical_location"]) == ("GBR", "United Kingdom")
    assert corrected(tmp_path, out, "--country", "USA/CA")["geographical_location"] == "California, United States"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--country", "FRA", "--region", "gcp:us-central1"), "stands in Iowa, United States"),
        (("--region", "Bavaria"), "region 'Bavaria' needs its country"),
        (("--region", "gcp:europe-west99"), "europe-west9"),
        (("--country", "Korea"), "(KOR) or North Korea (PRK)"),
        (("--country", "276"), "write DEU"),
        (("--country", ""), "--country is empty"),
        (("--intensity", "300"), "--intensity"),
        (("--intensity", "2 kg/kWh"), "no grid has 2000 g/kWh"),
        (("--country", "Antarctica"), "no intensity for Antarctica"),
    ],
    ids=str,
)
def test_a_place_that_cannot_be_is_refused(tmp_path: Path, out: Path, options: tuple[str, ...], words: str) -> None:
    error = corrected(tmp_path, out, *options, code=2)
    assert words in error
    assert len(error.strip().splitlines()) == 1


def test_the_command_line_lists_runs_and_what_cannot_be_read(tmp_path: Path, out: Path) -> None:
    for lines in (segment("r1", order=1), segment("r2", order=2, kwh=0.5)):
        for line in lines:
            LedgerFile(out / FOLDER / f"{line['run']}.jsonl").append(**line)
    with (out / FOLDER / "r2.jsonl").open("ab") as file:
        file.write(b'{"v": 1, "ki')
    listed = launch.cli("runs", out, root=tmp_path)
    assert listed.code == 0
    assert listed.out.index("r1: 400 g CO2eq, 1 kWh, Germany") < listed.out.index("r2: 200 g CO2eq, 500 Wh, Germany")
    assert "the line is damaged" in listed.err
    assert "All experiments: 600 g CO2eq, 2 runs" in listed.err
    document = json.loads(launch.cli("runs", out, "--format", "json", root=tmp_path).out)
    assert [run["run"] for run in document["runs"]] == ["r1", "r2"]
    assert len(document["problems"]) == 1


def test_the_ledger_has_a_figure_for_the_hub_only_once_it_was_written(tmp_path: Path, out: Path) -> None:
    for line in segment("r1", order=1):
        LedgerFile(out / FOLDER / "r1.jsonl").append(**line)
    before = sorted((path.name, path.read_bytes()) for path in (out / FOLDER).iterdir())
    with Hub() as hub:
        hub.create("user/model", "---\nlicense: mit\n---\n# A model\n")
        around = hub.environment(tmp_path / "home")
        # Nobody is there to say yes.
        refused = call(["runs", str(out), "--into", "user/model"], tmp_path, more=around)
        assert (refused.code, "nobody to ask" in refused.err) == (2, True)
        assert sorted((path.name, path.read_bytes()) for path in (out / FOLDER).iterdir()) == before
        written = call(["runs", str(out), "--into", "user/model", "--yes"], tmp_path, more=around)
        assert written.code == 0
        assert "  emissions: 400\n" in hub.readmes("user/model")[-1]
    added = "".join(path.read_text() for path in (out / FOLDER).glob("*.jsonl"))
    assert '"written"' in added


def test_a_figure_that_a_kill_left_unremembered_is_ours_all_the_same(tmp_path: Path, out: Path) -> None:
    """The commit was made, and the line of the ledger was not: the same command writes that line."""
    for line in segment("r1", order=1):
        LedgerFile(out / FOLDER / "r1.jsonl").append(**line)
    ledger = {path: path.read_bytes() for path in (out / FOLDER).iterdir()}
    with Hub() as hub:
        hub.create("user/model", "---\nlicense: mit\n---\n# A model\n")
        around = hub.environment(tmp_path / "home")
        command = ["runs", str(out), "--into", "user/model", "--yes"]
        assert call(command, tmp_path, more=around).code == 0
        for path in (out / FOLDER).iterdir():
            path.unlink()
        for path, content in ledger.items():
            path.write_bytes(content)
        again = call(command, tmp_path, more=around)
        assert (again.code, again.err) == (0, "user/model: nothing to change\n")
        corrected = call([*command, "--intensity", "100 g/kWh"], tmp_path, more=around)
        assert corrected.code == 0, corrected
        assert "  emissions: 100\n" in hub.readmes("user/model")[-1]


# The recorder's own judgement of what it reads, in simulated time


@pytest.fixture
def clock() -> Iterator[SimulatedClock]:
    """Simulated time, in which CodeCarbon reads our counters."""
    with simulated_time() as clock, tree.driven(clock.monotonic):
        yield clock


def record(clock: SimulatedClock, base: Path, counter: Counter, spans: list[float]) -> Run:
    """The run of a recorder that is asked for a reading after each span."""
    tree.point_at(tree.build(base / "tree", [counter]))
    recorder = Recorder(base / FOLDER, {"run": "r1", "node": "a"})
    recorder.begin()
    assert recorder.wait_ready(60)
    for span in spans:
        clock.advance(span)
        recorder.read("save", 1)
    recorder.finish("finished")
    return only(read_ledger(base / FOLDER).lines)


RESET = "a counter was reset while the training ran; what was drawn around that time is missing"


@pytest.mark.parametrize("below_top_j", [3_000, 50_000, 200_000])
def test_a_counter_that_is_reset_adds_nothing_and_is_said(
    clock: SimulatedClock, tmp_path: Path, below_top_j: int
) -> None:
    """CodeCarbon takes it for a wrap and adds what was left up to the counter's range."""
    start = USUAL_RANGE_UJ - below_top_j * 1_000_000 - 10_000_000
    counter = Counter([(0, 100.0)], clock.now, start_uj=start, resets=[clock.now + 20])
    run = record(clock, tmp_path, counter, [60])
    assert run.notes == [RESET]
    # One reading's time is lost, and the rest is right.
    assert 4400 <= run.segments[0].energies_kwh["cpu"] * J_PER_KWH <= 6000


@pytest.mark.parametrize("watched", [True, False])
def test_a_reset_between_two_readings_that_come_at_once_is_seen(
    clock: SimulatedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, watched: bool
) -> None:
    """By its power alone where a CodeCarbon of another version does not let its counters be looked at."""
    if not watched:
        monkeypatch.setattr(Counters, "_files", lambda self: [])
    counter = Counter([(0, 100.0)], clock.now, start_uj=200_000_000_000, resets=[clock.now + 30.04])
    run = record(clock, tmp_path, counter, [30.0, 0.08, 30.0])
    assert run.notes == [RESET]
    assert run.segments[0].energies_kwh["cpu"] * J_PER_KWH == pytest.approx(6000, rel=0.01)


def test_a_wrap_is_no_reset(clock: SimulatedClock, tmp_path: Path) -> None:
    counter = Counter([(0, 350.0)], clock.now, start_uj=USUAL_RANGE_UJ - 5_000_000_000)
    run = record(clock, tmp_path, counter, [60, 0.2, 60])
    assert run.notes == []
    assert run.segments[0].energies_kwh["cpu"] * J_PER_KWH == pytest.approx(350 * 120.2, rel=1e-3)


def test_a_counter_that_cannot_be_read_for_a_while_is_said(clock: SimulatedClock, tmp_path: Path) -> None:
    counter = Counter([(0, 100.0)], clock.now, unreadable=[(clock.now + 20, clock.now + 40)])
    run = record(clock, tmp_path, counter, [60])
    assert run.notes == ["a counter of the processors could not be read; what they drew in that time is missing"]


def test_a_reading_is_kept_every_fifteen_seconds_whatever_the_time_of_day_does(
    clock: SimulatedClock, tmp_path: Path
) -> None:
    counter = Counter([(0, 100.0)], clock.now)
    tree.point_at(tree.build(tmp_path / "tree", [counter]))
    recorder = Recorder(tmp_path / FOLDER, {"run": "r1", "node": "a"})
    recorder.begin()
    assert recorder.wait_ready(60)
    for jump in (0.0, -1e6, 2e6, -1e6):
        clock.wall_offset_s += jump
        clock.advance(60)
    times = [line["t_s"] for line in read_ledger(tmp_path / FOLDER).lines if line["kind"] == "reading"]
    assert len(times) >= 16
    assert all(0 < after - before <= 15 for before, after in itertools.pairwise([0.0, *times]))
    recorder.finish("finished")
    run = only(read_ledger(tmp_path / FOLDER).lines)
    assert run.duration_s == pytest.approx(240, abs=0.01)
