"""Rule: energy that is mostly CodeCarbon's modelled memory power."""

from __future__ import annotations

import re

from ..units import power_to_kwh
from .body_figures import Figure, about_figure
from .plausible import named_device
from .rule import CardView, Rule
from .unit_mistake import energy_kwh

# CodeCarbon before 3.0 assumed 3 W per 8 GB of memory, regardless of the number of modules (its docs, "RAM"; issue 629:
# 378 W for a 1 TB node beside a GPU of 102 W). Since 3.0 it counts modules.
_W_PER_GB = 3.0 / 8.0
_FIRST_MENDED = 3
_VERSION = re.compile(r"codecarbon['\"`)*\]]{0,3}[ :=@~<>v-]{0,6}(?:version[ :=]{1,3})?v?(?P<major>\d{1,2})\.\d")
_HALF = 0.5


def _message(card: CardView, _figure: Figure) -> str | None:
    record, version = card.record, _version(card)
    if record is None or not record.ram_gb or not record.duration_s or version is None or version[0] >= _FIRST_MENDED:
        return None
    watts = record.ram_gb * _W_PER_GB
    beside = _beside(card, watts, power_to_kwh(watts, record.duration_s))
    if beside is None:
        return None
    return (
        f"CodeCarbon {version[1]} takes {record.ram_gb:g} GB of memory for {watts:.3g} W ({_W_PER_GB:g} W a GB), "
        f"{beside}; measure again with CodeCarbon 3, or take the memory out and give the rest: "
        f'hf-emissions add {card.name} --emissions "..." --energy "..." --overwrite'
    )


def _beside(card: CardView, watts: float, kwh: float) -> str | None:
    """Quantity that memory dominates, in words: the card's energy, or its devices' rated power; else None."""
    energy = energy_kwh(card)
    if energy is not None:
        return f"{kwh:.3g} of the {energy:.3g} kWh" if _HALF * energy <= kwh <= energy else None
    named, count = named_device(card.facts), card.facts.count
    if named is None or count is None or not named.power_high_w:
        return None
    rated = named.power_high_w * count
    return f"more than the {rated:g} W of the accelerators" if watts > rated else None


def _version(card: CardView) -> tuple[int, str] | None:
    """Major version of CodeCarbon, and its text."""
    for text in (card.record.source if card.record else None, card.text):
        found = _VERSION.search(text.lower()) if text and "odecarbon" in text.lower() else None
        if found:
            return int(found["major"]), f"{found['major']}.x"
    return None


RULE = Rule(
    id="modelled-memory-dominates",
    severity="warning",
    looks_for="CodeCarbon before 3.0 where the memory of the machine, at 0.375 W a GB, makes up half of the energy or "
    "more.",
    why="Memory is never metered. On a node with a terabyte the guess was larger than the accelerator beside it.",
    fails="---\nco2_eq_emissions:\n  emissions: 1800\n  source: CodeCarbon 2.8.3\n  energy_consumed: 4.8\n"
    "  hours_used: 10\n  ram_total_size: 1008\n---\n# A model\n",
    passes="---\nco2_eq_emissions:\n  emissions: 1800\n  source: CodeCarbon 2.8.3\n  energy_consumed: 4.8\n"
    "  hours_used: 10\n  ram_total_size: 64\n---\n# A model\n",
    look=about_figure(_message),
    of="block",
)
