"""Methods to derive energy from facts: metered energy, hours of hardware, or operations."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from .. import units
from ..factors.pue import UNKNOWN_DATACENTRE
from ..facts.facts import Facts
from ..record import Boundary
from .compute import training_flop
from .distributions import Constant, Lognormal, Mixture, Pert
from .factor import Factor
from .hardware import Hardware, usual_hardware
from .host import host_ratio

Tier = Literal["A", "B", "C", "D", "E", "F"]

_KWH_PER_WH = units.power_to_kwh(1.0, units.hours_to_s(1.0))
_KWH_PER_J = units.joules_to_kwh(1.0)

# Wall energy over metered: software meters report two thirds to all of it (Fischer 2025: 66 to 86 % on a desktop).
_METERED = Pert(0.95, 1.0, 1.5)
# The accelerators' own meters against one outside: a few per cent, 5 % in nine of ten cases (Yang et al. 2023,
# arXiv 2312.02741).
_ACCELERATOR_METER = Lognormal(1.0, 0.03)

# From this many parameters on, a training known by steps and tokens may count as pre-training; without a count, on a
# cluster of `_CLUSTER` accelerators.
_LARGE = 1e9
_CLUSTER = 256
_LEAST_CLUSTER = 16

# Few train for longer than a month: more device hours than that were on several devices.
_LONGEST_H = 730.0


@dataclass(frozen=True, slots=True)
class EnergyMethod:
    """A method to derive energy: the product of its factors times `kwh_each`, within its boundary.

    Attributes:
        kind: its basis.
        factors: the inputs.
        kwh_each: kWh per unit of the factors' product.
        words: the basis in words, for a source.
        device_hours: factors whose product is the device hours, if known.
        boundary: what the energy covers.
        pue_inside: True if the facility's overhead is in the energy, None if it may be.
    """

    kind: Literal["energy", "hours", "operations"]
    factors: tuple[Factor, ...]
    kwh_each: float
    words: str
    device_hours: tuple[Factor, ...] = ()
    boundary: Boundary = "node"
    pue_inside: bool | None = False


def tier_of(way: EnergyMethod, *, place_known: bool, hardware_known: bool) -> Tier:
    """Tier of an estimate, by the facts that it rests on."""
    if way.kind == "energy":
        return "A"
    if way.kind == "hours":
        return "B" if place_known else "C"
    if place_known and hardware_known:
        return "D"
    return "E" if place_known or hardware_known else "F"


def find_ways(facts: Facts, hardware: Hardware | None, boundary: Boundary) -> list[EnergyMethod]:
    """All methods that the facts allow, best first, within a boundary: the accelerators or the node.

    A given energy that covers the facility stays as it is; the others are then of the facility too.
    """
    metered = _metered(facts, boundary)
    others = [
        way
        for way in (_by_hours(facts, hardware, boundary), _by_operations(facts, hardware, boundary))
        if way is not None
    ]
    if metered is None:
        return others
    if metered.boundary == "facility":
        others = [replace(way, factors=(*way.factors, _ANY_FACILITY), boundary="facility") for way in others]
    return [metered, *others]


_ANY_FACILITY = Factor("facility", Pert(*UNKNOWN_DATACENTRE.pert))


def _metered(facts: Facts, boundary: Boundary) -> EnergyMethod | None:
    if facts.energy_kwh is None:
        return None
    covers, words = facts.energy_boundary, units.format_energy(facts.energy_kwh)
    factors: tuple[Factor, ...] = (Factor.known("energy", facts.energy_kwh), _meter(covers))
    if covers == "facility":
        words = f"{words} of the facility"
        return EnergyMethod("energy", factors, 1.0, words, boundary="facility", pue_inside=True)
    if covers == "accelerators":
        words = f"{words} of the accelerators"
    if covers is not None and covers != boundary:
        factors = (*factors, _host(boundary))
    inside = None if covers is None else False
    return EnergyMethod("energy", factors, 1.0, words, boundary=boundary, pue_inside=inside)


def _meter(covers: Boundary | None) -> Factor:
    """Factor from what a meter gave to what was used within the meter's own boundary."""
    if covers == "accelerators":
        return Factor("meter", _ACCELERATOR_METER, "the energy is what the accelerators' own meters gave, within 5 %")
    words = "the energy is what a meter gave; one in software reads up to a third too little"
    if covers == "facility":
        words = f"{words}; it covers the facility, so that nothing is added and no PUE is applied"
    return Factor("meter", _METERED, words, "the kind of the meter")


def _host(boundary: Boundary) -> Factor:
    """Factor from the energy of the accelerators to that of the node, or back."""
    ratio = host_ratio()
    low, high = ratio.range_90
    words = f"a node draws {low:.1f} to {high:.1f} times what its accelerators draw"
    if boundary == "accelerators":
        ratio = Lognormal(1 / ratio.median, ratio.sigma)
    return Factor("host", ratio, words, f"a metered energy of the {boundary} (energy_boundary)")


def _parameters(facts: Facts) -> float | None:
    return facts.active_parameters or facts.parameters


def _is_pretraining(facts: Facts, hardware: Hardware) -> bool:
    if facts.training_type is not None:
        return re.sub(r"[\s_-]", "", facts.training_type.lower()).startswith("pretrain")
    if facts.base_model is not None or facts.adaptation is not None or (_parameters(facts) or 0.0) < _LARGE:
        return False
    chips = hardware.name.chips if hardware.name else 1
    few = facts.count is not None and facts.count * chips < _LEAST_CLUSTER
    return not few and (facts.tokens is None or facts.tokens >= (_parameters(facts) or 0.0))


def _by_hours(facts: Facts, hardware: Hardware | None, boundary: Boundary) -> EnergyMethod | None:
    hours = device_hours(facts)
    if hardware is None or hours is None:
        return None
    accelerators = _each(hardware) * (facts.count or _least_count(facts))
    power = hardware.power(accelerators, _parameters(facts), boundary, described=_is_described(facts))
    words = f"{facts.count or 1} x {hardware.words}, {_hours_words(facts)}"
    return EnergyMethod("hours", (*hours, *power), _KWH_PER_WH, words, hours, boundary)


def _each(hardware: Hardware) -> float:
    """Accelerators in one named thing; a GPU that is half a board is one."""
    return max(hardware.name.chips, 1.0) if hardware.name else 1.0


def _least_count(facts: Facts) -> float:
    """How many devices there were at least, by the hours over all of them, where their number is not known."""
    return max((facts.device_hours or 0.0) / _LONGEST_H, 1.0)


def _is_described(facts: Facts) -> bool:
    """Whether anything says that a network was trained: its base, its kind of training, its tokens, Trainer's count."""
    said = (facts.base_model, facts.training_type, facts.adaptation, facts.encoder_decoder, facts.tokens)
    return any(value is not None for value in (*said, facts.total_flos))


def device_hours(facts: Facts) -> tuple[Factor, ...] | None:
    """Hours summed over the named devices, as factors; None if no hours are known."""
    if facts.device_hours is not None:
        return (Factor.known("hours", facts.device_hours),)
    count = _count(facts)
    wall = facts.wall_hours
    if wall is None and facts.hours is None and facts.train_runtime_s is not None:
        wall = units.s_to_hours(facts.train_runtime_s)
    if wall is not None:
        return Factor.known("hours", wall), count
    if facts.hours is None:
        return None
    if (facts.count or 1) == 1:
        return Factor.known("hours", facts.hours), count
    either = Mixture((Constant(1.0), Constant(float(facts.count or 1))), (0.5, 0.5))
    words = f"{facts.hours:g} hours may be of the whole training or summed over {facts.count} devices: either counts"
    return Factor.known("hours", facts.hours), Factor("count", either, words, "which hours these are (wall_hours)")


def _count(facts: Facts) -> Factor:
    if facts.count is not None:
        return Factor.known("count", float(facts.count))
    return Factor(
        "count", Constant(1.0), "how many devices is not known: one is taken", "the number of devices (count)"
    )


def _hours_words(facts: Facts) -> str:
    for hours, of in ((facts.device_hours, " in all"), (facts.wall_hours, ""), (facts.hours, " (in all or each)")):
        if hours is not None:
            return f"{units.plain_decimal(units.round_significant(hours, 4))} h{of}"
    return f"{units.plain_decimal(units.round_significant(units.s_to_hours(facts.train_runtime_s or 0.0), 3))} h"


def _by_operations(facts: Facts, hardware: Hardware | None, boundary: Boundary) -> EnergyMethod | None:
    flop = training_flop(facts)
    usable = hardware if hardware is not None and hardware.name and hardware.name.flop_per_s else None
    if flop is None or (hardware is not None and usable is None):
        return None
    chosen, parameters = (usable or usual_hardware()).likeliest(), _parameters(facts)
    pretraining = _is_pretraining(facts, chosen)
    assert chosen.name
    accelerators = None if facts.count is None else facts.count * _each(chosen)
    power = chosen.power(accelerators or (_CLUSTER if pretraining else 1), parameters, boundary, described=True)
    speed = chosen.seconds_per_flop(parameters, pretraining=pretraining)
    words = f"{flop.words}, {chosen.words}" if usable else flop.words
    return EnergyMethod("operations", (*flop.factors, speed, *power), _KWH_PER_J, words, boundary=boundary)
