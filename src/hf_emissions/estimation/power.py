"""Mean over rated power of an accelerator in training, fitted on measured groups of runs.

The log ratio is linear in the log of the parameters up to `SATURATION` and flat above, plus a step for the rest of the
node. With unknown parameters it is the mean of all groups. The range is for an unseen group, wider than within one.

Setting and generation have no terms: small networks were measured on consumer devices only and large models on others,
so setting and size are confounded; leaving out groups confirms size.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from .distributions import Lognormal
from .evidence import PowerBoundary, PowerEvidence, power_evidence
from .fit import Fit, fit_ratios

# Size has no effect above this: ResNet50, the largest of the small networks measured; the next models are ten times
# larger.
SATURATION = 2.56e7
# With unknown parameters, a model on this many accelerators is assumed to be large.
_CLUSTER = 16

# Priors, weighted in groups: the slope, and the step to the node, ln 1.3 (the host takes a quarter of the power: Dodge
# et al. 2022).
_SLOPE = (0.2, 0.5)
_HOST = (math.log(1.3), 0.5)

# Measured mean power of a TPU chip including its host share, relative to its generation's mean: 245, 288, 289 and 310 W
# for four models on TPU v3 (Patterson et al. 2021, Table 4), and as much again between organisations, of which there is
# only one.
_MEASURED_MEAN_SIGMA = 0.20


@dataclass(frozen=True, slots=True)
class PowerModel:
    """Ratio for known and for unknown parameters."""

    sized: Fit
    unsized: Fit

    def ratio(
        self,
        *,
        accelerators: int | None = None,
        parameters: float | None = None,
        boundary: PowerBoundary = "node",
    ) -> Lognormal:
        """Power of an accelerator within the boundary over its rated power."""
        node = float(boundary == "node")
        if parameters is None and accelerators is not None and accelerators >= _CLUSTER:
            parameters = SATURATION
        if parameters is None:
            return self.unsized.predict((1.0, node))
        return self.sized.predict((1.0, _smallness(parameters), node))


def power_ratio(
    *,
    accelerators: int | None = None,
    parameters: float | None = None,
    boundary: PowerBoundary = "node",
    evidence: Iterable[PowerEvidence] | None = None,
) -> Lognormal:
    """Power of an accelerator in training over its rated power.

    Args:
        accelerators: number of accelerators.
        parameters: parameters of the model.
        boundary: the accelerators alone, or with their share of the node.
        evidence: data to fit; the bundled data by default.
    """
    model = default_power() if evidence is None else fit_power(evidence)
    return model.ratio(accelerators=accelerators, parameters=parameters, boundary=boundary)


def measured_mean_ratio() -> Lognormal:
    """Power of a chip over its published mean in use, if any: for TPUs, including the host share."""
    return Lognormal(1.0, _MEASURED_MEAN_SIGMA)


def fit_power(evidence: Iterable[PowerEvidence]) -> PowerModel:
    """Fit both models."""
    rows = list(evidence)
    sized = [row for row in rows if row.parameters is not None or row.task == "language"]
    return PowerModel(
        fit_ratios(
            [(1.0, _smallness(row.parameters or SATURATION), float(row.boundary == "node")) for row in sized],
            [row.ratio for row in sized],
            [1.0] * len(sized),
            [(0.0, 0.0), _SLOPE, _HOST],
        ),
        fit_ratios(
            [(1.0, float(row.boundary == "node")) for row in rows],
            [row.ratio for row in rows],
            [1.0] * len(rows),
            [(0.0, 0.0), _HOST],
        ),
    )


@cache
def default_power() -> PowerModel:
    """Model fitted on the bundled evidence."""
    return fit_power(power_evidence())


def _smallness(parameters: float) -> float:
    return min(math.log(parameters / SATURATION), 0.0)
