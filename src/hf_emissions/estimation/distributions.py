"""The distributions that the inputs of an estimate are drawn from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Draws = NDArray[np.float64]
    Generator = np.random.Generator

# Standard normal: 90 % lie within so many standard deviations.
Z90 = 1.6448536269514722


class Distribution(Protocol):
    """What an input may be: drawn from with a seeded generator."""

    def draw(self, generator: Generator, count: int) -> Draws:
        """So many draws."""
        ...

    @property
    def range_90(self) -> tuple[float, float]:
        """Its 5th and 95th percentile (of a PERT its ends)."""
        ...


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that is given."""

    value: float

    def draw(self, generator: Generator, count: int) -> Draws:  # noqa: ARG002 - a distribution's signature
        """The value, so many times."""
        import numpy as np

        return np.full(count, self.value)

    @property
    def range_90(self) -> tuple[float, float]:
        """The value, twice."""
        return self.value, self.value


@dataclass(frozen=True, slots=True)
class Lognormal:
    """A factor that may be off either way: its median, and the standard deviation of its logarithm."""

    median: float
    sigma: float

    def draw(self, generator: Generator, count: int) -> Draws:
        """So many draws."""
        import numpy as np

        draws: Draws = self.median * np.exp(self.sigma * generator.standard_normal(count))
        return draws

    @property
    def range_90(self) -> tuple[float, float]:
        """Its 5th and 95th percentile."""
        spread = math.exp(Z90 * self.sigma)
        return self.median / spread, self.median * spread


@dataclass(frozen=True, slots=True)
class Pert:
    """Low, most likely and high by judgement: a beta distribution with a weight of four on the mode (Malcolm 1959)."""

    low: float
    mode: float
    high: float

    def draw(self, generator: Generator, count: int) -> Draws:
        """So many draws."""
        span = self.high - self.low
        if span <= 0:
            return Constant(self.mode).draw(generator, count)
        a, b = 1 + 4 * (self.mode - self.low) / span, 1 + 4 * (self.high - self.mode) / span
        draws: Draws = self.low + span * generator.beta(a, b, count)
        return draws

    @property
    def range_90(self) -> tuple[float, float]:
        """Its ends."""
        return self.low, self.high


@dataclass(frozen=True, slots=True)
class Mixture:
    """One of several distributions, each as likely as its weight."""

    parts: tuple[Distribution, ...]
    weights: tuple[float, ...]

    def draw(self, generator: Generator, count: int) -> Draws:
        """So many draws."""
        import numpy as np

        share = np.array(self.weights) / sum(self.weights)
        chosen = generator.choice(len(self.parts), size=count, p=share)
        draws: Draws = np.choose(chosen, [part.draw(generator, count) for part in self.parts])
        return draws

    @property
    def range_90(self) -> tuple[float, float]:
        """The widest ends of its parts."""
        ends = [part.range_90 for part in self.parts]
        return min(low for low, _ in ends), max(high for _, high in ends)
