"""Power of a node over that of its accelerators."""

from __future__ import annotations

from .distributions import Lognormal
from .power import power_ratio

# The power model is asked for a large model, as size and node have terms of their own in it.
_LARGE = 10**9


def host_ratio() -> Lognormal:
    """Power of a node over that of its accelerators, for an unseen node.

    The median is the power model's step to the node. The spread is the model's own for an unseen node: it has measured
    few nodes, and none of them beside its accelerators, so that the step is not known more closely.
    """
    node, alone = (power_ratio(parameters=_LARGE, boundary=boundary) for boundary in ("node", "accelerators"))
    return Lognormal(node.median / alone.median, node.sigma)
