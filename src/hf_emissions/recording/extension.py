"""Add methods to a single object by changing its class to a generated subclass.

A bound method stored on an object forms a reference cycle, which keeps a model in memory until the garbage collector
runs, and a copy of the object calls the method of the original. A subclass has neither problem; torch does the same in
`torch.nn.utils.parametrize` and `fully_shard`.
"""

from __future__ import annotations

import copy
import copyreg
import functools
import inspect
import types
from collections.abc import Callable, Iterator
from typing import Any, SupportsIndex

_MADE_BY = "_hf_emissions_methods"


def extend(thing: object, methods: type) -> None:
    """Add the methods of an attribute-free class to `thing`; idempotent.

    The class keeps its name, and isinstance checks still hold. Copies have the methods too. Pickles refer to the
    original class, so that they load without this package.
    """
    if not isinstance(thing, methods):
        thing.__class__ = _extended(type(thing), methods)


def _extended(base: type, methods: type) -> type:
    # __subclasses__() holds weak references, so that a class defined in a function can be collected.
    made: type
    for made in base.__subclasses__():
        if made.__dict__.get(_MADE_BY) is methods:
            return made
    names = {
        "__copy__": _copy,
        "__deepcopy__": _deepcopy,
        "__doc__": base.__doc__,
        "__module__": base.__module__,
        "__qualname__": base.__qualname__,
        "__reduce_ex__": _reduce_ex,
        _MADE_BY: methods,
    }
    return type(base)(base.__name__, (methods, base), {**names, **dict(_with_signatures(base, methods))})


def _with_signatures(base: type, methods: type) -> Iterator[tuple[str, object]]:
    """Yield the methods with names, docstrings and signatures of those that they override."""
    for name, method in vars(methods).items():
        if inspect.isfunction(method) and hasattr(base, name):
            code = types.FunctionType(method.__code__, method.__globals__, name, None, method.__closure__)
            yield name, functools.wraps(getattr(base, name))(code)


def _own_class(thing: object) -> tuple[type, list[type]]:
    """Original class of an extended object, and its extensions, oldest first."""
    methods: list[type] = []
    own = next((each for each in type(thing).__mro__ if _MADE_BY in each.__dict__), type(thing))
    while _MADE_BY in own.__dict__:
        methods.insert(0, own.__dict__[_MADE_BY])
        own = own.__bases__[1]
    return own, methods


def _reduce_ex(self: object, protocol: SupportsIndex) -> str | tuple[Any, ...]:
    base, _ = _own_class(self)
    reduced = base.__reduce_ex__(self, protocol)  # type: ignore[arg-type, call-arg]
    if isinstance(reduced, str):
        return reduced
    make, arguments, *rest = reduced
    if arguments == (type(self),):
        # `copyreg.__newobj__`, for which pickle requires the object's current class.
        make, arguments = copyreg._reconstructor, (base, object, None)  # type: ignore[attr-defined]
    return (make, tuple(base if argument is type(self) else argument for argument in arguments), *rest)


def _copy(self: object) -> object:
    base, methods = _own_class(self)
    own: Callable[[object], object] | None = getattr(base, "__copy__", None)
    made = _rebuilt(self, lambda state: state) if own is None else own(self)
    return _extended_again(made, methods)


def _deepcopy(self: object, memo: dict[int, object]) -> object:
    base, methods = _own_class(self)
    own: Callable[[object, object], object] | None = getattr(base, "__deepcopy__", None)
    made = _rebuilt(self, lambda state: copy.deepcopy(state, memo), memo) if own is None else own(self, memo)
    return _extended_again(made, methods)


def _rebuilt(thing: object, copied: Callable[[object], Any], memo: dict[int, object] | None = None) -> object:
    """Copy `thing` via `__reduce_ex__`, like the module `copy`."""
    make, arguments, state = (*thing.__reduce_ex__(4), None)[:3]
    assert not isinstance(make, str)
    made: object = make(*(argument if isinstance(argument, type) else copied(argument) for argument in arguments))
    if memo is not None:
        memo[id(thing)] = made  # before the state, which may refer to the object
    if state is None:
        return made
    if hasattr(made, "__setstate__"):
        made.__setstate__(copied(state))
    else:
        made.__dict__.update(copied(state))
    return made


def _extended_again(made: object, methods: list[type]) -> object:
    for each in methods:
        extend(made, each)
    return made
