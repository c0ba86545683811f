"""Validation of a record's values, by their flat names."""

from __future__ import annotations

import math
import re
import sys
from typing import Any, get_args

from ..errors import RecordError
from .energy import Boundary, Method
from .intensity import IntensityBasis

_CHOICES = {"method": get_args(Method), "boundary": get_args(Boundary), "intensity_basis": get_args(IntensityBasis)}
_NOT_NEGATIVE = ("emissions_g", "energy_kwh", "duration_s", "intensity_g_per_kwh", "ram_gb")
_TEXTS = (
    *("source", "training_type", "geographical_location", "hardware_used", "intensity_source", "country_iso3"),
    *("cloud_provider", "cloud_region", "cpu_model", "tool", "tool_version"),
)
_COUNTS = ("segments", "nodes_seen", "nodes_expected")

Values = dict[str, Any]


def validated(given: Values) -> Values:
    """Return the values with numbers as floats and texts stripped.

    Raises:
        RecordError: a value is impossible, or two values contradict each other.
    """
    values = dict(given)
    for name in _NOT_NEGATIVE:
        values[name] = _number(name, values[name], low=0.0)
    values["modelled_share"] = _number("modelled_share", values["modelled_share"], low=0.0, high=1.0)
    values["pue"] = _number("pue", values["pue"], low=1.0)
    for name in _TEXTS:
        values[name] = _text(name, values[name])
    if values["on_cloud"] is not None and not isinstance(values["on_cloud"], bool):
        raise RecordError(f"on_cloud is {values['on_cloud']!r}; it must be True, False or None")
    for name in _COUNTS:
        _check_count(name, values[name])
    for name, allowed in _CHOICES.items():
        _check_choice(name, values[name], allowed)
    values["range_g"] = _range(values["range_g"])
    _check_whole(values)
    return values


def _number(name: str, value: Any, low: float, high: float = math.inf) -> float | None:
    if value is None and name != "pue":
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise RecordError(f"{name} is {value!r}; it must be a number")
    if value > sys.float_info.max or not math.isfinite(value) or not low <= value <= high:
        limit = f"between {low:g} and {high:g}" if math.isfinite(high) else f"a finite number, at least {low:g}"
        raise RecordError(f"{name} is {value}; it must be {limit}")
    return float(value)


def _text(name: str, value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise RecordError(f"{name} is {value!r}; it must be a text that is not empty, or None")
    if not value.isascii() and re.search("[\ud800-\udfff]", value):
        raise RecordError(f"{name} is {value!r}; half of a surrogate pair cannot be written as UTF-8")
    # Processor names come with trailing blanks.
    return value.strip()


def _check_count(name: str, value: Any) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise RecordError(f"{name} is {value!r}; it must be a whole number, at least 1")


def _check_choice(name: str, value: Any, allowed: tuple[str, ...]) -> None:
    if value not in allowed and not (value is None and name == "intensity_basis"):
        raise RecordError(f"{name} is {value!r}; it must be one of {', '.join(allowed)}")


def _range(value: Any) -> tuple[float, float] | None:
    if value is None:
        return None
    try:
        low, high = (float(end) for end in value)
    except (TypeError, ValueError):
        raise RecordError(f"range_g is {value!r}; it must be two numbers, low and high") from None
    if not 0 <= low <= high < math.inf:
        raise RecordError(f"range_g is {value!r}; low must be at least 0 and high not below it")
    return low, high


def _check_whole(values: Values) -> None:
    if values["emissions_g"] is None and values["energy_kwh"] is None:
        raise RecordError("neither emissions_g nor energy_kwh is known; a record needs one of them")
    country, seen, expected = values["country_iso3"], values["nodes_seen"], values["nodes_expected"]
    if country is not None and not re.fullmatch("[A-Z]{3}", country):
        raise RecordError(f"country_iso3 is {country!r}; it must be three capital letters, such as DEU")
    if seen is not None and expected is not None and seen > expected:
        raise RecordError(f"{seen} nodes were seen where {expected} took part")
    if values["boundary"] != "facility" and values["pue"] != 1.0:
        raise RecordError(
            f"pue is {values['pue']:g} inside a figure of the {values['boundary']}; its boundary is the facility"
        )
