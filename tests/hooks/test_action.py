"""The GitHub Action in action.yml: its steps, run as GitHub's shell runs them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import in_process
import pytest
import yaml
from hooks.processes import call

ROOT = Path(__file__).parent.parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = ACTION["runs"]["steps"]
INSTALL, CHECK = (step for step in STEPS if "run" in step)
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
CARD = "---\nlicense: mit\n---\n# A model\n"
BLOCK = "---\nco2_eq_emissions:\n  emissions: 12.5\n---\n"


class Runner:
    """What a runner does with a composite action: it puts in the values of expressions, and calls the shell."""

    def __init__(self, folder: Path) -> None:
        self.temporary = folder / "temp"
        self.workspace = folder / "workspace"
        for made in (self.temporary, self.workspace):
            made.mkdir()

    def install(self, script: str) -> Path:
        """A script where the step of installation leaves the command."""
        command = self.temporary / "hf-emissions" / "bin" / "hf-emissions"
        command.parent.mkdir(parents=True)
        command.write_text(script)
        command.chmod(0o755)
        return command

    def run(self, step, *, code=0, **inputs):
        values = {
            "github.action_path": str(ROOT),
            "runner.temp": str(self.temporary),
            "steps.python.outputs.python-path": sys.executable,
        }
        given = {name: str(about.get("default", "")) for name, about in ACTION["inputs"].items()} | inputs
        values |= {f"inputs.{name}": value for name, value in given.items()}
        environment = {name: EXPRESSION.sub(lambda found: values[found[1]], text) for name, text in step["env"].items()}
        script = self.temporary / "step.sh"
        script.write_text(step["run"])
        # "shell: bash" on GitHub's runners.
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", script]
        return call(command, self.workspace, {**os.environ, **environment}, code)

    def check(self, **given):
        return self.run(CHECK, **given)

    def write(self, name, text):
        path = self.workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def runner(tmp_path):
    made = Runner(tmp_path)
    made.install(f"#!{sys.executable}\nfrom hf_emissions.cli.main import main\nmain()\n")
    return made


def test_annotations(runner):
    runner.write("README.md", CARD)
    printed = runner.check(code=1)
    assert printed.startswith("::warning file=README.md,line=1,col=1,title=missing-emissions::")
    runner.check(**{"exit-zero": "true"})
    runner.check(**{"fail-on": "error"})


def test_targets_and_rules(runner):
    runner.write("a b/README.md", CARD)
    runner.write("c/README.md", BLOCK)
    runner.write("d/README.md", CARD)
    printed = runner.check(code=1, targets="a b\n\nc/README.md\n", ignore="missing-source, missing-location")
    titles = re.findall(r"file=([^,]*),.*?title=([^:]*)::", printed)
    assert titles == [
        ("a b/README.md", "missing-emissions"),
        ("c/README.md", "missing-hardware"),
        ("c/README.md", "missing-training-type"),
    ]
    assert runner.check(targets="d", select="missing-source") == ""


def test_sarif(runner):
    runner.write("README.md", CARD)
    printed = runner.check(code=1, **{"sarif-file": "out put.sarif"})
    assert printed.startswith("::warning file=README.md")
    log = json.loads((runner.workspace / "out put.sarif").read_text())
    assert [result["ruleId"] for result in log["runs"][0]["results"]] == ["missing-emissions"]


def test_what_could_not_be_done(runner):
    runner.check(code=2)
    runner.write("README.md", CARD)
    runner.check(code=2, **{"fail-on": "nonsense"})
    runner.check(code=2, **{"sarif-file": "x.sarif", "select": "nonsense"})


@pytest.mark.parametrize(
    "text", ["$(touch hacked)", "`touch hacked`", '"; touch hacked; "', "--fix", "a\n; touch hacked"]
)
@pytest.mark.parametrize("name", ACTION["inputs"])
def test_an_input_is_never_run(tmp_path, name, text):
    """By the shell, which calls a script that writes down what it is given; nor by the command, when given that."""
    runner = Runner(tmp_path)
    noted = runner.install('#!/bin/bash\nprintf \'%s\\0\' $# "$@" >> "$0.calls"\n').with_suffix(".calls")
    runner.write("README.md", CARD)
    runner.check(code=None, **{name: text})
    calls = calls_of(noted)
    assert len(calls) == (2 if name == "sarif-file" else 1)
    for arguments in calls:
        in_process.call(arguments, runner.workspace)
    assert not (runner.workspace / "hacked").exists()
    assert (runner.workspace / "README.md").read_text() == CARD


def calls_of(noted):
    """The arguments of each call that was written down, as their number and themselves."""
    words = iter(noted.read_text().split("\0")[:-1])
    return [[next(words) for _ in range(int(count))] for count in words]


def test_inputs_go_by_the_environment_alone():
    for step in STEPS:
        assert not EXPRESSION.search(step.get("run", ""))
    for name in ACTION["inputs"]:
        assert f"${{{{ inputs.{name} }}}}" in CHECK["env"].values()


def test_actions_are_pinned():
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert used
    for name in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", name)


def test_every_input_has_a_description_and_a_default():
    for about in ACTION["inputs"].values():
        assert about["description"].endswith(".")
        assert isinstance(about["default"], str)


@pytest.mark.skipif(find_spec("zizmor") is None, reason="needs the extra [lint]")
def test_zizmor_finds_nothing():
    command = [Path(sys.executable).with_name("zizmor"), "--offline", "--quiet", ROOT / "action.yml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_the_action_installs_the_command(tmp_path):
    """Needs a package index, as a runner has."""
    made = Runner(tmp_path)
    made.run(INSTALL)
    made.write("README.md", CARD)
    assert "title=missing-emissions::" in made.check(code=1)
