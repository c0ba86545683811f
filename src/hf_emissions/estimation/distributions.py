"""Probability distributions of the inputs of an estimate."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from types import ModuleType
from typing import TYPE_CHECKING, Protocol

from ..errors import MissingExtraError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Draws = NDArray[np.float64]
    Generator = np.random.Generator


def load_numpy() -> ModuleType:
    """Import numpy, which only estimates need.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import numpy as np
    except ImportError:
        raise MissingExtraError("an estimate needs an extra: pip install 'hf-emissions[estimate]'") from None
    return np


# Standard normal: 90 % lie within this many standard deviations.
Z90 = 1.6448536269514722
# Levels at which each part of a sum is taken; with 60 an end of the range is within 0.5 % of its limit.
_LEVELS = 60


class Distribution(Protocol):
    """Distribution of an input, sampled with a seeded generator."""

    def draw(self, generator: Generator, count: int) -> Draws:
        """Draw `count` samples."""
        ...

    @property
    def range_90(self) -> tuple[float, float]:
        """5th and 95th percentile (for PERT and its mixtures the ends)."""
        ...


@dataclass(frozen=True, slots=True)
class Constant:
    """A given value."""

    value: float

    def draw(self, generator: Generator, count: int) -> Draws:  # noqa: ARG002 - a distribution's signature
        """Repeat the value `count` times."""
        draws: Draws = load_numpy().full(count, self.value)
        return draws

    @property
    def range_90(self) -> tuple[float, float]:
        """The value, twice."""
        return self.value, self.value


@dataclass(frozen=True, slots=True)
class Lognormal:
    """A factor with multiplicative error: median, and standard deviation of its logarithm."""

    median: float
    sigma: float

    def draw(self, generator: Generator, count: int) -> Draws:
        """Draw `count` samples."""
        draws: Draws = self.median * load_numpy().exp(self.sigma * generator.standard_normal(count))
        return draws

    @property
    def range_90(self) -> tuple[float, float]:
        """5th and 95th percentile."""
        spread = math.exp(Z90 * self.sigma)
        return self.median / spread, self.median * spread


@dataclass(frozen=True, slots=True)
class Limited:
    """A lognormal that stops at a limit, where the rest of it lies, plus an independent one beside it, if any."""

    part: Lognormal
    limit: float
    beside: Lognormal | None = None

    def draw(self, generator: Generator, count: int) -> Draws:
        """Draw `count` samples."""
        draws: Draws = load_numpy().minimum(self.part.draw(generator, count), self.limit)
        return draws if self.beside is None else draws + self.beside.draw(generator, count)

    @property
    def median(self) -> float:
        """50th percentile."""
        return self._percentiles()[1]

    @property
    def range_90(self) -> tuple[float, float]:
        """5th and 95th percentile."""
        low, _, high = self._percentiles()
        return low, high

    def _percentiles(self) -> tuple[float, float, float]:
        low, high = self.part.range_90
        if self.beside is None:
            return min(low, self.limit), min(self.part.median, self.limit), min(high, self.limit)
        np = load_numpy()
        normal = np.array([NormalDist().inv_cdf((i + 0.5) / _LEVELS) for i in range(_LEVELS)])
        part, beside = (one.median * np.exp(one.sigma * normal) for one in (self.part, self.beside))
        sums = np.add.outer(np.minimum(part, self.limit), beside)
        low, median, high = map(float, np.quantile(sums, (0.05, 0.5, 0.95)))
        return low, median, high


@dataclass(frozen=True, slots=True)
class Pert:
    """Expert judgement of low, mode and high: a beta distribution with weight 4 on the mode (Malcolm 1959)."""

    low: float
    mode: float
    high: float

    def draw(self, generator: Generator, count: int) -> Draws:
        """Draw `count` samples."""
        span = self.high - self.low
        if span <= 0:
            return Constant(self.mode).draw(generator, count)
        a, b = 1 + 4 * (self.mode - self.low) / span, 1 + 4 * (self.high - self.mode) / span
        draws: Draws = self.low + span * generator.beta(a, b, count)
        return draws

    @property
    def range_90(self) -> tuple[float, float]:
        """Low and high end."""
        return self.low, self.high


@dataclass(frozen=True, slots=True)
class Mixture:
    """Mixture of distributions with weights."""

    parts: tuple[Distribution, ...]
    weights: tuple[float, ...]

    def draw(self, generator: Generator, count: int) -> Draws:
        """Draw `count` samples."""
        np = load_numpy()
        share = np.array(self.weights) / sum(self.weights)
        chosen = generator.choice(len(self.parts), size=count, p=share)
        draws: Draws = np.choose(chosen, [part.draw(generator, count) for part in self.parts])
        return draws

    @property
    def range_90(self) -> tuple[float, float]:
        """Lowest and highest end of the parts."""
        ends = [part.range_90 for part in self.parts]
        return min(low for low, _ in ends), max(high for _, high in ends)
