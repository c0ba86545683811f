"""One input of an estimate: what it may be, in words, and which fact would narrow it."""

from __future__ import annotations

from dataclasses import dataclass

from .distributions import Constant, Distribution


@dataclass(frozen=True, slots=True)
class Factor:
    """A number that others are multiplied with.

    Attributes:
        name: what it is, such as `hours`.
        distribution: what it may be, in the unit that the way of the estimate needs.
        words: the assumption as a sentence; empty where the number was given.
        narrowed_by: the fact that would narrow it, in words; None where nothing a card could say would.
    """

    name: str
    distribution: Distribution
    words: str = ""
    narrowed_by: str | None = None

    @classmethod
    def known(cls, name: str, value: float) -> Factor:
        """A number that is given."""
        return cls(name, Constant(value))
