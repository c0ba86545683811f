"""Parse option values: quantities with units, counts, large numbers."""

from __future__ import annotations

from typing import Any

from .. import units
from ..errors import UnitError, UsageError


def _hours(text: str) -> float:
    return units.s_to_hours(units.read_duration_s(text, default_unit="h"))


def read_count(text: str) -> int:
    """Parse a whole number.

    Raises:
        UnitError: not a whole number.
    """
    number = units.read_number(text)
    if number != int(number):
        raise UnitError(f"{text} is no whole number; devices come whole")
    return int(number)


def _amount(text: str) -> float:
    """Parse a large number, such as 7e9, 7B or 300 million."""
    stripped = text.strip()
    for suffix, factor in _LARGE.items():
        if stripped.lower().endswith(suffix):
            return units.read_number(stripped[: -len(suffix)].strip()) * factor
    return units.read_number(stripped)


_LARGE = {
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "k": 1e3,
    "m": 1e6,
    "b": 1e9,
    "g": 1e9,
    "t": 1e12,
}
_READERS: dict[str, Any] = {
    "hours": _hours,
    "device_hours": _hours,
    "count": read_count,
    "parameters": _amount,
    "active_parameters": _amount,
    "tokens": _amount,
    "energy": units.read_energy_kwh,
    "intensity": units.read_intensity_g_per_kwh,
    "pue": units.read_number,
    "hardware": str.strip,
    "cpu": str.strip,
    "cores": read_count,
    "memory": units.read_number,
    "usage": units.read_number,
    "psf": units.read_number,
    "reused": read_count,
}


def read_option(option: str, text: str | None) -> Any:
    """Parse an option; None if not given.

    Raises:
        UsageError: unparsable, empty or not above zero; names the option.
    """
    if text is None:
        return None
    name = f"--{option.replace('_', '-')}"
    try:
        value = _READERS[option](text)
    except UnitError as error:
        raise UsageError(f"{name}: {error}") from None
    if value == "" or (isinstance(value, (int, float)) and value <= 0):
        raise UsageError(f"{name} is {text!r}; it must be {'a name' if value == '' else 'above zero'}")
    return value
