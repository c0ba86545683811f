"""The figures that a card's body prints, and when two figures say the same.

The readers of facts find them; facts keep one of them, and a comparison with the block needs them all.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from ..facts.figures import read_figures, read_labelled_figures
from ..facts.metadata import is_copy
from ..facts.page import Page
from ..facts.pairs import pairs
from ..terminal import one_line
from ..units import plain_decimal
from .rule import CardView

_NUMBER = re.compile(r"\d{1,15}(?:,\d{3}){0,4}(?:[.,]\d{1,20})?(?:e[+-]?\d{1,3})?", re.IGNORECASE)
_CO2 = re.compile(r"co(?:[ _${}~\\]|<sub>){0,6}2", re.IGNORECASE)  # whose 2 is no figure
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
    return Figure(record.emissions_g, _off(written), f"{written} g")


def printed_figures(card: CardView) -> list[Figure]:
    """The figures of its own training that the body prints, in the order of the card."""
    return _read(card.page)[0]


def inherited_figures(card: CardView) -> list[Figure]:
    """The figures in the text below a heading that says it is the card of the original or base model."""
    return _read(card.page)[1]


@lru_cache(maxsize=1)  # several rules ask for the same card, one after the other
def _read(page: Page) -> tuple[list[Figure], list[Figure]]:
    own = [] if is_copy(page) else _figures(page)
    below = page.text.find("\n", page.end)
    return own, _figures(Page(page.text[below:])) if below >= 0 else []


def _figures(page: Page) -> list[Figure]:
    read = (*read_labelled_figures(page, list(pairs(page))), *read_figures(page))
    places = {found.start: found for found in read if found.name == "reported_g"}
    return [
        _figure(found.value, page.text[found.start : found.end], found.start, found.end)
        for _, found in sorted(places.items())
    ]


def _figure(grams: float, written: str, start: int, end: int) -> Figure:
    words = one_line(_ROW_BREAK.sub(" ", written)).strip()
    return Figure(grams, grams * relative_off(written), words[-_LONGEST:], start, end)


def relative_off(written: str) -> float:
    """By what part the last number of these words may be off, by its digits; 0 where there is none."""
    numbers = _NUMBER.findall(_CO2.sub("", written))
    number = float(numbers[-1].replace(",", "")) if numbers else 0.0
    return _off(numbers[-1]) / number if number else 0.0


def _off(written: str) -> float:
    """Half of the last digit that counts; zeros at the end of a whole number may be rounding."""
    number = Decimal(written.replace(",", ""))
    exponent = int((number if "." in written else number.normalize()).as_tuple().exponent)
    return float(Decimal(5).scaleb(exponent - 1))
