"""Rule: a figure for inference in the field for training."""

from __future__ import annotations

import re

from ..facts.card_text import lowered
from ..terminal import one_line
from ..units import find_masses
from .body_figures import Figure, about_figure, printed_figures
from .rule import CardView, Rule
from .unit_mistake import PER_KILOGRAM

_USE = (
    r"(?:inferences?|quer(?:y|ies)|requests?|prompts?|predictions?|generations?|(?:generated )?tokens?|images?|calls?"
    r"|repl(?:y|ies)|answers?)\b"
)
_MANY = r"(?:\d[\d,. ]{0,12}k? ?|thousand |million |single )?"
_PER_USE = rf"(?:\bper |\bfor (?:each |one |every )){_MANY}{_USE}"
# "/images" in a URL is no unit.
_INFERENCE = re.compile(rf"(?<![\w/.-])inference\b|{_PER_USE}")
_TRAINING = re.compile(r"train|tun(?:ing|ed)")
# Text after a mass that attributes it to inference.
_OF_USE = re.compile(rf"[ )]{{0,2}}(?:{_PER_USE}|/ ?{_MANY}{_USE}|(?:for|during|in) inference\b)")


def _message(card: CardView, figure: Figure) -> str | None:
    words = _in_block(card) or _in_body(card, figure)
    if words is None:
        return None
    return (
        f'the figure is said to be of inference ("{one_line(words)}"), and this field is for the training; keep it in '
        f"the body, and give that of the training, or none: hf-emissions remove {card.name}"
    )


def _in_block(card: CardView) -> str | None:
    record = card.record
    for text in (record.training_type, record.source) if record else ():
        found = _INFERENCE.search(text.lower()) if text else None
        if text and found and not _TRAINING.search(text.lower()):
            return found[0]
    return None


def _in_body(card: CardView, figure: Figure) -> str | None:
    """Text that gives this figure per use of the model; None if the body also prints it for the training."""
    low = lowered(card.text)
    if not any(word in low for word in (" per ", "/", "inference")):
        return None
    for mass in find_masses(card.text):
        use = _OF_USE.match(low, mass.end)
        if mass.value is None or use is None:
            continue
        words = low[mass.start : use.end()]
        other = Figure(mass.value, mass.off, words, mass.start)
        if other.says(figure) or other.says(figure, PER_KILOGRAM):
            elsewhere = (printed for printed in printed_figures(card) if not printed.start <= mass.start < printed.end)
            return None if any(printed.says(figure) for printed in elsewhere) else words
    return None


RULE = Rule(
    id="inference-figure",
    severity="warning",
    looks_for="A figure that the block or the body says to be of inference, a query, a request or an image.",
    why="The field is for the training. A query emits a millionth of it, and in a sum nobody can tell them apart.",
    fails="---\nco2_eq_emissions:\n  emissions: 0.4\n  source: CodeCarbon, per query\n---\n# A model\n",
    passes="---\nco2_eq_emissions:\n  emissions: 950\n  source: CodeCarbon\n---\n\nIt emits 0.4 g CO2 per query.\n",
    look=about_figure(_message),
    of="block",
)
