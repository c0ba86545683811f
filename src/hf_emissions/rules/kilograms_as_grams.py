"""Rule: a figure in kilograms, where the Hub reads grams."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..errors import UnitError
from ..units import kg_to_g, plain_decimal
from .finding import Fix, Replacement
from .rule import CardView, Rule, RuleMatch
from .unit_mistake import kilogram_slip

_NUMBER = re.compile(r"\d{1,15}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?|\.\d{1,20}")
# Text that may follow a number in grams.
_GRAMS = re.compile(r"\s*(?:(?:in )?g(?:ram(?:me)?s?)?)?(?: ?(?:of )?co[2₂][ -]?(?:eq?)?)?[\s\"']*", re.IGNORECASE)


def _look(card: CardView) -> Iterator[RuleMatch]:
    slip = kilogram_slip(card)
    if slip is None or card.record is None:
        return
    written = plain_decimal(card.record.emissions_g or 0.0)
    fix = _fix(card, slip.grams)
    mend = (
        f"hf-emissions check {card.name} --select {RULE.id} --fix --unsafe-fixes"
        if fix
        else f'hf-emissions add {card.name} --emissions "{plain_decimal(slip.grams)} g" --overwrite'
    )
    message = (
        f"{written} g seems to be {written} kg: {slip.why}; the field is in grams, so write "
        f"{plain_decimal(slip.grams)}: {mend}"
    )
    yield RuleMatch(card.place_of_figure, message, fix)


def _fix(card: CardView, grams: float) -> Fix | None:
    """Multiply the number in the block by 1000; None unless it is a single literal number in grams."""
    assert card.parsed is not None
    node, front, block = card.parsed.block_scalars.get("emissions"), card.parsed.front_matter, card.parsed.block
    if node is None or front is None or block is None:
        return None
    begin, end = front.start + node.start_mark.index, front.start + node.end_mark.index
    if begin < block.key_start or end > block.value_end:  # an alias: the number is elsewhere
        return None
    found = _NUMBER.search(card.text, begin, end)
    if found is None or not _GRAMS.fullmatch(card.text, found.end(), end):
        return None
    try:
        new = plain_decimal(kg_to_g(float(found[0])))
    except UnitError:
        return None
    if new != plain_decimal(grams):
        return None
    return Fix(False, f"{found[0]} becomes {new}, the same in grams", (Replacement(found.start(), found.end(), new),))


RULE = Rule(
    id="kilograms-as-grams",
    severity="error",
    looks_for="A figure that the body prints a thousand times as large, or that is a thousandth of what its energy, or "
    "its hardware and hours, emit on any grid.",
    why="Trackers report kilograms, and the Hub's field is grams. A figure copied unchanged is a thousand "
    "times too small, and every sum and filter uses it.",
    fails="---\nco2_eq_emissions:\n  emissions: 0.25\n---\n# A model\n\n- **Carbon Emitted:** 0.25 kg\n",
    passes="---\nco2_eq_emissions:\n  emissions: 250\n---\n# A model\n\n- **Carbon Emitted:** 0.25 kg\n",
    look=_look,
    of="block",
)
