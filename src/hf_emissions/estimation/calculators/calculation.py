"""Step-by-step result of a published calculator."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ...errors import UsageError


@dataclass(frozen=True, slots=True)
class Calculation:
    """Result of a published calculator.

    Attributes:
        emissions_g: grams CO2 equivalent.
        energy_kwh: electricity in kWh, by the calculator's accounting.
        steps: the arithmetic in words.
        method: name of the calculator, as in `--method`.
        source: publication of the method.
    """

    emissions_g: float
    energy_kwh: float
    steps: tuple[str, ...]
    method: str
    source: str


def check_number(name: str, value: float, *, low: float = 0.0, high: float = math.inf, above: bool = False) -> None:
    """Validate an input of a calculator.

    Raises:
        UsageError: the value is not a finite number of at least `low` (or `above` it) and at most `high`.
    """
    if math.isfinite(value) and low <= value <= high and not (above and value == low):
        return
    least = f"{'above' if above else 'at least'} {low:g}"
    raise UsageError(f"{name} is {value:g}; it must be {least}{f' and at most {high:g}' if high < math.inf else ''}")
