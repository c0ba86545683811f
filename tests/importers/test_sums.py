"""`import` of a folder: what is one run in several files, what is added up, and what never is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from importers.rows import BEFORE, row

SAMPLES = Path(__file__).parent / "samples"
ZEUS = "start_time,window_name,elapsed_time,gpu0_energy\n"


def shown(out: str) -> list[str]:
    """The lines that begin a run."""
    return [line for line in out.splitlines() if not line.startswith(" ")]


class TestOneRunInSeveralFiles:
    def test_a_copy_of_an_earlier_state(self, run, csv, tmp_path):
        csv(row(), name="f/emissions.csv")
        csv(row(duration=18000, emissions=1.905, energy_consumed=5.0), name="f/before/emissions.csv")
        for more in ([], ["--all"], ["--run", "a1"]):
            out = run("f", *more).out
            assert shown(out) == ["a1: 3.81 kg CO2eq"]
            assert "this run stands in f/before/emissions.csv:2 too, and is counted once, by its most energy" in out

    def test_a_run_and_its_tasks(self, run, tmp_path):
        (tmp_path / "f").mkdir()
        shutil.copy(SAMPLES / "codecarbon" / "with_tasks.csv", tmp_path / "f")
        shutil.copy(SAMPLES / "codecarbon" / "tasks.csv", tmp_path / "f")
        out = run("f", "--all", "--format", "json").out
        (found,) = json.loads(out)["runs"]
        # The row of the run has the energy of both tasks and of what lies around them.
        assert found["record"]["energy_kwh"] == 3.0381489613108817e-05
        assert found["run"] == "4dce64c2-42f4-41a9-aee6-97074eacef9b"
        assert "its tasks (f/tasks.csv:2) are parts of it and are not added to it" in found["notes"]

    def test_tasks_without_their_run_stand_for_themselves(self, run, tmp_path):
        (tmp_path / "f").mkdir()
        shutil.copy(SAMPLES / "codecarbon" / "tasks.csv", tmp_path / "f")
        assert shown(run("f").out) == ["load: 4.6 mg CO2eq", "train: 4.61 mg CO2eq"]

    def test_the_same_bytes(self, run, files):
        table = (SAMPLES / "green-algorithms" / "calculator.csv").read_text()
        files(**{"f/a.csv": table, "f/b.csv": table})
        out = run("f", "--all").out
        assert shown(out) == ["row 1: 2.42 kg CO2eq"]
        assert "note: f/b.csv has the same bytes and is not counted again" in out

    def test_equal_figures_are_no_sign_of_it(self, run, files):
        table = (SAMPLES / "green-algorithms" / "calculator.csv").read_text()
        files(**{"f/a.csv": table, "f/b.csv": table + "\n"})
        # Two jobs of 7.34304 kWh.
        (found,) = json.loads(run("f", "--all", "--format", "json").out)["runs"]
        assert found["record"]["energy_kwh"] == 14.68608
        assert found["record"]["emissions_g"] == 4846.4064

    def test_two_logs_of_equal_energy(self, run, files):
        files(**{"f/a.csv": ZEUS + "0,train,3600,3600000\n", "f/b.csv": ZEUS + "5,train,3600,3600000\n"})
        (found,) = json.loads(run("f", "--all", "--intensity", "100 g/kWh", "--format", "json").out)["runs"]
        assert (found["record"]["energy_kwh"], found["record"]["emissions_g"]) == (2.0, 200.0)

    def test_a_report_of_a_run_that_is_there_with_its_grams(self, run, files, csv):
        report = json.loads((SAMPLES / "codecarbon" / "boamps_report.json").read_text())
        report["header"]["reportId"] = "a1"
        report["measures"][0]["powerConsumption"] = 10.0
        files(**{"f/boamps_report_a1.json": json.dumps(report)})
        csv(row(), name="f/emissions.csv")
        assert shown(run("f").out) == ["a1: 3.81 kg CO2eq"]

    def test_the_two_logs_of_a_pair(self, run, tmp_path):
        (tmp_path / "f").mkdir()
        for one in (SAMPLES / "carbontracker").glob("located_*"):
            shutil.copy(one, tmp_path / "f")
        assert shown(run("f").out) == ["located: 16.8 mg CO2eq"]

    def test_two_runs_of_one_name(self, run, files):
        files(**{"f/a.csv": ZEUS + "0,train,3600,3600000\n", "f/b.csv": ZEUS + "0,train,3600,1800000\n"})
        err = run("f", "--run", "train", "--country", "DE", code=2).err
        assert err == (
            "Error: --run: 2 runs are called 'train': train (1 kWh, f/a.csv:2), train (500 Wh, f/b.csv:2);"
            " name the file of the one\n"
        )
        assert (
            "some have one name, so name the file of the one that is meant"
            in run("f", "--into", "README.md", code=2).err
        )


class TestFilesThatCannotBeRead:
    @pytest.fixture(autouse=True)
    def folder(self, csv):
        csv(row(emissions="nan"), name="f/bad.csv")
        csv(row(run_id="good"), name="f/good.csv")

    BAD = "f/bad.csv:2: emissions is 'nan'; it must be a finite number, at least 0"

    @pytest.mark.parametrize("more", [[], ["--run", "good"], ["--into", "README.md"]])
    def test_they_are_said_whatever_is_done(self, run, more):
        assert f"Error: {self.BAD}\n" in run("f", *more).err
        assert json.loads(run("f", *more, "--format", "json").out)["problems"] == [self.BAD]

    def test_a_sum_would_lack_them(self, run, tmp_path):
        done = run("f", "--all", "--into", "README.md", code=2)
        assert done.err.splitlines() == [
            f"Error: {self.BAD}",
            "Error: --all: the run a1 (f/bad.csv:2) could not be read, and a sum would lack it; choose with --run, or"
            " mend it",
        ]
        assert (tmp_path / "README.md").read_text() == BEFORE

    @pytest.mark.parametrize("more", [["--all"], ["--run", "x"], ["--into", "README.md"]])
    def test_there_is_nothing_else(self, run, tmp_path, more):
        (tmp_path / "f" / "good.csv").unlink()
        done = run("f", *more, code=2)
        assert done.err.startswith(f"Error: {self.BAD}\nError: ")
        assert "there are 0 runs" not in done.err
        assert "Traceback" not in done.err

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"pue": 0.5}, "f/pue.csv:2: pue is 0.5; a facility's PUE lies between 1.0 and 5.0"),
            ({"pue": 99}, "f/pue.csv:2: pue is 99; a facility's PUE lies between 1.0 and 5.0"),
            ({"emissions": "1e308"}, "f/pue.csv:2: emissions is '1e308', which is no number that a tracker writes"),
            ({"emissions": "1_0"}, "f/pue.csv:2: emissions is '1_0', which is no number that a tracker writes"),
        ],
    )
    def test_one_bad_value_does_not_end_the_list(self, run, files, changes, words):
        cells = {
            "timestamp": "2026-01-01T00:00:00",
            "project_name": "p",
            "run_id": "r",
            "duration": 1,
            "emissions": 1,
            "energy_consumed": 3,
            "country_iso_code": "DEU",
            "pue": 1,
        } | changes
        files(**{"f/pue.csv": ",".join(cells) + "\n" + ",".join(map(str, cells.values())) + "\n"})
        done = run("f")
        assert shown(done.out) == ["a1: no figure (CodeCarbon)", "good: 3.81 kg CO2eq", "r: no figure (CodeCarbon)"]
        assert f"Error: {words}\n" in done.err


def test_states_of_checkpoints_are_left_out(run, csv, files):
    state = json.dumps({"log_history": [{"loss": 1, "step": 10}], "total_flos": 1e15})
    files(**{"f/checkpoint-10/trainer_state.json": state, "f/checkpoint-20/trainer_state.json": state})
    csv(row(), name="f/emissions.csv")
    done = run("f")
    assert (shown(done.out), done.err) == (["a1: 3.81 kg CO2eq"], "")
    assert (
        "the state of a checkpoint); it has total_flos 1e+15; " in run("f/checkpoint-10/trainer_state.json", code=2).err
    )


class TestSums:
    def test_windows_within_windows(self, run, files, tmp_path):
        # Two epochs of 36 kJ, each with a step of 18 kJ in it: 72 kJ are 20 Wh, and not 30.
        files(**{"z.csv": ZEUS + "0,step,50,18000\n0,epoch,100,36000\n100,step,50,18000\n100,epoch,100,36000\n"})
        given = ["--intensity", "100 g/kWh"]
        done = run("z.csv", "--all", "--into", "README.md", *given, code=2)
        assert done.err.startswith(
            "Error: z.csv:2: step and epoch went on at the same time, so that one holds the other"
        )
        assert (tmp_path / "README.md").read_text() == BEFORE
        assert shown(run("z.csv", "--run", "epoch", *given).out) == ["epoch: 2 g CO2eq"]

    def test_windows_in_turn(self, run, files):
        files(**{"z.csv": ZEUS + "0,epoch,100,36000\n100,eval,10,3600\n110,epoch,100,36000\n210,eval,10,3600\n"})
        (found,) = json.loads(run("z.csv", "--all", "--intensity", "100 g/kWh", "--format", "json").out)["runs"]
        # 79.2 kJ are 22 Wh; 220 s in all.
        assert (found["record"]["energy_kwh"], found["record"]["duration_s"]) == (0.022, 220.0)

    def test_two_nodes_of_ten_hours_took_ten_hours(self, run, csv):
        csv(row(run_id="n0"), name="f/n0/emissions.csv")
        csv(row(run_id="n1", timestamp="2026-01-01T00:10:00"), name="f/n1/emissions.csv")
        (found,) = json.loads(run("f", "--all", "--format", "json").out)["runs"]
        # The second began and ended ten minutes later.
        assert (found["record"]["energy_kwh"], found["record"]["duration_s"]) == (20.0, 36600.0)

    def test_one_after_the_other(self, run, csv):
        csv(row(run_id="n0"), row(run_id="n1", timestamp="2026-01-05T00:00:00"), name="f/emissions.csv")
        (found,) = json.loads(run("f", "--all", "--format", "json").out)["runs"]
        assert found["record"]["duration_s"] == 72000.0

    def test_a_slip_does_not_hide_in_a_sum(self, run, csv):
        sound = [row(run_id=f"r{day}", timestamp=f"2026-01-{day:02}T10:00:00") for day in range(1, 10)]
        path = csv(*sound, row(run_id="slip", timestamp="2026-02-20T10:00:00", emissions=0.00381))
        warned = [line for line in run(path, "--all").out.splitlines() if "warning" in line]
        assert warned == [
            "  warning: emissions.csv:11: 3.81 g over 10 kWh are 0.381 g/kWh, which no grid has (grids have 3.5 to"
            " 1400): it looks like a thousandth of what it should be, kilograms for grams or Wh for kWh"
        ]

    def test_one_run_metered_nothing(self, run, csv):
        path = csv(row(), row(run_id="b", emissions=0, energy_consumed=0, timestamp="2026-02-20T10:00:00"))
        err = run(path, "--all", code=2).err
        assert err == (
            "Error: emissions.csv:3: the run b has 0 kWh: nothing was metered, and a sum lacks it; choose with --run\n"
        )

    def test_one_run_is_of_no_place(self, run, csv):
        quebec = {"country_iso_code": "CAN", "country_name": "Canada", "region": "quebec", "emissions": 0.0394}
        path = csv(row(), row(run_id="b", timestamp="2026-02-01T00:00:00", **quebec, latitude=46.8, longitude=-71.2))
        assert "emissions.csv:3: CodeCarbon did not find out where" in run(path, "--all", code=2).err
        # 20 kWh at 100 g/kWh.
        assert shown(run(path, "--all", "--intensity", "100 g/kWh").out) == ["all: 2 kg CO2eq"]

    def test_what_covers_different_things(self, run, csv):
        california = {"country_iso_code": "USA", "country_name": "United States", "region": "california"}
        path = csv(row(), row(run_id="b", timestamp="2026-02-01T00:00:00", **california, emissions=1.79))
        assert "differ in what their intensity covers (combustion and life-cycle)" in run(path, "--all", code=2).err

    def test_several_trackers_of_one_run(self, run, csv, files):
        csv(row(), name="f/emissions.csv")
        files(**{"f/zeus.csv": ZEUS + "0,train,36000,18000000\n"})
        listed = run("f", "--country", "DE").out
        assert [line.partition(":")[0] for line in shown(listed)] == ["a1", "train"]
        # The GPUs are in the node.
        assert "differ in what their energy covers (accelerators and node)" in run("f", "--all", code=2).err
        assert (
            "there are 2 runs: a1 (3.81 kg CO2eq, f/emissions.csv:2), train (5 kWh, f/zeus.csv:2)"
            in run("f", "--into", "README.md", code=2).err
        )
