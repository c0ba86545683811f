"""One fact as a reader found it, before the readers' findings are put together."""

from __future__ import annotations

from typing import Any, NamedTuple


class ExtractedFact(NamedTuple):
    """A field of `Facts`, its value in the field's unit, and the span of the card's text that says so.

    `off` is by how much a printed figure may be off, by its last digit or by what stands behind `±`.
    """

    name: str
    value: Any
    start: int
    end: int
    off: float = 0.0
