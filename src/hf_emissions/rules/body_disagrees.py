"""Rule: block and body state different figures."""

from __future__ import annotations

from ..units import format_mass
from .body_figures import Figure, about_figure, printed_figures
from .rule import CardView, Rule
from .unit_mistake import PER_KILOGRAM

# A figure printed in two units is rounded twice.
_ONE = 1.1


def _message(card: CardView, figure: Figure) -> str | None:
    printed = printed_figures(card)
    if not printed or not _are_one(printed) or _explained(figure, printed):
        return None
    other = printed[0]
    line, _ = card.place(other.start)
    words = f'the block says {format_mass(figure.grams)} and line {line} prints "{other.words}"'
    if figure.says(other, PER_KILOGRAM):
        words += f", a thousandth of it; {format_mass(figure.grams)} may be what was meant there"
    else:
        words += f", {max(figure.grams, other.grams) / min(figure.grams, other.grams):.3g} times apart"
    advice = f'the block with: hf-emissions add {card.name} --emissions "..." --overwrite'
    return f"{words}; correct the one that is wrong; {advice}"


def _are_one(printed: list[Figure]) -> bool:
    """True if the body prints one figure; several belong to parts of it, or to several models."""
    grams = [figure.grams for figure in printed]
    return max(grams) < _ONE * min(grams)


def _explained(figure: Figure, printed: list[Figure]) -> bool:
    """True if both agree within rounding, or `kilograms-as-grams` reports the difference."""
    return any(other.says(figure) or other.says(figure, PER_KILOGRAM) for other in printed)


RULE = Rule(
    id="body-disagrees",
    severity="warning",
    looks_for="A body that prints a single figure, which differs from the block's by more than rounding.",
    why="One of the two is wrong, and programs read the block while people read the body.",
    fails="---\nco2_eq_emissions:\n  emissions: 250\n---\n# A model\n\n- **Carbon Emitted:** 1.9 kg\n",
    passes="---\nco2_eq_emissions:\n  emissions: 1902.4\n---\n# A model\n\n- **Carbon Emitted:** 1.9 kg\n",
    look=about_figure(_message),
    of="block",
)
