"""The range of a recorded figure: its numbers, its formula against draws, and what is not known."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from hf_emissions.estimation.distributions import Z90
from hf_emissions.estimation.uncertainty import (
    ENDS,
    EXACT,
    REST_OF_NODE,
    Ends,
    Part,
    assumed_pue_ends,
    energy_ends,
    grid_ends,
    of_sum,
    product,
    range_around,
)
from hf_emissions.factors.intensity import HYDROPOWER_SOURCE
from hf_emissions.record import Intensity, Place
from hf_emissions.record.site import GIVEN


def test_every_number_is_what_its_source_says():
    """A change of one of these is a change of what every card says; the sources stand beside the numbers."""
    rounded = {name: tuple(round(end, 2) for end in ends) for name, ends in ENDS.items()}
    assert rounded == {
        "GPU meter": (0.95, 1.05),
        "GPU samples": (0.9, 1.1),
        "GPU model": (0.54, 1.87),
        "CPU meter": (0.95, 1.05),
        "CPU model": (0.44, 2.28),
        "RAM model": (0.34, 2.96),
        "first readings": (0.0, 2.0),
        "CodeCarbon": (0.71, 1.67),
        "rated power": (0.30, 1.46),
        "rated power of the accelerators": (0.04, 1.05),
    }
    assert REST_OF_NODE == (1.0, 1.51)


def test_the_page_has_the_same_numbers():
    page = (Path(__file__).parents[2] / "docs" / "training.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([A-Za-z ]+) \| ([\d.]+) \| ([\d.]+) \|", page, re.MULTILINE)
    said = {name: (float(low), float(high)) for name, low, high in rows}
    known = {**ENDS, "rest of the node": REST_OF_NODE}
    assert said == {name: (round(ends.low, 2), round(ends.high, 2)) for name, ends in known.items()}


def test_two_models_of_memory_lie_as_far_apart_as_its_ends_say():
    apart = [math.log(0.375 * size_gb / 5) for size_gb in (8, 16, 32, 64)]
    sigma = math.sqrt(sum(each**2 for each in apart) / len(apart)) / math.sqrt(2)
    assert ENDS["RAM model"].high == pytest.approx(math.exp(Z90 * sigma), rel=0.02)


@pytest.mark.parametrize(
    ("found_by", "boundary"), [("rated power", "node"), ("rated power of the accelerators", "accelerators")]
)
def test_the_power_model_says_the_same_of_rated_power(found_by, boundary):
    pytest.importorskip("numpy")
    from hf_emissions.estimation.power import power_ratio

    assert ENDS[found_by] == pytest.approx(power_ratio(boundary=boundary).range_90, abs=0.005)


def test_a_metered_gpu_is_good_to_a_few_per_cent_and_its_node_is_not():
    gpu = [Part("GPU meter", 2.0)]
    assert energy_ends(gpu, "accelerators") == pytest.approx((0.95, 1.05))
    low, high = energy_ends(gpu, "node")
    assert (low, high) == (pytest.approx(0.95), pytest.approx(1.514, abs=0.001))


def test_ends_that_were_found_against_a_wall_meter_get_nothing_on_top():
    assert energy_ends([Part("CodeCarbon", 1.0)], "node") == pytest.approx(ENDS["CodeCarbon"])
    assert energy_ends([Part("rated power", 1.0)], "facility") == pytest.approx(ENDS["rated power"])


def test_parts_of_one_kind_add_up_and_those_of_two_do_not():
    twice = energy_ends([Part("CPU model", 0.5), Part("CPU model", 0.5)], "accelerators")
    assert twice == pytest.approx(ENDS["CPU model"])
    both = energy_ends([Part("CPU model", 0.5), Part("RAM model", 0.5)], "accelerators")
    assert both.high < (ENDS["CPU model"].high + ENDS["RAM model"].high) / 2


def test_a_small_part_widens_little():
    low, high = energy_ends([Part("GPU meter", 0.95), Part("RAM model", 0.05)], "accelerators")
    assert (low, high) == (pytest.approx(0.94, abs=0.01), pytest.approx(1.11, abs=0.01))


@pytest.mark.parametrize("shares", [(0.8, 0.12, 0.08), (0.3, 0.4, 0.3), (0.0, 0.2, 0.8)])
def test_the_formula_is_near_the_draws(shares):
    """Lognormal parts, summed, times a grid of sigma 0.12: the ends are those of draws, to a tenth."""
    np = pytest.importorskip("numpy")
    generator = np.random.default_rng(0)
    sigmas = (0.03, 0.5, 0.66)
    drawn = sum(
        share * np.exp(sigma * generator.standard_normal(200_000)) for share, sigma in zip(shares, sigmas, strict=True)
    ) * np.exp(0.12 * generator.standard_normal(200_000))
    kinds = ("GPU meter", "CPU model", "RAM model")
    parts = [Part(kind, share) for kind, share in zip(kinds, shares, strict=True)]
    ends = product((energy_ends(parts, "accelerators"), Ends(math.exp(-0.12 * Z90), math.exp(0.12 * Z90))))
    assert ends == pytest.approx(tuple(np.quantile(drawn, (0.05, 0.95))), rel=0.1)


def test_factors_are_combined_in_logarithms():
    assert product([]) == EXACT
    assert product([EXACT, Ends(0.5, 2.0)]) == pytest.approx((0.5, 2.0))
    assert product([Ends(0.5, 2.0), Ends(0.5, 2.0)]).high == pytest.approx(2 ** math.sqrt(2))
    # One that does not hold 1 moves the range: 475 g/kWh of the world is more than most trainings have had.
    assert product([Ends(0.2, 0.8), EXACT]) == pytest.approx((0.2, 0.8))
    assert product([Ends(0.0, 2.0), Ends(0.5, 2.0)]) == pytest.approx((0.0, 2 ** math.sqrt(2)))


def test_a_sum_of_one_part_is_that_part():
    assert of_sum([(3.0, Ends(0.5, 2.0))]) == pytest.approx((0.5, 2.0))
    assert of_sum([(1.0, Ends(0.0, 2.0)), (1.0, Ends(0.0, 2.0))]).low >= 0


def test_nothing_known_gives_no_range():
    assert energy_ends([], "node") is None
    assert energy_ends([Part("GPU meter", 0.0)], "node") is None
    assert range_around(10.0, None, EXACT) is None
    assert range_around(123.0, Ends(0.5, 2.0)) == (62.0, 250.0)


@pytest.mark.parametrize(
    ("place", "intensity", "high"),
    [
        (Place(country_iso3="DEU"), Intensity(g_per_kwh=381.0), math.exp(Z90 * 0.12)),
        (Place(country_iso3="FRA"), Intensity(g_per_kwh=56.0), math.exp(Z90 * 0.35)),
        (Place(country_iso3="USA"), Intensity(g_per_kwh=369.0), math.exp(Z90 * 0.40)),
        (Place(country_iso3="USA", region="virginia"), Intensity(g_per_kwh=281.0), math.exp(Z90 * 0.17)),
        (Place(country_iso3="CAN", region="quebec"), Intensity(g_per_kwh=24.0, source=HYDROPOWER_SOURCE), 3.16),
        (Place(), Intensity(g_per_kwh=400.0, source=GIVEN), 1.0),
        (Place(name="world average"), Intensity(g_per_kwh=475.0), 330 / 475 * math.exp(Z90 * 0.75)),
    ],
)
def test_the_grids_spread(place, intensity, high):
    assert grid_ends(place, intensity).high == pytest.approx(high, rel=0.01)


def test_a_grid_of_which_nothing_is_known():
    assert grid_ends(Place(), Intensity(g_per_kwh=400.0)) is None
    assert grid_ends(Place(country_iso3="DEU"), Intensity()) is None


def test_a_pue_that_is_taken_for_every_machine():
    assert assumed_pue_ends(1.58) == pytest.approx((1 / 1.58, 2 / 1.58))
    assert assumed_pue_ends(1.0) == (1.0, 2.0)
