"""Input factors of an estimate."""

from __future__ import annotations

from dataclasses import dataclass

from .distributions import Constant, Distribution


@dataclass(frozen=True, slots=True)
class Factor:
    """A number that enters an estimate as a factor.

    Attributes:
        name: such as `hours`.
        distribution: its distribution, in the unit of the energy method.
        words: the assumption as a sentence; empty if the number was given.
        narrowed_by: the fact that would narrow it, in words; None if no fact on a card would.
    """

    name: str
    distribution: Distribution
    words: str = ""
    narrowed_by: str | None = None

    @classmethod
    def known(cls, name: str, value: float) -> Factor:
        """Factor with a given value."""
        return cls(name, Constant(value))
