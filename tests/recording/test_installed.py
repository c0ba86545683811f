"""A CodeCarbon that is missing, too old or broken is named before the training, with the command that mends it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import pytest
from recording.helpers import SCRIPTS, environment

pytest.importorskip("codecarbon")

from hf_emissions import record_emissions
from hf_emissions.errors import MissingExtraError
from hf_emissions.recording import installed
from hf_emissions.recording.cpu_model import cpu_model, provide_cpu_model

UPGRADE = "pip install -U 'codecarbon>=3.3.2,<4'"
ROOT = Path(__file__).parents[2]


def construct(cwd: Path, *how: str, path: Path | None = None) -> tuple[str, list[str]]:
    """What a fresh process says after it made a recording and ran a block of code in it: that, and our warnings."""
    around = environment(HF_HUB_OFFLINE="1")
    if path is not None:
        around["PYTHONPATH"] = f"{path}:{around['PYTHONPATH']}"
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / "construct.py"), str(cwd), *how],
        capture_output=True,
        text=True,
        timeout=120,
        env=around,
        cwd=cwd,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout, [line for line in done.stderr.splitlines() if line.strip()]


def copied(target: Path) -> Path:
    """A copy of the installed CodeCarbon that comes before it."""
    spec = find_spec("codecarbon")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    shutil.copytree(package, target / "codecarbon", ignore=shutil.ignore_patterns("data", "__pycache__"))
    [information] = package.parent.glob("codecarbon-*.dist-info")
    shutil.copytree(information, target / information.name)
    return target


def assert_named(said: tuple[str, list[str]], *words: str) -> None:
    out, lines = said
    assert out == "constructed\nthe code ran\nNone\n"
    (line,) = lines  # before the code ran, and nothing after
    assert line.startswith("hf-emissions: ")
    assert UPGRADE in line
    assert line.endswith("; the code runs without it")
    assert all(word in line for word in words)


def test_one_that_is_too_old(tmp_path: Path) -> None:
    path = copied(tmp_path / "site")
    [information] = path.glob("*.dist-info")
    metadata = (information / "METADATA").read_text().replace(f"\nVersion: {version('codecarbon')}", "\nVersion: 3.3.1")
    (information / "METADATA").write_text(metadata)
    assert_named(construct(tmp_path, path=path), "codecarbon 3.3.1 is too old", "3.3.2 or newer is needed")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("file", ["emissions_tracker.py", "core/resource_tracker.py", "external/geography.py"])
def test_one_with_a_damaged_file(tmp_path: Path, file: str) -> None:
    path = copied(tmp_path / "site")
    text = (path / "codecarbon" / file).read_bytes()
    (path / "codecarbon" / file).write_bytes(text[: len(text) // 2] + b"\x00((")
    assert_named(construct(tmp_path, path=path), "codecarbon cannot be imported", "SyntaxError")


@pytest.mark.parametrize("dependency", ["psutil", "rapidfuzz", "requests"])
def test_one_without_a_dependency(tmp_path: Path, dependency: str) -> None:
    """Also one that CodeCarbon imports when it is at work."""
    assert_named(construct(tmp_path, f"--without={dependency}"), f"No module named '{dependency}'")


def test_another_module_of_its_name_in_the_current_folder_is_not_run(tmp_path: Path) -> None:
    (tmp_path / "codecarbon.py").write_text("print('the script ran again')\n")
    assert_named(
        construct(tmp_path, "--from-here"), "codecarbon.py is imported in the place of codecarbon", "rename it"
    )


def test_one_that_breaks_late_is_named_as_soon_as_it_does(tmp_path: Path) -> None:
    path = copied(tmp_path / "site")
    init = path / "codecarbon" / "__init__.py"
    init.write_text("import time\ntime.sleep(1)\nraise ImportError('as of a library of the system')\n")
    out, lines = construct(tmp_path, "--impatient", path=path)
    assert out == "constructed\nthe code ran\nNone\n"
    (line,) = [line for line in lines if "codecarbon" in line]
    assert line.startswith("hf-emissions: codecarbon cannot be imported (ImportError: as of a library of the system)")
    assert line.endswith(f"{UPGRADE}; nothing is recorded")


def test_a_whole_one_is_not_named(tmp_path: Path) -> None:
    out, lines = construct(tmp_path, "--country=DEU")
    assert float(out.removeprefix("constructed\nthe code ran\n")) > 0
    expected = ("Other processes", "training_type is not given", " -> ")
    assert [line for line in lines if not any(words in line for words in expected)] == []


def test_what_is_asked_for_is_what_the_package_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for extra in ("train", "estimate"):
        assert installed.REQUIREMENT in project["optional-dependencies"][extra]
    lowest = ".".join(map(str, installed._LOWEST))
    assert installed.REQUIREMENT.startswith(f"codecarbon>={lowest},")


@pytest.mark.parametrize(
    ("found", "fits"),
    [("3.3.2", True), ("3.3.10", True), ("3.4", True), ("4.0.1", True), ("3.3.2rc1", True), ("unknown", True),
     ("3.3.1", False), ("3.3", False), ("2.8.4", False), ("0.9", False)],
)  # fmt: skip
def test_versions(monkeypatch: pytest.MonkeyPatch, found: str, fits: bool) -> None:
    monkeypatch.setattr(installed, "version", lambda name: found)
    if fits:
        installed.check_installed()
        return
    with pytest.raises(MissingExtraError, match=f"codecarbon {found} is too old"):
        installed.check_installed()


def test_a_callback_names_it_too_and_training_goes_on(out: Path, monkeypatch: pytest.MonkeyPatch, warnings_of) -> None:
    tiny = pytest.importorskip("recording.tiny")
    from hf_emissions import EmissionsCallback

    monkeypatch.setattr(installed, "version", lambda name: "3.2.9")
    callback = EmissionsCallback(country="DEU")
    (warning,) = warnings_of()
    assert warning.endswith(f"3.3.2 or newer is needed: {UPGRADE}; training goes on without it")
    trainer = tiny.trainer(out, callback)
    trainer.train()
    assert (trainer.state.global_step, callback.record) == (12, None)
    assert not (out / "_emissions").exists()
    assert len(warnings_of()) == 1


# The processor's name


def test_the_name_is_the_one_that_codecarbon_would_have_found() -> None:
    cpuinfo = pytest.importorskip("cpuinfo.cpuinfo")
    listed = Path("/proc/cpuinfo")
    if not listed.exists():
        pytest.skip("there is no /proc/cpuinfo")
    assert cpu_model(listed.read_text()) == cpuinfo._get_cpu_info_from_proc_cpuinfo().get("brand_raw")


@pytest.mark.parametrize(
    "listed",
    [
        "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel\t\t: 85\nmodel name\t: Intel(R) Xeon(R) Gold 6226\n",
        "processor\t: 0\ncpu\t\t: POWER9, altivec supported\nclock\t\t: 3800.000000MHz\n",
        "processor\t: 0\nhart\t\t: 0\nisa\t\t: rv64imafdc\nuarch\t\t: sifive,u74-mc\n",
        "processor\t: 0\nBogoMIPS\t: 50.00\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n",
        "Processor\t: ARMv7 Processor rev 4 (v7l)\nprocessor\t: 0\nmodel name : \n",
        "model name: A: B\n",
        "no colon at all\n\n",
        "",
    ],
)
def test_names_as_py_cpuinfo_reads_them(listed: str) -> None:
    cpuinfo = pytest.importorskip("cpuinfo.cpuinfo")
    assert cpu_model(listed) == cpuinfo._get_field(True, listed, None, None, "model name", "cpu", "processor", "uarch")


def test_codecarbon_is_told_and_nothing_else_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from codecarbon.core import util

    listed = tmp_path / "cpuinfo"
    listed.write_text("model name : A Processor of Tomorrow\n")
    provide_cpu_model()
    before = util.detect_cpu_model()
    modules = dict(sys.modules)
    try:
        provide_cpu_model(listed)
        assert util.detect_cpu_model() == before  # it knew already
        util.detect_cpu_model.cache_clear()
        provide_cpu_model(tmp_path / "no such file")
        assert util.detect_cpu_model.cache_info().currsize == 0
        provide_cpu_model(listed)
        assert util.detect_cpu_model() == "A Processor of Tomorrow"
        assert {name: sys.modules.get(name) for name in modules} == modules
        monkeypatch.delattr(util, "detect_cpu_model")
        provide_cpu_model(listed)  # a CodeCarbon that has it elsewhere
    finally:
        monkeypatch.undo()
        util.detect_cpu_model.cache_clear()


def test_a_recording_knows_the_processor(out: Path) -> None:
    with record_emissions(out, country="DEU") as recording:
        pass
    from cpuinfo import cpuinfo

    assert recording.record is not None
    assert recording.record.cpu_model == cpuinfo._get_cpu_info_from_proc_cpuinfo().get("brand_raw")
