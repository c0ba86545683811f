"""What an estimate says of its training, with or without a number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import units
from ..facts.facts import Facts
from .grid import Grid
from .hardware import find_hardware


def describe(stages: Sequence[Facts], grid: Grid) -> dict[str, Any]:
    """Fields that describe a training, given the facts of its stages; with or without a number."""
    named = dict.fromkeys(filter(None, map(_hardware, stages)))
    walls = [_wall_hours(facts) for facts in stages]
    known = [wall for wall in walls if wall is not None]
    return {
        "place": grid.place,
        "intensity": grid.intensity,
        "hardware_used": ", ".join(named) or None,
        "training_type": stages[0].training_type,
        "duration_s": units.hours_to_s(sum(known)) if len(known) == len(walls) else None,
        "unsure": next(filter(None, map(_unsure, stages)), None),
    }


def _hardware(facts: Facts) -> str | None:
    count = f"{facts.count} x " if facts.count else ""
    return f"{count}{facts.hardware}" if facts.hardware else None


def _wall_hours(facts: Facts) -> float | None:
    if facts.wall_hours is None and facts.train_runtime_s is not None:
        return units.s_to_hours(facts.train_runtime_s)
    return facts.wall_hours


def _unsure(facts: Facts) -> str | None:
    if facts.energy_kwh is not None:
        return None
    if facts.hours is not None and facts.wall_hours is None and facts.device_hours is None and (facts.count or 1) > 1:
        return "its hours may be of the whole training or of each device"
    by_the_clock = facts.wall_hours or facts.hours or facts.train_runtime_s
    if by_the_clock and facts.device_hours is None and facts.hardware is not None and facts.count is None:
        return "how many devices there were is not known"
    return None if facts.hardware is None else find_hardware(facts.hardware).assumed
