"""One tracker per node, and several nodes summed: real launchers, real processes, on this machine."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time

import pytest
from recording.helpers import SCRIPTS, block, card_text, environment, ledger, segments_kwh

from hf_emissions.recording.nodes import Store, placement, shared_name
from hf_emissions.recording.redaction import this_host

pytest.importorskip("transformers")

RANKS = str(SCRIPTS / "ranks.py")
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def record_of(process, timeout_s=120):
    said, warned = process.communicate(timeout=timeout_s)
    assert process.returncode == 0, warned
    return json.loads(said.splitlines()[-1]), warned


def start(command, *arguments, **variables):
    return subprocess.Popen(
        [*command, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(CUDA_VISIBLE_DEVICES="", **variables),
    )


def two_nodes(*arguments):
    """The record of rank 0 of a training on two nodes of two ranks, each with a launcher of its own."""
    where = ["--nnodes", "2", "--master-addr", "127.0.0.1", "--master-port", free_port()]
    launchers = [start(TORCHRUN, *where, "--node-rank", node, RANKS, *arguments) for node in (0, 1)]
    try:
        record, warned = record_of(launchers[0])
        launchers[1].communicate(timeout=60)
        assert launchers[1].returncode == 0
    finally:
        for launcher in launchers:
            launcher.kill()
    return record, warned


def assert_sums(record, out, energies):
    assert record["energy_kwh"] == pytest.approx(sum(energies), rel=0.005)
    assert record["emissions_g"] == pytest.approx(380.95 * sum(energies), rel=0.005)
    assert block(card_text(out))["emissions"] == record["emissions_g"]


# Real launchers


@pytest.mark.slow
def test_two_ranks_on_one_node_count_it_once(out):
    record, warned = record_of(start(TORCHRUN, "--standalone", RANKS, out))
    energies = segments_kwh(out)
    assert len(energies) == 1
    assert_sums(record, out, energies)
    assert (record["nodes_seen"], record["nodes_expected"], record["segments"]) == (1, 1, 1)
    (said,) = [line for line in warned.splitlines() if "hf-emissions" in line and "Other processes" not in line]
    assert said.endswith(f"-> {out}/README.md")


@pytest.mark.slow
def test_two_nodes_with_folders_of_their_own(tmp_path):
    record, _ = two_nodes(tmp_path / "node-{node}")
    own, other = (segments_kwh(tmp_path / f"node-{node}") for node in (0, 1))
    assert len(other) == 1
    assert len(own) == 2  # rank 0 keeps what the other node measured beside its own
    assert set(other) < set(own)
    assert_sums(record, tmp_path / "node-0", own)
    assert (record["nodes_seen"], record["nodes_expected"], record["segments"]) == (2, 2, 1)
    assert record["hardware_used"].startswith("2 x ")
    assert "nodes" not in record["source"]
    assert not (tmp_path / "node-1" / "README.md").exists()
    assert len({line["run"] for node in (0, 1) for line in ledger(tmp_path / f"node-{node}")}) == 1


@pytest.mark.slow
def test_two_nodes_with_a_shared_folder(out):
    record, _ = two_nodes(out)
    energies = segments_kwh(out)
    assert len(energies) == 2
    assert_sums(record, out, energies)
    assert (record["nodes_seen"], record["nodes_expected"]) == (2, 2)
    assert record["duration_s"] < 1.5 * max(line["t_s"] for line in ledger(out) if line["kind"] == "reading")


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["no-meter-1", "no-callback-1"])
def test_a_node_that_is_missing_is_said(tmp_path, fault):
    begun = time.monotonic()
    record, _ = two_nodes(tmp_path / "node-{node}", fault)
    assert time.monotonic() - begun < 90
    own = segments_kwh(tmp_path / "node-0")
    assert len(own) == 1
    assert_sums(record, tmp_path / "node-0", own)
    assert (record["nodes_seen"], record["nodes_expected"]) == (1, 2)
    assert "1 of 2 nodes" in record["source"]
    assert "Only 1 of 2 nodes were recorded" in card_text(tmp_path / "node-0")


@pytest.mark.slow
def test_a_launcher_that_calls_every_rank_the_first_of_its_node(out):
    """accelerate's debug launcher: two processes on this machine, each with the variables of rank 0 of two nodes."""
    record, _ = record_of(start([sys.executable], RANKS, "launch", out))
    energies = segments_kwh(out)
    assert len(energies) == 1
    assert_sums(record, out, energies)
    assert (record["nodes_seen"], record["nodes_expected"]) == (1, 1)
    assert "nodes" not in record["source"]
    assert "nodes were recorded" not in card_text(out)


@pytest.mark.slow
@pytest.mark.parametrize("launcher", ["debug", "notebook"])
def test_a_loop_that_accelerate_launches_is_counted_once_and_written_by_one_process(out, launcher):
    [said], warned = said_by(start([sys.executable], SCRIPTS / "launched_loop.py", launcher, out, free_port()))
    assert (said["nodes_seen"], said["nodes_expected"]) == (1, 1)
    assert warned.count("README.md") <= 1
    assert_sums(said, out, segments_kwh(out))


def said_by(process, timeout_s=120):
    """What the processes of a launch printed as JSON, a line each, and what they warned of."""
    try:
        said, warned = process.communicate(timeout=timeout_s)
    finally:
        process.kill()
    assert process.returncode == 0, warned
    return [json.loads(line) for line in said.splitlines() if line.startswith("{")], warned


# A launch without `torch.distributed`: the nodes find each other in the folder


def two_loops(out, variables, *, started=(0, 1), seconds=0.5):
    """The record of rank 0 of a loop on two nodes, of which some are started; `variables` are those of a node."""
    loops = {
        node: start([sys.executable], *(SCRIPTS / "loop.py", out, seconds * (1 + node)), **variables(node))
        for node in started
    }
    records = {node: record_of(loop)[0] for node, loop in loops.items()}
    return records[0]


def slurm_step(out, *, started=(0, 1), step="0"):
    """A step of srun; scontrol is not there."""
    common = {"SLURM_JOB_ID": "77", "SLURM_STEP_ID": step, "SLURM_STEP_NUM_NODES": "2", "SLURM_LOCALID": "0"}
    return two_loops(
        out, lambda node: {**common, "SLURM_NODEID": str(node), "SLURM_PROCID": str(node)}, started=started
    )


def torchrun_node(node, host=None):
    """The variables of torchrun, with one rank a node; both nodes are this host."""
    common = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29500", "TORCHELASTIC_RUN_ID": "none", "LOCAL_RANK": "0"}
    sizes = {"WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "1", "GROUP_WORLD_SIZE": "2"}
    return {**common, **sizes, "RANK": str(node), "GROUP_RANK": str(node)}


def mpi_node(node):
    """The variables of Open MPI, which has no number for a node: both ranks are the first of theirs."""
    sizes = {"OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_LOCAL_SIZE": "1", "OMPI_COMM_WORLD_LOCAL_RANK": "0"}
    return {**sizes, "PMIX_NAMESPACE": "prterun-host-77@1", "OMPI_COMM_WORLD_RANK": str(node)}


@pytest.mark.slow
@pytest.mark.parametrize(("variables", "seen"), [(torchrun_node, 2), (mpi_node, 1)])
def test_nodes_of_other_launchers_are_summed_from_a_shared_folder(out, variables, seen):
    record = two_loops(out, variables)
    energies = segments_kwh(out)
    assert len(energies) == 2
    assert_sums(record, out, energies)
    # Two ranks of MPI on one host are taken for one node, and that is said.
    assert (record["nodes_seen"], record["nodes_expected"], record["segments"]) == (seen, 2, 1)
    # The same address and port again: a training of its own.
    again = two_loops(out, variables, seconds=0.3)
    assert_sums(again, out, [energy for energy in segments_kwh(out) if energy not in energies])
    assert again["energy_kwh"] < record["energy_kwh"]


def test_the_nodes_of_a_slurm_step_are_summed_from_a_shared_folder(out):
    record = slurm_step(out)
    energies = segments_kwh(out)
    assert len(energies) == 2
    assert_sums(record, out, energies)
    assert (record["nodes_seen"], record["nodes_expected"], record["segments"]) == (2, 2, 1)


@pytest.mark.slow
def test_a_node_of_a_slurm_step_that_is_missing_is_said(out):
    record = slurm_step(out, started=(0,))
    assert (record["nodes_seen"], record["nodes_expected"]) == (1, 2)
    assert "1 of 2 nodes" in record["source"]
    # The next step in the same folder is a training of its own.
    assert_sums(slurm_step(out, step="1"), out, segments_kwh(out)[1:])


# What the launchers' variables say

TORCHRUN_NODE_1 = {
    "RANK": "2",
    "LOCAL_RANK": "0",
    "WORLD_SIZE": "4",
    "LOCAL_WORLD_SIZE": "2",
    "GROUP_RANK": "1",
    "GROUP_WORLD_SIZE": "2",
}
SRUN = {
    "SLURM_PROCID": "5",
    "SLURM_LOCALID": "1",
    "SLURM_NODEID": "1",
    "SLURM_NTASKS": "8",
    "SLURM_NNODES": "2",
    "SLURM_STEP_NUM_NODES": "2",
}


# What accelerate's debug launcher leaves in the environment of both of its processes.
DEBUG_LAUNCHER = {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "1"} | {
    "MASTER_ADDR": "127.0.0.1",
    "MASTER_PORT": "29500",
    "FORK_LAUNCHED": "1",
}
DEEPSPEED = {
    "RANK": "9",
    "LOCAL_RANK": "1",
    "WORLD_SIZE": "16",
    "LOCAL_SIZE": "8",
    "CROSS_RANK": "1",
    "CROSS_SIZE": "2",
}
# Three processes on one node and one on another.
OPEN_MPI = {"OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "3", "OMPI_COMM_WORLD_LOCAL_RANK": "0"}
HYDRA = {"PMI_RANK": "2", "PMI_SIZE": "4", "MPI_LOCALRANKID": "0", "MPI_LOCALNRANKS": "2"}


@pytest.mark.parametrize(
    ("variables", "rank", "expected", "meters", "group"),
    [
        ({}, 0, 1, True, None),
        (TORCHRUN_NODE_1, 2, 2, True, "1"),
        ({**TORCHRUN_NODE_1, "RANK": "3", "LOCAL_RANK": "1"}, 3, 2, False, "1"),
        # Nodes of different size, seen from the small one.
        ({**TORCHRUN_NODE_1, "WORLD_SIZE": "9", "LOCAL_WORLD_SIZE": "1"}, 2, 2, True, "1"),
        (SRUN, 5, 2, False, "1"),
        ({**SRUN, "SLURM_PROCID": "4", "SLURM_LOCALID": "0"}, 4, 2, True, "1"),
        # `srun torchrun`: SLURM counts the launchers, torchrun the ranks.
        ({**SRUN, "SLURM_LOCALID": "0", **TORCHRUN_NODE_1, "LOCAL_RANK": "1", "RANK": "3"}, 3, 2, False, "1"),
        # A batch step without srun runs on the first node alone, however many the job has.
        ({"SLURM_NNODES": "4", "SLURM_JOB_NUM_NODES": "4", "SLURM_NODEID": "0"}, 0, 1, True, "0"),
        ({"OMPI_COMM_WORLD_RANK": "3", "OMPI_COMM_WORLD_LOCAL_RANK": "1"}, 3, 1, False, None),
        ({"RANK": "x", "LOCAL_RANK": "", "WORLD_SIZE": "-1"}, 0, 1, True, None),
        # Numbers of processes are no number of nodes.
        (DEBUG_LAUNCHER, 0, 1, True, None),
        ({"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29500"}, 0, 1, True, None),
        ({"WORLD_SIZE": "8", "RANK": "3", "LOCAL_RANK": "3", "NODE_RANK": "0"}, 3, 1, False, None),
        ({**TORCHRUN_NODE_1, "GROUP_RANK": "0", "GROUP_WORLD_SIZE": "1", "NPROC": "2"}, 2, 1, True, "0"),
        (DEEPSPEED, 9, 2, False, None),
        ({"HOROVOD_CROSS_SIZE": "3", "HOROVOD_CROSS_RANK": "1"}, 0, 3, True, None),
        # MPI knows that there is another node, and up to Open MPI 4 how many there are.
        ({**OPEN_MPI, "OMPI_COMM_WORLD_LOCAL_SIZE": "1"}, 3, 2, True, None),
        ({**OPEN_MPI, "OMPI_COMM_WORLD_LOCAL_SIZE": "3"}, 3, 2, True, None),
        ({**OPEN_MPI, "OMPI_COMM_WORLD_LOCAL_SIZE": "4"}, 3, 1, True, None),
        ({**OPEN_MPI, "OMPI_COMM_WORLD_LOCAL_SIZE": "1", "OMPI_MCA_orte_num_nodes": "4"}, 3, 4, True, None),
        (HYDRA, 2, 2, True, None),
        ({**HYDRA, "MPI_LOCALNRANKS": "4", "MPI_LOCALRANKID": "2"}, 2, 1, False, None),
        ({"MV2_COMM_WORLD_SIZE": "2", "MV2_COMM_WORLD_LOCAL_SIZE": "2", "MV2_COMM_WORLD_RANK": "1"}, 1, 1, True, None),
    ],
)
def test_where_a_process_stands(variables, rank, expected, meters, group):
    found = placement(variables)
    assert (found.rank, found.nodes_expected, found.meters) == (rank, expected, meters)
    assert found.node == (f"{this_host()}#{group}" if group else this_host())


def test_the_rank_in_the_process_group_counts_before_that_in_a_variable():
    assert placement(DEBUG_LAUNCHER, rank=1).rank == 1


def test_nodes_that_no_variable_counts_are_counted_by_what_the_processes_say(out):
    from torch.distributed import HashStore

    from hf_emissions.recording import session_start
    from hf_emissions.recording.settings import Settings

    shared = Store(HashStore(), 3, 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session_start, "process_store", lambda: shared)
        running = session_start.begin(Settings(country="DEU"), out, session_start.Training())
        for rank, node in ((1, "node:00000000000a"), (2, "node:00000000000a")):
            shared.put(f"{running.launch}/gpus/{rank}", [node, None])
        assert running.recorder.wait_ready(30)
        running.end("finished", complete=False)
    assert (running.record.nodes_seen, running.record.nodes_expected) == (1, 2)


# What every process of a launch on several nodes calls it

TWO_NODES = {"GROUP_WORLD_SIZE": "2", "MASTER_PORT": "29500"}


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({}, None),
        (DEBUG_LAUNCHER, None),
        ({**TWO_NODES, "GROUP_WORLD_SIZE": "1"}, None),
        ({**TWO_NODES, "MASTER_ADDR": "gpu-17.cluster.example", "TORCHELASTIC_RUN_ID": "alice-7b"}, "29500/0"),
        ({**TWO_NODES, "MASTER_ADDR": "10.0.0.7", "TORCHELASTIC_RESTART_COUNT": "2"}, "29500/2"),
        ({"SLURM_JOB_ID": "77", "SLURM_STEP_ID": "1", "SLURM_STEP_NUM_NODES": "2"}, "77/1/2/0"),
        ({**OPEN_MPI, "OMPI_COMM_WORLD_LOCAL_SIZE": "1", "PMIX_NAMESPACE": "prterun-gpu17-4711@1"}, "4711@1"),
        ({**OPEN_MPI, "OMPI_COMM_WORLD_LOCAL_SIZE": "1", "PMIX_NAMESPACE": "slurm.pmix.77.0"}, "77.0"),
        ({**OPEN_MPI, "OMPI_COMM_WORLD_LOCAL_SIZE": "1", "PMIX_NAMESPACE": "3236233217"}, "3236233217"),
        ({**OPEN_MPI, "OMPI_COMM_WORLD_LOCAL_SIZE": "1", "PMIX_NAMESPACE": "gpu17"}, ""),
    ],
)
def test_a_launch_is_called_by_numbers_from_which_no_host_can_be_guessed(variables, name):
    assert shared_name(variables) == name


def test_the_trainers_own_local_rank_counts_where_no_variable_does():
    assert not placement({}, local_rank=1).meters
    assert placement({"LOCAL_RANK": "0"}, local_rank=1).meters


def test_two_hosts_have_names_of_their_own(monkeypatch):
    here = placement({}).node
    monkeypatch.setattr(socket, "gethostname", lambda: "elsewhere")
    assert placement({}).node != here


# The store


def test_a_store_passes_values_on_and_counts():
    from torch.distributed import HashStore

    store = Store(HashStore(), 2, 0)
    store.put("a", {"b": [1, None, "ü"]})
    assert store.get("a", 0.1) == {"b": [1, None, "ü"]}
    assert [store.add("n", 1), store.add("n", 1), store.add("n", 0)] == [1, 2, 2]


@pytest.mark.parametrize("most_s", [0.0, 0.2])
def test_what_never_comes_costs_a_bounded_wait(most_s):
    from torch.distributed import HashStore

    begun = time.monotonic()
    assert Store(HashStore(), 2, 0).get("never", most_s) is None
    assert time.monotonic() - begun < 20


def test_a_store_that_is_gone_is_no_error():
    class Gone:
        def __getattr__(self, name):
            raise RuntimeError("the connection was closed")

    store = Store(Gone(), 2, 0)
    store.put("a", 1)
    assert (store.get("a", 0.1), store.add("n", 1)) == (None, 0)


def test_many_dead_nodes_are_waited_for_together(out, monkeypatch):
    from torch.distributed import HashStore

    from hf_emissions.recording import detection, launch_info, session, session_start
    from hf_emissions.recording.settings import Settings

    monkeypatch.setattr(session, "_STORE_S", 0.5)
    monkeypatch.setattr(detection, "READY_S", 0.5)
    monkeypatch.setattr(launch_info, "_STORE_S", 0.5)
    shared = Store(HashStore(), 64, 0)
    monkeypatch.setattr(session_start, "process_store", lambda: shared)
    running = session_start.begin(Settings(country="DEU"), out, session_start.Training())
    shared.add(f"{running.launch}/meters", 63)
    running.recorder.wait_ready(10)
    begun = time.monotonic()
    running.end("finished")
    assert time.monotonic() - begun < 20
