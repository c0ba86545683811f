"""`hf emissions ...`: the command as an extension of `hf`, run by the real `hf` from a folder laid out as it does.

`hf extensions install OWNER/hf-emissions` makes an environment in ~/.local/share/hf/extensions/hf-emissions, installs
the repository into it, looks for the script `hf-emissions` there, and writes a manifest. Here the script is written
and the manifest is that of `hf` itself.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hooks.processes import call

CARD = "---\nlicense: mit\n---\n# A model\n"
HF = Path(sys.executable).with_name("hf")

pytestmark = pytest.mark.skipif(not HF.is_file(), reason="the command hf is not installed beside this Python")


@pytest.fixture
def hf(tmp_path):
    home = tmp_path / "home"
    install(home)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "README.md").write_text(CARD)
    own = {"HOME": str(home), "HF_HOME": str(home / "hf"), "HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_UPDATE_CHECK": "1"}
    environment = {**os.environ, **own, "COLUMNS": "100", "NO_COLOR": "1"}

    def hf(*arguments, code=0, stdin=""):
        return call([HF, *arguments], tmp_path, environment, code, stdin, timeout_s=120)

    return hf


def install(home):
    from huggingface_hub.cli.extensions import ExtensionManifest

    folder = home / ".local" / "share" / "hf" / "extensions" / "hf-emissions"
    script = folder / "venv" / "bin" / "hf-emissions"
    script.parent.mkdir(parents=True)
    script.write_text(f"#!{sys.executable}\nfrom hf_emissions.cli.main import main\nmain()\n")
    script.chmod(0o755)
    ExtensionManifest(
        owner="someone",
        repo="hf-emissions",
        repo_id="someone/hf-emissions",
        short_name="emissions",
        executable_path=str(script),
        type="python",
        installed_at=datetime.now(UTC),
        description="Training emissions of model cards",
        commit_sha="0" * 40,
    ).save(folder)


def test_check(hf):
    printed = hf("emissions", "check", "models/README.md", code=1)
    assert printed.startswith("models/README.md:1:1: warning: no co2_eq_emissions block; ")
    assert hf("emissions", "check", "-", "--select", "missing-source", stdin=CARD) == ""


def test_a_failure_keeps_its_exit_code(hf):
    hf("emissions", "check", "nope.md", code=2)


def test_options_reach_the_command(hf, tmp_path):
    assert "hf-emissions, version " in hf("emissions", "--version")
    assert "Usage: hf-emissions check" in hf("emissions", "check", "--help")
    hf("emissions", "add", "models/README.md", "--emissions", "12.5 g")
    assert "emissions: 12.5\n" in (tmp_path / "models" / "README.md").read_text()


def test_it_is_listed(hf):
    assert "Training emissions of model cards" in hf("--help")
    assert "hf emissions" in hf("extensions", "list")


def test_the_name_is_free():
    from huggingface_hub.cli.hf import app

    names = {name.strip() for command in getattr(app, "commands", {}) for name in command.split("|")}
    assert "emissions" not in names


def test_the_installer_finds_a_script_of_that_name():
    import tomllib

    root = Path(__file__).parent.parent.parent
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "hf-emissions" in project["scripts"]
    # A file of that name at the root would be taken for an extension that is a shell script.
    assert not (root / "hf-emissions").exists()
