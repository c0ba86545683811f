"""The published calculators, to the digit."""

from __future__ import annotations

import math

import pytest

from hf_emissions.errors import UsageError
from hf_emissions.estimation.calculators.green_algorithms import Devices, green_algorithms
from hf_emissions.estimation.calculators.ml_co2_impact import (
    SITE_INTENSITY_KG_PER_KWH,
    SITE_POWER_W,
    ml_co2_impact,
    two_decimals,
)
from hf_emissions.factors.find_accelerator import find_accelerator


def test_ml_co2_impact_rounds_at_each_step():
    found = ml_co2_impact(221, 96, 0.557)
    assert (found.energy_kwh, found.emissions_g) == (21.22, 11_880)
    assert found.method == "ml-co2-impact"
    assert "Lacoste" in found.source
    rounded = "(rounded to two decimals, as the site does)"
    assert found.steps == (
        f"221 W x 96 h = 21.22 kWh {rounded}",
        f"0.557 kg/kWh becomes 0.56 kg/kWh {rounded}",
        f"21.22 kWh x 0.56 kg/kWh = 11.88 kg CO2eq {rounded}",
        "one device at that power all the time; no PUE",
    )


def test_ml_co2_impact_leaves_an_intensity_of_ones_own_as_it_is():
    """The text that the site made for a README: a P100, 1 h at the site's 0.432 kg/kWh for private infrastructure."""
    found = ml_co2_impact(250, 1, 0.432, intensity_as_typed=True)
    assert found.emissions_g == 110
    assert found.steps[1].startswith("0.25 kWh x 0.432 kg/kWh = 0.11 kg")
    assert ml_co2_impact(221, 96, 0.557, intensity_as_typed=True).emissions_g == 11_820


@pytest.mark.parametrize(
    ("x", "rounded"),
    # As JavaScript's toFixed(2) has them: exact halves up, and 1.005 is below one half.
    [
        (0.125, 0.13),
        (0.375, 0.38),
        (1.005, 1.0),
        (2.675, 2.67),
        (0.004, 0),
        (0.005, 0.01),
        (21.216, 21.22),
        (1e30, 1e30),
    ],
)
def test_rounding_is_the_sites(x, rounded):
    assert two_decimals(x) == rounded


def test_a_small_job_is_nothing_there():
    assert ml_co2_impact(70, 0.05, 0.4).emissions_g == 0


def test_the_sites_own_figures_have_names_that_our_tables_have():
    for name in SITE_POWER_W:
        assert find_accelerator(name).canonical == name
    assert SITE_INTENSITY_KG_PER_KWH["gcp", "asia-east1"] == 0.557


def test_green_algorithms():
    """The calculator's own result file for its example: 12 cores of a Xeon E5-2683 v4, 64 GB, 12 h in Ontario."""
    found = green_algorithms(12, 30, cores=Devices(12, 12.0), memory_gb=64, pue=1.56)
    assert found.energy_kwh == pytest.approx(3.1419648, abs=1e-9)
    assert found.emissions_g == pytest.approx(94.258944, abs=1e-9)
    assert found.method == "green-algorithms"
    assert found.steps == (
        "cores: 12 x 12 W x 1 = 144 W",
        "memory: 64 GB x 0.3725 W/GB = 23.84 W",
        "167.8 W x 12 h = 2.014 kWh",
        "2.014 kWh x 1.56 (PUE) x 1 (PSF) = 3.142 kWh",
        "3.142 kWh x 30 g/kWh = 94.3 g CO2eq",
    )


def test_green_algorithms_with_everything():
    found = green_algorithms(
        10, 400, cores=Devices(8, 10, 0.5), gpus=Devices(2, 300, 0.9), memory_gb=100, pue=1.2, psf=3
    )
    power_w = 8 * 10 * 0.5 + 2 * 300 * 0.9 + 37.25
    assert found.energy_kwh == pytest.approx(10 * power_w * 1.2 * 3 / 1000)
    assert found.emissions_g == pytest.approx(found.energy_kwh * 400)
    assert "accelerators: 2 x 300 W x 0.9 = 540 W" in found.steps


def test_its_own_pue_where_none_is_given():
    assert green_algorithms(1, 1, memory_gb=1).energy_kwh == green_algorithms(1, 1, memory_gb=1, pue=1.56).energy_kwh


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((0, 96, 0.5), "the power in W is 0; it must be above 0"),
        ((-1, 96, 0.5), "the power in W is -1"),
        ((221, 0, 0.5), "hours is 0; it must be above 0"),
        ((221, -5, 0.5), "hours is -5"),
        ((221, math.nan, 0.5), "hours is nan"),
        ((221, math.inf, 0.5), "hours is inf"),
        ((221, 96, -0.1), "the intensity in kg/kWh is -0.1; it must be at least 0"),
        ((1e300, 96, 0.1), "the power in W is 1e.300; it must be above 0 and at most"),
    ],
)
def test_ml_co2_impact_refuses(arguments, words):
    with pytest.raises(UsageError, match=words):
        ml_co2_impact(*arguments)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"hours": 0}, "hours is 0"),
        ({"intensity_g_per_kwh": -1}, "the intensity in g/kWh is -1"),
        ({"cores": Devices(0, 0), "memory_gb": 0}, "nothing draws power"),
        ({"cores": Devices(-1, 10)}, "the number of cores is -1"),
        ({"gpus": Devices(1, -10)}, "the power of accelerators in W is -10"),
        ({"gpus": Devices(1, 10, 1.1)}, "the usage of accelerators is 1.1; it must be at least 0 and at most 1"),
        ({"memory_gb": -1}, "memory in GB is -1"),
        ({"pue": 0.9}, "the PUE is 0.9; it must be at least 1"),
        ({"psf": 0}, r"the scaling factor \(PSF\) is 0"),
    ],
)
def test_green_algorithms_refuses(changed, words):
    given = {"hours": 1, "intensity_g_per_kwh": 1, "cores": Devices(1, 10), **changed}
    with pytest.raises(UsageError, match=words):
        green_algorithms(given.pop("hours"), given.pop("intensity_g_per_kwh"), **given)
