"""What is installed: the wheel holds all that is needed at run time, and a checkout finds the same."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import hf_emissions
from hf_emissions import template

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "hf_emissions"
RENDER = """
import hf_emissions
from hf_emissions.card.section import render_section
print(hf_emissions.__file__)
print(render_section(hf_emissions.EmissionsRecord(emissions_g=12.5, hardware_used="1 x *A100*")), end="")
"""
CARBON = "- **Carbon Emitted:** 12.5 g CO2eq\n"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """A folder with the wheel's package alone, as `pip install --no-deps --target` makes it."""
    folder = tmp_path_factory.mktemp("installed")
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-index", "--target", folder]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, wheel], check=True)
    return folder


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_every_file_of_the_package(wheel):
    files = {path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert {path.relative_to(PACKAGE.parent).as_posix() for path in files} <= names(wheel)
    assert "hf_emissions/py.typed" in names(wheel)


def test_the_wheel_holds_the_templates(wheel):
    templates = {f"hf_emissions/templates/{path.name}" for path in (ROOT / "templates").iterdir()}
    assert templates
    assert templates <= names(wheel)


def test_the_wheel_holds_nothing_else(wheel):
    parts = {name.split("/")[0] for name in names(wheel)}
    assert parts == {"hf_emissions", f"hf_emissions-{hf_emissions.__version__}.dist-info"}
    assert any(name.endswith("/licenses/LICENSE") for name in names(wheel))


def rendered(folder: Path, *, path: Path | None = None) -> list[str]:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    if path:
        environment["PYTHONPATH"] = str(path)
    done = subprocess.run(
        [sys.executable, "-c", RENDER], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines(keepends=True)


def test_the_installed_wheel_renders_the_section(installed, tmp_path):
    home, *section = rendered(tmp_path, path=installed)
    assert Path(home).is_relative_to(installed)
    assert CARBON in section
    assert "- **Hardware Type:** 1 x \\*A100\\*\n" in section


def test_the_checkout_renders_the_same(installed, tmp_path):
    _, *section = rendered(tmp_path, path=PACKAGE.parent)
    assert section == rendered(tmp_path, path=installed)[1:]
    if Path(hf_emissions.__file__).is_relative_to(ROOT):
        assert template.folder() == ROOT / "templates"


def test_the_command_is_installed(tmp_path):
    scripts = entry_points(group="console_scripts", name="hf-emissions")
    if not scripts:
        pytest.skip("the package is on the path, but not installed")
    assert {script.value for script in scripts} == {"hf_emissions.cli.main:main"}
    command = Path(sys.executable).with_name("hf-emissions")
    done = subprocess.run([command, "--version"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == f"hf-emissions, version {hf_emissions.__version__}\n"


def test_an_installation_without_templates_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(template, "_PACKAGE", tmp_path / "a" / "b")
    with pytest.raises(FileNotFoundError, match="the templates of hf-emissions are missing; install it again"):
        template.folder()
