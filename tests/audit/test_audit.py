"""`hf-emissions audit`: over folders, archives and dumps; stopped and gone on with; in parts."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from audit.cards import CARDS, bytes_of, status_of
from in_process import ENVIRONMENT, Result, call
from pyarrow import parquet

COMMAND = [sys.executable, "-W", "error", "-c", "from hf_emissions.cli.main import main; main()", "audit"]
SUMMARY = """\
15 models
  reported: 3 (20.0%)
  questionable: 3 (20.0%)
  estimable: 1 (6.7%)
  missing: 4 (26.7%)
  unreadable: 4 (26.7%)
Sums of CO2eq, a training counted once, of the node, on the basis of the life cycle:
"""


@pytest.fixture
def run(tmp_path) -> Callable[..., Result]:
    def run(*arguments: str, code: int = 0) -> Result:
        result = call(["audit", *arguments, "--processes", "1"], tmp_path)
        assert result.code == code, result
        return result

    return run


@pytest.fixture
def cards(tmp_path) -> Path:
    for name in CARDS:
        path = tmp_path / "models" / name / "README.md"
        path.parent.mkdir(parents=True)
        path.write_bytes(bytes_of(name))
    return tmp_path / "models"


def archive(folder: Path, names: list[str]) -> Path:
    with tarfile.open(folder / "cards.tar.gz", "w:gz") as file:
        for name in names:
            member = tarfile.TarInfo(f"models/{name}/README.md")
            member.size = len(bytes_of(name))
            file.addfile(member, io.BytesIO(bytes_of(name)))
    return folder / "cards.tar.gz"


def rows(path: Path, without: tuple[str, ...] = ("audited_at",)) -> list[dict]:
    return parquet.read_table(path).drop_columns(list(without)).to_pylist()


class TestSources:
    def test_a_folder(self, run, cards, tmp_path):
        assert run("--cards", "models", "--out", "audit.parquet").out.startswith(SUMMARY)
        assert {row["id"]: row["status"] for row in rows(tmp_path / "audit.parquet")} == {
            name: status_of(name) for name in CARDS
        }
        assert sorted(path.name for path in tmp_path.iterdir()) == ["audit.parquet", "models"]

    def test_an_archive_gives_the_same(self, run, cards, tmp_path):
        archive(tmp_path, sorted(CARDS))
        run("--cards", "models", "--out", "one.parquet")
        run("--cards", "cards.tar.gz", "--out", "two.parquet")
        assert rows(tmp_path / "one.parquet") == rows(tmp_path / "two.parquet")

    def test_a_dump_gives_the_same(self, run, cards, tmp_path):
        names = sorted(name for name in CARDS if name != "lab/not-utf8")
        texts = [bytes_of(name).decode() for name in names]
        table = pa.table({"modelId": names, "card": texts, "downloads": [7] * len(names)})
        parquet.write_table(table, tmp_path / "dump.parquet")
        run("--cards", "models", "--out", "one.parquet")
        run("--dump", "dump.parquet", "--out", "two.parquet")
        expected = [{**row, "downloads": 7} for row in rows(tmp_path / "one.parquet") if row["id"] in names]
        assert rows(tmp_path / "two.parquet") == expected

    def test_several_dumps_are_all_read(self, run, tmp_path):
        for name, ids in {"a": ["o/1", "o/2"], "b": ["o/3"]}.items():
            parquet.write_table(pa.table({"modelId": ids, "card": ["# M"] * len(ids)}), tmp_path / f"{name}.parquet")
        run("--dump", "a.parquet", "--dump", "b.parquet", "--out", "out.parquet")
        assert [row["id"] for row in rows(tmp_path / "out.parquet")] == ["o/1", "o/2", "o/3"]
        assert run("--dump", "a.parquet", "--dump", "./a.parquet", code=2).err == (
            "Error: --dump a.parquet: this file is given twice; give each once\n"
        )
        assert "gone.parquet: there is no such" in run("--dump", "a.parquet", "--dump", "gone.parquet", code=2).err

    def test_a_dump_with_other_columns(self, run, tmp_path):
        table = pa.table({"name": ["a/b"], "words": ["---\nco2_eq_emissions: 2\n---\n"]})
        parquet.write_table(table, tmp_path / "dump.parquet")
        result = run("--dump", "dump.parquet", code=2)
        assert result.err == (
            "Error: dump.parquet: no column holds the id; name it with --id-column, there are name, words\n"
        )
        run("--dump", "dump.parquet", "--id-column", "name", "--card-column", "words", "--out", "out.parquet")
        assert rows(tmp_path / "out.parquet")[0]["emissions_g"] == 2

    def test_a_dump_of_front_matter(self, run, tmp_path):
        table = pa.table(
            {"id": ["a/b"], "front_matter": ["co2_eq_emissions: 2\nlicense: mit"], "createdAt": ["2024-05-01"]}
        )
        parquet.write_table(table, tmp_path / "dump.parquet")
        run("--dump", "dump.parquet", "--out", "out.parquet")
        (row,) = rows(tmp_path / "out.parquet")
        assert (row["status"], row["body_read"], row["created_at"].year) == ("reported", False, 2024)

    def test_members_of_an_archive_that_are_no_cards(self, run, tmp_path):
        with tarfile.open(tmp_path / "cards.tar.gz", "w:gz") as file:
            for name, kind in (("../../x/README.md", tarfile.SYMTYPE), ("a/b/README.md", tarfile.REGTYPE)):
                member = tarfile.TarInfo(name)
                member.type, member.linkname = kind, "/etc/passwd"
                file.addfile(member, io.BytesIO(b""))
        run("--cards", "cards.tar.gz", "--out", "out.parquet")
        assert [row["id"] for row in rows(tmp_path / "out.parquet")] == ["a/b"]

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ([], "name the cards: "),
            (["--cards", "nothing"], "nothing: there is no such file or folder"),
            (["--cards", "empty"], "empty: there is no README.md in this folder"),
            (["--cards", "file"], "file: this is no whole archive ("),
            (["--dump", "file"], "file: this is no Parquet file ("),
            (["--cards", "models", "--dump", "file"], "name the cards: "),
            (["--cards", "models", "--out", "audit.csv"], "--out audit.csv: the name must end with"),
            (["--cards", "models", "--out", "no/audit.parquet"], "--out no/audit.parquet: there is no folder no"),
            (["--cards", "models", "--shard", "3/2"], "--shard is '3/2'; write the part and how many there are"),
            (
                ["--cards", "models", "--fail-on", "missin"],
                "--fail-on: there is no status 'missin'; did you mean 'missing'?",
            ),
        ],
    )
    def test_what_cannot_be_done(self, run, cards, tmp_path, arguments, words):
        (tmp_path / "empty").mkdir()
        (tmp_path / "file").write_text("no archive")
        result = run(*arguments, code=2)
        assert result.err.startswith(f"Error: {words}")
        assert result.err.count("\n") == 1


class TestResult:
    def test_json_lines(self, run, cards, tmp_path):
        run("--cards", "models", "--out", "audit.jsonl")
        found = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
        assert {row["id"]: row["status"] for row in found} == {name: status_of(name) for name in CARDS}
        assert sorted(path.name for path in tmp_path.iterdir()) == ["audit.jsonl", "models"]

    def test_json(self, run, cards):
        summary = json.loads(run("--cards", "models", "--format", "json").out)
        assert summary["schema"] == 1
        counts = {"reported": 3, "questionable": 3, "estimable": 1, "missing": 4, "unreadable": 4}
        assert summary["summary"]["statuses"] == counts
        (sums,) = summary["summary"]["sums"]
        assert (sums["reported_trainings"], sums["reported_naive_g"], sums["exercises"]) == (3, 44.53, 0)
        assert 12.5 < sums["reported_low_g"] <= sums["reported_median_g"] <= sums["reported_high_g"] <= 44.53 + 1e-9
        assert sums["estimated_trainings"] == 1

    def test_fail_on(self, run, cards):
        run("--cards", "models", "--fail-on", "questionable,unreadable", code=1)
        run("--cards", "models/lab/silent", "--fail-on", "questionable,unreadable")

    def test_a_name_that_would_drive_a_terminal(self, run, tmp_path):
        parquet.write_table(
            pa.table({"id": ["a/\x1b[31mb"], "card": ["---\nco2_eq_emissions: 2\n---\n"]}), tmp_path / "d.parquet"
        )
        assert "\x1b" not in run("--dump", "d.parquet").out

    def test_the_parts_are_the_whole(self, run, cards, tmp_path):
        run("--cards", "models", "--out", "whole.parquet")
        for part in ("1/3", "2/3", "3/3"):
            run("--cards", "models", "--shard", part, "--out", f"part-{part[0]}.parquet")
        parts = [row for part in "123" for row in rows(tmp_path / f"part-{part}.parquet")]
        assert sorted(parts, key=lambda row: row["id"]) == rows(tmp_path / "whole.parquet")
        assert all(rows(tmp_path / f"part-{part}.parquet") for part in "123")


class TestStopped:
    COUNT = 2000

    @pytest.fixture
    def dump(self, tmp_path) -> Path:
        names = sorted(name for name in CARDS if name not in ("lab/not-utf8", "lab/deep"))
        models = [
            (f"{names[at % len(names)]}-{at}", bytes_of(names[at % len(names)]).decode()) for at in range(self.COUNT)
        ]
        table = pa.table({"id": [name for name, _ in models], "card": [card for _, card in models]})
        parquet.write_table(table, tmp_path / "dump.parquet")
        return tmp_path / "dump.parquet"

    def start(self, folder: Path, out: str, *more: str) -> subprocess.Popen:
        command = [*COMMAND, "--dump", "dump.parquet", "--out", out, *more]
        return subprocess.Popen(
            command, cwd=folder, env={**os.environ, **ENVIRONMENT}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def wait_for_parts(self, folder: Path, count: int, process: subprocess.Popen) -> None:
        end = time.monotonic() + 60
        while len(list(folder.glob("*.parquet"))) < count:
            assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < end
            time.sleep(0.005)

    @pytest.mark.slow
    def test_several_processes_say_the_same(self, tmp_path, dump, run):
        several = self.start(tmp_path, "several.parquet", "--processes", "2")
        out, err = several.communicate(timeout=120)
        assert (several.returncode, err) == (0, b"")
        assert run("--dump", "dump.parquet", "--out", "one.parquet").out == out.decode()
        assert rows(tmp_path / "several.parquet") == rows(tmp_path / "one.parquet")

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("how", "processes"),
        [
            (signal.SIGKILL, "2"),
            (signal.SIGINT, "1"),
            (signal.SIGINT, "2"),
            (signal.SIGTERM, "1"),
        ],
    )
    def test_the_same_command_goes_on(self, tmp_path, dump, run, how, processes):
        run("--dump", "dump.parquet", "--out", "whole.parquet")
        partial = tmp_path / "out.parquet.partial"
        stopped = self.start(tmp_path, "out.parquet", "--processes", processes)
        self.wait_for_parts(partial, 2, stopped)
        stopped.send_signal(how)
        _, err = stopped.communicate(timeout=60)
        assert stopped.returncode != 0
        assert not (tmp_path / "out.parquet").exists()
        if how == signal.SIGINT:
            assert "what is done is kept in out.parquet.partial; the same command goes on from there" in err.decode()
        done = len(list(partial.glob("*.parquet")))
        assert done * 250 < self.COUNT
        first = parquet.read_table(partial / "00000000.parquet").column("audited_at")[0]
        run("--dump", "dump.parquet", "--out", "out.parquet")
        found = parquet.read_table(tmp_path / "out.parquet")
        assert set(found.column("audited_at").to_pylist()) == {first.as_py()}
        assert rows(tmp_path / "out.parquet") == rows(tmp_path / "whole.parquet")
        assert not partial.exists()

    def test_another_source_is_not_mixed_in(self, tmp_path, dump, run):
        stopped = self.start(tmp_path, "out.parquet", "--processes", "1")
        self.wait_for_parts(tmp_path / "out.parquet.partial", 1, stopped)
        stopped.kill()
        stopped.communicate()
        parquet.write_table(pa.table({"id": ["a/b"], "card": ["# A model\n"]}), dump)
        result = run("--dump", "dump.parquet", "--out", "out.parquet", code=2)
        assert result.err == (
            "Error: out.parquet.partial: an audit with another source was begun here; give --restart to begin anew\n"
        )
        run("--dump", "dump.parquet", "--out", "out.parquet", "--restart")
        assert [row["id"] for row in rows(tmp_path / "out.parquet")] == ["a/b"]
