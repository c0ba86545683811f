"""The columns of a dump as values: by their type, so that no value of a stranger's file makes us fail."""

from __future__ import annotations

from typing import Any

from ..schema import need_pyarrow
from .values import integer_of, seconds_of, text_of, time_of

_A_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def is_text(kind: Any) -> bool:
    """Whether a column holds text, or bytes that may be text."""
    types = need_pyarrow().types
    if types.is_dictionary(kind):
        kind = kind.value_type
    tests = (*_views(), types.is_string, types.is_large_string, types.is_binary, types.is_large_binary, types.is_null)
    return any(test(kind) for test in tests)


def is_mapping(kind: Any) -> bool:
    """Whether a column holds names with values."""
    return bool(need_pyarrow().types.is_struct(kind))


def cards_of(column: Any) -> list[Any]:
    """The cards of a column: bytes, or mappings without what is null."""
    return [_without_null(value) for value in column.to_pylist()] if is_mapping(column.type) else bytes_of(column)


def bytes_of(column: Any) -> list[bytes | None]:
    """The bytes of a column of text, which may be no UTF-8."""
    pa = need_pyarrow()
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if any(test(column.type) for test in _views()):
        column = column.cast(pa.large_string() if pa.types.is_string_view(column.type) else pa.large_binary())
    large = pa.types.is_large_string(column.type) or pa.types.is_large_binary(column.type)
    found: list[bytes | None] = column.cast(pa.large_binary() if large else pa.binary()).to_pylist()
    return found


def texts_of(column: Any) -> list[str | None]:
    """The texts of a column; null where it holds something else."""
    if not is_text(column.type):
        return [None] * len(column)
    return [None if value is None else text_of(value.decode("utf-8", "replace")) for value in bytes_of(column)]


def integers_of(column: Any) -> list[int | None]:
    """The whole numbers of a column; null where a value is none."""
    types = need_pyarrow().types
    if is_text(column.type):
        return [integer_of(value) for value in texts_of(column)]
    number = types.is_integer(column.type) or types.is_floating(column.type)
    return [integer_of(value) for value in column.to_pylist()] if number else [None] * len(column)


def times_of(column: Any) -> list[Any]:
    """The times of a column: times, days, text, or seconds or milliseconds since 1970; null where a value is none."""
    pa = need_pyarrow()
    types = pa.types
    if types.is_timestamp(column.type):
        # By their number: what Python's own times cannot hold is not known, and no error.
        a_second = _A_SECOND[column.type.unit]
        return [None if at is None else seconds_of(at / a_second) for at in column.cast(pa.int64()).to_pylist()]
    if is_text(column.type):
        return [time_of(value) for value in texts_of(column)]
    if types.is_date(column.type):
        days = column.cast(pa.date32()).cast(pa.int32()).to_pylist()
        return [None if day is None else seconds_of(day * 86400.0) for day in days]
    number = types.is_integer(column.type) or types.is_floating(column.type)
    return [time_of(value) for value in column.to_pylist()] if number else [None] * len(column)


def _views() -> tuple[Any, ...]:
    types = need_pyarrow().types
    return types.is_string_view, types.is_binary_view


def _without_null(value: Any) -> Any:
    """A mapping without what is null: a column of mappings has every name in every row."""
    if isinstance(value, dict):
        return {name: _without_null(one) for name, one in value.items() if one is not None}
    return [_without_null(one) for one in value] if isinstance(value, list) else value
