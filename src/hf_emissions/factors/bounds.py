"""Bounds on what any grid and any facility can have."""

from __future__ import annotations

import math

# Intensity in g CO2eq per kWh. In codecarbon's data, the lowest figure is Quebec's (3.94, combustion of its mix), the
# lowest of a country is 20 (hydropower, life-cycle), and the highest Turkmenistan's (1306, gas).
LOWEST_GRID_G_PER_KWH = 3.5
HIGHEST_GRID_G_PER_KWH = 1400.0
# The same for a figure that is compared with hardware and hours, which are known less exactly than energy. Whoever
# compares has to leave Quebec out.
LOWEST_BUT_QUEBEC_G_PER_KWH = 5.0
HIGHEST_OF_A_COUNTRY_G_PER_KWH = 1300.0

# Power usage effectiveness of a facility. 1.0 is no overhead at all; the upper bound is our judgement.
LEAST_PUE, MOST_PUE = 1.0, 5.0
# About the most that is common: the average is 1.54 (Uptime Institute 2025).
MOST_USUAL_PUE = 2.0


def pue_problem(pue: float) -> str | None:
    """Why a number is no power usage effectiveness, to follow its name in a message; None if it can be one."""
    if math.isfinite(pue) and LEAST_PUE <= pue <= MOST_PUE:
        return None
    return f"is {pue:g}; a facility's PUE lies between {LEAST_PUE} and {MOST_PUE}"
