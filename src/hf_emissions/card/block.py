"""The block as a mapping: to and from an `EmissionsRecord`. Knows nothing of YAML text.

The keys: the Hub's five (hub-docs, model-cards-co2.md), then those that sentence-transformers and setfit write.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from .. import units
from ..errors import RecordError, UnitError
from ..record import EmissionsRecord

KEY = "co2_eq_emissions"

BlockValue = float | str | bool


class BlockValueError(RecordError):
    """A value in the block that cannot be read; `key` says which entry of the block, "" for the whole."""

    def __init__(self, reason: str, key: str = "") -> None:
        super().__init__(reason)
        self.key = key


class BlockShapeError(BlockValueError):
    """A list or mapping where one value should be, or more than one value where the block says it twice."""


def _grams(value: Any) -> float:
    return units.read_mass_g(value, default_unit="g")


def _kwh(value: Any) -> float:
    return units.read_energy_kwh(value, default_unit="kWh")


def _hours(value: Any) -> float:
    # Hours are written with 15 digits; 12 of the seconds give back what was written, without noise.
    return units.round_significant(units.read_duration_s(value, default_unit="h"), 12)


def _gigabytes(value: Any) -> float:
    text = value.strip() if isinstance(value, str) else value
    return units.read_number(text[:-2].rstrip() if isinstance(text, str) and text.upper().endswith("GB") else text)


def _text(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(item, (str, int, float)) for item in value):
        return ", ".join(str(item) for item in value)
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return str(value).strip()
    raise UnitError("it must be a text")


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    known = {"true": True, "yes": True, "y": True, "false": False, "no": False, "n": False}
    if isinstance(value, str) and value.strip().lower() in known:
        return known[value.strip().lower()]
    raise UnitError("it must be true or false")


_FIELDS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "emissions": ("emissions_g", _grams),
    "source": ("source", _text),
    "training_type": ("training_type", _text),
    "geographical_location": ("geographical_location", _text),
    "hardware_used": ("hardware_used", _text),
    "energy_consumed": ("energy_kwh", _kwh),
    "hours_used": ("duration_s", _hours),
    "on_cloud": ("on_cloud", _truth),
    "cpu_model": ("cpu_model", _text),
    "ram_total_size": ("ram_gb", _gigabytes),
}
KEYS = tuple(_FIELDS)


def to_block(record: EmissionsRecord) -> dict[str, BlockValue]:
    """The block's mapping for a record: the keys of `KEYS` in that order, only those that are known.

    Emissions in grams CO2eq, energy in kWh, time in hours, memory in GB.

    Raises:
        RecordError: the grams are not known, or an estimate does not say that it is one.
    """
    if record.emissions_g is None:
        raise RecordError(
            "the record has energy but no grams, and a block needs grams; "
            "give the country or the intensity of the electricity"
        )
    if record.method == "estimated" and "estimate" not in (record.source or "").lower():
        raise RecordError("an estimate is never written unlabelled; its source must say that it is estimated")
    return known_fields(record)


def known_fields(record: EmissionsRecord) -> dict[str, BlockValue]:
    """The keys and values of a block for what is known, in the units of the block, with or without a figure."""
    block: dict[str, BlockValue] = {}
    for key, (field, _) in _FIELDS.items():
        value = getattr(record, field)
        if value is not None:
            block[key] = units.round_significant(units.s_to_hours(value), 15) if field == "duration_s" else value
    return block


def from_block(value: Any) -> EmissionsRecord | None:
    """The record in a block's value: a number or text of grams, a mapping, or a list of one-key mappings.

    A number without a unit is grams, as the Hub defines the field; a unit that is written out is believed. The list
    is what the first draft of the specification had. None where the block holds no figure.

    Raises:
        BlockValueError: with the key of the entry that cannot be read.
    """
    fields = read_fields(value)
    if "emissions_g" not in fields and "energy_kwh" not in fields:
        return None
    return EmissionsRecord(**fields)


def read_fields(value: Any, *, skip_unreadable: bool = False) -> dict[str, Any]:
    """The fields of a record that a block's value gives, by name of the field; see `from_block`.

    Raises:
        BlockShapeError: a part of the block has a shape that nobody can read.
        BlockValueError: a figure cannot be read; with `skip_unreadable` it is left out instead.
    """
    entries = as_mapping(value)
    fields = {}
    for key, (field, read) in _FIELDS.items():
        if entries.get(key) is None:
            continue
        try:
            found = _read(read, entries[key], key)
        except BlockShapeError:
            raise
        except BlockValueError:
            if not skip_unreadable:
                raise
            continue
        if found != "":
            fields[field] = found
    return fields


# What seconds lose as hours and back lies in the fifteenth digit. A digit before the eleventh that differs is another
# value, and would never be written where the two pass for one.
_SAME = 1e-11


def as_mapping(value: Any) -> Mapping[str, Any]:
    """A block's value as a mapping, whatever form it has: nothing, one figure, a mapping, a list of pairs.

    Raises:
        BlockShapeError: a list of anything but one-key mappings.
    """
    if value is None:
        return {}
    if isinstance(value, list):
        return _joined(value)
    return value if isinstance(value, Mapping) else {"emissions": value}


def same(first: Any, second: Any) -> bool:
    """Whether two values of a field say the same; numbers to eleven digits, which hours and seconds keep."""
    if isinstance(first, float) and isinstance(second, float):
        return math.isclose(first, second, rel_tol=_SAME)
    return bool(first == second)


def field_of(key: str) -> str:
    """The name of the record's field that a key of the block holds."""
    return _FIELDS[key][0]


def _joined(items: list[Any]) -> dict[str, Any]:
    joined: dict[str, Any] = {}
    for item in items:
        if not isinstance(item, Mapping) or len(item) != 1 or set(item) & set(joined):
            raise BlockShapeError(f"{KEY} is a list; write it as a mapping, `emissions: 12.5` in grams")
        joined.update(item)
    return joined


def _read(read: Callable[[Any], Any], value: Any, key: str) -> Any:
    if isinstance(value, Mapping) or (isinstance(value, list) and read is not _text):
        shape = "mapping" if isinstance(value, Mapping) else "list"
        raise BlockShapeError(f"{key} is a {shape}; write one value", key)
    try:
        return read(value)
    except UnitError as error:
        raise BlockValueError(f"{key} cannot be read: {error}", key) from None
