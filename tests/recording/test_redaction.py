"""What a ledger says of hosts, users and folders: nothing; and what it says else: every word."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import socket
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recording import common_words
from recording.helpers import environment

from hf_emissions.recording import secret
from hf_emissions.recording.redaction import PrivateNames, local_names, node_id, private_names, redact_line, this_host

ID = re.compile(r"node:[0-9a-f]{12}")


def masked(text: str, *, host: str = "", user: str = "", folder: str = "") -> str:
    return private_names([host], [user], [folder] if folder else []).redact(text)


# Nodes


def test_a_node_has_an_id_that_says_nothing():
    assert ID.fullmatch(this_host())
    assert node_id("gpu17-1a2b3c4d#3") == node_id("gpu17-1a2b3c4d") + "#3"
    assert node_id("gpu17-1a2b3c4d") != node_id("gpu18-1a2b3c4d")
    assert node_id(node_id("gpu17#1")) == node_id("gpu17#1")


@pytest.mark.parametrize("name", ["#", "a#b", "a b", "über-höst", "\udcff", "node:", "node:0123456789ab-", "x\n#1"])
def test_any_name_has_an_id(name):
    assert re.fullmatch(r"node:[0-9a-f]{12}(#\d+)?", node_id(name))


def test_a_hosts_name_cannot_be_found_by_hashing_candidates():
    """With all that is public: every common hash, with the beginning of the boot id that older ledgers hold."""
    boot = (secret.boot_id() or "")[:8]
    found = this_host().removeprefix("node:")
    for candidate in (socket.gethostname(), f"{socket.gethostname()}-{boot}"):
        for salt, name in itertools.product(
            ("", "hf-emissions", "hf-emissions node\0", boot), ("sha256", "sha1", "md5")
        ):
            assert not hashlib.new(name, f"{salt}{candidate}".encode()).hexdigest().startswith(found)


SAY = "from hf_emissions.recording.redaction import this_host; print(this_host())"


def ids(count: int, program: str = SAY, **variables: str) -> set[str]:
    """What so many processes, started at the same time, say that this host is called."""
    command = [sys.executable, "-c", program]
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(**variables)) for _ in range(count)
    ]
    return {process.communicate(timeout=60)[0].strip() for process in started}


def test_every_process_of_a_machine_has_the_same_id():
    assert ids(3) == {this_host()}


WITHOUT_PROC = f"from hf_emissions.recording import secret; secret.BOOT_ID = secret.Path('/nowhere'); {SAY}"


def test_without_a_boot_id_processes_share_what_was_drawn_and_nobody_else_can_read_it(tmp_path):
    [name] = ids(4, WITHOUT_PROC, TMPDIR=str(tmp_path))
    assert ID.fullmatch(name)
    [kept] = tmp_path.iterdir()
    assert (kept.stat().st_mode & 0o777, kept.stat().st_size) == (0o600, 32)
    assert ids(1, WITHOUT_PROC, TMPDIR=str(tmp_path)) == {name}
    # Another machine has drawn something else.
    other = tmp_path / "other"
    other.mkdir()
    assert ids(1, WITHOUT_PROC, TMPDIR=str(other)) != {name}


@pytest.mark.parametrize("fault", ["others may read it", "too short", "a folder", "a link"])
def test_what_somebody_else_could_have_put_there_is_not_used(tmp_path, monkeypatch, fault):
    monkeypatch.setattr(secret, "BOOT_ID", tmp_path / "nowhere")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = tmp_path / f"hf-emissions-{os.getuid()}"
    if fault == "a folder":
        path.mkdir()
    elif fault == "a link":
        (tmp_path / "target").write_bytes(b"x" * 32)
        path.symlink_to(tmp_path / "target")
    else:
        path.write_bytes(b"x" * (32 if fault == "others may read it" else 5))
        path.chmod(0o644 if fault == "others may read it" else 0o600)
    assert b"xxxxx" not in secret.node_secret()
    assert secret.node_secret() == secret.node_secret()


@pytest.mark.parametrize("content", ["", "00000000-0000-0000-0000-000000000000\n", "not a uuid", "\xff"])
def test_a_boot_id_that_is_no_random_number_is_none(tmp_path, monkeypatch, content):
    (tmp_path / "boot_id").write_text(content, encoding="latin-1")
    monkeypatch.setattr(secret, "BOOT_ID", tmp_path / "boot_id")
    assert secret.boot_id() is None


# Texts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # What must go.
        ("OSError: [Errno 13] Permission denied: '/home/al/.codecarbon.config'", "…: '[path]'"),
        ("cannot open /scratch/al/My/run.csv: it is locked", "cannot open [path]: it is locked"),
        ("see /data/x, (/data/y) and /data/z.", "see [path], ([path]) and [path]."),
        ("'/home/al/My Models/x y.csv' is missing", "'[path]' is missing"),
        ('File "/opt/conda/lib/x.py", line 3', 'File "[path]", line 3'),
        ("in ~/models and ~al/models", "in [path] and [path]"),
        (r"C:\Users\al\x.csv and \\server\share\y", "[path] and [path]"),
        ("dir=/home/al/x;log:/home/al/y", "dir=[path]"),
        ("file:///home/al/x", "[path]"),
        ("https://al:secret@proxy.example:3128/x failed", "https://[user]@proxy.example:3128/x failed"),
        ("HTTPConnectionPool(host='gpu17', port=80)", "HTTPConnectionPool(host='[host]', port=80)"),
        ("could not reach GPU17.cluster.example from gpu17", "could not reach [host] from [host]"),
        ("gpu17-ib0 and slurm_gpu17", "[host]-ib0 and slurm_[host]"),
        ("no route to 10.3.0.7 or fe80:0:0:1:2:3:4:5", "no route to [host] or [host]"),
        ("job of user zuse on gpu17", "job of user [user] on [host]"),
        ("/sys/fs/cgroup/slurm_zuse/cpu.max", "/sys/fs/cgroup/slurm_[user]/cpu.max"),
        ("/proc/../home/al/x", "[path]"),
        # What must stay.
        ("No CPU tracking mode found. Falling back on estimation based on TDP for CPU.", None),
        ("Failed to read /sys/class/powercap/intel-rapl:0/energy_uj: permission denied", None),
        ("'/proc/self/cgroup' is empty", None),
        ("381 g/kWh, CPU/GPU, and/or, 3 W / GPU, n/a, 1/2, </b>", None),
        ("codecarbon 3.3.2, driver 535.183.01, at 12:30:45, 2026-01-01T00:00:00.000Z", None),
        ("https://get.geojs.io/v1/ip/geo.json and http://127.0.0.1:8080/x", None),
        ("http://169.254.169.254/latest/meta-data", None),
        ("", None),
    ],
)
def test_a_text_keeps_its_words_and_loses_what_it_names(text, expected):
    known = private_names(["gpu17.cluster.example", "localhost"], ["zuse", "root"], [])
    expected = text if expected is None else expected.replace("…", "OSError: [Errno 13] Permission denied")
    assert known.redact(text) == expected
    assert known.redact(expected) == expected


SENTENCES = [
    "a counter of the processors could not be read; what they drew in that time is missing",
    "a reading in the ledger holds no figures; it was left out",
    "metering failed: OSError: [Errno 5] Input/output error",
    "The whole machine was counted; the allocation was 4 of 8 CPU threads (SLURM).",
    "No CPU tracking mode found. Please run as root to read the total of RAPL, or install the NVIDIA A100 driver 535.",
]


@pytest.mark.parametrize("name", ["a", "reading", "the", "machine", "root", "node", "A100", "5", "al", "it", "Total"])
def test_a_name_that_is_a_word_destroys_no_sentence(name):
    """Nobody can tell there that it is a name, and a part of a word is no name."""
    for sentence in SENTENCES:
        assert masked(sentence, host=name, user=name) == sentence


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ssh: reading@reading: no route to host", "ssh: [user]@[host]: no route to host"),
        ("HTTPConnectionPool(host='reading', port=80)", "HTTPConnectionPool(host='[host]', port=80)"),
        ("http://reading:8080/x", "http://[host]:8080/x"),
        ("user=reading may not", "user=[user] may not"),
    ],
)
def test_a_name_that_is_a_word_goes_where_it_can_only_be_a_name(text, expected):
    assert masked(text, host="reading", user="reading") == expected


@pytest.mark.parametrize(
    "host", ["my host", "über-höst", "节点7", "x" * 64, "h(1)[2]+*", "node-1", "gpu-17", "o'brien"]
)
def test_names_in_any_letters_go(host):
    found = masked(f"cannot reach {host}: timed out; {host.upper()}", host=host)
    assert found == "cannot reach [host]: timed out; [host]"


def test_a_home_with_blanks_in_its_name_goes_whole():
    found = masked("could not write /Users/Ada Lovelace/out/x.csv or /Users/Ada Lovelace", folder="/Users/Ada Lovelace")
    assert found == "could not write [path] or [path]"


def test_the_root_folder_is_no_name():
    assert masked("CPU / GPU", folder="/") == "CPU / GPU"


@given(st.text(st.characters(codec="utf-8"), max_size=80), st.sampled_from(["gpu17", "a", "节点", "al"]))
@settings(max_examples=200)
def test_masking_twice_is_masking_once(text, name):
    once = masked(text, host=name, user=name)
    assert masked(once, host=name, user=name) == once


@given(st.from_regex(r"/(?:[a-z0-9_.-]{2,8}/){1,4}[a-z0-9_-]{1,8}", fullmatch=True), st.sampled_from(SENTENCES))
def test_every_absolute_path_goes_and_the_sentence_stays(path, sentence):
    found = masked(f"{sentence} {path} {sentence}")
    assert found == f"{sentence} {path if re.match('/(sys|proc)(?!.*/[.]{2})/', path) else '[path]'} {sentence}"


# Lines


def test_a_line_keeps_its_facts_whatever_the_machine_is_called():
    line = {
        "kind": "start",
        "run": "0123456789ab",
        "node": "epyc-1a2b3c4d#0",
        "group": None,
        "step": 3,
        "hardware": {"cpu_model": "AMD EPYC 7763", "ram_gb": 16.0, "gpus": ["NVIDIA Quux 7"]},
        "place": {"words": "Quux", "intensity_source": "Quux 2024", "how": "country from IP address"},
        "text": "Quux and epyc-7 at /home/quux/x",
    }
    found = redact_line(line, PrivateNames(hosts=frozenset(["quux", "epyc-7"])))
    changed = {"node": node_id("epyc-1a2b3c4d#0"), "text": "[host] and [host] at [path]"}
    assert found == {**line, **changed}


def test_the_names_of_this_machine_are_known(monkeypatch):
    monkeypatch.setattr(socket, "gethostname", lambda: "gpu17.cluster.example")
    monkeypatch.setenv("SLURMD_NODENAME", "gpu17-slurm")
    monkeypatch.setenv("USER", "zuse")
    monkeypatch.setenv("HOME", "/home/Konrad Zuse")
    text = "zuse on gpu17, gpu17.cluster.example, gpu17-slurm: /home/Konrad Zuse/x"
    assert local_names().redact(text) == "[user] on [host], [host], [host]: [path]"
    assert local_names().hosts.isdisjoint({"", "localhost"})


def test_a_name_can_cost_no_time(monkeypatch):
    """Whatever a text of a hundred kilobytes holds, it is looked through in a moment."""
    for piece in ("a.", "/a ", "'/a", "~a", "1:", "a://b@", "1.1.", "C:\\", "file://", "node="):
        text = piece * (100_000 // len(piece))
        assert len(masked(text, host="gpu17", user="a")) <= len(text) * 8


def test_the_words_of_every_message_are_listed():
    """`python tests/recording/common_words.py` adds those of a new one."""
    assert common_words.collected() - common_words.listed() == set()


def test_a_word_of_the_documentation_alone_is_masked_like_any_name():
    word = "anonymously"
    assert word not in common_words.listed()
    assert masked(f"{word} could not be reached", host=word) == "[host] could not be reached"
