"""Energy of a training, and how it was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Method = Literal["measured", "modelled", "mixed", "estimated", "unknown"]
Boundary = Literal["accelerators", "node", "facility"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Energy:
    """Energy of a training. Unknown values are None.

    Attributes:
        kwh: electricity used, in kWh, within `boundary` and including `pue`.
        method: how it was determined.
        boundary: what it covers: the accelerators, the node, or the facility (with PUE).
        modelled_share: share of it that was modelled rather than metered, 0 to 1.
        pue: power usage effectiveness included; 1.0 if none, None if one may be included and is not stated.
    """

    kwh: float | None = None
    method: Method = "unknown"
    boundary: Boundary = "node"
    modelled_share: float | None = None
    pue: float | None = 1.0
