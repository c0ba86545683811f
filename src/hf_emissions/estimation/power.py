"""Power of an accelerator in training over its rated power, fitted on measured groups of runs.

The logarithm of the ratio is a line in that of the parameters up to `SATURATION` and flat above it, plus a step for
the rest of the node: small networks leave a device waiting. Where the parameters are not known, it is the mean of all
groups. The range is that of a group which was not seen, and so far wider than that of runs alike.

Settings and generations have no term of their own: the small networks were all measured on consumer devices, the
large models on others, so that the groups cannot tell setting from size; size is what left-out groups confirm.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from .distributions import Lognormal
from .evidence import PowerBoundary, PowerEvidence, power_evidence
from .fit import Fit, fit_ratios

# From so many parameters on, size says nothing more of the power: those of ResNet50, the largest of the small networks
# that were measured; the next are ten times larger.
SATURATION = 2.56e7
# From so many accelerators on it is taken for large whose parameters are not known.
_CLUSTER = 16

# Priors, with the weight of so many groups: the slope of the line, and the step to the node, ln 1.3 (a host that
# takes a quarter of the power: Dodge et al. 2022).
_SLOPE = (0.2, 0.5)
_HOST = (math.log(1.3), 0.5)

# Measured mean power of a TPU chip with its share of the host, over the mean of its generation: 245, 288, 289 and
# 310 W for four models on TPU v3 (Patterson et al. 2021, Table 4), and as much again between organisations, of which
# there is one.
_MEASURED_MEAN_SIGMA = 0.20


@dataclass(frozen=True, slots=True)
class PowerModel:
    """The ratio where the parameters are known, and where they are not."""

    sized: Fit
    unsized: Fit

    def ratio(
        self,
        *,
        accelerators: int | None = None,
        parameters: float | None = None,
        boundary: PowerBoundary = "node",
    ) -> Lognormal:
        """Power of an accelerator within the boundary, over its rated power."""
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
        accelerators: how many the training ran on.
        parameters: of the model that was trained.
        boundary: what the power covers: the accelerators alone, or their share of the node.
        evidence: what to fit; by default what is shipped.
    """
    model = default_power() if evidence is None else fit_power(evidence)
    return model.ratio(accelerators=accelerators, parameters=parameters, boundary=boundary)


def measured_mean_ratio() -> Lognormal:
    """Power of a chip over its published mean in use, where the maker gives one: of TPUs, the host's share inside."""
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
    """Fitted on what is shipped."""
    return fit_power(power_evidence())


def _smallness(parameters: float) -> float:
    return min(math.log(parameters / SATURATION), 0.0)
