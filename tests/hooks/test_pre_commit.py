"""The hooks of .pre-commit-hooks.yaml, run by the real pre-commit on a scratch repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from hooks.processes import call

ROOT = Path(__file__).parent.parent.parent
HOOKS = ROOT / ".pre-commit-hooks.yaml"
WHOLE = (
    "---\nco2_eq_emissions:\n  emissions: {}\n  source: CodeCarbon\n  training_type: fine-tuning\n"
    "  geographical_location: Paris, France\n  hardware_used: 8 x A100\n---\n"
)
QUOTED, PLAIN = WHOLE.format('"250"'), WHOLE.format("250")

pytestmark = pytest.mark.skipif(find_spec("pre_commit") is None, reason="needs the extra [test]")


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """A home of its own, no network, and the command as an installation would put it onto the path."""
    folder = tmp_path / "bin"
    folder.mkdir()
    command = folder / "hf-emissions"
    command.write_text(f"#!{sys.executable}\nfrom hf_emissions.cli.main import main\nmain()\n")
    command.chmod(0o755)
    git = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for who in ("AUTHOR", "COMMITTER"):
        git |= {f"GIT_{who}_NAME": "a", f"GIT_{who}_EMAIL": "a@example.org"}
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "PRE_COMMIT"))}
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    return {**kept, **git, "HOME": str(tmp_path), "PRE_COMMIT_HOME": str(tmp_path / "cache"), "PATH": path}


@pytest.fixture
def repository(tmp_path, environment):
    """A repository with a card, a README.md that is no Markdown of ours, and another file of Markdown."""
    folder = tmp_path / "repository"
    (folder / "models" / "one").mkdir(parents=True)
    (folder / "models" / "one" / "README.md").write_text(QUOTED)
    (folder / "NOT_README.md").write_text("---\na: [\n---\n")
    (folder / "README.md.txt").write_text("---\na: [\n---\n")
    call(["git", "init", "--quiet", "."], folder, environment)
    call(["git", "add", "."], folder, environment)
    call(["git", "commit", "--quiet", "-m", "first"], folder, environment)
    return folder


def pre_commit(*arguments, folder, environment, code=0):
    return call([sys.executable, "-m", "pre_commit", *arguments], folder, environment, code)


def configure(folder, repository):
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [repository]}))
    # What pre-commit reads its settings from has to be known to git.
    subprocess.run(["git", "add", ".pre-commit-config.yaml"], cwd=folder, check=True)


def on_the_path():
    """The hooks as they are, but for the environment that pre-commit would install: the command is on the path."""
    hooks = yaml.safe_load(HOOKS.read_text())
    return {"repo": "local", "hooks": [{**hook, "language": "system"} for hook in hooks]}


def run_both(repository, environment):
    output = pre_commit("run", "hf-emissions-fix", "--all-files", folder=repository, environment=environment, code=1)
    assert "files were modified by this hook" in output
    assert (repository / "models" / "one" / "README.md").read_text() == PLAIN
    assert "NOT_README" not in output
    for hook in ("hf-emissions-fix", "hf-emissions-check"):
        assert "Passed" in pre_commit("run", hook, "--all-files", folder=repository, environment=environment)
    (repository / "README.md").write_text("---\nlicense: mit\n---\n# A model\n")
    call(["git", "add", "."], repository, environment)
    output = pre_commit("run", "hf-emissions-check", folder=repository, environment=environment, code=1)
    assert "README.md:1:1: warning: no co2_eq_emissions block" in output
    # What cannot be mended is for the other hook to say.
    assert "Passed" in pre_commit("run", "hf-emissions-fix", folder=repository, environment=environment)


def test_the_manifest_is_what_pre_commit_asks_for(environment, tmp_path):
    pre_commit("validate-manifest", str(HOOKS), folder=tmp_path, environment=environment)


@pytest.mark.slow
def test_the_hooks(repository, environment):
    configure(repository, on_the_path())
    run_both(repository, environment)


def test_a_card_that_cannot_be_read_stops_both(repository, environment):
    configure(repository, on_the_path())
    (repository / "README.md").write_bytes(b"---\nlicense: \xff\n---\n")
    call(["git", "add", "."], repository, environment)
    for hook in ("hf-emissions-check", "hf-emissions-fix"):
        output = pre_commit("run", hook, "--files", "README.md", folder=repository, environment=environment, code=1)
        assert "- exit code: 2" in output


@pytest.mark.slow
def test_the_hooks_as_they_are_installed(repository, environment, tmp_path):
    """pre-commit clones this project and installs it; that needs a package index, the run itself does not."""
    source = tmp_path / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, source / name)
    for name in ("src", "templates"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    call(["git", "init", "--quiet", "."], source, environment)
    call(["git", "add", "."], source, environment)
    call(["git", "commit", "--quiet", "-m", "source"], source, environment)
    revision = call(["git", "rev-parse", "HEAD"], source, environment).strip()
    hooks = [{"id": "hf-emissions-check"}, {"id": "hf-emissions-fix"}]
    configure(repository, {"repo": source.as_uri(), "rev": revision, "hooks": hooks})
    index = {key: value for key, value in os.environ.items() if key.startswith("PIP_")}
    environment = {key: value for key, value in environment.items() if key != "PYTHONPATH"} | index
    home = {"PIP_CONFIG_FILE": pip_settings()} if pip_settings() else {}
    pre_commit("install-hooks", folder=repository, environment={**environment, **home})
    offline = {"PIP_NO_INDEX": "1", "HF_HUB_OFFLINE": "1", "https_proxy": "http://127.0.0.1:9"}
    run_both(repository, {**environment, **offline})


def pip_settings():
    """The user's own settings of pip, which name the index that this machine installs from."""
    for path in (Path("~/.config/pip/pip.conf"), Path("~/.pip/pip.conf")):
        if path.expanduser().is_file():
            return str(path.expanduser())
    return ""
