"""Convert between a block's mapping and an `EmissionsRecord`. Independent of YAML text.

Keys: the Hub's five (hub-docs, model-cards-co2.md), then those that sentence-transformers and setfit write.
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
# Values of record fields, by name.
Fields = dict[str, Any]


class BlockValueError(RecordError):
    """Unreadable value in the block; `key` names the entry, "" for the whole block."""

    def __init__(self, reason: str, key: str = "") -> None:
        super().__init__(reason)
        self.key = key


class BlockShapeError(BlockValueError):
    """Invalid structure: a list or mapping in place of a single value, or a duplicate key."""


def _grams(value: object) -> float:
    return units.read_mass_g(value, default_unit="g")


def _kwh(value: object) -> float:
    return units.read_energy_kwh(value, default_unit="kWh")


def _hours(value: object) -> float:
    # Hours are written with 15 digits; rounding seconds to 12 restores the written value without noise.
    return units.round_significant(units.read_duration_s(value, default_unit="h"), 12)


def _gigabytes(value: object) -> float:
    text = value.strip() if isinstance(value, str) else value
    return units.read_number(text[:-2].rstrip() if isinstance(text, str) and text.upper().endswith("GB") else text)


def _text(value: object) -> str:
    if isinstance(value, list) and all(isinstance(item, (str, int, float)) for item in value):
        return ", ".join(str(item) for item in value)
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return str(value).strip()
    raise UnitError("it must be a text")


def _truth(value: object) -> bool:
    if isinstance(value, bool):
        return value
    known = {"true": True, "yes": True, "y": True, "false": False, "no": False, "n": False}
    if isinstance(value, str) and value.strip().lower() in known:
        return known[value.strip().lower()]
    raise UnitError("it must be true or false")


_FIELDS: dict[str, tuple[str, Callable[[object], BlockValue]]] = {
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
    """Return a record as a block's mapping: known fields only, in the order of `KEYS`.

    Emissions in grams CO2eq, energy in kWh, time in hours, memory in GB.

    Raises:
        RecordError: the grams are unknown, or an estimate is not labelled as one.
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
    """Known fields as block keys and values, in the block's units; needs no figure."""
    block: dict[str, BlockValue] = {}
    for key, (field, _) in _FIELDS.items():
        value = getattr(record, field)
        if value is not None:
            block[key] = units.round_significant(units.s_to_hours(value), 15) if field == "duration_s" else value
    return block


def from_block(value: object) -> EmissionsRecord | None:
    """Parse a block's value: a number or text of grams, a mapping, or a list of one-key mappings.

    A bare number is in grams, as the Hub defines the field; an explicit unit is honoured. The list form is from the
    first draft of the specification. None if the block holds no figure.

    Raises:
        BlockValueError: an entry cannot be read; the error has its key.
    """
    fields = read_fields(value)
    if "emissions_g" not in fields and "energy_kwh" not in fields:
        return None
    return EmissionsRecord(**fields)


def read_fields(value: object, *, skip_unreadable: bool = False) -> Fields:
    """Parse a block's value into record fields by name; see `from_block`.

    Raises:
        BlockShapeError: the structure is invalid, even with `skip_unreadable`.
        BlockValueError: a value cannot be read; `skip_unreadable` omits it instead.
    """
    entries = as_mapping(value)
    fields: Fields = {}
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


# Converting seconds to hours and back errs in the fifteenth digit. A looser tolerance would treat a new value as
# already written, and never write it.
_SAME = 1e-11


def as_mapping(value: object) -> Mapping[str, object]:
    """Normalize a block's value to a mapping: from None, one figure, a mapping, or a list of pairs.

    Raises:
        BlockShapeError: a list item is not a one-key mapping, or repeats a key.
    """
    if value is None:
        return {}
    if isinstance(value, list):
        return _joined(value)
    return value if isinstance(value, Mapping) else {"emissions": value}


def same(first: object, second: object) -> bool:
    """True if two field values are equal; floats to eleven digits, which survive the hours conversion."""
    if isinstance(first, float) and isinstance(second, float):
        return math.isclose(first, second, rel_tol=_SAME)
    return bool(first == second)


def field_of(key: str) -> str:
    """Name of the record field stored under a block key."""
    return _FIELDS[key][0]


def _joined(items: list[object]) -> dict[str, object]:
    joined: dict[str, object] = {}
    for item in items:
        if not isinstance(item, Mapping) or len(item) != 1 or set(item) & set(joined):
            raise BlockShapeError(f"{KEY} is a list; write it as a mapping, `emissions: 12.5` in grams")
        joined.update(item)
    return joined


def _read(read: Callable[[object], BlockValue], value: object, key: str) -> BlockValue:
    if isinstance(value, Mapping) or (isinstance(value, list) and read is not _text):
        shape = "mapping" if isinstance(value, Mapping) else "list"
        raise BlockShapeError(f"{key} is a {shape}; write one value", key)
    try:
        return read(value)
    except UnitError as error:
        raise BlockValueError(f"{key} cannot be read: {error}", key) from None
