"""Sums over trainings, at one boundary and one basis, with ranges by Monte Carlo sampling.

Boundary: the node, with facility overhead taken out. Basis: life cycle; figures on another basis stand beside the
sum. Ends of ranges are not added, since not every estimate is at its low end at once: each is drawn, and the range is
that of the summed draws.

Errors of estimates are correlated. Of the variance of each estimate's logarithm, one part is drawn once for all (a
method's errors everywhere), the rest once per owner (one laboratory, one way of working): metered runs of one
laboratory agree to some per cent, see benchmarks/RESULTS.md. The share of a quarter is our judgement.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from ..estimation.distributions import Z90, Pert
from ..factors.pue import UNKNOWN_DATACENTRE
from .schema import need

if TYPE_CHECKING:
    import numpy as np
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

    Draws = NDArray[np.float64]

# A row of an answer, by column.
Row = dict[str, Any]

# Shared part of the variance: half of a single estimate's spread remains, however many are added.
SHARED = 0.25
DRAWS = 4000
_SEED = 0
_AT_ONCE = 500
# Share of figures without a known tool that are taken to include facility overhead: one in five, since most tools that
# write into cards include none. Our judgement, too.
_FACILITIES = 0.2

_VIEW = """
    CREATE OR REPLACE TEMP VIEW figures AS
    SELECT id, author, status, emissions_g, pue, estimate_low_g, estimate_median_g, estimate_high_g, estimate_pue,
           counted, status = 'reported' AND NOT exercise AS is_reported, status = 'estimable' AS is_estimated,
           exercise,
           coalesce(if(status = 'estimable', estimate_basis, basis), 'life-cycle') = 'life-cycle' AS same_basis
    FROM audit LEFT JOIN trainings USING (id)"""
_REPORTED = "SELECT emissions_g, pue FROM figures WHERE counted AND is_reported AND same_basis ORDER BY id"
_ESTIMATED = """
    SELECT author, estimate_low_g, estimate_median_g, estimate_high_g, coalesce(estimate_pue, 1.0) FROM figures
    WHERE counted AND is_estimated AND same_basis AND estimate_low_g > 0 ORDER BY author, id"""
# Summed in model order, since rounding depends on it: parts must sum like the whole.
_BESIDE = """
    SELECT sum(emissions_g ORDER BY id) FILTER (is_reported) AS reported_naive_g,
           sum(estimate_median_g ORDER BY id) FILTER (is_estimated) AS estimated_naive_g,
           count(*) FILTER (status = 'reported' AND exercise) AS exercises,
           count(*) FILTER (status = 'questionable') AS questionable,
           count(*) FILTER (is_estimated AND estimate_median_g IS NULL) AS without_number,
           count(*) FILTER (other_basis AND is_reported) AS reported_other_basis,
           sum(emissions_g ORDER BY id) FILTER (other_basis AND is_reported) AS reported_other_basis_g,
           count(*) FILTER (other_basis AND is_estimated) AS estimated_other_basis,
           sum(estimate_median_g ORDER BY id) FILTER (other_basis AND is_estimated) AS estimated_other_basis_g
    FROM (SELECT *, counted AND NOT same_basis AS other_basis FROM figures)"""


@dataclass(frozen=True, slots=True)
class Total:
    """Sum over trainings in g CO2eq, of the node, on the life-cycle basis.

    Args:
        trainings: number of trainings.
        low_g: 5th percentile.
        median_g: 50th percentile.
        high_g: 95th percentile.
    """

    trainings: int
    low_g: float
    median_g: float
    high_g: float


def totals(connection: DuckDBPyConnection) -> Row:
    """Sums of reported and of estimated figures, with what stands beside them.

    The connection has the tables `audit` and `trainings`.
    """
    connection.execute(_VIEW)
    reported = reported_total(connection.execute(_REPORTED).fetchall())
    estimated = estimated_total(connection.execute(_ESTIMATED).fetchall())
    (beside,) = answer(connection, _BESIDE)
    return {**_named("reported", reported), **_named("estimated", estimated), **beside}


def answer(connection: DuckDBPyConnection, query: str) -> list[Row]:
    """Rows that a query yields, by column."""
    found = connection.execute(query)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def reported_total(figures: Sequence[tuple[float, float | None]]) -> Total | None:
    """Sum of reported figures; None if there are none.

    Args:
        figures: grams and the PUE inside them, None if unknown.
    """
    if not figures:
        return None
    np = need("numpy")
    generator = np.random.default_rng(_SEED)
    known = sum((grams / pue for grams, pue in figures if pue is not None), 0.0)
    drawn = np.full(DRAWS, known)
    without = 1.0 / Pert(*UNKNOWN_DATACENTRE.pert).draw(generator, DRAWS)
    unknown = [grams for grams, pue in figures if pue is None]
    for at in range(0, len(unknown), _AT_ONCE):
        some = unknown[at : at + _AT_ONCE]
        inside = generator.random((DRAWS, len(some))) < _FACILITIES
        drawn += np.where(inside, without[:, None], 1.0) @ np.array(some)
    return _total(len(figures), drawn)


def estimated_total(figures: Sequence[tuple[str, float, float, float, float]]) -> Total | None:
    """Sum of estimates; None if there are none.

    Args:
        figures: owner, 5th, 50th and 95th percentile in grams, and the PUE inside them; grouped by owner.
    """
    if not figures:
        return None
    np = need("numpy")
    even = _even_normal()
    of_all = np.random.default_rng(_SEED).permutation(even)
    drawn, owner, error = np.zeros(DRAWS), None, of_all
    for name, low, median, high, pue in figures:
        if name != owner:
            owner = name
            # Seeded by the owner's name, so that its draws do not change when other owners come or go.
            generator = np.random.default_rng((_SEED, zlib.crc32(name.encode())))
            error = np.sqrt(SHARED) * of_all + np.sqrt(1 - SHARED) * generator.permutation(even)
        # Two-piece lognormal: each side of the median has its own width.
        below, above = np.log(median / low) / Z90, np.log(high / median) / Z90
        drawn += median / pue * np.exp(error * np.where(error < 0, below, above))
    return _total(len(figures), drawn)


def _even_normal() -> Draws:
    """Standard normal draws at evenly spaced quantiles, to reduce the sampling error of a sum."""
    normal = NormalDist()
    draws: Draws = need("numpy").array([normal.inv_cdf((number + 0.5) / DRAWS) for number in range(DRAWS)])
    return draws


def _total(count: int, drawn: Draws) -> Total:
    low, median, high = (float(value) for value in need("numpy").percentile(drawn, (5, 50, 95)))
    return Total(count, low, median, high)


def _named(name: str, total: Total | None) -> Row:
    return {f"{name}_{key}": getattr(total, key, 0 if key == "trainings" else None) for key in Total.__slots__}
