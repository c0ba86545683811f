"""A single fact as found by a reader, before merging."""

from __future__ import annotations

from typing import Any, NamedTuple


class ExtractedFact(NamedTuple):
    """A field of `Facts`, its value in the field's unit, and its span in the card.

    `off` is the error of a printed figure, from its last digit or from `±`.
    """

    name: str
    value: Any
    start: int
    end: int
    off: float = 0.0
