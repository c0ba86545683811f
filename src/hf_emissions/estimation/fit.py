"""Predict a new group from few: least squares on log ratios, with weak priors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .distributions import Z90, Lognormal


@dataclass(frozen=True, slots=True)
class Fit:
    """Least-squares fit of log ratios, to predict an unseen group.

    Attributes:
        coefficients: one per column.
        covariance: of the coefficients, in units of `variance`.
        variance: residual variance of the logarithm between groups.
        degrees: degrees of freedom of the variance.
    """

    coefficients: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    variance: float
    degrees: float

    def predict(self, columns: Sequence[float]) -> Lognormal:
        """Lognormal whose 90 % range is the 90 % prediction interval of Student's t."""
        centre = sum(c * x for c, x in zip(self.coefficients, columns, strict=True))
        leverage = sum(
            x * y * self.covariance[i][j] for i, x in enumerate(columns) for j, y in enumerate(columns) if x and y
        )
        spread = math.sqrt(self.variance * (1.0 + leverage))
        return Lognormal(math.exp(centre), spread * student_t90(self.degrees) / Z90)


def fit_ratios(
    columns: Sequence[Sequence[float]],
    ratios: Sequence[float],
    weights: Sequence[float],
    prior: Sequence[tuple[float, float]],
) -> Fit:
    """Fit the logarithm of ratios.

    Args:
        columns: explanatory values, one row per ratio.
        ratios: observed ratios.
        weights: number of independent groups that each row counts as; at most one.
        prior: mean and weight (in groups) of each coefficient's prior; weight 0 for none.
    """
    size = len(prior)
    normal = [[prior[i][1] * (i == j) for j in range(size)] for i in range(size)]
    target = [mean * weight for mean, weight in prior]
    values = [math.log(ratio) for ratio in ratios]
    for row, value, weight in zip(columns, values, weights, strict=True):
        for i in range(size):
            target[i] += weight * row[i] * value
            for j in range(size):
                normal[i][j] += weight * row[i] * row[j]
    covariance = _inverse(normal)
    coefficients = tuple(sum(covariance[i][j] * target[j] for j in range(size)) for i in range(size))
    fitted = [sum(c * x for c, x in zip(coefficients, row, strict=True)) for row in columns]
    squares = sum(w * (value - fit) ** 2 for w, value, fit in zip(weights, values, fitted, strict=True))
    free = sum(1 for _, weight in prior if not weight)
    degrees = max(sum(weights) - free, 1.0)
    return Fit(coefficients, tuple(map(tuple, covariance)), squares / degrees, degrees)


def student_t90(degrees: float) -> float:
    """95th percentile of Student's t (Cornish-Fisher expansion; within 0.01 from 3 degrees of freedom on)."""
    z, v = Z90, max(degrees, 2.0)
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
    )


def _inverse(matrix: Sequence[Sequence[float]]) -> list[list[float]]:
    """Inverse of a small symmetric positive matrix, by elimination."""
    size = len(matrix)
    rows = [[*row, *(float(i == j) for j in range(size))] for i, row in enumerate(matrix)]
    for i in range(size):
        rows[i] = [x / rows[i][i] for x in rows[i]]
        for j in range(size):
            if j != i:
                rows[j] = [x - rows[j][i] * y for x, y in zip(rows[j], rows[i], strict=True)]
    return [row[size:] for row in rows]
