"""A function that runs inside a context behaves as it does alone, whatever is done to it, and the context holds it all.

Each function is driven twice, as it is and inside a context; what comes out must be the same.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import gc
import inspect
import types
import weakref
from collections.abc import Callable
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest

from hf_emissions.errors import UsageError
from hf_emissions.recording.call_wrapper import wrap_calls

Log = list[str]


class Watched:
    """A context that keeps when it was entered and how it was left."""

    def __init__(self, log: Log) -> None:
        self.log = log

    def __enter__(self) -> None:
        self.log.append("begin")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.log.append("end" if kind is None else f"end {kind.__name__}")


def watched(function: Any) -> tuple[Any, Log]:
    log: Log = []
    return wrap_calls(function, lambda: Watched(log)), log


def outcome(step: Callable[[], Any]) -> Any:
    """What a step gave: its value, or how it failed."""
    try:
        return step()
    except BaseException as error:  # noqa: BLE001 - to be compared
        return type(error).__name__, error.args


# Generators: what they do, and what is done to them


def counts():
    yield 0
    yield 1
    return "done"


def echoes():
    got = yield "ready"
    while got is not None:
        got = yield got
    return "silence"


def catches():
    try:
        yield 1
    except ValueError as error:
        yield f"caught {error}"
    yield 2


def fails():
    yield 1
    raise LookupError("mine")


def turns_errors():
    try:
        yield 1
    except ValueError as error:
        raise LookupError("turned") from error
    yield 2


def is_stubborn():
    try:
        yield 1
    except GeneratorExit:
        yield 2


def returns_on_close():
    try:
        yield 1
    except GeneratorExit:
        return "closed"


def yields_nothing():
    return "nothing"
    yield


def delegates():
    got = yield from counts()
    yield got
    yield from [3, 4]


def leaks_stop_iteration():
    yield 1
    raise StopIteration("by mistake")  # noqa: PLR1708 - the mistake is the point


def run_out(generator):
    return [list(generator), outcome(lambda: next(generator))]


def to_the_value(generator):
    seen = []
    while True:
        try:
            seen.append(next(generator))
        except StopIteration as end:
            return [*seen, end.value]


def sent(generator):
    return [
        outcome(lambda: generator.send(None)),
        *(outcome(lambda one=one: generator.send(one)) for one in (7, 8, None)),
    ]


def sent_too_early(generator):
    return [outcome(lambda: generator.send(7)), *list(generator)]


def thrown(error):
    def drive(generator):
        return [next(generator), outcome(lambda: generator.throw(error)), outcome(lambda: next(generator))]

    return drive


def thrown_too_early(generator):
    return [outcome(lambda: generator.throw(ValueError("early"))), outcome(lambda: next(generator))]


def closed(generator):
    return [next(generator), outcome(generator.close), outcome(lambda: next(generator))]


def closed_too_early(generator):
    return [outcome(generator.close), outcome(lambda: next(generator))]


def broken_off(generator):
    for value in generator:
        return value
    return None


GENERATORS = [counts, echoes, catches, fails, turns_errors, returns_on_close, yields_nothing, delegates]
GENERATORS += [leaks_stop_iteration, is_stubborn]
DRIVERS = {
    "run out": run_out,
    "to the value": to_the_value,
    "sent": sent,
    "sent too early": sent_too_early,
    "a ValueError": thrown(ValueError("thrown")),
    "a KeyboardInterrupt": thrown(KeyboardInterrupt()),
    "a GeneratorExit": thrown(GeneratorExit()),
    "a StopIteration": thrown(StopIteration(5)),
    "thrown too early": thrown_too_early,
    "closed": closed,
    "closed too early": closed_too_early,
    "broken off": broken_off,
}


@pytest.mark.parametrize("drive", DRIVERS.values(), ids=DRIVERS)
@pytest.mark.parametrize("function", GENERATORS)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # of those that will not be closed
def test_a_generator(function, drive):
    inner, log = watched(function)
    assert inspect.isgeneratorfunction(inner)
    assert outcome(lambda: drive(inner())) == outcome(lambda: drive(function()))
    # Nothing is begun that is never asked for; and one that will not be closed is thrown away without a word.
    begun = drive not in (thrown_too_early, closed_too_early)
    left = ["end"] if (function, drive) != (is_stubborn, broken_off) else []
    assert [entry.split()[0] for entry in log] == (["begin", *left] if begun else [])


# Async generators


async def a_counts():
    yield 0
    await asyncio.sleep(0)
    yield 1


async def a_echoes():
    got = yield "ready"
    while got is not None:
        got = yield got


async def a_catches():
    try:
        yield 1
    except ValueError as error:
        await asyncio.sleep(0)
        yield f"caught {error}"
    yield 2


async def a_fails():
    yield 1
    raise LookupError("mine")


async def a_cleans_up():
    try:
        yield 1
        yield 2
    finally:
        await asyncio.sleep(0)


async def a_is_stubborn():
    try:
        yield 1
    except GeneratorExit:
        yield 2


async def a_yields_nothing():
    return
    yield


async def a_outcome(awaitable):
    try:
        return await awaitable
    except BaseException as error:  # noqa: BLE001 - to be compared
        return type(error).__name__, error.args


async def all_of(generator):
    return [value async for value in generator]


async def a_run_out(generator):
    return [await a_outcome(all_of(generator)), await a_outcome(anext(generator))]


async def a_sent(generator):
    return [await a_outcome(generator.asend(one)) for one in (None, 7, 8, None, 9)]


async def a_sent_too_early(generator):
    return [await a_outcome(generator.asend(7)), await a_outcome(all_of(generator))]


def a_thrown(error):
    async def drive(generator):
        return [await a_outcome(step) for step in (anext(generator), generator.athrow(error), anext(generator))]

    return drive


async def a_closed(generator):
    return [await a_outcome(step) for step in (anext(generator), generator.aclose(), anext(generator))]


async def a_broken_off(generator):
    async for value in generator:
        return value
    return None


A_GENERATORS = [a_counts, a_echoes, a_catches, a_fails, a_cleans_up, a_is_stubborn, a_yields_nothing]
A_DRIVERS = {
    "run out": a_run_out,
    "sent": a_sent,
    "sent too early": a_sent_too_early,
    "a ValueError": a_thrown(ValueError("thrown")),
    "a CancelledError": a_thrown(asyncio.CancelledError()),
    "closed": a_closed,
    "broken off": a_broken_off,
}


@pytest.mark.parametrize("drive", A_DRIVERS.values(), ids=A_DRIVERS)
@pytest.mark.parametrize("function", A_GENERATORS)
def test_an_async_generator(function, drive, caplog):
    def driven(made):
        async def main():
            return await drive(made())

        found = asyncio.run(main())
        said = [record.message.split("<")[0] for record in caplog.records]
        caplog.clear()
        return found, said

    inner, log = watched(function)
    assert inspect.isasyncgenfunction(inner)
    assert driven(inner) == driven(function)
    assert [entry.split()[0] for entry in log] == ["begin", "end"]


def test_an_async_generator_that_the_loop_closes_at_its_end_is_closed_once(caplog):
    async def trains():
        try:
            yield 1
            yield 2
        finally:
            await asyncio.sleep(0.001)
            log.append("cleaned up")

    inner, log = watched(trains)

    async def main():
        generator = inner()
        await anext(generator)
        return generator  # still alive when the loop ends

    generator = asyncio.run(main())
    assert log == ["begin", "cleaned up", "end GeneratorExit"]
    assert caplog.records == []
    del generator


# Coroutines


async def gives():
    await asyncio.sleep(0)
    return 7


async def raises():
    await asyncio.sleep(0)
    raise LookupError("mine")


async def waits():
    await asyncio.sleep(60)


async def catches_cancelling():
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        return "not me"


async def awaited(coroutine):
    return await a_outcome(coroutine)


async def cancelled(coroutine):
    task = asyncio.ensure_future(coroutine)
    await asyncio.sleep(0)
    task.cancel()
    return await a_outcome(task), task.cancelled()


async def timed_out(coroutine):
    return await a_outcome(asyncio.wait_for(coroutine, 0.01))


async def stepped_and_closed(coroutine):
    return outcome(lambda: coroutine.send(None)) is None, outcome(coroutine.close)


COROUTINES = {
    (gives, awaited): "end",
    (raises, awaited): "end LookupError",
    (gives, cancelled): "end CancelledError",
    (waits, cancelled): "end CancelledError",
    (catches_cancelling, cancelled): "end",
    (waits, timed_out): "end CancelledError",
    (gives, stepped_and_closed): "end GeneratorExit",
}


@pytest.mark.parametrize(("function", "drive"), COROUTINES)
def test_a_coroutine(function, drive):
    async def main(made):
        return await drive(made())

    inner, log = watched(function)
    assert inspect.iscoroutinefunction(inner)
    assert asyncio.run(main(inner)) == asyncio.run(main(function))
    assert log == ["begin", COROUTINES[function, drive]]


# What is decorated


class Trainer:
    """Methods of every kind, and an object that is called."""

    async def train(self):
        return self.name

    def epochs(self):
        yield self.name

    async def __call__(self):
        return self.name

    @classmethod
    async def of_class(cls):
        return cls.__name__

    name = "mine"


@types.coroutine
def old_style():
    yield
    return 7


async def awaits_old_style():
    return await old_style()


def test_the_kind_and_the_name_of_a_function_stay():
    trainer = Trainer()
    coroutines = [gives, functools.partial(gives), trainer.train, trainer, functools.partial(trainer), trainer.of_class]
    assert [inspect.iscoroutinefunction(watched(one)[0]) for one in coroutines] == [True] * 6
    assert [inspect.isgeneratorfunction(watched(one)[0]) for one in (counts, functools.partial(counts), trainer.epochs)]
    assert [inspect.isasyncgenfunction(watched(one)[0]) for one in (a_counts, functools.partial(a_counts))]
    assert not inspect.iscoroutinefunction(watched(outcome)[0])
    inner, _ = watched(sent)
    assert (inner.__name__, inner.__module__, inner.__wrapped__) == ("sent", __name__, sent)
    assert inspect.signature(inner) == inspect.signature(sent)


def test_methods_of_every_kind():
    log: Log = []

    def decorated(function):
        return wrap_calls(function, lambda: Watched(log))

    class Model:
        @decorated
        def plain(self):
            return self

        @decorated
        @classmethod
        def above_a_classmethod(cls):
            return cls

        @classmethod
        @decorated
        def below_a_classmethod(cls):
            return cls

        @decorated
        @staticmethod
        async def above_a_staticmethod():
            return "static"

        @staticmethod
        @decorated
        def below_a_staticmethod():
            yield "static"

    model = Model()
    assert model.plain() is model
    assert (model.above_a_classmethod(), Model.below_a_classmethod()) == (Model, Model)
    assert asyncio.run(Model.above_a_staticmethod()) == "static"
    assert list(model.below_a_staticmethod()) == ["static"]
    assert log == ["begin", "end"] * 5


@pytest.mark.parametrize("thing", [Trainer, 7, property(counts), functools.partialmethod(counts)])
def test_what_is_no_function_is_refused(thing):
    with pytest.raises(UsageError, match=r"decorates functions, and .* is none"):
        watched(thing)


def test_a_coroutine_of_the_old_style_can_be_awaited():
    inner, log = watched(old_style)

    async def main():
        return await inner(), await watched(lambda: old_style(*()))[0]()

    assert asyncio.run(main()) == (7, 7)
    assert log == ["begin", "end"]


# Plain functions that give back what does the work


def hides(function):
    """A decorator that hides what kind of function it has."""

    @functools.wraps(function)
    def hidden(*args):
        log_of_hidden.append("called")
        return function(*args)

    return hidden


log_of_hidden: Log = []


@pytest.mark.parametrize(("function", "drive"), COROUTINES)
def test_a_hidden_coroutine(function, drive):
    async def main(made):
        return await drive(made())

    inner, log = watched(hides(function))
    assert asyncio.run(main(inner)) == asyncio.run(main(function))
    assert log == ["begin", COROUTINES[function, drive]]


@pytest.mark.parametrize("drive", [run_out, to_the_value, sent, DRIVERS["a ValueError"], closed, broken_off])
@pytest.mark.parametrize("function", [counts, echoes, catches, fails, delegates])
def test_a_hidden_generator(function, drive):
    inner, log = watched(hides(function))
    assert outcome(lambda: drive(inner())) == outcome(lambda: drive(function()))
    assert [entry.split()[0] for entry in log] == ["begin", "end"]


@pytest.mark.parametrize("drive", A_DRIVERS.values(), ids=A_DRIVERS)
def test_a_hidden_async_generator(drive):
    async def main(made):
        return await drive(made())

    inner, log = watched(hides(a_cleans_up))
    assert asyncio.run(main(inner)) == asyncio.run(main(a_cleans_up))
    assert [entry.split()[0] for entry in log] == ["begin", "end"]


def test_a_generator_expression():
    inner, log = watched(lambda: (log.append("step") or number for number in range(2)))
    assert list(inner()) == [0, 1]
    assert log == ["begin", "step", "step", "end"]


@pytest.mark.parametrize("error", [None, ValueError])
def test_a_context_manager_made_of_a_generator(error):
    @contextmanager
    def around():
        log.append("set up")
        try:
            yield "value"
        finally:
            log.append("clean up")

    inner, log = watched(around)
    if error:
        with pytest.raises(error), inner():
            raise error
    else:
        with inner() as value:
            assert value == "value"
    assert log == ["begin", "set up", "clean up", "end ValueError" if error else "end"]


def test_an_async_context_manager_made_of_a_generator():
    @asynccontextmanager
    async def around():
        log.append("set up")
        yield "value"
        log.append("clean up")

    async def main():
        async with inner() as value:
            return value

    inner, log = watched(around)
    assert asyncio.run(main()) == "value"
    assert log == ["begin", "set up", "clean up", "end"]


def test_a_context_manager_made_of_what_is_inside_a_context():
    @contextmanager
    @lambda function: wrap_calls(function, lambda: Watched(log))
    def around():
        log.append("set up")
        yield
        log.append("clean up")

    log: Log = []
    with around():
        log.append("work")
    assert log == ["begin", "set up", "work", "clean up", "end"]


def test_what_goes_on_and_cannot_be_followed_is_said_once(caplog):
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        inner, log = watched(lambda: pool.submit(int))
        first = inner()
        assert isinstance(first, concurrent.futures.Future)
        assert (first.result(), inner().result()) == (0, 0)
    assert log == ["begin", "end"] * 2
    (said,) = [record.getMessage() for record in caplog.records]
    assert "gave back a Future, and what that does later is not recorded" in said


def test_a_task_and_a_map_are_said_too(caplog):
    async def main():
        return await watched(lambda: asyncio.ensure_future(gives()))[0]()

    assert asyncio.run(main()) == 7
    assert list(watched(lambda: map(str, [1]))[0]()) == ["1"]
    assert [record.getMessage().split(" gave back a ")[1].split(",")[0] for record in caplog.records] == ["Task", "map"]


@pytest.mark.parametrize("result", [[1], (), "text", None, {"a": 1}, range(3), {1}])
def test_what_is_no_work_comes_back_as_it_is(result, caplog):
    inner, log = watched(lambda: result)
    assert inner() is result
    assert log == ["begin", "end"]
    assert caplog.records == []


# What is held


class Batch:
    """Something large."""


def test_a_value_is_held_by_the_consumer_alone():
    def batches():
        while True:
            yield Batch()

    generator = watched(batches)[0]()
    held = weakref.ref(next(generator))
    assert held() is None


class Held(ValueError):  # noqa: N818
    """What can be asked whether it is still there."""


def fails_anew():
    try:
        yield 1
    except Held:
        raise Held("mine") from None


@pytest.mark.parametrize("function", [counts, fails_anew])
def test_an_exception_is_in_no_cycle(function):
    """As without the context: what a failed training holds is free when the exception is."""
    inner, _ = watched(function)

    def drive():
        generator = inner()
        next(generator)
        try:
            generator.throw(Held("thrown"))
        except Held as error:
            return weakref.ref(error)

    gc.collect()
    gc.disable()
    try:
        assert drive()() is None
    finally:
        gc.enable()


def test_an_argument_can_be_let_go_of():
    def trains(batch):
        held = weakref.ref(batch)
        del batch
        yield held() is None

    inner, _ = watched(trains)
    free = next(inner(Batch()))
    assert free
