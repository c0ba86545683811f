"""Forms of the power model beside the one that is shipped, on the half to develop with.

    HF_EMISSIONS_SHARED=../shared python benchmarks/power_forms.py

Each is fitted without the organisation that is scored, and without all of the half to check with but what the evidence
had before that half was shown. `known before` scores those older groups too.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from statistics import NormalDist

import numpy as np
from metered import BEFORE, Run, half_of, metered_groups
from power import PARTS, Predict, report, score

from hf_emissions.estimation import power as shipped
from hf_emissions.estimation.evidence import PowerEvidence, power_evidence
from hf_emissions.estimation.fit import Fit, fit_ratios
from hf_emissions.estimation.power import HOST, LIMIT, fit_power, kind_of_job

KNOWN_BEFORE = BEFORE | {"GAISSA"}
KINDS = ("large", "sized", "unsized")
NORMAL = NormalDist()
LEVELS = [(i + 0.5) / 60 for i in range(60)]

Quantile = Callable[[float], float]
Form = Callable[[list[PowerEvidence]], Callable[[Run], Quantile]]


def kind_of(one: Run | PowerEvidence) -> str:
    """Kind of a run or of a row."""
    count = one.count if isinstance(one, Run) else one.accelerators
    return kind_of_job(count, one.setting, one.parameters, described=one.task == "language")


def points_of(rows: list[PowerEvidence]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Log ratios and weights of each kind."""
    found: dict[str, list[tuple[float, float]]] = {kind: [] for kind in KINDS}
    groups = [shipped._group(row) for row in rows]
    for row, group in zip(rows, groups, strict=True):
        for ratio, share in shipped._spread(row):
            found[kind_of(row)].append((math.log(ratio), share / groups.count(group)))
    return {kind: (np.array([p[0] for p in each]), np.array([p[1] for p in each])) for kind, each in found.items()}


def lognormal(fit: Fit) -> Quantile:
    """Quantiles of a fit's only column."""
    found = fit.predict((1.0,))
    return lambda level: found.median * math.exp(found.sigma * NORMAL.inv_cdf(level))


def ordinary(rows: list[PowerEvidence]) -> Callable[[Run], Quantile]:
    """The ordinary prediction interval of each kind, without a slope."""
    fits = {
        kind: lognormal(fit_ratios([(1.0,)] * len(y), np.exp(y), w, [(0.0, 0.0)]))
        for kind, (y, w) in points_of(rows).items()
    }
    return lambda run: fits[kind_of(run)]


def one_kind(rows: list[PowerEvidence]) -> Callable[[Run], Quantile]:
    """The ordinary prediction interval over all."""
    y, w = (np.concatenate(each) for each in zip(*points_of(rows).values(), strict=True))
    every = lognormal(fit_ratios([(1.0,)] * len(y), np.exp(y), w, [(0.0, 0.0)]))
    return lambda _: every


def percentiles(rows: list[PowerEvidence]) -> Callable[[Run], Quantile]:
    """Each kind's own percentiles over groups, conformal: of n groups one more than n shares the ends."""
    found = {}
    for kind, (y, w) in points_of(rows).items():
        order = np.argsort(y)
        found[kind] = (np.cumsum(w[order]) / (w.sum() + 1), y[order])
    return lambda run: lambda level: math.exp(np.interp(level, *found[kind_of(run)]))


def two_piece(rows: list[PowerEvidence]) -> Callable[[Run], Quantile]:
    """A mode with one spread below and another above it, by maximum likelihood over a grid of modes."""
    found = {kind: _two_piece(y, w) for kind, (y, w) in points_of(rows).items()}
    return lambda run: found[kind_of(run)]


def _two_piece(y: np.ndarray, w: np.ndarray) -> Quantile:
    count, best = float(w.sum()), (-math.inf, 0.0, 1.0, 1.0)
    for mode in np.linspace(math.log(0.05), 0.0, 60):
        below, above = (float(w[s] @ (y[s] - mode) ** 2) + 0.02 for s in (y < mode, y >= mode))
        both = below ** (1 / 3) + above ** (1 / 3)
        sigmas = math.sqrt(below ** (2 / 3) * both / count), math.sqrt(above ** (2 / 3) * both / count)
        fit = -count * math.log(sum(sigmas)) - below / sigmas[0] ** 2 / 2 - above / sigmas[1] ** 2 / 2
        best = max(best, (fit, float(mode), *sigmas))
    _, mode, low, high = best
    share = low / (low + high)

    def quantile(level: float) -> float:
        if level < share:
            return math.exp(mode + low * NORMAL.inv_cdf(level / share / 2))
        return math.exp(mode + high * NORMAL.inv_cdf(0.5 + (level - share) / (1 - share) / 2))

    return quantile


def mixture(rows: list[PowerEvidence]) -> Callable[[Run], Quantile]:
    """Busy and waiting devices, alike for all kinds, whose shares differ by kind; by expectation and maximisation."""
    points = points_of(rows)
    y, w = (np.concatenate(each) for each in zip(*points.values(), strict=True))
    of = np.concatenate([[kind] * len(points[kind][0]) for kind in KINDS])
    middle, spread = np.log([0.85, 0.2]), np.array([0.2, 0.7])
    busy = dict.fromkeys(KINDS, 0.5)
    for _ in range(200):
        prior = np.array([busy[kind] for kind in of])
        density = np.exp(-(((y[:, None] - middle) / spread) ** 2) / 2) / spread
        is_busy = prior * density[:, 0] / (prior * density[:, 0] + (1 - prior) * density[:, 1])
        for part, share in enumerate((w * is_busy, w * (1 - is_busy))):
            middle[part] = share @ y / share.sum()
            spread[part] = math.sqrt((share @ (y - middle[part]) ** 2 + (0.02, 0.25)[part]) / (share.sum() + 0.5))
        for kind in KINDS:
            here = of == kind
            busy[kind] = float((w[here] @ is_busy[here] + 0.5) / (w[here].sum() + 1))
    grid = np.linspace(-6.0, 1.0, 1401)
    parts = [np.array([NORMAL.cdf((x - middle[i]) / spread[i]) for x in grid]) for i in (0, 1)]
    mixed = {kind: share * parts[0] + (1 - share) * parts[1] for kind, share in busy.items()}
    return lambda run: lambda level: math.exp(np.interp(level, mixed[kind_of(run)], grid))


def regression(rows: list[PowerEvidence]) -> Callable[[Run], Quantile]:
    """Quantile regression on the kind, by least squares weighted anew, with a ridge on the kinds."""
    points = points_of(rows)
    y, w = (np.concatenate(each) for each in zip(*points.values(), strict=True))
    of = np.concatenate([[kind] * len(points[kind][0]) for kind in KINDS])
    columns = np.stack([np.ones(len(y)), of == "large", of == "unsized"], axis=1).astype(float)
    ends = {}
    for level in (0.05, 0.5, 0.95):
        found = np.array([np.quantile(y, level), 0.0, 0.0])
        for _ in range(300):
            off = y - columns @ found
            weight = w * np.where(off > 0, level, 1 - level) / np.maximum(np.abs(off), 0.02)
            ridge = np.diag([0.002, 0.1, 0.1])
            found = np.linalg.solve(columns.T * weight @ columns + ridge, columns.T * weight @ y)
        ends[level] = found

    def predict(run: Run) -> Quantile:
        row = np.array([1.0, kind_of(run) == "large", kind_of(run) == "unsized"])
        known = sorted(float(row @ ends[level]) for level in ends)
        return lambda level: math.exp(np.interp(level, (0.05, 0.5, 0.95), known))

    return predict


def percentiles_of(form: Form, rows: list[PowerEvidence]) -> Predict:
    """A form as 5th, 50th and 95th percentile, limited, and with the host where the node was metered."""

    @cache
    def without(organisation: str) -> Callable[[Run], Quantile]:
        return form([row for row in rows if row.organisation != organisation])

    @cache
    def predict(run: Run) -> tuple[float, float, float]:
        quantile = without(run.organisation)(run)
        if run.boundary == "accelerators":
            low, median, high = (min(quantile(level), LIMIT) for level in (0.05, 0.5, 0.95))
            return low, median, high
        part = np.minimum([quantile(level) for level in LEVELS], LIMIT)
        host = [HOST.median * math.exp(HOST.sigma * NORMAL.inv_cdf(level)) for level in LEVELS]
        low, median, high = np.quantile(np.add.outer(part, host), (0.05, 0.5, 0.95))
        return float(low), float(median), float(high)

    return predict


def of_shipped(rows: list[PowerEvidence]) -> Callable[[Run], tuple[float, float, float]]:
    """The shipped form."""

    @cache
    def without(organisation: str) -> shipped.PowerModel:
        return fit_power([row for row in rows if row.organisation != organisation])

    @cache
    def predict(run: Run) -> tuple[float, float, float]:
        found = without(run.organisation).ratio(
            accelerators=run.count, parameters=run.parameters, boundary=run.boundary, setting=run.setting
        )
        low, high = found.range_90
        return low, found.median, high

    return predict


def main() -> None:
    """Print the totals of each form."""
    rows = [row for row in power_evidence() if half_of(row.organisation) == 0 or row.organisation in KNOWN_BEFORE]
    groups = list(metered_groups().values())
    first = [runs for runs in groups if half_of(runs[0].organisation) == 0]
    before = [runs for runs in groups if runs[0].organisation in KNOWN_BEFORE and half_of(runs[0].organisation)]
    forms: dict[str, Predict] = {"shipped": of_shipped(rows)}
    for form in (ordinary, one_kind, mixture, two_piece, percentiles, regression):
        forms[form.__name__] = percentiles_of(form, rows)
    for name, predict in forms.items():
        scored = [score(runs, predict) for runs in first]
        report(f"{name}: the first half", scored, PARTS[:1])
        report(f"{name}: and what was known before", scored + [score(runs, predict) for runs in before], PARTS[:1])


if __name__ == "__main__":
    main()
