"""Random trainings in simulated time, with their true energy, what the recorder says, and what others would say.

A scenario is a folder with one or more trainings of one or more nodes. Each node has a tree of counters of its own;
each training is launched once or more (killed, or ended by an exception, and resumed from its last checkpoint); each
node's meter is ready at once, late, or not before the end.
"""

from __future__ import annotations

import base64
import contextlib
import csv
import functools
import os
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from hf_emissions import record_emissions
from hf_emissions.recording import detection, launch_info, open_recordings, session_start
from hf_emissions.recording.folder import open_folder
from hf_emissions.recording.ledger import FOLDER, read_ledger
from hf_emissions.recording.lineage import with_stages
from hf_emissions.recording.nodes import Store
from hf_emissions.recording.origin import Origin
from hf_emissions.recording.reading_filter import SHORTEST_S
from hf_emissions.recording.runs import runs_of
from hf_emissions.recording.session import Session
from hf_emissions.recording.settings import Settings
from hf_emissions.recording.summary import Summary, summarize

from . import tree
from .clock import SimulatedClock, replaced
from .curve import USUAL_RANGE_UJ, random_counter

_J_PER_KWH = 3.6e6


@dataclass
class Launch:
    """One start of all processes of a training; `accidents` names what happens to it."""

    seconds: float
    saves: list[float]
    end: str  # "finished", "kill" or "exception"
    jumps: dict[float, float]
    absent: int | None = None  # a node that does not record
    lost: int | None = None  # a node that draws on but does not record to the end, as when our thread dies
    lost_at: float = 0.0
    code: str | None = None  # the kind of function that is recorded, None for a Trainer
    late: list[float] = field(default_factory=list)  # how long each node's meter takes to be ready


@dataclass
class Scenario:
    """What happens, from a seed.

    `second` is what a second training begins with: `anew`, `a stage`, or `after something unrecorded`.
    """

    seed: int
    nodes: int
    ranks: int
    shared_folder: bool
    moves: bool  # every launch gets other machines
    range_uj: int
    resets: bool
    unreadable: bool
    packages: int
    second: str = "anew"
    trainings: list[list[Launch]] = field(default_factory=list)

    @property
    def accidents(self) -> bool:
        """Whether anything happens that a card may have to tell of."""
        last = self.trainings[-1][-1]
        # Whoever was killed for good left no more than what its own folder holds, and nothing in its first seconds.
        longest = max(last.late)
        cut = last.end == "kill" and (last.seconds < 16 + longest or (self.nodes > 1 and not self.shared_folder))
        unrecorded = self.second == "after something unrecorded"
        return cut or self.misses_a_node or self.resets or self.unreadable or self.ends_unmetered or unrecorded

    @property
    def ends_unmetered(self) -> bool:
        """Whether a launch is over before, or as soon as, a node's meter has begun."""
        return any(launch.seconds - max(launch.late) < SHORTEST_S for launch in self.launches)

    @property
    def starts_late(self) -> bool:
        """Whether a meter is not ready when the training begins."""
        return any(max(launch.late) > detection.READY_S for launch in self.launches)

    @property
    def launches(self) -> list[Launch]:
        """Of all trainings."""
        return [launch for training in self.trainings for launch in training]

    @property
    def misses_a_node(self) -> bool:
        """Whether a node does not record, or is gone before the end."""
        return any(launch.absent is not None or launch.lost is not None for launch in self.launches)

    @property
    def words(self) -> str:
        """In a few words."""
        launches = self.launches
        kinds = [f"{self.nodes}x{self.ranks}"]
        kinds += [f"{len(self.trainings)} trainings"] if len(self.trainings) > 1 else []
        kinds += [f"{len(self.trainings[-1])} launches"] if len(self.trainings[-1]) > 1 else []
        for name in ("kill", "exception"):
            kinds += [name] if any(launch.end == name for launch in launches) else []
        kinds += ["wraps"] if self.range_uj < USUAL_RANGE_UJ else []
        kinds += ["moves"] if self.moves else []
        kinds += ["reset"] if self.resets else []
        kinds += ["unreadable"] if self.unreadable else []
        kinds += ["jumps"] if any(launch.jumps for launch in launches) else []
        kinds += ["absent"] if any(launch.absent is not None for launch in launches) else []
        kinds += ["lost"] if any(launch.lost is not None for launch in launches) else []
        kinds += ["late"] if self.starts_late else []
        kinds += [] if self.second == "anew" else [self.second]
        kinds += [launch.code for launch in launches if launch.code]
        kinds += ["ends unmetered"] if self.ends_unmetered else []
        kinds += [] if self.shared_folder or self.nodes == 1 else ["own folders"]
        return ", ".join(kinds)


def draw_scenario(seed: int, *, longest_s: float = 600.0) -> Scenario:
    """The scenario of a seed."""
    draw = random.Random(seed)
    nodes = draw.choice([1, 1, 1, 2, 2, 3])
    scenario = Scenario(
        seed=seed,
        nodes=nodes,
        ranks=draw.choice([1, 2, 4]),
        shared_folder=draw.random() < 0.6,
        moves=draw.random() < 0.2,
        range_uj=draw.choice([USUAL_RANGE_UJ, 65_532_610_987, 20_000_000_000]),
        resets=draw.random() < 0.1,
        unreadable=draw.random() < 0.1,
        packages=draw.choice([1, 1, 2]),
    )
    for _ in range(draw.choice([1, 1, 1, 2])):
        last = "kill" if draw.random() < 0.1 else "finished"
        ends = ["kill" if draw.random() < 0.7 else "exception" for _ in range(draw.choice([0, 0, 1, 1, 2]))]
        scenario.trainings.append([_draw_launch(draw, end, nodes, longest_s) for end in [*ends, last]])
    # Each dimension that was added later draws from numbers of its own, so that a seed stays what it was but for it.
    _draw_starts(random.Random(f"{seed} starts"), scenario)
    _draw_stages(random.Random(f"{seed} stages"), scenario)
    _draw_code(random.Random(f"{seed} code"), scenario)
    return scenario


def _draw_stages(draw: random.Random, scenario: Scenario) -> None:
    """What the second of two trainings begins with; a stage only of one that came to its end."""
    if len(scenario.trainings) > 1 and scenario.trainings[0][-1].end == "finished":
        scenario.second = draw.choice(["anew", "a stage", "a stage", "after something unrecorded"])


def _draw_code(draw: random.Random, scenario: Scenario) -> None:
    """Whether one training in one process is a function that is recorded: a coroutine, a generator, or both."""
    alone = len(scenario.launches) == 1 and scenario.nodes == scenario.ranks == 1
    if alone and scenario.launches[0].end == "finished":
        scenario.launches[0].code = draw.choice([None, *_CODE])


def _draw_starts(draw: random.Random, scenario: Scenario) -> None:
    """How late each meter is ready: at once, after 0.5 to 10 s, or too late for a block that is short."""
    if draw.random() < 0.1:
        scenario.trainings[-1:] = [[Launch(draw.uniform(0.1, 6), [], "finished", {})]]
    slow = draw.random() < 0.35
    for launch in scenario.launches:
        at_once = [draw.uniform(0, 0.2) for _ in range(scenario.nodes)]
        late = [draw.uniform(0.5, 10) if draw.random() < 0.7 else at for at in at_once]
        launch.late = late if slow else at_once


def _draw_launch(draw: random.Random, end: str, nodes: int, longest_s: float) -> Launch:
    seconds = draw.uniform(5, longest_s)
    saves = sorted(round(draw.uniform(0, seconds), 2) for _ in range(draw.choice([0, 1, 2, 3])))
    jumps = {draw.uniform(0, seconds): draw.uniform(-1e6, 1e6) for _ in range(draw.choice([0, 0, 0, 1, 2]))}
    absent = draw.randrange(1, nodes) if nodes > 1 and draw.random() < 0.08 else None
    lost = draw.randrange(1, nodes) if nodes > 1 and end == "finished" and draw.random() < 0.08 else None
    return Launch(seconds, saves, end, jumps, absent, lost, draw.uniform(0.2, 1) * seconds)


@dataclass
class Stretch:
    """What one node truly drew in one launch: joules from begin to end, and to each moment on the way."""

    node: int
    begin: float
    end: float
    root: Path
    segment: str | None = None  # where it was recorded
    killed: bool = False
    lost: bool = False

    def joules(self, end: float, *, after: float = 0.0) -> float:
        """Energy of the processors and of the memory's constant, from so long after the beginning to a time."""
        begin = min(self.begin + after, end)
        return tree.true_joules(self.root, begin, end) + tree.ram_power_w() * (end - begin)


@dataclass
class Outcome:
    """What came of a scenario's last training."""

    scenario: Scenario
    stretches: list[Stretch]
    summary: Summary
    listed: Summary  # what `hf-emissions runs` makes of the ledger afterwards
    kept_joules: float  # the energy in the ledger, before the card rounds it to three digits
    filled_joules: float  # of that, what was filled in
    metered_joules: float  # that the nodes drew while they were metered or should have been
    unfilled_joules: float  # of that, what they drew in the time that was not filled in
    killed_tail_s: float  # the longest time before a kill that was not recorded
    rows: list[list[float]] = field(
        default_factory=list
    )  # joules in each CSV file's rows, of the one in the card's folder

    @property
    def joules(self) -> float:
        """What the card says."""
        record = self.summary.record
        return 0.0 if record is None or record.energy_kwh is None else record.energy_kwh * _J_PER_KWH

    @property
    def error(self) -> float:
        """Of the card's energy, against all that the nodes drew while they were metered or should have been."""
        return _error(self.joules, self.metered_joules)

    @property
    def kept_error(self) -> float:
        """The same of the energy in the ledger, without the card's rounding."""
        return _error(self.kept_joules, self.metered_joules)

    @property
    def unfilled_error(self) -> float:
        """The same for the time that was not filled in alone."""
        return _error(self.kept_joules - self.filled_joules, self.unfilled_joules)

    @property
    def is_inside(self) -> bool | None:
        """Whether the range on the card holds the grams of the true energy; None without a range."""
        record = self.summary.record
        if record is None or record.range_g is None or record.intensity_g_per_kwh is None:
            return None
        low, high = record.range_g
        return low <= self.metered_joules / _J_PER_KWH * record.intensity_g_per_kwh <= high

    @property
    def verdict(self) -> str:
        """`right` within 1 %, `said` where the card names what is missing or filled in, else `silently wrong`."""
        if abs(self.error) <= 0.01:
            return "right"
        told = any("were filled in" in note for note in self.summary.notes) and abs(self.unfilled_error) <= 0.01
        return "said" if self.summary.problems or told else "silently wrong"


def _error(found: float, true: float) -> float:
    return found / true - 1 if true else found


class _MemoryStore:
    """What `torch.distributed` has for its processes; here they run one after the other, so that nobody waits."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def set(self, key: str, value: str) -> None:
        """Keep a value."""
        self.values[key] = value

    def get(self, key: str) -> str:
        """A value."""
        return self.values[key]

    def add(self, key: str, amount: int) -> int:
        """Add to a number."""
        self.values[key] = str(int(self.values.get(key, "0")) + amount)
        return int(self.values[key])

    def wait(self, keys: list[str], most: timedelta) -> None:
        """Refuse at once where a value is not there yet."""
        if any(key not in self.values for key in keys):
            raise TimeoutError(f"{keys} after {most}")


@dataclass
class _Process:
    """What a process of its own would have for itself."""

    node: int
    rank: int
    folder: Path
    store: Store | None
    environment: dict[str, str]
    late: float = 0.0
    root: Path | None = None
    counter: dict[str, int] = field(default_factory=lambda: {"trainings": 0})
    opened: dict[Path, Any] = field(default_factory=dict)
    session: Session | None = None
    code: Callable[[], None] | None = None  # goes on to the end of a function that is recorded
    theirs: Any = None

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Inside, this is the process that runs."""
        with (
            mock.patch.dict(os.environ, self.environment),
            replaced(launch_info, "_counter", self.counter),
            replaced(open_recordings, "_open", self.opened),
            replaced(session_start, "process_store", lambda: self.store),
            replaced(
                session_start, "_detected_meter", functools.partial(self._late_meter, session_start._detected_meter)
            ),
        ):
            yield

    def _late_meter(self, then: Callable[..., Any], session: Session, *gpus: Any) -> Any:
        assert session.recorder is not None
        session.recorder._requests.rest(self.late)  # type: ignore[attr-defined]
        assert self.root is not None
        tree.point_at(self.root)  # meanwhile another node was begun
        return then(session, *gpus)


class Player:
    """Plays a scenario in a folder of its own."""

    def __init__(self, clock: SimulatedClock, base: Path, scenario: Scenario, *, theirs: bool = False) -> None:
        self.clock = clock
        self.base = base
        self.scenario = scenario
        self.draw = random.Random(scenario.seed + 1)
        self.with_theirs = theirs
        self.stretches: list[Stretch] = []
        self.last_save: int | None = None
        self.step = 0
        self.launches = 0
        self.training = 0
        self.weights = _weights("none")
        self.earlier_run = ""
        self._failed = False

    def play(self) -> Outcome:
        """All of it, on machines of its own."""
        with replaced(session_start, "sharing_notes", lambda: ([], [])):
            return self._play()

    def _play(self) -> Outcome:
        processes: list[_Process] = []
        for number, training in enumerate(self.scenario.trainings):
            self.training = number
            # Of a stage that is added, and of one that replaces the one before.
            kept = self.stretches if self.training and self.scenario.second != "anew" else []
            self.last_save, self.step, self.stretches = None, 0, [*kept]
            if processes and processes[0].session is not None:
                self.earlier_run = processes[0].session.run
            for launch in training:
                if self.last_save is None:
                    self.stretches = [*kept]  # nothing to resume from: a new training
                # A second training goes on in the same processes; after a failure there are new ones.
                if not processes or self._failed:
                    processes = self._new_processes()
                self._launch(processes, launch)
                self._failed = launch.end != "finished"
        assert processes[0].session is not None
        return self._outcome(processes[0].session)

    def _folder(self, node: int) -> Path:
        return self.base / ("out" if self.scenario.shared_folder else f"out{node}")

    def _new_processes(self) -> list[_Process]:
        scenario, world = self.scenario, self.scenario.nodes * self.scenario.ranks
        shared = _MemoryStore() if world > 1 else None
        self.launches += 1
        processes = []
        for rank in range(world):
            node, local = divmod(rank, scenario.ranks)
            environment = {
                "RANK": str(rank),
                "LOCAL_RANK": str(local),
                "WORLD_SIZE": str(world),
                "LOCAL_WORLD_SIZE": str(scenario.ranks),
                "GROUP_RANK": str(node),
                "GROUP_WORLD_SIZE": str(scenario.nodes),
            }
            store = None if shared is None else Store(shared, world, rank)
            processes.append(_Process(node, rank, self._folder(node), store, environment))
        return processes

    def _tree(self, node: int, seconds: float) -> Path:
        root = self.base / f"tree-{self.launches}-{node}-{len(self.stretches)}-{self.clock.now:.3f}"
        scenario, now = self.scenario, self.clock.now
        counters = []
        for _ in range(scenario.packages):
            counter = random_counter(self.draw, now - 5, seconds + 30, range_uj=scenario.range_uj)
            if scenario.resets and self.draw.random() < 0.5:
                counter.resets.append(now + self.draw.uniform(0, seconds))
            if scenario.unreadable and self.draw.random() < 0.5:
                begin = now + self.draw.uniform(0, seconds)
                counter.unreadable.append((begin, begin + self.draw.uniform(0.1, 60)))
            counters.append(counter)
        return tree.build(root, counters)

    def _launch(self, processes: list[_Process], launch: Launch) -> None:
        host = f"host{self.launches}" if self.scenario.moves else "host"
        first = len(self.stretches)
        with mock.patch("hf_emissions.recording.nodes.this_host", return_value=host):
            self._begin(processes, launch)
        begun = self.clock.now
        happens = [(at, "save", 0.0) for at in launch.saves] + [(at, "jump", by) for at, by in launch.jumps.items()]
        happens += [] if launch.lost is None else [(launch.lost_at, "lose", 0.0)]
        for at, what, by in sorted(happens):
            self.clock.advance(begun + at - self.clock.now)
            if what == "jump":
                self.clock.wall_offset_s += by
            elif what == "lose":
                self._lose(processes, launch.lost)
            else:
                self._save(processes)
        self.clock.advance(begun + launch.seconds - self.clock.now)
        for stretch in self.stretches[first:]:
            stretch.end = self.clock.now
        self._end(processes, launch)
        for stretch in self.stretches[first:]:
            stretch.killed, stretch.lost = launch.end == "kill", launch.lost == stretch.node
        self.clock.advance(self.draw.uniform(1, 100))

    def _begin(self, processes: list[_Process], launch: Launch) -> None:
        resumed_at = self.last_save or 0
        for process in processes:
            local = int(process.environment["LOCAL_RANK"])
            if local == 0:
                process.root = self._tree(process.node, launch.seconds)
                tree.point_at(process.root)  # for transformers' own callback
                self.stretches.append(Stretch(process.node, self.clock.now, self.clock.now, process.root))
            if self.with_theirs and local == 0:
                self._begin_theirs(process)
            process.session, process.late = None, launch.late[process.node]
            if launch.absent == process.node:
                continue
            with process.running():
                if launch.code is None:
                    process.session = session_start.begin(
                        Settings(country="DEU"),
                        process.folder,
                        session_start.Training(
                            training_type="fine-tuning",
                            resumed_at=resumed_at,
                            local_rank=local,
                            origin=self._origin(process),
                        ),
                    )
                else:
                    process.session, process.code = _begun(launch.code, process.folder)
                if process.session.recorder is not None:
                    process.session.place_lookup.wait()  # in real time, and at once
                    process.session.recorder.wait_ready(detection.READY_S)
                    self.stretches[-1].segment = process.session.recorder.segment_log.segment

    def _lose(self, processes: list[_Process], node: int | None) -> None:
        for process in processes:
            if process.node == node and process.session is not None and process.session.recorder is not None:
                process.session.recorder._requests.kill()
                process.session = None
                # The training ends it all the same, so that the next one in this process begins one of its own.
                process.opened.clear()

    def _save(self, processes: list[_Process]) -> None:
        self.step += 1
        self.last_save = self.step
        for process in processes:
            if process.session is not None and process.session.recorder is not None:
                process.session.recorder.read("save", self.step)
        self._keep_weights(processes, self.step)

    def _origin(self, process: _Process) -> Origin:
        """What a training begins with: the weights of the one before where it is a stage, others than any otherwise."""
        if self.training == 0 or self.scenario.second == "anew":
            return Origin(weights=_weights(f"begin {self.scenario.seed}"))
        changed = self.scenario.second == "after something unrecorded"
        before = process.folder / FOLDER, self.earlier_run
        return Origin(weights=_weights("changed") if changed else self.weights, trained_in=before)

    def _keep_weights(self, processes: list[_Process], step: int | None) -> None:
        self.weights = _weights(f"{self.training} {step} {self.clock.now}")
        for process in processes:
            if process.session is not None:
                process.session.log_weights(step, self.weights)

    def _end(self, processes: list[_Process], launch: Launch) -> None:
        if launch.end == "kill":
            self.clock.forget()
            return
        # The other processes publish what they have before rank 0 sums up.
        for process in reversed(processes):
            if process.session is None or launch.lost == process.node:
                continue
            with process.running():
                self._end_process(process, process.session, launch)
        if launch.end == "finished":
            self._keep_weights(processes, None)
            self._end_theirs(processes)
        if launch.lost is not None or launch.end == "exception":
            self.clock.forget()

    def _end_process(self, process: _Process, session: Session, launch: Launch) -> None:
        if process.code is not None:
            process.code()  # writes the card itself
            process.code = None
            return
        session.end(launch.end, self.step)
        if process.rank == 0:
            session.write()

    # transformers' own callback, which differs in one setting: the place is given, so that no network is touched

    def _begin_theirs(self, process: _Process) -> None:
        import codecarbon
        from transformers.integrations import CodeCarbonCallback

        process.folder.mkdir(parents=True, exist_ok=True)
        if process.theirs is None:
            process.theirs = CodeCarbonCallback()
            offline = functools.partial(
                codecarbon.OfflineEmissionsTracker, country_iso_code="DEU", log_level="critical", gpu_ids=[]
            )
            process.theirs._codecarbon = mock.Mock(EmissionsTracker=offline)
            arguments = mock.Mock(output_dir=str(process.folder))
            process.theirs.on_init_end(arguments, _LocalZero, None)
        process.theirs.on_train_begin(None, _LocalZero, None)

    def _end_theirs(self, processes: list[_Process]) -> None:
        for process in processes:
            if process.theirs is not None:
                process.theirs.on_train_end(None, _LocalZero, None)

    # What came of it

    def _outcome(self, session: Session) -> Outcome:
        recorded = {
            segment.segment: segment
            for folder in {self._folder(node) for node in range(self.scenario.nodes)}
            for run in runs_of(read_ledger(folder / FOLDER).lines)
            for segment in run.segments
        }
        metered = unfilled = tail = 0.0
        for stretch in self.stretches:
            # What came after the last line before a kill was not metered.
            segment, lost = recorded.get(stretch.segment or ""), 0.0
            if stretch.segment is not None:
                lost = stretch.end - stretch.begin - (segment.duration_s if segment else 0.0)
            # A node that was not recorded for longer is missing, and has to be missed.
            lost = lost if stretch.killed or (stretch.lost and lost <= 15) else 0.0
            metered += stretch.joules(stretch.end - lost)
            unfilled += stretch.joules(stretch.end - lost, after=segment.filled_s if segment else 0.0)
            tail = max(tail, lost)
        runs = open_folder(session.folder).runs
        [listed] = [with_stages(run, runs) for run in runs if run.id == session.run]
        afterwards = summarize(listed)
        return Outcome(
            scenario=self.scenario,
            stretches=self.stretches,
            # Where the last launch was killed there is no card yet, and `hf-emissions runs` makes it.
            summary=session.summary or afterwards,
            listed=afterwards,
            kept_joules=listed.energy_kwh * _J_PER_KWH,
            filled_joules=listed.filled_kwh * _J_PER_KWH,
            metered_joules=metered,
            unfilled_joules=unfilled,
            killed_tail_s=tail,
            rows=self._rows(),
        )

    def _rows(self) -> list[float]:
        path = self._folder(0) / "emissions.csv"
        if not path.exists():
            return []
        with path.open(newline="") as file:
            return [float(row["energy_consumed"]) * _J_PER_KWH for row in csv.DictReader(file)]


def _weights(name: str) -> str:
    """A sample of weights that are the same only where the name is."""
    value = float(zlib.crc32(name.encode()) % 100_000)
    return base64.b64encode(struct.pack("<IBff", 1, 2, value, value)).decode()


class _Later:
    """Awaited, it lets who drives the event loop go on."""

    def __await__(self) -> Iterator[None]:
        yield


async def _coroutine() -> None:
    await _Later()


def _generator() -> Iterator[None]:
    yield


async def _async_generator() -> Any:
    await _Later()
    yield


async def _iterates(recorded: Callable[[], Any]) -> None:
    async for _ in recorded():
        pass


_CODE = {"coroutine": _coroutine, "generator": _generator, "async generator": _async_generator}


def _begun(kind: str, folder: Path) -> tuple[Session, Callable[[], None]]:
    """A function under `record_emissions` that has begun; its recording, and what brings it to its end."""
    recording = record_emissions(folder, country="DEU", training_type="fine-tuning")
    recorded: Any = recording(_CODE[kind])
    running = _iterates(recorded) if kind == "async generator" else recorded()
    step = running.__next__ if kind == "generator" else functools.partial(running.send, None)
    step()
    assert recording._session is not None

    def end() -> None:
        with contextlib.suppress(StopIteration):
            step()

    return recording._session, end


class _LocalZero:
    is_local_process_zero = True
    is_world_process_zero = True
