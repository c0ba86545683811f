"""What an audit prints: annotations, SARIF, counts, a plan; and how far it is, on a terminal and in a pipe."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable

import pytest
from audit.cards import CARDS, bytes_of
from in_process import ENVIRONMENT, Result, call

from hf_emissions.cli.output import Output
from hf_emissions.cli.progress import Progress

PROGRESS = """
import sys, time
from hf_emissions.cli import progress
from hf_emissions.cli.output import Output
progress._EVERY_S = progress._ON_A_TERMINAL_S = 0.0
shown = progress.Progress(Output(), more=lambda: "7 calls to go")
shown.begin(1000)
time.sleep(0.2)
shown.tell(300, 100)
shown.end()
"""


@pytest.fixture
def run(tmp_path) -> Callable[..., Result]:
    for name in CARDS:
        path = tmp_path / "models" / name / "README.md"
        path.parent.mkdir(parents=True)
        path.write_bytes(bytes_of(name))

    def run(*arguments: str, code: int = 0) -> Result:
        result = call(["audit", "--cards", "models", *arguments, "--processes", "1"], tmp_path)
        assert result.code == code, result
        return result

    return run


def test_annotations(run):
    result = run("--format", "github", "--fail-on", "questionable", code=1)
    lines = result.out.splitlines()
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines)
    (kilograms,) = [line for line in lines if "title=kilograms-as-grams" in line and "lab/kilograms" in line]
    assert kilograms.startswith("::error file=lab/kilograms/README.md,line=")
    assert [
        line for line in lines if line.startswith("::error file=lab/not-utf8/README.md,title=hf-emissions::the bytes")
    ]
    assert result.err == ""


def test_sarif(run):
    (log,) = json.loads(run("--format", "sarif").out)["runs"]
    places = {
        (one["ruleId"], one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) for one in log["results"]
    }
    assert ("kilograms-as-grams", "lab/kilograms/README.md") in places
    assert log["invocations"][0]["toolExecutionNotifications"]


def test_the_count_of_each_status(run):
    assert run("--format", "quiet").out.splitlines() == [
        "reported 3",
        "questionable 3",
        "estimable 1",
        "missing 4",
        "unreadable 4",
    ]


def test_a_dry_run_writes_nothing(run, tmp_path):
    assert run("--dry-run", "--out", "out.parquet").out == "15 models would be audited\n"
    assert [path.name for path in tmp_path.iterdir()] == ["models"]
    assert json.loads(run("--dry-run", "--format", "json").out)["plan"] == {"models": 15, "calls": 0}
    counts = [int(run("--dry-run", "--shard", f"{part}/2").out.split()[0]) for part in "12"]
    assert sum(counts) == 15


def test_one_card_starts_no_other_process(run, tmp_path, monkeypatch):
    monkeypatch.setattr("hf_emissions.audit.engine.ProcessPoolExecutor", None)
    result = call(["audit", "--cards", "models", "--processes", "2"], tmp_path)
    assert (result.code, result.err) == (0, "")


def test_the_cores_that_this_process_may_use(monkeypatch):
    from hf_emissions.cli.audit import _cores

    assert _cores() == len(os.sched_getaffinity(0))


def test_progress_in_a_pipe():
    command = [sys.executable, "-c", PROGRESS]
    done = subprocess.run(command, check=True, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True)
    words, more = done.stderr.removesuffix("\n").split("; ")
    assert words.startswith("300 of 1000 models, ")
    assert " a second, " in words
    assert words.endswith(" left")
    assert more == "7 calls to go"
    assert "\x1b" not in done.stderr


def test_progress_on_a_terminal():
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", PROGRESS]
    with subprocess.Popen(command, env={**os.environ, **ENVIRONMENT}, stderr=theirs) as process:
        assert process.wait(timeout=60) == 0
    os.close(theirs)
    said = os.read(ours, 4096).decode()
    os.close(ours)
    # The line is written over, and taken away at the end.
    assert said.startswith("\r\x1b[K300 of 1000 models, ")
    assert "; 7 calls to go" in said
    assert said.endswith("\r\x1b[K")


def test_nothing_is_said_of_progress_to_programs(capsys):
    Progress(Output("json")).tell(5, 0)
    assert capsys.readouterr().err == ""
