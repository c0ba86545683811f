"""Mean over rated power of an accelerator in training, fitted on metered groups of runs.

What is known of a job puts it into one of three kinds, each with a centre and a spread of its own:

- `large`: a server of eight accelerators or more, or a cluster. They are busy.
- `sized`: fewer, or consumer devices, and the model is known. Small networks leave a device waiting for its input, so
  the log ratio falls with the log of the parameters below `SATURATION`, as far as the evidence says so.
- `unsized`: nothing is known of the model. Many such jobs hardly use the device, or leave it idle.

The spread is that of organisations that were left out whole. No board draws more than its limit, and the rest of the
node is added to what the accelerator draws, because it does not idle with it.

Tried, and worse where organisations are left out (benchmarks/RESULTS.md): one kind for all, a mixture of busy and
waiting devices, two-piece lognormals, quantile regression, and the groups' own percentiles.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

from .distributions import Limited, Lognormal
from .evidence import PowerBoundary, PowerEvidence, power_evidence
from .fit import Fit, fit_left_out

Kind = Literal["large", "sized", "unsized"]

# Size has no effect above this: ResNet50, the largest of the small networks measured; the next models are ten times
# larger.
SATURATION = 2.56e7
# A full server, whose owner pays for eight devices to use them; a cluster is one of any devices.
_SERVER = 8
_CLUSTER = 16
_OF_SERVERS = frozenset({"datacentre", "workstation"})

# A board holds its power limit. That is its rating as a rule; boards that others sell under a name have up to a fifth
# more (240 W for an RTX 3070, rated at 220), and one group of the evidence in 30 draws that.
LIMIT = 1.05
# What an idle board draws at least: a reading below it is the meter's rounding.
_LEAST = 0.02
# Node less accelerators, over the accelerators' rated power. A third: hosts take a quarter of the power (Dodge et al.
# 2022), 0.43 where the accelerators of a node of H100 draw 0.95 (Newkirk et al. 2025), and 0.3 for nodes of V100
# (Patterson et al. 2021). Those differ by half of it either way, as desktops do (60 to 150 W beside a GPU of 350 W).
HOST = Lognormal(0.33, 0.40)

# Prior of the slope, weighted in groups: none, and as heavy as the two groups that first showed one, as it did not hold
# for others.
_SLOPE = (0.0, 2.0)
_NO_PRIOR = (0.0, 0.0)

# Three points that stand for a group's 5th, 50th and 95th percentile, with their weights (Keefer and Bodily 1983,
# extended Pearson-Tukey).
_POINTS = (0.185, 0.63, 0.185)

# Measured mean power of a TPU chip including its host share, relative to its generation's mean: 245, 288, 289 and 310 W
# for four models on TPU v3 (Patterson et al. 2021, Table 4), 326 and 378 W for two on TPU v4, and as much again between
# organisations, of which there is only one.
_MEASURED_MEAN_SIGMA = 0.20


@dataclass(frozen=True, slots=True)
class PowerModel:
    """Fit of each kind of job."""

    large: Fit
    sized: Fit
    unsized: Fit

    def ratio(
        self,
        *,
        accelerators: int | None = None,
        parameters: float | None = None,
        boundary: PowerBoundary = "node",
        setting: str = "datacentre",
        described: bool = False,
    ) -> Limited:
        """Power of an accelerator within the boundary over its rated power; arguments as of `power_ratio`."""
        kind = kind_of_job(accelerators, setting, parameters, described=described)
        if kind == "large":
            found = self.large.predict((1.0,))
        elif kind == "sized":
            found = self.sized.predict((1.0, _smallness(parameters)))
        else:
            found = self.unsized.predict((1.0,))
        return Limited(found, LIMIT, HOST if boundary == "node" else None)


def kind_of_job(
    accelerators: int | None, setting: str, parameters: float | None = None, *, described: bool = False
) -> Kind:
    """Kind of a job, by the arguments of `power_ratio`. A network known to be small keeps no server busy."""
    many = accelerators or 1
    is_server = many >= _SERVER and setting in _OF_SERVERS and _smallness(parameters) == 0.0
    if many >= _CLUSTER or is_server:
        return "large"
    return "sized" if described or parameters is not None else "unsized"


def power_ratio(
    *,
    accelerators: int | None = None,
    parameters: float | None = None,
    boundary: PowerBoundary = "node",
    setting: str = "datacentre",
    described: bool = False,
    evidence: Iterable[PowerEvidence] | None = None,
) -> Limited:
    """Power of an accelerator in training over its rated power.

    Args:
        accelerators: number of accelerators.
        parameters: parameters of the model.
        boundary: the accelerators alone, or with their share of the node.
        setting: where the device is at home, as in the device table.
        described: True if something else than its parameters says that a network was trained.
        evidence: data to fit; the bundled data by default.
    """
    model = default_power() if evidence is None else fit_power(evidence)
    return model.ratio(
        accelerators=accelerators, parameters=parameters, boundary=boundary, setting=setting, described=described
    )


def measured_mean_ratio() -> Lognormal:
    """Power of a chip over its published mean in use, if any: for TPUs, including the host share."""
    return Lognormal(1.0, _MEASURED_MEAN_SIGMA)


class _Point(NamedTuple):
    columns: tuple[float, ...]
    ratio: float
    weight: float
    organisation: str


def fit_power(evidence: Iterable[PowerEvidence]) -> PowerModel:
    """Fit each kind; a group counts once, over all of its rows."""
    rows = list(evidence)
    in_group = Counter(_group(row) for row in rows)
    points: dict[Kind, list[_Point]] = {"large": [], "sized": [], "unsized": []}
    for row in rows:
        kind = kind_of_job(row.accelerators, row.setting, row.parameters, described=row.task == "language")
        columns = (1.0, _smallness(row.parameters)) if kind == "sized" else (1.0,)
        for ratio, share in _spread(row):
            points[kind].append(_Point(columns, ratio, share / in_group[_group(row)], row.organisation))
    return PowerModel(
        _fit(points["large"], [_NO_PRIOR]),
        _fit(points["sized"], [_NO_PRIOR, _SLOPE]),
        _fit(points["unsized"], [_NO_PRIOR]),
    )


@cache
def default_power() -> PowerModel:
    """Model fitted on the bundled evidence."""
    return fit_power(power_evidence())


def _fit(points: list[_Point], prior: list[tuple[float, float]]) -> Fit:
    return fit_left_out(
        [point.columns for point in points],
        [point.ratio for point in points],
        [point.weight for point in points],
        [point.organisation for point in points],
        prior,
    )


def _group(row: PowerEvidence) -> tuple[str, str, int]:
    return row.organisation, row.device, row.accelerators


def _spread(row: PowerEvidence) -> list[tuple[float, float]]:
    """Power of the accelerators alone, and its share of the row: three points where the runs' spread is known."""
    known = [(row.ratio_low, _POINTS[0]), (row.ratio, _POINTS[1]), (row.ratio_high, _POINTS[2])]
    if row.ratio_low is None or row.ratio_high is None:
        known = [(row.ratio, 1.0)]
    host = HOST.median if row.boundary == "node" else 0.0
    return [(min(max((ratio or row.ratio) - host, _LEAST), LIMIT), share) for ratio, share in known]


def _smallness(parameters: float | None) -> float:
    return 0.0 if parameters is None else min(math.log(parameters / SATURATION), 0.0)
