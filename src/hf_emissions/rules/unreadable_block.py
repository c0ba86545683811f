"""A block with a shape or a figure that cannot be read without guessing."""

from __future__ import annotations

from collections.abc import Iterator

from .rule import CardView, Place, Rule


def _look(card: CardView) -> Iterator[tuple[Place, str]]:
    error = card.block_error
    if error:
        yield (error.line, error.column), error.reason


RULE = Rule(
    id="unreadable-block",
    severity="error",
    looks_for="A `co2_eq_emissions` block that stands twice, has a shape nobody reads, or a figure that is no number.",
    why="Programs that filter models by emissions stop at such a card, or read another number than was meant.",
    fails="---\nco2_eq_emissions:\n  emissions: see the paper\n---\n",
    passes="---\nco2_eq_emissions:\n  emissions: 12.5\n---\n",
    look=_look,
)
