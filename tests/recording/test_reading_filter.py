"""What a segment takes for energy that was drawn, and what for a counter's fault."""

from __future__ import annotations

import pytest

from hf_emissions.recording.backfill import LEAST_WINDOW_S
from hf_emissions.recording.meter import MeterError, Reading, _reading
from hf_emissions.recording.reading_filter import FRESH_S, ReadingFilter

KWH_PER_WS = 1 / 3.6e6


def taken(watts: dict[str, float], seconds: float = 10.0, **how) -> ReadingFilter:
    """A tally that has taken one reading at such a power over."""
    tally = ReadingFilter()
    tally.take(
        Reading(**{f"{name}_kwh": power * seconds * KWH_PER_WS for name, power in watts.items()}), seconds, **how
    )
    return tally


@pytest.mark.parametrize("watts", [350.0, 2_000.0, 4_900.0])
def test_processors_may_draw_five_kilowatts(watts):
    assert taken({"cpu": watts}).energy_kwh == pytest.approx(watts * 10 * KWH_PER_WS)


@pytest.mark.parametrize("watts", [5_100.0, 26_000.0, 39_000.0])
def test_processors_draw_no_more_and_the_rest_of_the_reading_is_kept(watts):
    tally = taken({"cpu": watts, "gpu": 300.0, "ram": 20.0})
    assert tally.energy_kwh == pytest.approx(320 * 10 * KWH_PER_WS)


@pytest.mark.parametrize("watts", [10_200.0, 39_000.0])
def test_a_node_may_draw_forty_kilowatts(watts):
    assert taken({"gpu": watts}).energy_kwh == pytest.approx(watts * 10 * KWH_PER_WS)


@pytest.mark.parametrize("watts", [41_000.0, 400_000.0, 3_900_000.0])
def test_a_node_draws_no_more(watts):
    assert taken({"gpu": watts}).energy_kwh == 0
    assert taken({"gpu": watts / 2, "cpu": watts / 2}).energy_kwh == 0


def test_a_reset_is_left_out_of_the_processors_energy_alone():
    assert taken({"cpu": 100.0, "gpu": 300.0}, reset=True).energy_kwh == pytest.approx(3000 * KWH_PER_WS)


def test_energy_that_goes_back_is_none():
    tally = taken({"cpu": 100.0})
    assert not tally.take(Reading(), 20.0)
    assert tally.energy_kwh == pytest.approx(1000 * KWH_PER_WS)


def test_readings_at_once_are_judged_over_a_second():
    tally = taken({"cpu": 100.0})
    # 1 kJ between two readings of the same moment is 1 kW over a second, not more than any machine draws.
    assert tally.take(Reading(cpu_kwh=2000 * KWH_PER_WS), 10.0)
    assert tally.energy_kwh == pytest.approx(2000 * KWH_PER_WS)
    assert not tally.take(Reading(cpu_kwh=8000 * KWH_PER_WS), 10.0)


def test_a_gap_is_settled_at_the_end_of_its_window():
    tally = ReadingFilter(late_s=0.5)
    tally.take(Reading(cpu_kwh=1e-5), LEAST_WINDOW_S / 2)
    assert not tally.settled
    tally.take(Reading(cpu_kwh=2e-5), LEAST_WINDOW_S)
    assert tally.settled
    assert tally.filled.energy.cpu_kwh == pytest.approx(1e-5)


def test_the_power_of_the_moment_is_that_of_a_fresh_reading():
    tally = ReadingFilter()
    tally.take(Reading(cpu_kwh=100 * FRESH_S * KWH_PER_WS), FRESH_S)
    assert tally.power_w == pytest.approx(100)
    tally.take(Reading(cpu_kwh=900 * FRESH_S * KWH_PER_WS), 1.9 * FRESH_S)
    assert tally.power_w == pytest.approx(100)


class Total:
    """What CodeCarbon hands to its outputs, as far as it is read."""

    def __init__(self, cpu, gpu, ram):
        self.cpu_energy, self.gpu_energy, self.ram_energy = cpu, gpu, ram


def test_a_component_that_drew_nothing_has_a_reading():
    """A machine without a GPU has 0 kWh of it, and so has everything in the first moment."""
    assert _reading(Total(1e-6, 0, 2e-6), None) == Reading(1e-6, 0.0, 2e-6)
    assert _reading(Total(0.0, 0.0, 0.0), None) == Reading()


@pytest.mark.parametrize("wrong", [-1e-9, float("nan"), float("inf"), None, "1"])
def test_what_is_no_energy_has_no_reading(wrong):
    with pytest.raises(MeterError, match="gave energies that are none"):
        _reading(Total(1e-6, wrong, 1e-6), None)
