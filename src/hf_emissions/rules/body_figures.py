"""The figures that a card's body prints, and when two figures say the same.

The readers of facts find them; facts keep one of them, and a comparison with the block needs them all.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from ..facts.card_text import CardText
from ..facts.climate import read_climate_card
from ..facts.extracted_fact import ExtractedFact
from ..facts.figures import read_figures, read_labelled_figures
from ..facts.metadata import is_copy
from ..facts.pairs import pairs
from ..terminal import one_line
from ..units import find_energies, last_digit_off, plain_decimal
from .rule import CardView

_ROW_BREAK = re.compile(r"[\s*_`|]+")
_LONGEST = 60
# Figures that differ by less than this were rounded, or worked out again with a grid of another day. Three digits, as
# most people write, are off by 0.5 % at most; twice that is our judgement.
_SLACK = 0.01


class Figure(NamedTuple):
    """A figure in grams, by how much its last digit may be off, and the words that print it, with their place."""

    grams: float
    off: float
    words: str
    start: int = 0
    end: int = 0

    def says(self, other: Figure, times: float = 1.0) -> bool:
        """Whether the other figure, so many times as large, is this one but for rounding."""
        there = other.grams * times
        return abs(self.grams - there) <= self.off + other.off * times + _SLACK * max(self.grams, there)


def block_figure(card: CardView) -> Figure | None:
    """The figure of the block; None where there is none above 0."""
    record = card.record
    if record is None or not record.emissions_g or card.parsed is None or card.parsed.block is None:
        return None
    written = plain_decimal(record.emissions_g)
    return Figure(record.emissions_g, record.emissions_g * last_digit_off(written), f"{written} g")


def printed_figures(card: CardView) -> list[Figure]:
    """The figures of its own training that the body prints, in the order of the card."""
    return _read(card.page)[0]


def inherited_figures(card: CardView) -> list[Figure]:
    """The figures in the text below a heading that says it is the card of the original or base model."""
    return _read(card.page)[1]


@lru_cache(maxsize=1)  # several rules ask for the same card, one after the other
def _read(page: CardText) -> tuple[list[Figure], list[Figure]]:
    own = [] if is_copy(page) else _figures(page)
    below = page.text.find("\n", page.end)
    return own, _figures(CardText(page.text[below:])) if below >= 0 else []


def _figures(page: CardText) -> list[Figure]:
    read = (*read_climate_card(page), *read_labelled_figures(page, list(pairs(page))), *read_figures(page))
    places = {found.start: found for found in read if found.name == "reported_g"}
    return [_figure(found, page.text[found.start : found.end]) for _, found in sorted(places.items())]


def _figure(found: ExtractedFact, written: str) -> Figure:
    words = one_line(_ROW_BREAK.sub(" ", written)).strip()
    return Figure(found.value, found.off, words[-_LONGEST:], found.start, found.end)


def relative_off(written: str) -> float:
    """By what part the energy that these words print may be off, by its last digit; 0 where there is none."""
    energy = next(find_energies(written), None)
    if energy is not None:
        return energy.off / energy.values[0] if energy.values[0] else 0.0
    words = written.split()
    return last_digit_off(words[-1].strip("*`_\"'")) if words else 0.0
