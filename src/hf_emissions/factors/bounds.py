"""Bounds on the intensity of any grid, in g CO2eq per kWh.

In codecarbon's data, the lowest figure is Quebec's (3.94, combustion of its mix), the lowest of a country is 20
(hydropower, life-cycle), and the highest Turkmenistan's (1306, gas).
"""

LOWEST_GRID_G_PER_KWH = 3.5
HIGHEST_GRID_G_PER_KWH = 1400.0
