"""Detect a block figure in kilograms. Three rules share this, so that only one reports it."""

from __future__ import annotations

from typing import NamedTuple

from ..factors.bounds import HIGHEST_GRID_G_PER_KWH, LOWEST_GRID_G_PER_KWH
from ..units import format_mass, kg_to_g, plain_decimal
from .body_figures import Figure, block_figure, printed_figures
from .plausible import LEAST_GRID, allowed
from .quebec import mentions_quebec
from .rule import CardView

# Factor by which a figure in kilograms is too small.
PER_KILOGRAM = kg_to_g(1.0)


class UnitMistake(NamedTuple):
    """The corrected figure in grams, and the reason to assume kilograms."""

    grams: float
    why: str


def kilogram_slip(card: CardView) -> UnitMistake | None:
    """Unit mistake indicated by body, energy, or hardware and hours; None if none indicates it."""
    figure = block_figure(card)
    if figure is None:
        return None
    why = _by_body(card, figure) or _by_energy(card, figure) or _by_hardware(card, figure)
    return None if why is None else UnitMistake(kg_to_g(figure.grams), why)


def energy_kwh(card: CardView) -> float | None:
    """Energy in kWh from the block, else from the body."""
    recorded = card.record.energy_kwh if card.record is not None else None
    return recorded or card.facts.energy_kwh


def _by_body(card: CardView, figure: Figure) -> str | None:
    printed = printed_figures(card)
    if any(other.says(figure) for other in printed):
        return None
    for other in printed:
        if other.says(figure, PER_KILOGRAM):
            line, _ = card.place(other.start)
            return (
                f'line {line} prints "{other.words}", which is {plain_decimal(other.grams)} g, a thousand times as much'
            )
    return None


def _by_energy(card: CardView, figure: Figure) -> str | None:
    energy = energy_kwh(card)
    if energy is None:
        return None
    intensity = figure.grams / energy
    if not LOWEST_GRID_G_PER_KWH <= kg_to_g(intensity) <= HIGHEST_GRID_G_PER_KWH:
        return None
    return (
        f"over the {energy:.4g} kWh of this card that is {intensity:.3g} g/kWh, a thousandth of what grids give; "
        f"in kilograms it is {kg_to_g(intensity):.3g} g/kWh"
    )


def _by_hardware(card: CardView, figure: Figure) -> str | None:
    # Known energy is better evidence than hardware; with CodeCarbon's Quebec factor, small runs stay below 5 g.
    if energy_kwh(card) is not None or mentions_quebec(card):
        return None
    bounds = allowed(card.facts)
    if bounds is None or figure.grams + figure.off >= bounds.least_g:
        return None
    grams, most = kg_to_g(figure.grams), bounds.most_g
    if grams < bounds.least_g or (most is not None and grams > most):
        return None
    return (
        f"{bounds.least_words}, {bounds.least_g:.3g} g {LEAST_GRID}, less than any grid gives but "
        f"Quebec's; {format_mass(grams)} is within what such a training emits"
    )
