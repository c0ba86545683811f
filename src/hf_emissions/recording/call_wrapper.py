"""Wrap functions of any kind so that each call runs inside a context until it is finished.

The wrapper is transparent to the caller: kind of function, values sent and thrown in, return value, errors. Nothing
here depends on the purpose of the context.
"""

from __future__ import annotations

import functools
import inspect
import logging
import sys
import types
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    ExitStack,
    asynccontextmanager,
    contextmanager,
)
from functools import partial
from typing import Any

from ..errors import UsageError

log = logging.getLogger("hf_emissions")

_Function = Callable[..., Any]
_Context = Callable[[], AbstractContextManager[object]]


def wrap_calls(function: Any, context: _Context) -> Any:
    """Wrap a function so that each call runs inside a context made by `opened`; UsageError if it is no function."""
    if isinstance(function, (staticmethod, classmethod)):
        return type(function)(wrap_calls(function.__func__, context))
    if isinstance(function, type) or not callable(function):
        name = getattr(function, "__qualname__", None) or type(function).__name__
        raise UsageError(f"record_emissions decorates functions, and {name} is none; decorate what does the work in it")
    return functools.wraps(function)(_wrapper(function)(function, context))


def _wrapper(function: _Function) -> Callable[[_Function, _Context], _Function]:
    inner: object = function
    while isinstance(inner, partial):
        inner = inner.func
    for found in (inner, getattr(type(inner), "__call__", None)):  # noqa: B004 - its kind, not whether it is there
        for is_kind, wrapper in _KINDS:
            if is_kind(found):
                return wrapper
    return _called


def _called(function: _Function, context: _Context) -> _Function:
    """Wrap a plain function; if its result does the work when awaited or iterated, wrap that instead."""
    warned: list[bool] = []

    def call(*args: object, **kwargs: object) -> object:
        with ExitStack() as stack:
            stack.enter_context(context())
            result = function(*args, **kwargs)
            wrapper = _wrapper_of_result(function, result)
            if wrapper is None:
                if _is_pending(result) and not warned:
                    warned.append(True)
                    _warn_unseen(function, result)
                return result
            rest = stack.pop_all()
        return functools.wraps(function)(wrapper(lambda: result, lambda: rest))()

    return call


def _wrapper_of_result(function: _Function, result: object) -> Callable[[_Function, _Context], _Function] | None:
    for kind, wrapper in _RESULTS:
        if isinstance(result, kind):
            return _awaited_generator if wrapper is _generator and inspect.isawaitable(result) else wrapper
    # The result of a function decorated with `contextlib.contextmanager`.
    made_of = inspect.unwrap(function)
    if inspect.isgeneratorfunction(made_of) and isinstance(result, AbstractContextManager):
        return _context_manager
    if inspect.isasyncgenfunction(made_of) and isinstance(result, AbstractAsyncContextManager):
        return _async_context_manager
    return None


def _is_pending(result: object) -> bool:
    """True if a result stands for pending work and must be returned unwrapped."""
    return inspect.isawaitable(result) or hasattr(result, "add_done_callback") or isinstance(result, (map, filter))


def _warn_unseen(function: _Function, result: object) -> None:
    name = getattr(function, "__qualname__", type(function).__name__)
    log.warning(
        "hf-emissions: %s gave back a %s, and what that does later is not recorded; decorate the function that does "
        "the work, or put it into a `with record_emissions(...)`",
        *(name, type(result).__name__),
    )


def _coroutine(function: _Function, context: _Context) -> _Function:
    async def coroutine(*args: object, **kwargs: object) -> object:
        inner = function(*args, **kwargs)
        del args, kwargs  # so that the function holds the only references
        with context():
            return await inner

    return coroutine


def _generator(function: _Function, context: _Context) -> _Function:
    def generator(*args: object, **kwargs: object) -> Generator[object, object, object]:
        inner = function(*args, **kwargs)
        del args, kwargs
        with context():
            # Not `yield from`, which does not distinguish close() from a thrown GeneratorExit.
            ask: Callable[[], object] = partial(inner.send, None)
            while True:
                try:
                    given = [ask()]
                except StopIteration as end:
                    return end.value
                finally:
                    del ask  # else exception, traceback and this frame would form a cycle
                try:
                    # Popped from the list, so that only the consumer holds a reference.
                    ask = partial(inner.send, (yield given.pop()))
                except BaseException as error:  # noqa: BLE001 - it is the inner generator's
                    ask = partial(inner.throw, error)

    return generator


def _awaited_generator(function: _Function, context: _Context) -> _Function:
    return types.coroutine(_generator(function, context))


def _async_generator(function: _Function, context: _Context) -> _Function:
    async def generator(*args: object, **kwargs: object) -> AsyncGenerator[object, object]:
        inner = function(*args, **kwargs)
        del args, kwargs
        with context():
            ask = _first_step(inner)
            while True:
                try:
                    given = [await ask]
                except StopAsyncIteration:
                    return
                finally:
                    del ask
                try:
                    ask = inner.asend((yield given.pop()))
                except GeneratorExit:
                    await inner.aclose()
                    raise
                except BaseException as error:  # noqa: BLE001 - it is the inner generator's
                    ask = inner.athrow(error)

    return generator


def _first_step(inner: AsyncGenerator[object, object]) -> Awaitable[object]:
    """First step of a generator, hidden from the event loop's hooks.

    The loop closes the outer generator, which closes this one; at shutdown it would close both at once, which fails.
    """
    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(None, None)
    try:
        return inner.asend(None)
    finally:
        sys.set_asyncgen_hooks(*hooks)


def _context_manager(function: _Function, context: _Context) -> _Function:
    def manager(*args: object, **kwargs: object) -> Generator[object, None, None]:
        with context(), function(*args, **kwargs) as value:
            yield value

    return contextmanager(manager)


def _async_context_manager(function: _Function, context: _Context) -> _Function:
    async def manager(*args: object, **kwargs: object) -> AsyncGenerator[object, None]:
        with context():
            async with function(*args, **kwargs) as value:
                yield value

    return asynccontextmanager(manager)


def _is_awaited_generator(function: object) -> bool:
    code = getattr(function, "__code__", None)
    return code is not None and bool(code.co_flags & inspect.CO_ITERABLE_COROUTINE)


_KINDS: tuple[tuple[Callable[[object], bool], Callable[[_Function, _Context], _Function]], ...] = (
    (inspect.iscoroutinefunction, _coroutine),
    (inspect.isasyncgenfunction, _async_generator),
    (_is_awaited_generator, _awaited_generator),
    (inspect.isgeneratorfunction, _generator),
)
_RESULTS: tuple[tuple[type, Callable[[_Function, _Context], _Function]], ...] = (
    (Coroutine, _coroutine),
    (AsyncGenerator, _async_generator),
    (Generator, _generator),
)
