"""The ledger after accidents: everything readable is read, the rest is named, and training never feels it."""

from __future__ import annotations

import json
import logging
import math
import os
import re
import resource
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

import hf_emissions
from hf_emissions.recording.folder import open_folder
from hf_emissions.recording.ledger import FOLDER, LedgerFile, read_ledger
from hf_emissions.recording.runs import runs_of
from hf_emissions.recording.summary import summarize

START: dict[str, Any] = {
    "run": "r1",
    "segment": "s1",
    "time": "2026-01-01T00:00:00.000Z",
    "node": "host#0",
    "nodes_expected": 1,
    "step": 0,
    "tool": "CodeCarbon",
    "tool_version": "3.3.2",
    "power": {"cpu": ["measured", "RAPL"], "ram": ["modelled", "memory model"]},
    "hardware": {"cpu_model": "Test CPU", "cpu_threads": 8, "ram_gb": 16.0, "gpus": []},
}


def reading(t_s: float, cpu_kwh: float, **more: Any) -> dict[str, Any]:
    line = {"run": "r1", "segment": "s1", "time": "2026-01-01T00:00:10.000Z", "t_s": t_s, "cpu_kwh": cpu_kwh}
    return {**line, "gpu_kwh": 0.0, "ram_kwh": 0.001, "why": "tick", "step": None, **more}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger with a start and two readings, the last of 0.021 kWh."""
    file = LedgerFile(tmp_path / FOLDER / "r1-s1.jsonl")
    file.append("start", **START)
    file.append("reading", **reading(15.0, 0.010))
    file.append("reading", **reading(30.0, 0.020))
    return file.path


def add(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def energy_kwh(path: Path) -> float:
    [run] = open_folder(path.parent).runs
    return run.energy_kwh


def problems(path: Path) -> list[str]:
    return list(open_folder(path.parent).problems)


def test_a_whole_ledger_has_no_problems(path: Path) -> None:
    assert problems(path) == []
    assert energy_kwh(path) == pytest.approx(0.021)


@pytest.mark.parametrize("kept", [1, 20, 200])
def test_a_last_line_that_was_cut_off_costs_that_line_alone(path: Path, kept: int) -> None:
    whole = json.dumps({"v": 1, "kind": "reading", **reading(45.0, 0.030)}).encode()
    add(path, whole[: min(kept, len(whole) - 1)])
    assert energy_kwh(path) == pytest.approx(0.021)
    [problem] = problems(path)
    assert problem.startswith("r1-s1.jsonl:4: the line is damaged")


def test_what_is_added_after_a_cut_off_line_is_read(path: Path) -> None:
    add(path, b'{"v": 1, "kind": "rea')
    LedgerFile(path).append("reading", **reading(60.0, 0.040))
    assert energy_kwh(path) == pytest.approx(0.041)
    assert len(problems(path)) == 1


GARBAGE = {
    "zeros": b"\0" * 4096 + b"\n",
    "not UTF-8": b'{"v": 1, "kind": "note", "text": "\xff\xfe"}\n',
    "a list": b"[1, 2]\n",
    "a number": b"17\n",
    "no kind": b'{"v": 1}\n',
    "a kind that is no text": b'{"v": 1, "kind": 5}\n',
    "deep": b"[" * 200_000 + b"\n",
    "a huge number": b'{"v": 1, "kind": "reading", "t_s": ' + b"9" * 5000 + b"}\n",
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_is_named_and_left_out(path: Path, name: str) -> None:
    add(path, GARBAGE[name])
    LedgerFile(path).append("reading", **reading(60.0, 0.040))
    assert energy_kwh(path) == pytest.approx(0.041)
    [problem] = problems(path)
    assert problem.startswith("r1-s1.jsonl:4: ")
    assert problem.endswith("it is left out")


NO_FIGURES = {
    "NaN": '"cpu_kwh": NaN',
    "infinite": '"cpu_kwh": Infinity',
    "negative": '"cpu_kwh": -1.0',
    "text": '"cpu_kwh": "0.5"',
    "true": '"cpu_kwh": true',
    "missing": '"other": 1',
    "beyond a float": '"cpu_kwh": 1' + "0" * 400,
    "NaN time": '"t_s": NaN, "cpu_kwh": 0.03',
}


@pytest.mark.parametrize("name", NO_FIGURES)
def test_a_reading_without_figures_is_left_out_and_said(path: Path, name: str) -> None:
    start = '{"v": 1, "kind": "reading", "run": "r1", "segment": "s1", "t_s": 45, "gpu_kwh": 0, "ram_kwh": 0, '
    add(path, (start + NO_FIGURES[name] + "}\n").encode() * 3)
    [run] = open_folder(path.parent).runs
    assert run.energy_kwh == pytest.approx(0.021)
    # Said once, however often it happens.
    assert list(summarize(run).problems) == ["a reading in the ledger holds no figures; it was left out"]


def test_a_line_of_ten_megabytes_is_read(path: Path) -> None:
    LedgerFile(path).append("reading", **reading(60.0, 0.040, comment="x" * 10_000_000))
    assert energy_kwh(path) == pytest.approx(0.041)


def test_a_newer_ledger_is_read_as_far_as_it_is_known_and_said_once(path: Path) -> None:
    newer = [
        {"v": 2, "kind": "weather", "run": "r1", "segment": "s1", "outside_c": 21},
        {"v": 2, "kind": "reading", **reading(60.0, 0.040), "npu_kwh": 1.0, "why": {"event": "tick"}},
        *({"v": 2, "kind": "reading", **reading(60.0 + i, 0.040)} for i in range(100)),
    ]
    add(path, b"".join(json.dumps(line).encode() + b"\n" for line in newer))
    assert energy_kwh(path) == pytest.approx(0.041)
    [problem] = problems(path)
    assert "written by a newer hf-emissions (format 2)" in problem


ODD_VALUES: list[Any] = [
    None,
    True,
    -1,
    10**400,
    1.5,
    1e308,
    "",
    " ",
    "text",
    "\ud800",
    "\x1b[2J",
    [],
    [1],
    ["\ud800"],
    {},
    {"a": 1},
    ["measured"],
    {"cpu": 5},
]


@pytest.mark.parametrize("kind", ["start", "place", "note", "written", "end", "reading"])
def test_a_field_of_another_type_stops_no_reader(path: Path, kind: str) -> None:
    """As a newer version may write it, or a hand may have changed it."""
    place = {"words": "Germany", "intensity_g_per_kwh": 381.0, "intensity_basis": "life-cycle", "intensity_source": "x"}
    whole: dict[str, dict[str, Any]] = {
        "start": {**START, "pue": 1.2, "training_type": "fine-tuning", "launch": "l1"},
        "place": {"place": place},
        "note": {"text": "a note"},
        "written": {"emissions_g": 12.5},
        "end": {"why": "finished", "step": 3},
        "reading": reading(60.0, 0.040),
    }
    base = [json.loads(line) for line in path.read_text().splitlines()]
    line = {"v": 1, "kind": kind, "run": "r1", "segment": "s1", "time": "2026-01-01T00:00:20.000Z", **whole[kind]}
    changed = [{**line, field: value} for field in line if field != "kind" for value in ODD_VALUES]
    changed += [{**line, "place": {**place, field: value}} for field in place for value in ODD_VALUES]
    changed += [
        {**line, "hardware": {**START["hardware"], field: value}} for field in START["hardware"] for value in ODD_VALUES
    ]
    for odd in changed:
        for run in runs_of([*base, odd]):
            summary = summarize(run)
            assert summary.record is None or math.isfinite(summary.record.energy_kwh or 0.0), odd


def test_files_that_cannot_be_read_are_named(path: Path) -> None:
    (path.parent / "a-folder.jsonl").mkdir()
    (path.parent / "gone.jsonl").symlink_to(path.parent / "nowhere")
    assert energy_kwh(path) == pytest.approx(0.021)
    first, second = problems(path)
    assert "a-folder.jsonl" in first
    assert "gone.jsonl" in second


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(path: Path) -> None:
    other = path.with_name("other.jsonl")
    other.write_text("{}")
    other.chmod(0)
    assert energy_kwh(path) == pytest.approx(0.021)
    [problem] = problems(path)
    assert problem == "other.jsonl: Permission denied; its measurements are left out"


def test_an_empty_file_is_no_problem(path: Path) -> None:
    path.with_name("empty.jsonl").touch()
    assert problems(path) == []


def test_a_figure_that_is_none_is_never_written(tmp_path: Path) -> None:
    file = LedgerFile(tmp_path / FOLDER / "r1-s1.jsonl")
    with pytest.raises(ValueError, match="Out of range float"):
        file.append("reading", cpu_kwh=math.nan)
    assert not file.path.exists()


def test_the_folder_keeps_itself_out_of_git(path: Path) -> None:
    assert "*" in (path.parent / ".gitignore").read_text().splitlines()


# Writing where the disk refuses it: a recorder of its own, in a process whose files may not grow

RECORD = textwrap.dedent(
    """
    import json, logging, resource, sys, time
    from pathlib import Path
    from hf_emissions import record_emissions
    logging.basicConfig(format="%(message)s")
    out, limit = Path(sys.argv[1]), int(sys.argv[2])
    with record_emissions(out, country="DEU", section=False) as recording:
        time.sleep(0.5)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        for step in range(20):
            recording._session.recorder.read("save", step)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print(json.dumps(recording.record.known()))
    """
)


def record_on_a_small_disk(out: Path, limit: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", RECORD, str(out), str(limit)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("limit", [0, 1500])
def test_a_full_disk_costs_a_warning_and_no_figure(out: Path, limit: int) -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    done = record_on_a_small_disk(out, limit)
    assert done.returncode == 0, done.stderr
    # Said once, however many lines the disk refuses.
    assert done.stderr.count("the ledger cannot be written") == 1
    energy = json.loads(done.stdout)["energy_kwh"]
    assert energy > 0
    folder = open_folder(out)
    assert folder.runs[-1].energy_kwh == pytest.approx(energy, rel=0.01)
    # At most the one line that was cut off.
    assert len(folder.problems) <= 1


def test_a_file_where_the_ledger_should_be_costs_a_warning_and_no_figure(
    out: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from hf_emissions import record_emissions

    out.mkdir()
    (out / FOLDER).write_text("in the way")
    caplog.set_level(logging.WARNING, "hf_emissions")
    with record_emissions(out, country="DEU") as recording:
        pass
    assert recording.record is not None
    assert caplog.text.count("the ledger cannot be written") == 1
    assert (out / FOLDER).read_text() == "in the way"


def test_no_coordinates_are_ever_kept(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even where the place came from a service that gives them."""
    from codecarbon.external.geography import GeoMetadata

    from hf_emissions import record_emissions

    found = GeoMetadata("DEU", "Germany", "Saxony", latitude=51.0504, longitude=13.7373)
    monkeypatch.setattr(GeoMetadata, "from_geo_js", lambda url: found)
    monkeypatch.setattr("hf_emissions.recording.place._METADATA", "http://127.0.0.1:9")
    with record_emissions(out) as recording:
        pass
    assert recording.record is not None
    assert "country from IP address" in str(recording.record.source)
    written = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file())
    for trace in (b"latitude", b"longitude", b"51.05", b"13.73", b"Saxony"):
        assert trace not in written
    assert read_ledger(out / FOLDER).problems == []


# What docs/ledger.md says of it

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "ledger.md"


def documented() -> list[dict[str, Any]]:
    blocks = re.findall(r"^```json\n(.*?)^```$", DOCUMENT.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    return [json.loads(line) for block in blocks for line in block.splitlines()]


def keys_of(lines: list[dict[str, Any]]) -> dict[str, set[str]]:
    """The keys of each kind of line, those inside others too."""
    found: dict[str, set[str]] = {}
    for line in lines:
        inner = {f"{key}.{name}" for key, value in line.items() if isinstance(value, dict) for name in value}
        found.setdefault(line["kind"], set()).update(line.keys() | inner)
    return found


def test_the_lines_that_are_documented_are_read_and_named_by_nothing(out: Path) -> None:
    lines = documented()
    file = LedgerFile(out / FOLDER / "1d5df99f3621-6710de1c6810.jsonl")
    for line in lines:
        file.append(**{name: value for name, value in line.items() if name != "v"})
    assert read_ledger(out / FOLDER).lines == lines
    assert read_ledger(out / FOLDER).problems == []
    (run,) = open_folder(out).runs
    assert run.energy_kwh > 0


def test_every_kind_of_line_is_documented(out: Path) -> None:
    """All that the sources add, and all that is in the lines of a real recording."""
    sources = (Path(hf_emissions.__file__).parent / "recording").glob("*.py")
    kinds = {
        kind for path in sources for kind in re.findall(r'\.(?:append|log)\(\s*"(\w+)",\s', path.read_text("utf-8"))
    }
    shown = keys_of(documented())
    assert kinds | {"note"} == shown.keys()
    with hf_emissions.record_emissions(out, country="DEU", training_type="fine-tuning"):
        pass
    for kind, keys in keys_of(read_ledger(out / FOLDER).lines).items():
        assert keys <= shown[kind], kind
