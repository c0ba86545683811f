"""The numbers that make a range as wide as it is, each with the measurement or the judgement behind it."""

from __future__ import annotations

import importlib.resources
import json
import math

import pytest

pytest.importorskip("numpy")
pytest.importorskip("codecarbon")

from hf_emissions import estimate
from hf_emissions.estimation.distributions import Z90
from hf_emissions.estimation.energy_methods import find_ways
from hf_emissions.estimation.grid import find_grid
from hf_emissions.facts.facts import Facts

EIGHT = {"hardware": "A100 SXM", "count": 8, "wall_hours": 96.0, "country_iso3": "DEU"}


@pytest.mark.parametrize(
    ("place", "sigma"),
    [
        ({"country_iso3": "DEU"}, 0.12),
        ({"country_iso3": "POL"}, 0.12),
        ({"country_iso3": "USA"}, 0.40),
        ({"country_iso3": "SWE"}, 0.35),
        ({"country_iso3": "CAN"}, 0.35),
        ({"country_iso3": "USA", "region": "texas"}, 0.17),
        ({"provider": "gcp", "region": "us-central1"}, 0.17),
        ({}, 0.75),
    ],
)
def test_what_is_known_of_a_place_is_as_wide_as_its_sources_differ(place, sigma):
    low, high = find_grid(Facts(**place)).factor.distribution.range_90
    assert math.log(high / low) / 2 / Z90 == pytest.approx(sigma)


def _states():
    data = importlib.resources.files("codecarbon") / "data/private_infra/2023/usa_emissions.json"
    return [name for name in json.loads(data.read_text()) if not name.startswith("_") and name != "usa"]


def test_the_states_of_the_usa_lie_within_its_range():
    """Three in four of them: few train in Vermont or in West Virginia."""
    low, high = find_grid(Facts(country_iso3="USA")).factor.distribution.range_90
    states = {name: find_grid(Facts(country_iso3="USA", region=name)).g_per_kwh for name in _states()}
    assert len(states) > 45
    inside = {name for name, g_per_kwh in states.items() if low < g_per_kwh < high}
    assert 0.7 < len(inside) / len(states) < 0.85
    assert inside >= {"illinois", "iowa", "ohio", "texas", "virginia"}


def test_a_meter_may_have_read_two_thirds_of_what_the_wall_gave():
    """Between nearly all and two thirds; nineteen in twenty lie below a fifth more than the reading."""
    (meter,) = [f for f in find_ways(Facts(energy_kwh=100.0), None, "node")[0].factors if f.name == "meter"]
    assert meter.distribution.range_90 == (0.95, 1.5)
    found = estimate(energy_kwh=100.0, intensity_g_per_kwh=1000.0)
    assert found.tier == "A"
    assert found.energy_kwh == pytest.approx((98, 110, 120), abs=3)


@pytest.mark.parametrize(
    ("device_hours", "agree"),
    [(768.0, True), (1140.0, True), (1160.0, False), (2000.0, False), (515.0, True), (510.0, False), (300.0, False)],
)
def test_hours_that_go_together_do_so_within_a_factor_of_one_and_a_half(device_hours, agree):
    # 8 x 96 h are 768 device hours: 1152 is half again as many, 512 two thirds.
    found = estimate(**EIGHT, device_hours=device_hours)
    assert (found.median_g is not None) == agree
    assert agree or "the facts contradict each other: 8 devices for 96 h are not" in found.why_no_number
