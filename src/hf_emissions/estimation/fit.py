"""Predict a new group from few: least squares on log ratios, with weak priors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .distributions import Z90, Lognormal, load_numpy


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
        row, coefficients, covariance = map(load_numpy().asarray, (columns, self.coefficients, self.covariance))
        leverage = float(row @ covariance @ row)
        spread = math.sqrt(self.variance * (1.0 + leverage))
        return Lognormal(math.exp(float(row @ coefficients)), spread * student_t90(self.degrees) / Z90)


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

    Raises:
        MissingExtraError: numpy is not installed.
    """
    np = load_numpy()
    rows, values, weight = np.asarray(columns), np.log(ratios), np.asarray(weights)
    means, prior_weights = np.transpose(prior)
    covariance = np.linalg.inv(rows.T * weight @ rows + np.diag(prior_weights))
    coefficients = covariance @ (rows.T * weight @ values + prior_weights * means)
    degrees = max(float(weight.sum() - (prior_weights == 0).sum()), 1.0)
    squares = float(weight @ (values - rows @ coefficients) ** 2)
    return Fit(tuple(coefficients.tolist()), tuple(map(tuple, covariance.tolist())), squares / degrees, degrees)


def fit_left_out(
    columns: Sequence[Sequence[float]],
    ratios: Sequence[float],
    weights: Sequence[float],
    organisations: Sequence[str],
    prior: Sequence[tuple[float, float]],
) -> Fit:
    """Fit the logarithm of ratios, with the spread of organisations that were left out whole.

    That spread holds the doubt of the coefficients, so that the covariance is zero: groups of one organisation are
    alike, and are no independent groups. Its degrees of freedom are the organisations, less one.
    """
    weighted_squares = weight = 0.0
    for left in sorted(set(organisations)):
        kept = [i for i, organisation in enumerate(organisations) if organisation != left]
        if not kept:
            continue
        fit = fit_ratios([columns[i] for i in kept], [ratios[i] for i in kept], [weights[i] for i in kept], prior)
        for i in sorted(set(range(len(ratios))) - set(kept)):
            off = math.log(ratios[i]) - _dot(columns[i], fit.coefficients)
            weighted_squares, weight = weighted_squares + weights[i] * off**2, weight + weights[i]
    whole = fit_ratios(columns, ratios, weights, prior)
    none = tuple((0.0,) * len(prior) for _ in prior)
    return Fit(whole.coefficients, none, weighted_squares / weight, float(len(set(organisations)) - 1))


def _dot(row: Sequence[float], coefficients: Sequence[float]) -> float:
    return sum(x * y for x, y in zip(row, coefficients, strict=True))


def student_t90(degrees: float) -> float:
    """95th percentile of Student's t (Cornish-Fisher expansion; within 0.01 from 3 degrees of freedom on)."""
    z, v = Z90, max(degrees, 2.0)
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
    )
