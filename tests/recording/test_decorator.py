"""`@record_emissions` over functions of every kind: the recording spans what they do, however they end."""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import gc
import inspect
import pickle
import threading
import time
from contextlib import asynccontextmanager, contextmanager

import pytest
from recording.helpers import block, card_text, ledger, run_script, segments_kwh

pytest.importorskip("codecarbon")

from hf_emissions import record_emissions
from hf_emissions.errors import UsageError
from hf_emissions.recording.active_contexts import ActiveContext

GERMANY = {"country": "DEU", "training_type": "fine-tuning"}
STEP_S = 0.02


def ends(folder):
    """Why each recording in a folder ended, in the order of time."""
    found = sorted((line for line in ledger(folder) if line["kind"] == "end"), key=lambda line: line["time"])
    return [line["why"] for line in found]


def wait_for(happened):
    for _ in range(300):
        if happened():
            return
        time.sleep(0.05)


class Work:
    """What a decorated function does, and whether it was being recorded each time."""

    def __init__(self, out) -> None:
        self.out = out
        self.recording = record_emissions(out, **GERMANY)
        self.seen: list[bool] = []

    def step(self):
        time.sleep(STEP_S)
        self.seen.append(self.recording.sofar is not None and ends(self.out) == [])


@pytest.fixture
def work(out):
    return Work(out)


# Every way to make a function that works later, and every way to use it


def a_coroutine(work):
    @work.recording
    async def train():
        work.step()
        await asyncio.sleep(0)
        work.step()

    asyncio.run(train())


def a_coroutine_that_fails(work):
    @work.recording
    async def train():
        work.step()
        await asyncio.sleep(0)
        work.step()
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        asyncio.run(train())


def a_coroutine_that_is_cancelled(work):
    @work.recording
    async def train():
        work.step()
        await asyncio.sleep(60)

    async def main():
        task = asyncio.create_task(train())
        await asyncio.sleep(0)
        work.step()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())


def a_coroutine_that_takes_too_long(work):
    @work.recording
    async def train():
        work.step()
        await asyncio.sleep(60)

    async def main():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(train(), 0.01)

    asyncio.run(main())


def a_coroutine_that_is_thrown_away(work):
    @work.recording
    async def train():
        work.step()
        await asyncio.sleep(60)

    async def main():
        coroutine = train()
        coroutine.send(None)
        work.step()
        del coroutine
        gc.collect()

    asyncio.run(main())


def a_coroutine_behind_a_partial(work):
    async def train(steps):
        for _ in range(steps):
            work.step()
            await asyncio.sleep(0)

    asyncio.run(work.recording(functools.partial(train, 2))())


def a_method_that_is_a_coroutine(work):
    class Model:
        @work.recording
        async def train(self):
            await asyncio.sleep(0)
            work.step()

    asyncio.run(Model().train())


def an_object_that_is_called(work):
    class Train:
        async def __call__(self):
            await asyncio.sleep(0)
            work.step()

    decorated = work.recording(Train())
    assert inspect.iscoroutinefunction(decorated)
    asyncio.run(decorated())


def a_lambda_that_hides_a_coroutine(work):
    async def train():
        work.step()
        await asyncio.sleep(0)
        work.step()

    asyncio.run(work.recording(lambda: train(*()))())


def a_decorator_that_hides_a_generator(work):
    def logged(function):
        @functools.wraps(function)
        def call(*arguments):
            return function(*arguments)

        return call

    @work.recording
    @logged
    def epochs(count):
        for epoch in range(count):
            work.step()
            yield epoch

    assert list(epochs(2)) == [0, 1]


def a_generator(work):
    @work.recording
    def epochs():
        for epoch in range(2):
            work.step()
            yield epoch

    assert list(epochs()) == [0, 1]


def a_generator_that_is_broken_off(work):
    @work.recording
    def epochs():
        while True:
            work.step()
            yield

    for _ in epochs():
        work.step()
        break


def a_generator_that_is_closed(work):
    @work.recording
    def epochs():
        try:
            yield
        finally:
            work.step()

    generator = epochs()
    next(generator)
    generator.close()


def a_generator_that_lies_in_a_cycle(work):
    @work.recording
    def epochs():
        work.step()
        yield

    generator = epochs()
    next(generator)
    holder = [generator]
    holder.append(holder)
    del generator, holder
    gc.collect()


def a_generator_that_fails(work):
    @work.recording
    def epochs():
        yield
        work.step()
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        list(epochs())


def a_generator_that_is_thrown_into(work):
    @work.recording
    def epochs():
        work.step()
        yield

    generator = epochs()
    next(generator)
    with pytest.raises(KeyboardInterrupt):
        generator.throw(KeyboardInterrupt())


def a_generator_that_is_sent_to(work):
    @work.recording
    def trains():
        loss = yield
        while loss > 1:
            work.step()
            loss = yield loss
        return "trained"

    generator = trains()
    next(generator)
    assert [generator.send(3), generator.send(2)] == [3, 2]
    with pytest.raises(StopIteration) as end:
        generator.send(1)
    assert end.value.value == "trained"


def a_generator_of_several_threads(work):
    @work.recording
    def epochs():
        for epoch in range(3):
            work.step()
            yield epoch

    generator = epochs()
    for pause_s in (1.2, 0, 0):
        thread = threading.Thread(target=next, args=(generator,))
        thread.start()
        thread.join()
        time.sleep(pause_s)  # longer than it takes to notice that something is gone
    assert next(generator, None) is None


def an_async_generator(work):
    @work.recording
    async def epochs():
        for epoch in range(2):
            work.step()
            await asyncio.sleep(0)
            yield epoch

    async def main():
        assert [epoch async for epoch in epochs()] == [0, 1]

    asyncio.run(main())


def an_async_generator_that_is_broken_off(work):
    @work.recording
    async def epochs():
        try:
            while True:
                work.step()
                yield
        finally:
            await asyncio.sleep(0)
            work.step()

    async def main():
        async for _ in epochs():
            break

    asyncio.run(main())


def an_async_generator_that_is_closed(work):
    @work.recording
    async def epochs():
        work.step()
        yield

    async def main():
        generator = epochs()
        await anext(generator)
        await generator.aclose()

    asyncio.run(main())


def an_async_generator_that_is_thrown_into(work):
    @work.recording
    async def epochs():
        work.step()
        yield

    async def main():
        generator = epochs()
        await anext(generator)
        with pytest.raises(LookupError):
            await generator.athrow(LookupError())

    asyncio.run(main())


def a_context_manager(work):
    @work.recording
    @contextmanager
    def training():
        work.step()
        yield
        work.step()

    with training():
        work.step()


def a_context_manager_of_a_recording(work):
    @contextmanager
    @work.recording
    def training():
        yield

    def fail():
        work.step()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), training():
        fail()


def an_async_context_manager(work):
    @work.recording
    @asynccontextmanager
    async def training():
        yield

    async def main():
        async with training():
            work.step()

    asyncio.run(main())


def a_function_that_exits(work):
    @work.recording
    def train():
        work.step()
        raise SystemExit

    with pytest.raises(SystemExit):
        train()


def a_coroutine_that_exits_with_an_error(work):
    @work.recording
    async def train():
        work.step()
        raise SystemExit("no data")

    with pytest.raises(SystemExit):
        asyncio.run(train())


FINISHED, CLOSED, ABANDONED = "finished", "closed early", "abandoned"
WAYS = {
    a_coroutine: FINISHED,
    a_coroutine_that_fails: "LookupError",
    a_coroutine_that_is_cancelled: "CancelledError",
    a_coroutine_that_takes_too_long: "CancelledError",
    a_coroutine_that_is_thrown_away: ABANDONED,
    a_coroutine_behind_a_partial: FINISHED,
    a_method_that_is_a_coroutine: FINISHED,
    an_object_that_is_called: FINISHED,
    a_lambda_that_hides_a_coroutine: FINISHED,
    a_decorator_that_hides_a_generator: FINISHED,
    a_generator: FINISHED,
    a_generator_that_is_broken_off: CLOSED,
    a_generator_that_is_closed: CLOSED,
    a_generator_that_lies_in_a_cycle: CLOSED,
    a_generator_that_fails: "LookupError",
    a_generator_that_is_thrown_into: "KeyboardInterrupt",
    a_generator_that_is_sent_to: FINISHED,
    a_generator_of_several_threads: FINISHED,
    an_async_generator: FINISHED,
    an_async_generator_that_is_broken_off: CLOSED,
    an_async_generator_that_is_closed: CLOSED,
    an_async_generator_that_is_thrown_into: "LookupError",
    a_context_manager: FINISHED,
    a_context_manager_of_a_recording: "ZeroDivisionError",
    an_async_context_manager: FINISHED,
    a_function_that_exits: FINISHED,
    a_coroutine_that_exits_with_an_error: "SystemExit",
}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_the_recording_spans_what_a_function_does(way, work, out, warnings_of):
    way(work)
    assert work.seen
    assert all(work.seen)
    assert ends(out) == [WAYS[way]]
    energy_kwh = sum(segments_kwh(out))
    assert work.recording.record.energy_kwh == pytest.approx(energy_kwh, rel=0.005)
    if WAYS[way] in (FINISHED, CLOSED):
        assert block(card_text(out))["emissions"] == work.recording.record.emissions_g > 0
        assert ("stopped before its end" in card_text(out)) == (WAYS[way] == CLOSED)
        assert warnings_of() == []
    else:
        assert not (out / "README.md").exists()
        (warning,) = warnings_of()
        assert f"the code stopped ({WAYS[way]})" in warning


async def train_for_a_while():
    for _ in range(4):
        time.sleep(0.1)
        await asyncio.sleep(0)


def epochs_for_a_while():
    for _ in range(4):
        time.sleep(0.1)
        yield


async def later_for_a_while():
    for _ in range(4):
        time.sleep(0.1)
        yield


async def to_its_end(generator):
    return [epoch async for epoch in generator]


@pytest.mark.parametrize(
    ("function", "use"),
    [
        (train_for_a_while, asyncio.run),
        (epochs_for_a_while, list),
        (later_for_a_while, lambda generator: asyncio.run(to_its_end(generator))),
    ],
)
def test_the_seconds_are_those_of_the_work(out, function, use):
    """What began this: three seconds of training became the milliseconds of a call."""
    with record_emissions(out.parent / "first", **GERMANY):
        pass  # so that the hardware is known
    recording = record_emissions(out, **GERMANY)
    use(recording(function)())
    assert recording.record.duration_s > 0.2  # of 0.4; what a call alone takes is a tenth of that


@pytest.mark.parametrize("kind", ["generator", "async generator", "coroutine"])
def test_what_is_never_begun_is_no_recording(out, kind, warnings_of):
    @record_emissions(out, **GERMANY)
    def epochs():
        yield

    @record_emissions(out, **GERMANY)
    async def later():
        yield

    @record_emissions(out, **GERMANY)
    async def train():
        pass

    made = {"generator": epochs, "async generator": later, "coroutine": train}[kind]()
    if kind == "coroutine":
        made.close()
    del made
    gc.collect()
    assert not out.exists()
    assert warnings_of() == []


def test_what_a_plain_function_gave_back_and_nobody_begins_is_abandoned(work, out, warnings_of):
    @work.recording
    def train():
        return (epoch for epoch in range(3))

    generator = train()
    assert ends(out) == []
    del generator
    gc.collect()
    wait_for(warnings_of)
    assert ends(out) == [ABANDONED]
    assert not (out / "README.md").exists()
    assert len(warnings_of()) == 1


def test_a_decorator_has_the_record_of_the_call_that_ended_last(work, out):
    @work.recording
    def epochs(count):
        for epoch in range(count):
            work.step()
            yield epoch

    list(epochs(1))
    first = work.recording.record
    generator = epochs(3)
    next(generator)
    assert work.recording.record is first
    list(generator)
    assert work.recording.record.energy_kwh == pytest.approx(segments_kwh(out)[1], rel=0.005)


def test_a_generator_can_be_used_again(work, out):
    @work.recording
    def epochs():
        yield from range(2)

    assert [list(epochs()), list(epochs())] == [[0, 1]] * 2
    assert ends(out) == [FINISHED] * 2
    assert len({line["run"] for line in ledger(out)}) == 2


# Calls that run at the same time: one recording, counted once, and that is said


def whole_time_s(folder):
    """From the first line to the last end of a folder's ledger, in seconds."""
    from datetime import datetime

    times = [datetime.fromisoformat(line["time"]) for line in ledger(folder) if line["kind"] != "written"]
    return (max(times) - min(times)).total_seconds()


def gathered(train):
    async def later(seconds):
        await train(seconds)

    async def main():
        await asyncio.gather(*(later(seconds) for seconds in (0.1, 0.3, 0.2)))

    return main


def test_calls_of_a_coroutine_function_that_run_at_once_are_one_recording(work, out, warnings_of):
    @work.recording
    async def train(seconds):
        await asyncio.sleep(seconds)
        work.step()

    asyncio.run(gathered(train)())
    assert work.seen == [True] * 3
    assert ends(out) == [FINISHED]
    assert work.recording.record.energy_kwh == pytest.approx(sum(segments_kwh(out)), rel=0.005)
    assert work.recording.record.duration_s <= whole_time_s(out) + 0.01
    (warning,) = warnings_of()
    assert "is being recorded already" in warning


def test_calls_in_threads_that_run_at_once_are_one_recording(work, out, warnings_of):
    barrier = threading.Barrier(3)

    @work.recording
    def train(number):
        barrier.wait(30)
        time.sleep(number * 0.05)
        work.step()

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        list(pool.map(train, range(3)))
    assert work.seen == [True] * 3
    assert ends(out) == [FINISHED]
    assert len(segments_kwh(out)) == 1
    assert block(card_text(out))["emissions"] == work.recording.record.emissions_g
    assert len(warnings_of()) == 1


def test_a_generator_that_outlives_the_call_it_was_begun_in(work, out, warnings_of):
    """Begun inside another recording of the folder, it is the last to leave, and writes the card."""

    @work.recording
    def epochs():
        for epoch in range(2):
            work.step()
            yield epoch

    @work.recording
    def begin():
        generator = epochs()
        next(generator)
        return [generator]

    (generator,) = begin()
    assert ends(out) == []
    assert not (out / "README.md").exists()
    assert list(generator) == [1]
    assert ends(out) == [FINISHED]
    assert block(card_text(out))["emissions"] == work.recording.record.emissions_g
    assert len(warnings_of()) == 1


def test_a_function_that_calls_itself_counts_once(work, out, warnings_of):
    @work.recording
    def train(depth):
        work.step()
        if depth:
            train(depth - 1)
        work.step()

    train(3)
    assert work.seen == [True] * 8
    assert ends(out) == [FINISHED]
    assert len(warnings_of()) == 1


def test_functions_that_call_each_other_count_once(out, work):
    other = record_emissions(str(out) + "/", **GERMANY)

    @other
    def evaluate():
        work.step()

    @work.recording
    def train():
        evaluate()
        work.step()

    train()
    assert work.seen == [True, True]
    assert len(segments_kwh(out)) == 1
    assert work.recording.record.energy_kwh >= other.record.energy_kwh > 0


def test_a_program_that_leaves_a_generator_open(tmp_path):
    """At the end of the program its recording ends, and the figure is in the ledger."""
    _, said = run_script("abandoned.py", tmp_path / "out")
    assert ends(tmp_path / "out") == [ABANDONED]
    assert said.count("the code stopped (abandoned)") == 1
    assert "Error" not in said
    assert "Traceback" not in said


def test_threads_that_end_at_the_same_moment(work, out, warnings_of):
    """None waits for a meter that another has just stopped."""
    barrier = threading.Barrier(8)

    @work.recording
    def train(_):
        barrier.wait(30)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(train, range(8)))
    assert ends(out) == [FINISHED]
    assert [line["text"] for line in ledger(out) if line["kind"] == "note"] == []
    (warning,) = warnings_of()
    assert "is being recorded already" in warning


def test_a_generator_that_the_meter_s_own_thread_closes(work, out, monkeypatch, warnings_of):
    """As the garbage collector may do, on whatever thread it runs: the meter cannot wait for itself."""

    def let_go():
        holder.clear()
        return True

    @work.recording
    def epochs():
        yield

    monkeypatch.setattr("hf_emissions.recording.context.end_abandoned", let_go)
    holder = [epochs()]
    next(holder[0])
    wait_for((out / "README.md").exists)
    wait_for(lambda: work.recording.record)
    assert ends(out) == [CLOSED]
    assert [line["text"] for line in ledger(out) if line["kind"] == "note"] == []
    assert warnings_of() == []


def test_what_the_collector_has_just_forgotten_is_not_abandoned_yet():
    """It clears references before it closes generators, which then end their recording themselves."""
    holder = Work("out")
    block = ActiveContext(holder, None, print)
    assert [block.is_abandoned, block.is_abandoned] == [False, False]
    del holder
    gc.collect()
    assert [block.is_abandoned, block.is_abandoned] == [False, True]
    block.leave(lambda _: None)


def test_a_recording_can_be_copied_to_another_process(work, out):
    """As joblib and Dask do with what a decorated function closes over, also after it has run."""
    with work.recording:
        pass
    copied = pickle.loads(pickle.dumps(work.recording))
    assert copied.record is None
    with copied:
        pass
    assert ends(out) == [FINISHED] * 2


# What is decorated wrongly


def test_a_class_is_refused_where_it_is_decorated(out):
    with pytest.raises(UsageError, match=r"decorates functions, and .*Model is none"):

        @record_emissions(out)
        class Model:
            pass


def test_a_decorator_without_its_folder_is_refused():
    with pytest.raises(UsageError, match="needs the folder of the card"):

        @record_emissions
        def train():
            pass


def test_a_switch_that_is_turned_off_after_the_decoration(out, monkeypatch):
    recording = record_emissions(out, **GERMANY)

    @recording
    def epochs():
        yield 1

    monkeypatch.setenv("HF_EMISSIONS_DISABLE", "1")
    assert list(epochs()) == [1]
    assert recording.record is None
    assert not out.exists()
