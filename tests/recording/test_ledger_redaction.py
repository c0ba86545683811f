"""Ledgers of older versions, whose nodes are called after hosts: read without names, rewritten without a loss."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from in_process import call
from recording.helpers import SCRIPTS, card_text, environment
from recording.mounts import read_only

from hf_emissions.recording.folder import open_folder
from hf_emissions.recording.ledger import FOLDER, LedgerFile, read_ledger
from hf_emissions.recording.ledger_redaction import private_names_in, redact_bytes, redact_ledger
from hf_emissions.recording.redaction import node_id, private_names, redact_line

GERMANY = {"words": "Germany", "intensity_g_per_kwh": 400.0, "intensity_basis": "life-cycle", "intensity_source": "x"}
PRIVATE = ["zuse", "gpu17", "gpu18", "/home", "/scratch", "1a2b3c4d"]


def old_line(kind: str, **content: Any) -> str:
    return json.dumps({"v": 1, "kind": kind, "run": "r1", "time": "2026-01-01T00:00:00.000Z", **content})


def start(segment: str, node: str, **more: Any) -> str:
    power = {"cpu": ["measured", "RAPL"], "ram": ["modelled", "memory model"]}
    hardware = {"cpu_model": "Test CPU", "cpu_threads": 8, "ram_gb": 16.0, "gpus": []}
    facts = {"node": node, "nodes_expected": 2, "launch": "l1", "order": 1, "power": power, "hardware": hardware}
    return old_line("start", segment=segment, tool="CodeCarbon", tool_version="3.3.2", **facts, place=GERMANY, **more)


def reading(segment: str, kwh: float) -> str:
    energies = {"cpu_kwh": kwh, "gpu_kwh": 0.0, "ram_kwh": 0.0}
    return old_line("reading", segment=segment, t_s=3600.0, **energies, why="end: finished", step=3)


WARNING = "could not read '/home/zuse/.codecarbon.config' on gpu17; the reading goes on (see /sys/class/powercap)"
FIRST = [
    start("s1", "gpu17.cluster.example-1a2b3c4d#0"),
    old_line("warning", segment="s1", text=WARNING),
    reading("s1", 1.0),
    # Odd spacing and escapes stay.
    '{"v":1,  "kind":"note" ,"run": "r1","segment":"s1","text":"\\u00fcber g/kWh and /scratch/zuse\\/x" }',
    # A newer version, a torn line, and what is no line at all.
    '{"v": 7, "kind": "start", "run": "r2", "segment": "s9", "node": "gpu17.cluster.example-1a2b3c4d#0", "x": [1]}',
    '{"v": 1, "kind": "note", "text": "metering failed: OSError: \'/home/zuse/x',
    '{"v": 1, "kind": "start", "node": "gpu17.cluster.exam',
    "\0\0 gpu17 \x7f",
    "",
    old_line("end", segment="s1", why="finished"),
]
SECOND = [start("s2", "gpu18-99999999#1"), reading("s2", 2.0), start("s3", "gpu17.cluster.example-1a2b3c4d#0")]


@pytest.fixture
def old(out: Path) -> Path:
    """The ledger of an older version: two files, the second cut off."""
    folder = out / FOLDER
    folder.mkdir(parents=True)
    (folder / "r1-s1.jsonl").write_bytes("\n".join(FIRST).encode() + b" \xff\xfe\n")
    (folder / "r1-s2.jsonl").write_bytes("\n".join([*SECOND, '{"v": 1, "ki']).encode())
    return folder


def written(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.jsonl"))}


def assert_names_nothing(text: str) -> None:
    for name in PRIVATE:
        assert name not in text


def add_to(folder: Path) -> None:
    LedgerFile(folder / "new.jsonl").append("note", run="r3", segment="s4", text="something new")


def test_the_next_line_rewrites_what_names_something_and_nothing_else(old):
    before = written(old)
    add_to(old)
    after = written(old)
    gpu17, gpu18 = node_id("gpu17.cluster.example-1a2b3c4d"), node_id("gpu18-99999999")
    expected = [
        FIRST[0].replace("gpu17.cluster.example-1a2b3c4d", gpu17),
        FIRST[1].replace("'/home/zuse/.codecarbon.config' on gpu17", "'[path]' on [host]"),
        FIRST[2],
        '{"v":1,  "kind":"note" ,"run": "r1","segment":"s1","text":"\\u00fcber g/kWh and [path]" }',
        FIRST[4].replace("gpu17.cluster.example-1a2b3c4d", gpu17),
        FIRST[5].replace("/home/zuse/x", "[path]"),
        FIRST[6].replace("gpu17.cluster.exam", node_id("gpu17.cluster.exam")),
        "\0\0 [host] \x7f",
        "",
        FIRST[9],
    ]
    assert after["r1-s1.jsonl"] == "\n".join(expected).encode() + b" \xff\xfe\n"
    rest = [line.replace("gpu17.cluster.example-1a2b3c4d", gpu17).replace("gpu18-99999999", gpu18) for line in SECOND]
    assert after["r1-s2.jsonl"] == "\n".join([*rest, '{"v": 1, "ki']).encode()
    assert_names_nothing(b"".join(after.values()).decode("utf-8", "replace"))
    assert [len(data.split(b"\n")) for data in list(after.values())[1:]] == [
        len(data.split(b"\n")) for data in before.values()
    ]
    add_to(old)
    assert {name: data for name, data in written(old).items() if name != "new.jsonl"} == {
        name: data for name, data in after.items() if name != "new.jsonl"
    }


def test_equal_nodes_stay_equal_and_the_sums_stay(old):
    before = open_folder(old).runs
    add_to(old)
    after = {run.id: run for run in open_folder(old).runs}
    for run in before:
        assert after[run.id].energy_kwh == run.energy_kwh
        assert [segment.node for segment in after[run.id].segments] == [segment.node for segment in run.segments]
    nodes = {segment.segment: segment.node for segment in after["r1"].segments}
    assert nodes["s1"] == nodes["s3"] != nodes["s2"]
    assert (after["r1"].nodes_seen, after["r1"].nodes_expected) == (2, 2)


@pytest.mark.parametrize("form", ["human", "json", "quiet"])
def test_listing_an_old_ledger_names_nothing_and_writes_nothing(old, form):
    before = written(old)
    result = call(["runs", str(old.parent.name), "--format", form], old.parent.parent)
    assert_names_nothing(result.out + result.err)
    if form == "json":
        segments = json.loads(result.out)["runs"][0]["segments"]
        assert segments[0]["node"] == node_id("gpu17.cluster.example-1a2b3c4d#0")
    assert written(old) == before
    assert sorted(path.name for path in old.iterdir()) == ["r1-s1.jsonl", "r1-s2.jsonl"]


def test_writing_a_figure_anew_rewrites_an_old_ledger(old):
    card = old.parent / "README.md"
    card.write_text("# A model\n")
    result = call(
        ["runs", "tiny-model", "--run", "r1", "--into", "tiny-model/README.md", "--section"], old.parent.parent
    )
    assert result.code == 0, result.err
    assert open_folder(old).run("r1").energy_kwh == 3.0
    assert any(line["kind"] == "written" for line in read_ledger(old).lines)
    for data in (*written(old).values(), card.read_bytes(), result.out.encode(), result.err.encode()):
        assert_names_nothing(data.decode("utf-8", "replace"))


def test_a_recording_in_the_folder_rewrites_an_old_ledger(old):
    from hf_emissions import record_emissions

    with record_emissions(old.parent, country="DEU") as recording:
        pass
    assert recording.record is not None
    assert_names_nothing(b"".join(written(old).values()).decode("utf-8", "replace"))
    assert_names_nothing(card_text(old.parent))


def test_what_is_taken_over_from_another_folder_is_taken_without_names(old, tmp_path):
    from hf_emissions.recording.launch_info import new_or_resumed

    saved = reading("s1", 1.5).replace("end: finished", "save").replace('"step": 3', '"step": 7')
    with (old / "r1-s1.jsonl").open("ab") as file:
        file.write(saved.encode() + b"\n")
    before = written(old)
    target = tmp_path / "other"
    assert new_or_resumed(target, 7, old.parent / "checkpoint-7", False, "new") == ("r1", None)
    taken = written(target / FOLDER)
    assert taken.keys() == before.keys()
    assert_names_nothing(b"".join(taken.values()).decode("utf-8", "replace"))
    assert written(old) == before


def test_a_ledger_that_names_nothing_is_left_alone(out):
    add_to(out / FOLDER)
    before = {path: path.stat().st_ino for path in (out / FOLDER).iterdir()}
    add_to(out / FOLDER)
    assert {path: path.stat().st_ino for path in (out / FOLDER).iterdir()} == before
    assert sorted(path.name for path in before) == [".gitignore", "new.jsonl"]


def test_a_disk_that_is_read_only_leaves_the_old_ledger_and_the_training_goes_on(old, warnings_of):
    from hf_emissions import record_emissions

    before = written(old)
    with read_only(old), record_emissions(old.parent, country="DEU") as recording:
        pass
    assert recording.record is not None
    assert written(old) == before
    said = [text for text in warnings_of() if str(old) in text]
    assert len(said) == 2  # what stays in it, and that nothing is added
    assert "name this machine" in said[0]


# Other processes


FORGET = "import sys; from pathlib import Path; from hf_emissions.recording.ledger_redaction import redact_ledger; "
FORGET += "print('begun', flush=True); redact_ledger(Path(sys.argv[1]))"


def forgetting(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", FORGET, str(folder)]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment())
    assert started.stdout is not None
    with started.stdout:
        assert started.stdout.readline() == "begun\n"
    return started


def many(folder: Path, count: int) -> dict[str, bytes]:
    folder.mkdir(parents=True)
    for number in range(count):
        lines = [start(f"s{number}", f"gpu{number % 7}-1a2b3c4d"), *[reading(f"s{number}", 1.0)] * 300]
        (folder / f"r1-s{number}.jsonl").write_text("\n".join(lines) + "\n")
    return written(folder)


def changed(before: dict[str, bytes], found: dict[str, bytes]) -> int:
    """How many files are not as they were; one may be replaced while it is read."""
    return sum(found.get(name, data) != data for name, data in before.items())


def test_a_kill_leaves_every_file_whole_and_the_next_one_goes_on(out, tmp_path):
    folder = out / FOLDER
    before = many(folder, 40)
    names = private_names_in(before.values())
    after = {name: redact_bytes(data, names) for name, data in before.items()}
    assert all(before[name] != after[name] for name in before)
    halfway = 0
    for wanted in (1, 3, 8, 15, 25, 38):
        process = forgetting(folder)
        while process.poll() is None and changed(before, written(folder)) < wanted:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.wait()
        found = written(folder)
        assert found.keys() == before.keys()
        assert all(found[name] in (before[name], after[name]) for name in before)
        halfway += 0 < changed(before, found) < len(before)
        shutil.rmtree(folder) if found == after else None
        many(folder, 40) if found == after else None
    assert halfway > 0  # or this shows nothing
    redact_ledger(folder)
    assert written(folder) == after
    assert not list(folder.glob("*.tmp")) + list(folder.glob(".*.tmp"))


def test_two_that_rewrite_at_once_lose_nothing(out):
    folder = out / FOLDER
    before = many(folder, 20)
    names = private_names_in(before.values())
    processes = [forgetting(folder) for _ in range(3)]
    assert [process.wait(timeout=60) for process in processes] == [0, 0, 0]
    assert written(folder) == {name: redact_bytes(data, names) for name, data in before.items()}


def test_a_file_that_an_older_version_still_appends_to_loses_no_line(old):
    path = old / "r1-s1.jsonl"
    lines = len(path.read_bytes().splitlines())
    command = [sys.executable, SCRIPTS / "old_writer.py", path]
    writer = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    rewritten = 0
    for _ in range(5):
        inode = path.stat().st_ino
        redact_ledger(old)
        rewritten += path.stat().st_ino != inode
    said, _ = writer.communicate(timeout=60)
    assert rewritten > 1
    texts = [line["text"].split()[1] for line in read_ledger(old).lines if line.get("text", "").startswith("line ")]
    assert sorted(map(int, texts)) == list(range(int(said)))
    assert len(path.read_bytes().splitlines()) == lines + int(said)
    redact_ledger(old)
    assert_names_nothing(b"".join(written(old).values()).decode("utf-8", "replace"))


# Any bytes


PIECES = [
    *('{"v": 1, "kind": "note", "text": "', '"}', "gpu17", "/home/zuse/x", '"node": "', '"', "\\", '\\"', "\\u00fc"),
    *("node:0123456789ab", ", ", ": ", "[", "{", "}", "\0", "ü", "a reading", " ", "\n", '"cpu_model": "', "null"),
    "-1a2b3c4d#0",
]
LINES = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


@given(LINES, st.binary(max_size=5))
@settings(max_examples=300)
def test_any_bytes_keep_their_lines_and_are_rewritten_once(text, rest):
    data = text.encode() + rest
    names = private_names_in([data]) | private_names(["gpu17"], ["zuse"], [])
    once = redact_bytes(data, names)
    for line, new in zip(data.split(b"\n"), once.split(b"\n"), strict=True):
        try:
            parsed = json.loads(line)
        except ValueError:
            continue
        assert redact_bytes(new, names) == new
        if isinstance(parsed, dict):
            assert json.loads(new) == redact_line(parsed, names)


def test_nobody_but_root_is_stopped_by_a_file_that_may_not_be_read(old):
    (old / "r1-s2.jsonl").unlink()
    (old / "r1-s2.jsonl").symlink_to(old / "nowhere")
    (old / "folder.jsonl").mkdir()
    add_to(old)
    assert_names_nothing((old / "r1-s1.jsonl").read_text("utf-8", "replace"))
    assert os.path.lexists(old / "r1-s2.jsonl")
