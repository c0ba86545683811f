"""Figures printed in a card's body, and their comparison within rounding.

Facts keep only one of them; a comparison with the block needs all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
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
from .rule import CardView, RuleMatch

_ROW_BREAK = re.compile(r"[\s*_`|]+")
_LONGEST = 60
# Tolerance for rounding, or for a grid factor of another date. Three digits, the usual precision, are off by at most
# 0.5 %; twice that is our judgement.
_SLACK = 0.01


class Figure(NamedTuple):
    """A figure in grams, the error of its last digit in grams, the text that prints it, and its span."""

    grams: float
    off: float
    words: str
    start: int = 0
    end: int = 0

    def says(self, other: Figure, times: float = 1.0) -> bool:
        """True if `other` times `times` equals this figure within rounding."""
        there = other.grams * times
        return abs(self.grams - there) <= self.off + other.off * times + _SLACK * max(self.grams, there)


def block_figure(card: CardView) -> Figure | None:
    """Figure of the block; None if it has none above 0."""
    record = card.record
    if record is None or not record.emissions_g or card.parsed is None or card.parsed.block is None:
        return None
    written = plain_decimal(record.emissions_g)
    return Figure(record.emissions_g, record.emissions_g * last_digit_off(written), f"{written} g")


def about_figure(say: Callable[[CardView, Figure], str | None]) -> Callable[[CardView], Iterator[RuleMatch]]:
    """The `look` of a rule that has something to say about the block's figure, or None."""

    def look(card: CardView) -> Iterator[RuleMatch]:
        figure = block_figure(card)
        message = None if figure is None else say(card, figure)
        if message is not None:
            yield RuleMatch(card.place_of_figure, message)

    return look


def printed_figures(card: CardView) -> list[Figure]:
    """Figures in the body for the model's own training, in card order."""
    return _read(card.page)[0]


def inherited_figures(card: CardView) -> list[Figure]:
    """Figures below a heading that introduces the card of the original or base model."""
    return _read(card.page)[1]


@lru_cache(maxsize=1)  # several rules in a row ask for the same card
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
    """Relative error of the energy printed in `written`, from its last digit; 0 if there is none."""
    energy = next(find_energies(written), None)
    if energy is not None:
        return energy.off / energy.values[0] if energy.values[0] else 0.0
    words = written.split()
    return last_digit_off(words[-1].strip("*`_\"'")) if words else 0.0
