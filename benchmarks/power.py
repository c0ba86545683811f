"""Power of an accelerator in training: how far the shipped model is from what was metered, organisations left out.

    HF_EMISSIONS_SHARED=../shared python benchmarks/power.py              # totals of both halves, and of all
    HF_EMISSIONS_SHARED=../shared python benchmarks/power.py --misses     # and the groups of the first half

The model is developed with the half of the organisations that a hash gives, and checked with the other, of which totals
alone are printed. Each group is scored by a model fitted without its organisation, over all of its runs, and counts
once. The score is the interval score of the 90 % range on the logarithm (Gneiting and Raftery 2007): less is better.
Rated power means a lognormal around the rating with a sigma of 0.5.
"""

from __future__ import annotations

import argparse
import math
import statistics
from collections.abc import Callable, Iterable
from functools import cache
from typing import NamedTuple

from metered import Run, half_of, metered_groups

from hf_emissions.estimation.distributions import Limited, Lognormal
from hf_emissions.estimation.evidence import power_evidence
from hf_emissions.estimation.power import PowerModel, fit_power

ALPHA = 0.1
RATED = Lognormal(1.0, 0.5)
# What knows nothing of the job: a constant range of the rating, for scale.
CONSTANT = (0.2, 1.02)
LEAST = 1e-3

Predict = Callable[[Run], tuple[float, float, float]]


class Score(NamedTuple):
    """One group: share of its runs inside, mean scores, and the median error of the median."""

    run: Run
    inside: float
    interval: float
    rated: float
    constant: float
    error: float


def interval_score(truth: float, low: float, high: float) -> float:
    """On the logarithm."""
    y, bottom, top = (math.log(max(value, LEAST)) for value in (truth, low, high))
    return top - bottom + 2 / ALPHA * (max(bottom - y, 0.0) + max(y - top, 0.0))


def score(runs: list[Run], predict: Predict) -> Score:
    """Of one group."""
    predicted = [(run.ratio, *predict(run)) for run in runs]
    return Score(
        runs[0],
        statistics.fmean(low <= truth <= high for truth, low, _, high in predicted),
        statistics.fmean(interval_score(truth, low, high) for truth, low, _, high in predicted),
        statistics.fmean(interval_score(truth, *RATED.range_90) for truth, *_ in predicted),
        statistics.fmean(interval_score(truth, *CONSTANT) for truth, *_ in predicted),
        statistics.median(abs(median / truth - 1.0) for truth, _, median, _ in predicted),
    )


@cache
def without(organisation: str) -> PowerModel:
    """The shipped model, fitted without an organisation."""
    return fit_power(row for row in power_evidence() if row.organisation != organisation)


@cache
def _percentiles(found: Limited) -> tuple[float, float, float]:
    low, high = found.range_90
    return low, found.median, high


def shipped(run: Run) -> tuple[float, float, float]:
    """5th, 50th and 95th percentile of a run's power, its organisation left out."""
    return _percentiles(
        without(run.organisation).ratio(
            accelerators=run.count, parameters=run.parameters, boundary=run.boundary, setting=run.setting
        )
    )


Part = tuple[str, Callable[[Run], bool]]
PARTS: tuple[Part, ...] = (
    ("all", lambda _: True),
    ("single devices", lambda run: run.count == 1),
    ("2 to 7", lambda run: 1 < run.count < 8),
    ("nodes, 8 to 15", lambda run: 8 <= run.count < 16),
    ("clusters, 16 or more", lambda run: run.count >= 16),
    ("accelerators alone", lambda run: run.boundary == "accelerators"),
)


def report(title: str, scores: Iterable[Score], parts: Iterable[Part] = PARTS) -> None:
    """Totals, every group counting once."""
    print(f"{title}\n{'':24}{'groups':>7}{'orgs':>6}{'inside':>8}{'score':>7}{'rated':>8}{'better':>8}", end="")
    print(f"{'error':>7}{'constant range':>17}")
    every = list(scores)
    for name, belongs in parts:
        part = [one for one in every if belongs(one.run)]
        if not part:
            continue
        mean = {key: statistics.fmean(getattr(one, key) for one in part) for key in ("interval", "rated", "constant")}
        organisations = len({one.run.organisation for one in part})
        print(
            f"  {name:22}{len(part):7}{organisations:6}{statistics.fmean(one.inside for one in part):8.0%}"
            f"{mean['interval']:7.2f}{mean['rated']:8.2f}{mean['rated'] / mean['interval']:8.2f}"
            f"{statistics.median(one.error for one in part):7.0%}{mean['rated'] / mean['constant']:17.2f}"
        )
    print()


def main() -> None:
    """Print the totals; with `--misses` the groups of the first half too."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--misses", action="store_true", help="list the groups of the first half")
    parser.add_argument("--first", action="store_true", help="the first half alone")
    asked = parser.parse_args()
    groups = metered_groups().values()
    first = [score(runs, shipped) for runs in groups if half_of(runs[0].organisation) == 0]
    report("the half to develop with", first)
    if asked.misses:
        for one in sorted(first, key=lambda each: each.run.group):
            print(f"    {one.run.group}: inside {one.inside:.0%}, score {one.interval:.2f}, rated {one.rated:.2f}")
    if not asked.first:
        second = [score(runs, shipped) for runs in groups if half_of(runs[0].organisation) == 1]
        report("the half to check with", second)
        report("all groups", [*first, *second])


if __name__ == "__main__":
    main()
