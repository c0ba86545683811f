"""What an estimate says of its training, with or without a number."""

from __future__ import annotations

from typing import Any

from .. import units
from ..facts.facts import Facts
from .grid import Grid


def describe(facts: Facts, grid: Grid) -> dict[str, Any]:
    """Fields that describe the training, with or without a number."""
    count = f"{facts.count} x " if facts.hardware and facts.count else ""
    wall = facts.wall_hours
    if wall is None and facts.train_runtime_s is not None:
        wall = units.s_to_hours(facts.train_runtime_s)
    return {
        "place": grid.place,
        "intensity": grid.intensity,
        "hardware_used": f"{count}{facts.hardware}" if facts.hardware else None,
        "training_type": facts.training_type,
        "duration_s": None if wall is None else units.hours_to_s(wall),
        "unsure": _unsure(facts),
    }


def _unsure(facts: Facts) -> str | None:
    if facts.energy_kwh is not None:
        return None
    if facts.hours is not None and facts.wall_hours is None and facts.device_hours is None and (facts.count or 1) > 1:
        return "its hours may be of the whole training or of each device"
    by_the_clock = facts.wall_hours or facts.hours or facts.train_runtime_s
    if by_the_clock and facts.device_hours is None and facts.hardware is not None and facts.count is None:
        return "how many devices there were is not known"
    return None
