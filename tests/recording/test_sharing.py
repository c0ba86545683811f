"""A machine that is shared: what was allotted, who else is there, and that the card says so."""

from __future__ import annotations

import subprocess
import sys
import threading
import types

import pytest
from recording.helpers import block, card_text, ledger

from hf_emissions.recording import sharing
from hf_emissions.recording.sharing import allotment, allotment_note, cpuset_threads, other_load, quota_threads


def machine(root, files):
    """A file system with these files, and no limits but theirs."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


V2 = "sys/fs/cgroup"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, None),
        ({"proc/self/cgroup": "0::/\n"}, None),
        ({"proc/self/cgroup": "0::/\n", f"{V2}/cpu.max": "400000 100000\n"}, 4.0),
        ({"proc/self/cgroup": "0::/\n", f"{V2}/cpu.max": "max 100000\n"}, None),
        # The narrowest of the groups that enclose each other.
        (
            {
                "proc/self/cgroup": "0::/pod/container\n",
                f"{V2}/pod/cpu.max": "250000 100000\n",
                f"{V2}/pod/container/cpu.max": "max 100000\n",
            },
            2.5,
        ),
        ({"proc/self/cgroup": "0::/a\n", f"{V2}/a/cpuset.cpus.effective": "0-2,8\n"}, 4.0),
        (
            {
                "proc/self/cgroup": "4:cpu,cpuacct:/job\n3:cpuset:/job\n1:name=systemd:/\n",
                f"{V2}/cpu/job/cpu.cfs_quota_us": "600000\n",
                f"{V2}/cpu/job/cpu.cfs_period_us": "100000\n",
                f"{V2}/cpuset/job/cpuset.cpus": "0-15\n",
            },
            6.0,
        ),
        (
            {
                "proc/self/cgroup": "4:cpu,cpuacct:/\n",
                f"{V2}/cpu/cpu.cfs_quota_us": "-1\n",
                f"{V2}/cpu/cpu.cfs_period_us": "100000\n",
            },
            None,
        ),
        ({"proc/self/cgroup": "rubbish\n\x00::\n::::/../../etc\n"}, None),
    ],
)
def test_the_limits_of_control_groups(tmp_path, files, expected):
    found = allotment({}, machine(tmp_path, files))
    assert found == (None if expected is None else (expected, "cgroup"))


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"SLURM_CPUS_ON_NODE": "4"}, (4.0, "SLURM")),
        ({"SLURM_JOB_CPUS_PER_NODE": "8(x2)"}, (8.0, "SLURM")),
        ({"SLURM_JOB_CPUS_PER_NODE": "8(x2),16"}, None),
        ({"SLURM_CPUS_ON_NODE": "many", "SLURM_JOB_CPUS_PER_NODE": ""}, None),
        ({"SLURM_CPUS_ON_NODE": "0"}, None),
    ],
)
def test_the_allocation_of_slurm(tmp_path, variables, expected):
    assert allotment(variables, tmp_path) == expected


def test_the_narrower_of_both_counts(tmp_path):
    root = machine(tmp_path, {"proc/self/cgroup": "0::/\n", f"{V2}/cpu.max": "200000 100000\n"})
    assert allotment({"SLURM_CPUS_ON_NODE": "4"}, root) == (2.0, "cgroup")


@pytest.mark.parametrize(
    ("quota", "period"), [("max", "100000"), ("-1", "100000"), ("1", "0"), ("", ""), ("nan", "1"), ("inf", "1")]
)
def test_a_quota_that_is_none(quota, period):
    assert quota_threads(quota, period) is None


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        *(("0", 1), ("0-63", 64), ("0,2,4-5\n", 4), ("", None), ("x", None), ("3-1", None), ("3-2", None)),
        *(("x-3", None), ("3-x", None), ("0,x", None), ("1,", None)),
    ],
)
def test_a_list_of_threads(listed, expected):
    assert cpuset_threads(listed) == expected


def test_in_words():
    words = "The whole machine was counted; the allocation was 4 of 64 CPU threads (SLURM)."
    assert allotment_note((4.0, "SLURM"), 64) == words
    assert allotment_note((2.5, "cgroup"), 4).startswith("The whole machine was counted; the allocation was 2.5 of 4")
    assert allotment_note((64.0, "SLURM"), 64) is None
    assert allotment_note((128.0, "SLURM"), 64) is None
    assert allotment_note(None, 64) is None
    assert allotment_note((4.0, "SLURM"), None) is None


# Who else is there

BUSY = "import time\nwhile True:\n    for _ in range(10**6): pass\n"


@pytest.mark.slow
def test_the_load_of_others_and_not_our_own():
    pytest.importorskip("psutil")
    own = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(2)]
    try:
        alone = other_load(1.0)
    finally:
        for process in own:
            process.kill()
            process.wait()
    # A process that no longer descends from ours.
    orphan = (
        f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {BUSY!r}], start_new_session=True,"
        " stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL); print(p.pid)"
    )
    pids = [int(subprocess.check_output([sys.executable, "-c", orphan])) for _ in range(2)]
    try:
        beside = other_load(1.0)
    finally:
        import os
        import signal

        for pid in pids:
            os.kill(pid, signal.SIGKILL)
    assert beside > alone


def test_a_system_that_does_not_tell(monkeypatch):
    monkeypatch.setitem(sys.modules, "psutil", types.SimpleNamespace())
    assert other_load(0.0) is None


def nvml(processes):
    """The part of pynvml that is asked: the processes of each GPU."""
    return types.SimpleNamespace(
        nvmlInit=lambda: None,
        nvmlDeviceGetCount=lambda: len(processes),
        nvmlDeviceGetHandleByIndex=lambda index: index,
        nvmlDeviceGetUUID=lambda index: f"GPU-{index}",
        nvmlDeviceGetComputeRunningProcesses=lambda index: [types.SimpleNamespace(pid=pid) for pid in processes[index]],
    )


def test_a_gpu_that_another_process_uses(monkeypatch):
    pytest.importorskip("psutil")
    import os

    other, unknown = 1, 2**22 + 1
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setitem(sys.modules, "pynvml", nvml([[os.getpid()], [os.getpid(), other], [unknown], []]))
    assert sharing.gpus_in_use_by_others() == 1
    monkeypatch.setitem(sys.modules, "pynvml", nvml([[other], [os.getpid()], [other]]))
    assert sharing.gpus_in_use_by_others() == 2
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert sharing.gpus_in_use_by_others() == 0
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    monkeypatch.setitem(sys.modules, "pynvml", nvml([]))
    assert sharing.gpus_in_use_by_others() == 0


# On the card


def test_it_is_said_in_the_ledger_and_on_the_card(out, monkeypatch, warnings_of):
    tiny = pytest.importorskip("recording.tiny")
    from hf_emissions import EmissionsCallback

    monkeypatch.setenv("SLURM_CPUS_ON_NODE", "4")
    monkeypatch.setattr(sharing, "_cgroup_limits", lambda root: [])
    monkeypatch.setattr(sharing.os, "cpu_count", lambda: 64)
    monkeypatch.setattr(sharing, "other_load", lambda: 0.7)
    tiny.trainer(out, EmissionsCallback(country="DEU"), pause_s=0.005).train()
    card = card_text(out)
    assert block(card)["emissions"] > 0
    assert "The whole machine was counted; the allocation was 4 of 64 CPU threads (SLURM)." in card
    assert "Other processes took 70% of the processors' time when the training began" in card
    notes = [line["text"] for line in ledger(out) if line["kind"] == "remark"]
    assert len(notes) == 2
    (warning,) = warnings_of()
    assert "Other processes took 70%" in warning


def test_nothing_is_said_of_a_machine_of_ones_own(monkeypatch):
    monkeypatch.setattr(sharing, "allotment", lambda: None)
    monkeypatch.setattr(sharing, "other_load", lambda: 0.4)
    monkeypatch.setattr(sharing, "gpus_in_use_by_others", lambda: 0)
    assert sharing.sharing_notes() == ([], [])


def test_it_is_said_once_a_process_and_kept_in_every_ledger(tmp_path, monkeypatch, warnings_of):
    """As with the folds of a cross-validation, each of which finds another share."""
    from hf_emissions import record_emissions

    shares = iter((0.7, 0.93, 0.51))
    monkeypatch.setattr(sharing, "allotment", lambda: None)
    monkeypatch.setattr(sharing, "other_load", lambda: next(shares))
    for fold in range(3):
        with record_emissions(tmp_path / str(fold), country="DEU", training_type="fine-tuning"):
            threading.Event().wait(0.1)
    remarks = [[line["text"] for line in ledger(tmp_path / str(fold)) if line["kind"] == "remark"] for fold in range(3)]
    assert [[text.partition("%")[0] for text in texts] for texts in remarks] == [
        [f"Other processes took {share}"] for share in (70, 93, 51)
    ]
    (warning,) = warnings_of()
    assert "Other processes took 70%" in warning


class Times(tuple):
    """Times that also have names."""


class Psutil:
    """As much of psutil as is asked: the seconds that were taken, once before and once after the watch."""

    def __init__(self, busy_s, own_s, bare=False):
        self._busy, self._own, self._bare = iter([0.0, busy_s]), iter([0.0, own_s]), bare
        self.now = types.SimpleNamespace(cpu_times=self._taken, pid=7, children=lambda recursive: [])
        self.now.parent = lambda: None

    def cpu_count(self):
        return 4

    def Process(self):  # noqa: N802 - psutil's own name
        return self.now

    def cpu_times(self):
        """User, system and idle time; Linux has four more, of which none is busy or all is user time already."""
        busy = next(self._busy)
        idle, more = busy + 5.0, {} if self._bare else {"iowait": busy + 3.0, "guest": 2.0, "guest_nice": 1.0}
        times = Times((busy, idle, *more.values()))
        times.__dict__.update(idle=idle, **more)
        return times

    def _taken(self):
        return types.SimpleNamespace(user=next(self._own), system=0.25)


@pytest.mark.parametrize(
    ("busy_s", "own_s", "share"),
    [(6.0, 0.0, 0.75), (6.0, 2.0, 0.5), (2.0, 3.0, 0.0), (20.0, 1.0, 1.0), (1.0, 0.0, 0.125)],
)
@pytest.mark.parametrize("bare", [False, True], ids=["Linux", "another system"])
def test_the_share_that_others_take(monkeypatch, busy_s, own_s, share, bare):
    """Of four processors over two seconds: of their eight seconds, what was neither idle nor ours."""
    clock = iter([100.0, 102.0])
    monkeypatch.setitem(sys.modules, "psutil", Psutil(busy_s, own_s, bare))
    monkeypatch.setattr(sharing, "time", types.SimpleNamespace(sleep=lambda s: None, monotonic=lambda: next(clock)))
    assert other_load(2.0) == pytest.approx(share)


@pytest.mark.parametrize(("share", "is_said"), [(0.5, False), (0.501, True)])
def test_more_than_half_is_said(monkeypatch, share, is_said):
    monkeypatch.setattr(sharing, "allotment", lambda: None)
    monkeypatch.setattr(sharing, "other_load", lambda: share)
    monkeypatch.setattr(sharing, "gpus_in_use_by_others", lambda: 0)
    assert bool(sharing.sharing_notes()[1]) == is_said


def test_gpus_that_others_use_are_counted(monkeypatch):
    monkeypatch.setattr(sharing, "allotment", lambda: (4.0, "SLURM"))
    monkeypatch.setattr(sharing.os, "cpu_count", lambda: 5)
    monkeypatch.setattr(sharing, "other_load", lambda: None)
    monkeypatch.setattr(sharing, "gpus_in_use_by_others", lambda: 1)
    notes, warnings = sharing.sharing_notes()
    assert notes == ["The whole machine was counted; the allocation was 4 of 5 CPU threads (SLURM)."]
    assert warnings == ["Other processes used 1 of the GPUs when the training began; the GPUs were counted whole."]


@pytest.mark.parametrize(
    ("quota", "period", "threads"),
    [("150000", "100000", 1.5), ("100000", "300000", 0.33), ("1", "1", 1.0), ("0", "100000", None)],
)
def test_a_quota(quota, period, threads):
    assert quota_threads(quota, period) == threads


@pytest.mark.parametrize(
    ("parent", "launched", "first"),
    [(1, None, "here"), (2, None, "above"), (1, "2", "above"), (1, "1", "here"), (None, "2", "here")],
)
def test_whose_processes_are_ours(monkeypatch, parent, launched, first):
    """All below the same parent, unless that is the first process of a machine and nothing was launched in it."""
    monkeypatch.delenv("LOCAL_WORLD_SIZE", raising=False)
    if launched:
        monkeypatch.setenv("LOCAL_WORLD_SIZE", launched)
    here = types.SimpleNamespace(children=lambda recursive: ["child of here"])
    above = types.SimpleNamespace(pid=parent, children=lambda recursive: ["here", "beside"])
    here.parent = lambda: None if parent is None else above
    family = sharing._family(types.SimpleNamespace(Process=lambda: here))
    assert family == ([here, "child of here"] if first == "here" else [above, "here", "beside"])
