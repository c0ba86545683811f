"""Which GPUs are metered and named: the real CodeCarbon and pynvml on machines with GPUs of known power."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import time
import types

import pytest
from recording.helpers import SCRIPTS, environment
from rig import nvml

from hf_emissions import record_emissions
from hf_emissions.recording import gpus, node_exchange
from hf_emissions.recording.gpus import all_indices, nvml_indices, union, visible_gpus
from hf_emissions.recording.nodes import Store, placement

pytest.importorskip("codecarbon")

J_PER_KWH = 3.6e6
A100, H100 = "NVIDIA A100-SXM4-80GB", "NVIDIA H100 PCIe"
FIRST = nvml.Gpu("GPU-aaaaaaaa-0000-1111-2222-333333333333", 200.0, A100)
SECOND = nvml.Gpu("GPU-bbbbbbbb-0000-1111-2222-333333333333", 100.0, A100)
UNCOUNTED = nvml.Gpu("GPU-cccccccc-0000-1111-2222-333333333333", 400.0, H100, counter=False)
MIG = "MIG-dddddddd-0000-1111-2222-333333333333"
LAUNCHERS = ("SLURM_", "OMPI_", "PMI_", "TORCHELASTIC_", "HF_EMISSIONS_")


class Loop:
    """What a loop left behind: its record, its ledger and its card."""

    def __init__(self, said):
        self.record, self.card = types.SimpleNamespace(**said["record"]), said["card"]
        (self.start,) = [line for line in said["lines"] if line["kind"] == "start"]
        self.reading = [line for line in said["lines"] if line["kind"] == "reading"][-1]
        self.said = [line["text"] for line in said["lines"] if line["kind"] == "note"]
        # A loop of a tenth of a second may be over before its meter has begun, on a busy machine, and says so.
        self.notes = [text for text in self.said if "ended before its meter" not in text]

    @property
    def watts(self):
        """The mean power of all GPUs that were metered."""
        return self.reading["gpu_kwh"] * J_PER_KWH / self.reading["t_s"]


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The folder of the stand-in for NVML."""
    if sys.platform != "linux":
        pytest.skip("the stand-in for NVML is a library for Linux")
    if nvml.compiler() is None:
        pytest.skip("there is no gcc to compile the stand-in for NVML with")
    return nvml.build(tmp_path_factory.mktemp("nvml"))


def start(machine, folder, *loops, **variables):
    """A process of loops, each with another CUDA_VISIBLE_DEVICES."""
    kept = {name: value for name, value in environment(**machine).items() if not name.startswith(LAUNCHERS)}
    return subprocess.Popen(
        [sys.executable, str(SCRIPTS / "gpus.py"), str(folder), *loops],
        env={**kept, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process):
    """What came of the loops of a process, which has raised and warned of nothing."""
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    assert [
        line
        for line in err.splitlines()
        if "hf-emissions" in line and "Other processes" not in line and " -> " not in line
    ] == []
    return [said and Loop(said) for said in json.loads(out.splitlines()[-1])]


@pytest.fixture(scope="module")
def found(built, tmp_path_factory):
    """What came of the loops on every machine; all of them at once, because a start is mostly waiting."""
    bare = tmp_path_factory.mktemp("bare")
    (bare / nvml.LIBRARY).symlink_to(built / nvml.LIBRARY)
    two = nvml.machine(built, FIRST, SECOND)
    machines = {
        # The loop that is looked at closely comes last, when the other processes have ended.
        "two": (two, SECOND.uuid, "0", "1", "GPU-bbbb", "1,-1,0", "1,0", f"1,{FIRST.uuid}", MIG, "", "unset@1.5"),
        "hidden": (two, "-1@0.1", "@0.1"),
        "kinds": (nvml.machine(built, FIRST, UNCOUNTED), "unset", "0", "1"),
        "gone": (nvml.machine(built), "unset@0.1", "0@0.1", f"{FIRST.uuid}@0.1", "@0.1"),
        "bare": (nvml.machine(bare, FIRST), "unset@0.1"),
    }
    processes = {name: start(machine, bare / name, *loops) for name, (machine, *loops) in machines.items()}
    with killed(*processes.values()):
        visible = {name: [loop.partition("@")[0] for loop in loops] for name, (_, *loops) in machines.items()}
        return {name: dict(zip(visible[name], ended(process), strict=True)) for name, process in processes.items()}


@contextlib.contextmanager
def killed(*processes):
    """Processes that do not outlive the block."""
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def assert_metered(loop, watts, hardware):
    # A reading's time is taken after its counter was read, long after on a busy machine: the power of so short a loop
    # comes out too low, and never too high. One GPU too many would be; one too few is named.
    assert 0 < loop.watts < 1.2 * watts
    assert loop.record.hardware_used == hardware
    assert "(GPU measured, " in loop.record.source


def assert_no_gpu(loop):
    assert loop.reading["gpu_kwh"] == 0
    assert "gpu" not in loop.start["power"]
    assert loop.start["hardware"]["gpus"] == []
    assert "GPU" not in loop.record.source
    assert "CPU threads" in loop.record.hardware_used
    assert loop.notes == []


# Two GPUs of one kind


@pytest.fixture
def two_gpus(found):
    return found["two"]


def test_all_gpus_where_none_is_hidden(two_gpus):
    loop = two_gpus["unset"]
    assert 300 * 0.4 < loop.watts < 300 * 1.04
    assert loop.record.hardware_used == "2 x NVIDIA A100-SXM4-80GB"
    assert loop.record.source.startswith(f"CodeCarbon {loop.record.tool_version} (GPU measured, ")
    assert loop.start["power"]["gpu"] == ["measured", "NVML"]
    assert loop.start["hardware"]["gpus"] == [A100, A100]
    assert loop.notes == []
    assert "hardware_used: 2 x NVIDIA A100-SXM4-80GB" in loop.card
    assert "GPU measured" in loop.card


def test_what_the_gpus_drew_is_in_the_sum_and_is_no_model(two_gpus):
    loop = two_gpus["unset"]
    filled = loop.reading.get("filled", {})
    filled_kwh = {part: filled.get(f"{part}_kwh", 0.0) for part in ("cpu", "gpu", "ram")}
    kwh = {part: loop.reading[f"{part}_kwh"] + filled_kwh[part] for part in filled_kwh}
    assert loop.record.energy_kwh == pytest.approx(sum(kwh.values()), rel=0.01)
    # What was filled in is measured of no part.
    modelled = sum((kwh if loop.start["power"][part][0] == "modelled" else filled_kwh)[part] for part in kwh)
    assert loop.record.modelled_share == pytest.approx(modelled / sum(kwh.values()), abs=0.001)
    assert loop.record.modelled_share < 0.5
    assert loop.record.method == "mixed"


@pytest.mark.parametrize("visible", ["1", SECOND.uuid, "GPU-bbbb", "1,-1,0"])
def test_one_of_two_is_visible(two_gpus, visible):
    assert_metered(two_gpus[visible], SECOND.watts, "1 x NVIDIA A100-SXM4-80GB")
    assert two_gpus[visible].notes == []


def test_the_other_of_two_is_visible(two_gpus):
    assert_metered(two_gpus["0"], FIRST.watts, "1 x NVIDIA A100-SXM4-80GB")


@pytest.mark.parametrize("visible", ["1,0", f"1,{FIRST.uuid}"])
def test_both_are_visible_in_another_order(two_gpus, visible):
    assert_metered(two_gpus[visible], 300, "2 x NVIDIA A100-SXM4-80GB")
    assert two_gpus[visible].notes == []


def test_a_part_of_a_gpu_counts_all_and_says_so(two_gpus):
    loop = two_gpus[MIG]
    assert_metered(loop, 300, "2 x NVIDIA A100-SXM4-80GB")
    said = "CUDA_VISIBLE_DEVICES names a GPU that NVML does not know; all GPUs of the machine are counted"
    assert loop.notes == [said]
    assert said.replace("_", r"\_") in loop.card


def test_no_gpu_is_visible(two_gpus):
    assert_no_gpu(two_gpus[""])


def test_no_gpu_is_visible_to_the_first_tracker_nor_to_the_next(found):
    for loop in found["hidden"].values():
        assert_no_gpu(loop)


# Two GPUs of two kinds, of which one has no counter


@pytest.fixture
def two_kinds(found):
    return found["kinds"]


def test_each_kind_is_named(two_kinds):
    assert_metered(two_kinds["unset"], 600, f"1 x {A100} and 1 x {H100}")
    assert_metered(two_kinds["0"], FIRST.watts, f"1 x {A100}")
    assert_metered(two_kinds["1"], UNCOUNTED.watts, f"1 x {H100}")


def test_a_gpu_without_a_counter_is_measured_by_samples(two_kinds):
    power = {visible: loop.start["power"]["gpu"] for visible, loop in two_kinds.items()}
    samples = ["measured", "NVML power samples"]
    assert power == {"unset": samples, "0": ["measured", "NVML"], "1": samples}


# Two ranks on one node


def ranks(machine, folder, first, second):
    """What came of the loops of the rank that meters the node; each rank has GPUs of its own visible."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(listener.getsockname()[1])}
    common = {**address, "WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2"}
    processes = [
        start(machine, folder, *loops, RANK=str(rank), LOCAL_RANK=str(rank), **common)
        for rank, loops in enumerate([first, second])
    ]
    with killed(*processes):
        metering, other = (ended(process) for process in processes)
    assert set(other) == {None}
    return metering


@pytest.fixture(scope="module")
def two_ranks(built, tmp_path_factory):
    pytest.importorskip("torch")
    machine = nvml.machine(built, FIRST, SECOND)
    return ranks(machine, tmp_path_factory.mktemp("ranks"), ["0", "1", "", "0"], ["1", "1", "1", "unset"])


@pytest.mark.slow
def test_the_gpus_of_every_rank_are_metered_once(two_ranks):
    each_its_own, both_the_same, one_without, _ = two_ranks
    assert_metered(each_its_own, 300, "2 x NVIDIA A100-SXM4-80GB")
    assert_metered(both_the_same, SECOND.watts, "1 x NVIDIA A100-SXM4-80GB")
    assert_metered(one_without, SECOND.watts, "1 x NVIDIA A100-SXM4-80GB")
    for loop in two_ranks:
        assert (loop.record.nodes_seen, loop.record.nodes_expected, loop.notes) == (1, 1, [])


@pytest.mark.slow
def test_a_rank_that_can_use_all_gpus_has_all_metered(two_ranks):
    assert_metered(two_ranks[3], 300, "2 x NVIDIA A100-SXM4-80GB")


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([("here", ["1"])], ["0", "1"]),
        ([("elsewhere", ["1"])], ["0"]),
        ([("here", ["1"]), ("elsewhere", None)], ["0", "1"]),
        ([("here", ["1"]), ("here", None)], None),
        ([("here", ["0"]), ("here", [])], ["0"]),
    ],
)
def test_the_ranks_of_other_nodes_are_left_out(others, expected):
    pytest.importorskip("torch")
    from torch.distributed import HashStore

    here = placement({})
    store = Store(HashStore(), len(others) + 1, 0)
    for rank, (node, names) in enumerate([("here", ["0"]), *others]):
        store.put(f"launch/gpus/{rank}", [here.node if node == "here" else node, names])
    assert node_exchange.gpus_of_node(store, here, "launch", ["0"])[0] == expected


def test_ranks_that_never_say_are_waited_for_together(monkeypatch):
    pytest.importorskip("torch")
    from torch.distributed import HashStore

    monkeypatch.setattr(node_exchange, "_GPUS_S", 0.3)
    begun = time.monotonic()
    store = Store(HashStore(), 16, 0)
    assert node_exchange.gpus_of_node(store, placement({}), "launch", ["0"]) == (["0"], 1)
    assert time.monotonic() - begun < 1


# No NVML


def test_a_driver_that_is_gone_is_no_error(found):
    for loop in found["gone"].values():
        assert_no_gpu(loop)


def no_gpu(indices):
    return bool(indices) and max(indices) < 0


def fails():
    raise OSError("libnvidia-ml.so.1: cannot open shared object file")


@pytest.mark.parametrize("module", [None, types.SimpleNamespace(nvmlInit=fails)], ids=["no pynvml", "no library"])
def test_without_nvml_there_is_nothing_to_choose_from(monkeypatch, module):
    monkeypatch.setitem(sys.modules, "pynvml", module)
    assert nvml_indices(["0", FIRST.uuid, MIG]) is None
    assert no_gpu(nvml_indices([]))
    assert all_indices() is None


def test_gpus_that_cannot_be_metered_are_said_to_be_missing(found):
    # CodeCarbon meters GPUs where there is a program nvidia-smi, which many a container has not.
    (loop,) = found["bare"].values()
    assert loop.reading["gpu_kwh"] > 0 or loop.said


# What the variable says


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ("", []),
        ("  ", []),
        ("-1", []),
        ("0", ["0"]),
        ("1,0", ["1", "0"]),
        (" 0 , 1 ", ["0", "1"]),
        ("1,-1,0", ["1"]),
        ("-1,0", []),
        ("1,,0", ["1"]),
        (f"{FIRST.uuid},{MIG}", [FIRST.uuid, MIG]),
    ],
)
def test_the_list_is_read_up_to_the_first_that_is_no_device(listed, expected):
    assert visible_gpus({"CUDA_VISIBLE_DEVICES": listed}) == expected


def test_a_variable_that_is_not_set_hides_none():
    assert visible_gpus({}) is None


class Cuda:
    """As much of `torch.cuda` as is asked; `uuids` in CUDA's own order."""

    def __init__(self, *uuids, up=True):
        self._uuids, self._up = uuids, up

    def is_initialized(self):
        return self._up

    def device_count(self):
        if not self._up:
            raise AssertionError("this would set CUDA up")
        return len(self._uuids)

    def get_device_properties(self, index):
        uuid = self._uuids[index]
        if isinstance(uuid, Exception):
            raise uuid
        return types.SimpleNamespace(uuid=uuid)


PLAIN = [gpu.uuid.removeprefix("GPU-") for gpu in (SECOND, FIRST)]


@pytest.mark.parametrize(
    ("cuda", "expected"),
    [
        (Cuda(*PLAIN), [SECOND.uuid, FIRST.uuid]),
        (Cuda(PLAIN[1]), [FIRST.uuid]),
        (Cuda(*PLAIN, up=False), ["0", "1"]),
        (Cuda(AttributeError("uuid")), ["0", "1"]),
        (Cuda(RuntimeError("the device is lost")), ["0", "1"]),
    ],
)
def test_cuda_knows_its_own_devices_best(monkeypatch, cuda, expected):
    monkeypatch.setitem(sys.modules, "torch", types.SimpleNamespace(cuda=cuda))
    assert visible_gpus({"CUDA_VISIBLE_DEVICES": "0,1"}) == expected


@pytest.mark.parametrize(
    ("cuda", "used"), [(Cuda(*PLAIN), True), (Cuda(), False), (Cuda(*PLAIN, up=False), False), (None, False)]
)
def test_a_gpu_is_in_use_once_cuda_is_set_up(monkeypatch, cuda, used):
    monkeypatch.setitem(sys.modules, "torch", cuda and types.SimpleNamespace(cuda=cuda))
    assert gpus.in_use() is used


@pytest.mark.parametrize("error", [AttributeError("cuda"), RuntimeError("the device is lost")])
def test_a_cuda_that_fails_is_not_in_use(monkeypatch, error):
    def fails():
        raise error

    monkeypatch.setitem(sys.modules, "torch", types.SimpleNamespace(cuda=types.SimpleNamespace(is_initialized=fails)))
    assert gpus.in_use() is False


@pytest.mark.parametrize("torch", [None, types.SimpleNamespace()])
def test_without_cuda_the_list_counts(monkeypatch, torch):
    monkeypatch.setitem(sys.modules, "torch", torch)
    assert visible_gpus({"CUDA_VISIBLE_DEVICES": "0,1"}) == ["0", "1"]


@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        ([], []),
        ([["1"], ["0"]], ["1", "0"]),
        ([["0", "1"], ["1", "2"], []], ["0", "1", "2"]),
        ([["0"], None], None),
        ([None], None),
        ([[], []], []),
    ],
)
def test_the_gpus_of_several_processes(lists, expected):
    assert union(lists) == expected


# NVML's own indices


@pytest.fixture(params=[str, str.encode], ids=["text", "bytes"])
def three_known(request, monkeypatch):
    """A NVML of three GPUs; old ones give bytes."""
    uuids = [request.param(gpu.uuid) for gpu in (FIRST, SECOND, UNCOUNTED)]
    known = types.SimpleNamespace(
        nvmlInit=lambda: None,
        nvmlDeviceGetCount=lambda: len(uuids),
        nvmlDeviceGetHandleByIndex=lambda index: index,
        nvmlDeviceGetUUID=lambda handle: uuids[handle],
    )
    monkeypatch.setitem(sys.modules, "pynvml", known)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["1"], [1]),
        (["2", "0"], [0, 2]),
        (["1", SECOND.uuid, "GPU-bb"], [1]),
        ([UNCOUNTED.uuid, "0"], [0, 2]),
        (["GPU-cc"], [2]),
    ],
)
def test_names_as_indices(three_known, names, expected):
    assert nvml_indices(names) == expected


def test_no_name_is_an_index_that_no_gpu_has(three_known):
    # An empty list would mean all of them to CodeCarbon.
    assert no_gpu(nvml_indices([]))


@pytest.mark.parametrize(("listed", "expected"), [(["3"], []), (["0", "7"], [0]), (["10", "1"], [1]), (["-2"], [])])
def test_an_index_that_no_device_has_is_no_gpu(three_known, listed, expected):
    assert [index for index in nvml_indices(listed) if index >= 0] == expected


@pytest.mark.parametrize("name", [MIG, "MIG-GPU-aaaaaaaa-0000-1111-2222-333333333333/1/0", "bbbb"])
def test_a_name_that_nvml_does_not_know(three_known, name):
    with pytest.raises(LookupError, match=f"^CUDA_VISIBLE_DEVICES names {name}, which NVML does not know; all GPUs"):
        nvml_indices(["0", name])


def test_every_index(three_known):
    assert all_indices() == [0, 1, 2]


def test_a_gpu_that_is_used_and_not_metered_is_said_to_be_missing(tmp_path, monkeypatch):
    # No NVML here; CUDA is taken for up, as in a container that has the one and not the other.
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(gpus, "_uuids_of_cuda", list)
    with record_emissions(tmp_path, country="DEU") as recording:
        pass
    assert "could not be metered" in (tmp_path / "README.md").read_text()
    assert recording.record is None or "GPU" not in (recording.record.hardware_used or "")
