"""What is done of an audit, whatever it is stopped at; and results that would destroy something."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from in_process import ENVIRONMENT, Result, call
from pyarrow import parquet

# Runs the command, and is killed by itself when a function of a module is called for the nth time.
KILLED = """
import importlib, os, signal, sys
where, name, times, after = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4] == "after"
module = importlib.import_module(where.partition(":")[0])
owner = getattr(module, where.partition(":")[2]) if ":" in where else module
real, calls = getattr(owner, name), 0
def killed(*arguments, **more):
    global calls
    calls += 1
    if calls == times:
        if after:
            real(*arguments, **more)
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*arguments, **more)
setattr(owner, name, killed)
from hf_emissions.cli.main import main
main(["audit", *sys.argv[5:], "--processes", "1"])
"""


@pytest.fixture
def run(tmp_path) -> Callable[..., Result]:
    def run(*arguments: str, code: int = 0) -> Result:
        result = call(["audit", *arguments, "--processes", "1"], tmp_path)
        assert result.code == code, result
        assert code != 2 or result.err.count("\n") == 1, result.err
        return result

    return run


def dump(folder: Path, name: str = "dump.parquet", grams: int = 2, count: int = 300) -> Path:
    cards = [f"---\nco2_eq_emissions: {grams}\n---\n"] * count
    names = [f"lab/model-{number}" for number in range(count)]
    parquet.write_table(pa.table({"id": names, "card": cards}), folder / name)
    return folder / name


def rows(path: Path) -> list[dict]:
    return parquet.read_table(path).drop_columns(["audited_at"]).to_pylist()


def killed(folder: Path, *arguments: str) -> None:
    environment = {**os.environ, **ENVIRONMENT}
    command = [sys.executable, "-c", KILLED, *arguments]
    done = subprocess.run(command, check=False, cwd=folder, env=environment, capture_output=True)
    assert done.returncode == -9, done


class TestKilledAtTheEnd:
    """Where the command is killed: module, function, at which of its calls, before or after it has done its work."""

    PLACES = (
        ("out.parquet", "hf_emissions.audit.audit", "write_rows", "1", "before"),
        ("out.parquet", "hf_emissions.audit.audit", "write_rows", "1", "after"),
        ("out.parquet", "hf_emissions.audit.journal", "_empty", "2", "before"),
        ("out.parquet", "hf_emissions.audit.journal:shutil", "rmtree", "2", "before"),
        ("out.jsonl", "hf_emissions.cli.audit", "summarise", "1", "after"),
        ("out.jsonl", "hf_emissions.audit.audit", "write_rows", "2", "after"),
        ("out.jsonl", "pathlib:Path", "rmdir", "1", "before"),
    )

    @pytest.mark.parametrize(
        ("out", "where"),
        [
            pytest.param(
                out, where, id=" ".join((out, *where[1:])), marks=[pytest.mark.slow] * (number not in (1, 3, 5))
            )
            for number, (out, *where) in enumerate(PLACES)
        ],
    )
    def test_the_same_command_gives_the_same_rows(self, run, tmp_path, out, where):
        dump(tmp_path)
        run("--dump", "dump.parquet", "--out", f"whole-{out}")
        killed(tmp_path, *where, "--dump", "dump.parquet", "--out", out)
        said = run("--dump", "dump.parquet", "--out", out).out
        assert said.startswith("300 models\n")
        if out.endswith(".parquet"):
            assert rows(tmp_path / out) == rows(tmp_path / f"whole-{out}")
        else:
            assert len((tmp_path / out).read_text().splitlines()) == 300
        left = [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")]
        assert sorted(left) == sorted(["dump.parquet", out, f"whole-{out}"])

    @pytest.mark.parametrize("restart", [[], ["--restart"]])
    def test_no_rows_of_another_audit_are_left_in(self, run, tmp_path, restart):
        dump(tmp_path, "old.parquet", grams=1)
        dump(tmp_path, "new.parquet", grams=2)
        killed(
            tmp_path,
            "hf_emissions.audit.audit",
            "write_rows",
            "1",
            "before",
            "--dump",
            "old.parquet",
            "--out",
            "o.parquet",
        )
        # The plan goes first when a journal is removed.
        (tmp_path / "o.parquet.partial" / "plan.json").unlink()
        run("--dump", "new.parquet", "--out", "o.parquet", *restart)
        assert {row["emissions_g"] for row in rows(tmp_path / "o.parquet")} == {2.0}

    def test_killed_while_it_begins_anew(self, run, tmp_path):
        dump(tmp_path, "old.parquet", grams=1)
        dump(tmp_path, "new.parquet", grams=2)
        killed(
            tmp_path,
            "hf_emissions.audit.audit",
            "write_rows",
            "1",
            "before",
            "--dump",
            "old.parquet",
            "--out",
            "o.parquet",
        )
        again = ["--dump", "new.parquet", "--out", "o.parquet"]
        killed(tmp_path, "hf_emissions.audit.journal:shutil", "rmtree", "1", "before", *again, "--restart")
        assert list((tmp_path / "o.parquet.partial").glob("*.parquet"))
        run(*again)
        assert {row["emissions_g"] for row in rows(tmp_path / "o.parquet")} == {2.0}


def test_a_plan_that_is_none(run, tmp_path):
    dump(tmp_path)
    (tmp_path / "o.parquet.partial").mkdir()
    (tmp_path / "o.parquet.partial" / "plan.json").write_text("[]")
    result = run("--dump", "dump.parquet", "--out", "o.parquet", code=2)
    assert result.err == (
        "Error: o.parquet.partial/plan.json: this is no plan of an audit; give --restart to begin anew\n"
    )


def test_files_of_others_in_the_folder_are_left_there(run, tmp_path):
    dump(tmp_path)
    (tmp_path / "o.parquet.partial").mkdir()
    (tmp_path / "o.parquet.partial" / "notes.txt").write_text("mine")
    run("--dump", "dump.parquet", "--out", "o.parquet")
    assert [path.name for path in (tmp_path / "o.parquet.partial").iterdir()] == ["notes.txt"]


def test_the_same_command_twice_at_once(run, tmp_path):
    from filelock import FileLock

    dump(tmp_path)
    (tmp_path / "o.parquet.partial").mkdir()
    with FileLock(tmp_path / "o.parquet.partial" / ".lock"):
        result = run("--dump", "dump.parquet", "--out", "o.parquet", code=2)
    assert result.err == (
        "Error: o.parquet.partial: another audit writes here now; wait for its end, or give another --out\n"
    )
    run("--dump", "dump.parquet", "--out", "o.parquet")


class TestWhatWouldBeDestroyed:
    @pytest.fixture
    def parts(self, run, tmp_path) -> list[str]:
        dump(tmp_path)
        for part in "12":
            run("--dump", "dump.parquet", "--shard", f"{part}/2", "--out", f"p{part}.parquet")
        (tmp_path / "link.parquet").symlink_to("p1.parquet")
        return ["--parts", "p1.parquet", "--parts", "p2.parquet"]

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["--out", "p1.parquet"], "--out p1.parquet: this is the file of --parts, which it would replace"),
            (["--out", "./link.parquet"], "--out link.parquet: this is the file of --parts, which it would replace"),
            (["--trainings", "p2.parquet"], "--trainings p2.parquet: this is the file of --parts, which it would"),
            (["--parts", "link.parquet"], "--parts link.parquet: this file is given twice; give each once"),
            (["--shard", "9/2"], "--shard is '9/2'; write the part and how many there are"),
            (["--shard", "1/2"], "--shard goes with the cards of an audit; --parts are summed up whole"),
        ],
    )
    def test_parts(self, run, tmp_path, parts, arguments, words):
        before = {path: path.read_bytes() for path in tmp_path.glob("p*.parquet")}
        assert run(*parts, *arguments, code=2).err.startswith(f"Error: {words}")
        assert {path: path.read_bytes() for path in tmp_path.glob("p*.parquet")} == before

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["--out", "dump.parquet"], "--out dump.parquet: this is the file of --dump, which it would replace"),
            (
                ["--out", "o.parquet", "--trainings", "./o.parquet"],
                "--trainings o.parquet: this is the file of --out, which it would replace; name another",
            ),
            (["--out", "o.parquet", "--trainings", "no/t.parquet"], "--trainings no/t.parquet: there is no folder no"),
            (["--out", "folder.parquet"], "--out folder.parquet: this is a folder; name a file"),
            (["--trainings", "folder.parquet"], "--trainings folder.parquet: this is a folder; name a file"),
        ],
    )
    def test_it_is_said_before_anything_is_scanned(self, run, tmp_path, arguments, words):
        before = dump(tmp_path).read_bytes()
        (tmp_path / "folder.parquet").mkdir()
        assert run("--dump", "dump.parquet", *arguments, code=2).err.startswith(f"Error: {words}")
        assert (tmp_path / "dump.parquet").read_bytes() == before
        assert not list(tmp_path.glob("*.partial"))


def test_a_package_that_is_missing_is_said_before_anything_is_scanned(run, tmp_path, monkeypatch):
    dump(tmp_path)
    monkeypatch.setitem(sys.modules, "duckdb", None)
    result = run("--dump", "dump.parquet", "--out", "o.parquet", code=2)
    assert result.err == "Error: audits need duckdb; install them with: pip install 'hf-emissions[audit]'\n"
    assert not (tmp_path / "o.parquet.partial").exists()


def test_what_fails_at_the_end_does_not_throw_the_scan_away(run, tmp_path):
    dump(tmp_path)
    arguments = ["--dump", "dump.parquet", "--out", "o.parquet", "--trainings", "t.parquet"]
    killed(tmp_path, "hf_emissions.cli.audit", "summarise", "1", "before", *arguments)
    assert (tmp_path / "o.parquet.partial" / "plan.json").exists()
    shutil.copy(tmp_path / "o.parquet.partial" / "00000000.parquet", tmp_path / "first.parquet")
    run(*arguments)
    first = parquet.read_table(tmp_path / "first.parquet").column("audited_at")[0]
    assert set(parquet.read_table(tmp_path / "o.parquet").column("audited_at").to_pylist()) == {first.as_py()}
    assert (tmp_path / "t.parquet").exists()


@pytest.mark.parametrize(
    "option", ["--author", "--ids", "--search", "--filter", "--cards", "--dump", "--out", "--parts"]
)
def test_an_option_without_a_value_is_not_taken_for_none(run, option):
    result = run(option, "", code=2)
    assert result.err == f"Error: {option} is empty; give it a value, or leave it out\n"


@pytest.mark.parametrize(("text", "words"), [("", "--fail-on is empty"), (",", "--fail-on names no status; there are")])
def test_no_status_to_fail_on(run, tmp_path, text, words):
    dump(tmp_path)
    assert run("--dump", "dump.parquet", "--fail-on", text, code=2).err.startswith(f"Error: {words}")
