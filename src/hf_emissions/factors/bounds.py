"""The intensities that any grid of the world keeps between, in g CO2eq per kWh.

Of the figures that codecarbon packages, the lowest is that of Quebec (3.94, combustion of its mix), the lowest of a
country 20 (hydropower, life-cycle), and the highest that of Turkmenistan (1306, gas).
"""

LOWEST_GRID_G_PER_KWH = 3.5
HIGHEST_GRID_G_PER_KWH = 1400.0
