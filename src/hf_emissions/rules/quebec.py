"""Detect Quebec as the place of a card."""

from __future__ import annotations

import re

from .rule import CardView

_QUEBEC = re.compile(r"qu[eé]bec", re.IGNORECASE)


def mentions_quebec(card: CardView) -> bool:
    """True if the block or the facts name Quebec as the place."""
    places = (card.record.geographical_location if card.record else None, card.facts.region)
    return any(place and _QUEBEC.search(place) for place in places)
