"""Power of a node over that of its accelerators."""

from __future__ import annotations

import math

from .distributions import Z90, Lognormal
from .power import HOST, power_ratio

# The power model is asked for a model that keeps its device busy: of an energy that was metered, something ran.
_LARGE = 10**9


def host_ratio() -> Lognormal:
    """Power of a node over that of its accelerators, for an unseen node.

    The host adds its share of the rated power to what the accelerators draw, and both have a spread. One plus the
    quotient of two lognormals is skewed to the right; the lognormal returned has its median and its 95th percentile.
    """
    alone = power_ratio(parameters=_LARGE, boundary="accelerators")
    low, high = alone.range_90
    share = HOST.median / alone.median
    spread = math.hypot(HOST.sigma, math.log(high / low) / (2 * Z90))
    high_end = 1.0 + share * math.exp(Z90 * spread)
    return Lognormal(1.0 + share, math.log(high_end / (1.0 + share)) / Z90)
