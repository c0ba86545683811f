"""Rule: a figure that may rest on CodeCarbon's default location."""

from __future__ import annotations

from ..units import emissions_g, format_intensity, format_mass, plain_decimal
from .body_figures import Figure, about_figure
from .quebec import mentions_quebec
from .rule import CardView, Rule
from .unit_mistake import energy_kwh

# codecarbon 2.8 to 3.3 has 3.94 g/kWh for Quebec: its mix of 2023 times combustion factors.
_LOW_G_PER_KWH, _HIGH_G_PER_KWH = 3.9, 4.0
# World average in codecarbon's carbon_intensity_per_source.json (IEA 2019).
_WORLD_G_PER_KWH = 475.0


def _message(card: CardView, figure: Figure) -> str | None:
    energy = energy_kwh(card)
    why = _why(card, figure.grams, energy)
    if why is None:
        return None
    world = ""
    if energy is not None:
        grams = emissions_g(energy, _WORLD_G_PER_KWH)
        world = f" ({plain_decimal(energy)} kWh are {format_mass(grams)} on the world's average grid)"
    return (
        f"{why}: without a network CodeCarbon takes Quebec for the place and says so nowhere on the card; if it ran "
        f"elsewhere, work the grams out again from the energy{world}; if it ran there, nothing is wrong"
    )


def _why(card: CardView, grams: float, energy: float | None) -> str | None:
    if energy is not None and _LOW_G_PER_KWH <= grams / energy <= _HIGH_G_PER_KWH:
        return f"{format_mass(grams)} over {plain_decimal(energy)} kWh is {format_intensity(grams / energy)}"
    source = card.record.source if card.record else None
    if source and "codecarbon" in source.lower() and mentions_quebec(card):
        return "the source is CodeCarbon and the place Quebec"
    return None


RULE = Rule(
    id="quebec-default",
    severity="info",
    looks_for="Grams that are 3.9 to 4.0 times the kWh, or CodeCarbon with Quebec as the place.",
    why="It may be true. But CodeCarbon also writes it if it found no place, and it is 120 times below the "
    "world's average.",
    fails="---\nco2_eq_emissions:\n  emissions: 4.925\n  energy_consumed: 1.25\n  source: codecarbon\n---\n",
    passes="---\nco2_eq_emissions:\n  emissions: 475\n  energy_consumed: 1.25\n  source: codecarbon\n---\n",
    look=about_figure(_message),
    of="block",
)
