"""Columns of a dump as Python values, converted by type: no value of a foreign file raises.

DuckDB's `TRY_CAST` does not do: it takes `1.5` for 2, `1_000` for a thousand and `epoch` for a time, knows no times as
ISO 8601 has them without hyphens, and stops at text that is not Unicode, or at a time out of its range.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..schema import need
from .values import integer_of, seconds_of, text_of, time_of

if TYPE_CHECKING:
    import pyarrow as pa

_A_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def is_text(kind: pa.DataType) -> bool:
    """True if a column holds text, or bytes that may be text."""
    types = need("pyarrow").types
    if types.is_dictionary(kind):
        kind = kind.value_type
    tests = (*_views(), types.is_string, types.is_large_string, types.is_binary, types.is_large_binary, types.is_null)
    return any(test(kind) for test in tests)


def is_mapping(kind: pa.DataType) -> bool:
    """True if a column holds structs."""
    return bool(need("pyarrow").types.is_struct(kind))


def cards_of(column: pa.Array) -> list[Any]:
    """Cards of a column: bytes, or mappings without null values."""
    return [_without_null(value) for value in column.to_pylist()] if is_mapping(column.type) else bytes_of(column)


def bytes_of(column: pa.Array) -> list[bytes | None]:
    """Bytes of a text column, which may be invalid UTF-8."""
    pa = need("pyarrow")
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if any(test(column.type) for test in _views()):
        column = column.cast(pa.large_string() if pa.types.is_string_view(column.type) else pa.large_binary())
    large = pa.types.is_large_string(column.type) or pa.types.is_large_binary(column.type)
    found: list[bytes | None] = column.cast(pa.large_binary() if large else pa.binary()).to_pylist()
    return found


def texts_of(column: pa.Array) -> list[str | None]:
    """Texts of a column; all None for a column of another type."""
    if not is_text(column.type):
        return [None] * len(column)
    return [None if value is None else text_of(value.decode("utf-8", "replace")) for value in bytes_of(column)]


def integers_of(column: pa.Array) -> list[int | None]:
    """Integers of a column; None for other values."""
    return [integer_of(value) for value in _texts_or_numbers(column)]


def times_of(column: pa.Array) -> list[datetime | None]:
    """Times of a column: timestamps, dates, text, or seconds or milliseconds since 1970; None for other values."""
    pa = need("pyarrow")
    # As numbers: a time out of Python's range is unknown, not an error.
    if pa.types.is_timestamp(column.type):
        parts = _A_SECOND[column.type.unit]
        return [None if at is None else seconds_of(at / parts) for at in column.cast(pa.int64()).to_pylist()]
    if pa.types.is_date(column.type):
        days = column.cast(pa.date32()).cast(pa.int32()).to_pylist()
        return [None if day is None else seconds_of(day * 86400.0) for day in days]
    return [time_of(value) for value in _texts_or_numbers(column)]


def _texts_or_numbers(column: pa.Array) -> list[str | None] | list[float | None]:
    types = need("pyarrow").types
    number = types.is_integer(column.type) or types.is_floating(column.type)
    return column.to_pylist() if number else texts_of(column)


def _views() -> tuple[Callable[[pa.DataType], bool], ...]:
    types = need("pyarrow").types
    return types.is_string_view, types.is_binary_view


def _without_null(value: object) -> object:
    """Drop null values: a struct column has every field in every row."""
    if isinstance(value, dict):
        return {name: _without_null(one) for name, one in value.items() if one is not None}
    return [_without_null(one) for one in value] if isinstance(value, list) else value
