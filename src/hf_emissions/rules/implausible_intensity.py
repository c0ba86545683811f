"""Rule: a figure that no grid yields for its energy, or for its hardware and hours."""

from __future__ import annotations

from ..factors.bounds import HIGHEST_GRID_G_PER_KWH, LOWEST_GRID_G_PER_KWH
from ..units import format_intensity, format_mass, plain_decimal
from .body_figures import Figure, about_figure, relative_off
from .plausible import LEAST_GRID, MOST_GRID, allowed
from .quebec import mentions_quebec
from .rule import CardView, Rule
from .unit_mistake import energy_kwh, kilogram_slip


def _message(card: CardView, figure: Figure) -> str | None:
    energy = energy_kwh(card)
    why = _by_hardware(card, figure) if energy is None else _by_energy(figure, energy, _off(card))
    if why is None or kilogram_slip(card) is not None:
        return None
    command = f'hf-emissions add {card.name} --emissions "..." --energy "..." --overwrite'
    return f"{why}; check the figure and its unit: {command}"


def _by_energy(figure: Figure, energy: float, off: float) -> str | None:
    words = f"{format_mass(figure.grams)} over {plain_decimal(energy)} kWh is {format_intensity(figure.grams / energy)}"
    if (figure.grams + figure.off) / (energy * (1 - off)) < LOWEST_GRID_G_PER_KWH:
        return f"{words}, less than any grid gives (at least {LOWEST_GRID_G_PER_KWH:g})"
    if (figure.grams - figure.off) / (energy * (1 + off)) > HIGHEST_GRID_G_PER_KWH:
        return f"{words}, more than any grid gives (at most {HIGHEST_GRID_G_PER_KWH:g})"
    return None


def _off(card: CardView) -> float:
    """Relative error of the energy: people round it in the body; in the block it is written by programs."""
    place = card.facts.places.get("energy_kwh")
    if place is None or (card.record is not None and card.record.energy_kwh):
        return 0.0
    return min(relative_off(card.text[place.start : place.end]), 0.5)


def _by_hardware(card: CardView, figure: Figure) -> str | None:
    bounds = allowed(card.facts)
    if bounds is None:
        return None
    words = format_mass(figure.grams)
    if figure.grams + figure.off < bounds.least_g and not mentions_quebec(card):
        least = f"{format_mass(bounds.least_g)} {LEAST_GRID}, less than any grid but Quebec's gives"
        return f"{words} is too little: {bounds.least_words}, {least}"
    if bounds.most_g is not None and figure.grams - figure.off > bounds.most_g:
        most = f"{format_mass(bounds.most_g)} {MOST_GRID}, about the highest of any grid"
        return f"{words} is too much: {bounds.most_words}, {most}"
    return None


RULE = Rule(
    id="implausible-intensity",
    severity="warning",
    looks_for="Grams per kWh outside what any grid gives, or grams outside what the hardware and hours could emit on "
    "any.",
    why="Such a figure has a wrong unit or a slipped digit, or it belongs to other energy or hours than "
    "those beside it.",
    fails="---\nco2_eq_emissions:\n  emissions: 5000\n  energy_consumed: 1.25\n---\n# A model\n",
    passes="---\nco2_eq_emissions:\n  emissions: 475\n  energy_consumed: 1.25\n---\n# A model\n",
    look=about_figure(_message),
    of="block",
)
