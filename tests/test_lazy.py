"""An attribute that is computed at its first reading."""

from __future__ import annotations

import pytest

from hf_emissions.lazy import lazy


class Card:
    def __init__(self) -> None:
        self.computed = 0

    @lazy
    def length(self) -> int:
        """Length of the card."""
        self.computed += 1
        return 7

    @lazy
    def fails(self) -> int:
        self.computed += 1
        raise ValueError("no length")


def test_it_is_computed_once():
    card = Card()
    assert card.computed == 0
    assert [card.length, card.length] == [7, 7]
    assert card.computed == 1


def test_each_object_has_its_own():
    one, other = Card(), Card()
    assert one.length == other.length == 7
    assert (one.computed, other.computed) == (1, 1)


def test_what_failed_is_tried_again():
    card = Card()
    for _ in range(2):
        with pytest.raises(ValueError, match="no length"):
            _ = card.fails
    assert card.computed == 2


def test_the_class_has_its_words():
    assert Card.length.__doc__ == "Length of the card."
