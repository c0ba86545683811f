"""What a figure is asked to cover, held against what is given."""

from __future__ import annotations

from typing import get_args

from ..errors import UsageError
from ..facts.facts import Facts
from ..record import Boundary
from .hardware import Hardware


def check_boundary(facts: Facts, boundary: Boundary, pue: float | None, method: str) -> None:
    """Reject a boundary that does not exist, or that what is given does not reach.

    Raises:
        UsageError: says what to give or to leave out.
    """
    if boundary not in get_args(Boundary):
        raise UsageError(f"boundary is {boundary!r}; it must be one of {', '.join(get_args(Boundary))}")
    if method != "monte-carlo" and boundary != "node":
        raise UsageError(f"{method} has a boundary of its own; leave the boundary out")
    if facts.energy_boundary is not None and facts.energy_kwh is None:
        raise UsageError("energy_boundary says what energy_kwh covers, and there is none; give the energy too")
    if boundary == "accelerators":
        _check_accelerators(facts, pue)


def _check_accelerators(facts: Facts, pue: float | None) -> None:
    if pue is not None:
        raise UsageError("a figure of the accelerators alone has no overhead of the facility; leave the PUE out")
    if facts.energy_kwh is None:
        return
    if facts.energy_boundary is None:
        raise UsageError("what the energy covers is not known; give energy_boundary: accelerators or node")
    if facts.energy_boundary == "facility":
        raise UsageError("the energy covers the facility, which does not tell what its accelerators used of it")


def check_facility(facts: Facts, *, pue_known: bool, pue_given: bool) -> None:
    """Reject a figure of the facility if neither its PUE nor its energy is known, or what the energy covers.

    Raises:
        UsageError: says so.
    """
    if facts.energy_kwh is not None and facts.energy_boundary is None and not pue_given:
        raise UsageError("what the energy covers is not known; give energy_boundary: node or facility, or the PUE")
    if not pue_known and facts.energy_boundary != "facility":
        raise UsageError("the PUE of the facility is not known; give it, or leave the boundary out")


def check_hardware(hardware: Hardware | None, *boundaries: Boundary | None) -> None:
    """Reject a boundary of accelerators for a processor.

    Raises:
        UsageError: says so.
    """
    if "accelerators" in boundaries and hardware is not None and hardware.name is None:
        raise UsageError(f"{hardware.words} is a processor and no accelerator; its figure is that of the node")
