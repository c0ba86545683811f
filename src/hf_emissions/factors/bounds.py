"""The intensities that any grid of the world keeps between, in g CO2eq per kWh.

The lowest national figures (hydropower, life-cycle) lie above the first, the highest (coal) below the second.
"""

LOWEST_GRID_G_PER_KWH = 5.0
HIGHEST_GRID_G_PER_KWH = 1300.0
