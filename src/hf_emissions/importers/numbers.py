"""Parse numbers of tracker files: grams, kWh, seconds or watts, never negative where a figure depends on them."""

from __future__ import annotations

import math
import re
from typing import Any

from ..errors import TrackerError
from ..factors.bounds import pue_problem

# No training reaches this, in any unit that trackers write.
_MOST = 1e30
_COMMA = re.compile(r"\s*-?[0-9][0-9.]*,[0-9]+\s*")
_LONGEST_SHOWN = 60


def read_number(value: Any, what: str, where: str) -> float:
    """Parse a non-negative number from text or JSON.

    Raises:
        TrackerError: it is not one.
    """
    try:
        number = float(value) if not isinstance(value, bool) else math.nan
    except (TypeError, ValueError, OverflowError):
        raise TrackerError(f"{where}: {what} is {quoted(value)}, {_why_no_number(value)}") from None
    if not math.isfinite(number) or number < 0:
        raise TrackerError(f"{where}: {what} is {quoted(value)}; it must be a finite number, at least 0")
    # `float` accepts more than trackers write, such as 1_0 and digits of other scripts.
    if number > _MOST or (isinstance(value, str) and ("_" in value or not value.isascii())):
        raise TrackerError(f"{where}: {what} is {quoted(value)}, which is no number that a tracker writes")
    return number


def finite(value: str) -> float | None:
    """Parse a number of any sign, None if it is not one; for cells that no figure depends on."""
    try:
        number = float(value) if "_" not in value and value.isascii() else math.nan
    except ValueError:
        return None
    return number if abs(number) <= _MOST else None


def _why_no_number(value: Any) -> str:
    if isinstance(value, str) and _COMMA.fullmatch(value):
        return "with a comma that could mark decimals or thousands; save the file anew with a decimal point"
    return "which is no number"


def read_pue(value: Any, where: str) -> float:
    """Parse a power usage effectiveness.

    Raises:
        TrackerError: it is not one.
    """
    pue = read_number(value, "pue", where)
    if problem := pue_problem(pue):
        raise TrackerError(f"{where}: pue {problem}")
    return pue


def quoted(value: Any) -> str:
    """A value as shown in messages, truncated if long."""
    if isinstance(value, int) and value.bit_length() > 200:
        return f"a whole number of {value.bit_length()} bits"
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."
