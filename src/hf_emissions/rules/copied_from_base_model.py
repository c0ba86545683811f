"""Rule: a derived model repeats the figure of its base model."""

from __future__ import annotations

from ..units import format_mass
from .body_figures import Figure, about_figure, inherited_figures
from .rule import CardView, Rule


def _message(card: CardView, figure: Figure) -> str | None:
    where = _same_figure(card)
    if where is None:
        return None
    return (
        f"{format_mass(figure.grams)} is to the digit the figure {where}; the training of a base model is linked, "
        f"not counted again: write this model's own, or take it out with: hf-emissions remove {card.name}"
    )


def _same_figure(card: CardView) -> str | None:
    """Source of an identical figure, in words; None if there is none."""
    grams = card.record.emissions_g if card.record else None
    if card.base is not None and card.base.emissions_g == grams:
        return "of the base model"
    if any(other.grams == grams for other in inherited_figures(card)):
        return "of the original model's card, which is quoted below"
    return None


RULE = Rule(
    id="copied-from-base-model",
    severity="warning",
    looks_for="The same figure, to the digit, as in the record of the base model, or in the card of the original model "
    "that the body quotes.",
    why="A card's figure is that of its own training. If every model made from a base copies the base's "
    "figure, one training is counted many times.",
    fails="---\nco2_eq_emissions:\n  emissions: 31220\n---\n# A model, converted\n\n# Original model card\n\n"
    "- **Carbon Emitted:** 31.22 kg\n",
    passes="---\nco2_eq_emissions:\n  emissions: 120\n---\n# A model, tuned\n\n# Original model card\n\n"
    "- **Carbon Emitted:** 31.22 kg\n",
    look=about_figure(_message),
    of="block",
)
