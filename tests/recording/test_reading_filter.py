"""What a segment takes for energy that was drawn, and what for a counter's fault."""

from __future__ import annotations

import pytest

from hf_emissions.recording.meter import MeterError, Reading, _reading
from hf_emissions.recording.reading_filter import (
    AFTERWARDS,
    FRESH_S,
    LEAST_WINDOW_S,
    RESET,
    SKIPPED,
    FilledGap,
    ReadingFilter,
    fill,
    window_s,
)

KWH_PER_WS = 1 / 3.6e6


def taken(watts: dict[str, float], seconds: float = 10.0, **how) -> ReadingFilter:
    """A judged that has taken one reading at such a power over."""
    judged = ReadingFilter()
    judged.take(
        Reading(**{f"{name}_kwh": power * seconds * KWH_PER_WS for name, power in watts.items()}), seconds, **how
    )
    return judged


@pytest.mark.parametrize("watts", [350.0, 2_000.0, 4_900.0])
def test_processors_may_draw_five_kilowatts(watts):
    assert taken({"cpu": watts}).totals.energy_kwh == pytest.approx(watts * 10 * KWH_PER_WS)


@pytest.mark.parametrize("watts", [5_100.0, 26_000.0, 39_000.0])
def test_processors_draw_no_more_and_the_rest_of_the_reading_is_kept(watts):
    judged = taken({"cpu": watts, "gpu": 300.0, "ram": 20.0})
    assert judged.totals.energy_kwh == pytest.approx(320 * 10 * KWH_PER_WS)


@pytest.mark.parametrize("watts", [10_200.0, 39_000.0])
def test_a_node_may_draw_forty_kilowatts(watts):
    assert taken({"gpu": watts}).totals.energy_kwh == pytest.approx(watts * 10 * KWH_PER_WS)


@pytest.mark.parametrize("watts", [41_000.0, 400_000.0, 3_900_000.0])
def test_a_node_draws_no_more(watts):
    assert taken({"gpu": watts}).totals.energy_kwh == 0
    assert taken({"gpu": watts / 2, "cpu": watts / 2}).totals.energy_kwh == 0


def test_a_reset_is_left_out_of_the_processors_energy_alone():
    assert taken({"cpu": 100.0, "gpu": 300.0}, reset=True).totals.energy_kwh == pytest.approx(3000 * KWH_PER_WS)


def test_energy_that_goes_back_is_none():
    judged = taken({"cpu": 100.0})
    assert not judged.take(Reading(), 20.0)
    assert judged.totals.energy_kwh == pytest.approx(1000 * KWH_PER_WS)


def test_readings_at_once_are_judged_over_a_second():
    judged = taken({"cpu": 100.0})
    # 1 kJ between two readings of the same moment is 1 kW over a second, not more than any machine draws.
    assert judged.take(Reading(cpu_kwh=2000 * KWH_PER_WS), 10.0)
    assert judged.totals.energy_kwh == pytest.approx(2000 * KWH_PER_WS)
    assert not judged.take(Reading(cpu_kwh=8000 * KWH_PER_WS), 10.0)


def test_a_gap_is_settled_at_the_end_of_its_window():
    judged = ReadingFilter(late_s=0.5)
    judged.take(Reading(cpu_kwh=1e-5), LEAST_WINDOW_S / 2)
    assert not judged.settled
    judged.take(Reading(cpu_kwh=2e-5), LEAST_WINDOW_S)
    assert judged.settled
    assert judged.filled.energy.cpu_kwh == pytest.approx(1e-5)


def test_the_power_of_the_moment_is_that_of_a_fresh_reading():
    judged = ReadingFilter()
    judged.take(Reading(cpu_kwh=100 * FRESH_S * KWH_PER_WS), FRESH_S)
    assert judged.power_w == pytest.approx(100)
    judged.take(Reading(cpu_kwh=900 * FRESH_S * KWH_PER_WS), 1.9 * FRESH_S)
    assert judged.power_w == pytest.approx(100)


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


# What a reading says, and when one is due


def test_the_problems_of_a_reading_are_those_of_the_card():
    judged = ReadingFilter()
    assert judged.accept(Reading(cpu_kwh=1e-5), 1.0) == []
    assert judged.accept(Reading(cpu_kwh=2e-5), 2.0, skipped=True) == [SKIPPED]
    assert judged.accept(Reading(cpu_kwh=3e-5), 3.0, reset=True, skipped=True) == [RESET, SKIPPED]
    assert judged.totals.energy_kwh == pytest.approx(2e-5)


@pytest.mark.parametrize(("ended_s", "problems"), [(-0.5, [AFTERWARDS]), (0.05, [AFTERWARDS]), (0.1, []), (4.0, [])])
def test_the_last_reading_counts_to_the_end_of_the_training(ended_s, problems):
    judged = ReadingFilter(late_s=1.0)
    assert judged.accept(Reading(cpu_kwh=1e-4), 10.0, ended_s=ended_s) == problems
    assert judged.totals.duration_s == pytest.approx(1.0 + ended_s)
    assert judged.totals.energy_kwh == pytest.approx(1e-5 * (1.0 + ended_s))


def test_a_reading_is_due_before_fifteen_seconds_have_passed_since_the_last_in_the_ledger():
    judged = ReadingFilter()
    assert not judged.is_due(13.9)
    assert judged.is_due(14.0)
    judged.accept(Reading(cpu_kwh=1e-5), 13.0)  # in memory alone
    assert judged.is_due(14.0)
    assert judged.as_line(14.0)["t_s"] == 13.0
    assert not judged.is_due(27.9)
    assert judged.is_due(28.0)


def test_where_the_meter_was_late_a_reading_is_due_at_once_and_when_the_gap_is_settled():
    judged = ReadingFilter(late_s=3.0)
    assert [judged.is_due(at_s) for at_s in (0.05, 0.1)] == [False, True]
    judged.accept(Reading(cpu_kwh=1e-6), 0.1)
    assert judged.as_line(0.1)["filled"] == {"s": 3.0, "cpu_kwh": pytest.approx(3e-5), "gpu_kwh": 0.0, "ram_kwh": 0.0}
    assert [judged.is_due(at_s) for at_s in (2.9, 3.0)] == [False, True]
    judged.accept(Reading(cpu_kwh=6e-5), 3.0)
    judged.as_line(3.0)
    assert [judged.is_due(at_s) for at_s in (3.1, 16.9, 17.0)] == [False, False, True]


# What is metered, filled in and cut off, to the digit


def watts(cpu: float, gpu: float, ram: float, seconds: float) -> Reading:
    return Reading(*(power * seconds * KWH_PER_WS for power in (cpu, gpu, ram)))


def parts_w(reading: Reading, seconds: float) -> tuple[float, ...]:
    """The mean power of each component."""
    return tuple(kwh / seconds / KWH_PER_WS for kwh in (reading.cpu_kwh, reading.gpu_kwh, reading.ram_kwh))


def test_a_gap_has_the_mean_power_of_each_component_just_after():
    found = fill(2.0, watts(100, 300, 20, 5.0), 5.0)
    assert found.seconds == 2.0
    assert parts_w(found.energy, 2.0) == pytest.approx((100, 300, 20))
    assert found.as_json() == {
        "s": 2.0,
        "cpu_kwh": pytest.approx(200 * KWH_PER_WS),
        "gpu_kwh": pytest.approx(600 * KWH_PER_WS),
        "ram_kwh": pytest.approx(40 * KWH_PER_WS),
    }
    assert fill(2.34567, watts(1, 1, 1, 5.0), 5.0).as_json()["s"] == 2.346


@pytest.mark.parametrize(("seconds", "over_s"), [(0.0, 5.0), (-1.0, 5.0), (2.0, 0.0), (2.0, -1.0)])
def test_no_gap_and_nothing_to_fill_it_from(seconds, over_s):
    assert fill(seconds, watts(100, 300, 20, 5.0), over_s) == FilledGap()
    assert FilledGap().as_json() == {"s": 0.0, "cpu_kwh": 0.0, "gpu_kwh": 0.0, "ram_kwh": 0.0}


@pytest.mark.parametrize(("late_s", "window"), [(0.0, 1.0), (0.5, 1.0), (1.0, 1.0), (2.5, 2.5)])
def test_a_gap_is_filled_from_as_long_a_time_and_a_second_at_least(late_s, window):
    assert window_s(late_s) == window


@pytest.mark.parametrize(("late_s", "at_first", "then"), [(0.5, 0.1, 1.0), (2.5, 0.1, 2.5)])
def test_when_a_reading_is_due_to_fill_in_the_gap(late_s, at_first, then):
    judged = ReadingFilter(late_s)
    assert [judged.is_due(at_s) for at_s in (at_first - 0.01, at_first)] == [False, True]
    judged.take(watts(100, 0, 0, 0.1), 0.1)
    assert [judged.is_due(at_s) for at_s in (then - 0.01, then)] == [False, True]
    judged.take(watts(100, 0, 0, 2.5), 2.5)
    assert not judged.is_due(2.5)


@pytest.mark.parametrize("late_s", [0.0, -1.0])
def test_without_a_gap_no_reading_is_due_to_fill_it_in(late_s):
    assert not ReadingFilter(late_s).is_due(2.5)


def test_what_was_metered_and_what_was_filled_in_are_one():
    judged = ReadingFilter(late_s=2.0)
    judged.take(watts(100, 300, 20, 4.0), 4.0)
    assert judged.totals.duration_s == 6.0
    assert judged.totals.energy_kwh == pytest.approx(6.0 * 420 * KWH_PER_WS)
    # Once settled, what was filled in stays.
    judged.take(watts(1000, 300, 20, 10.0), 10.0)
    assert judged.filled.seconds == 2.0
    assert parts_w(judged.filled.energy, 2.0) == pytest.approx((100, 300, 20))
    assert judged.totals.duration_s == 12.0


def test_a_jump_is_left_out_of_all_later_readings_of_its_component_alone():
    judged = ReadingFilter()
    judged.take(watts(100, 300, 20, 10), 10.0)
    assert not judged.take(watts(10_000, 300, 20, 20), 20.0)
    assert parts_w(judged.reading, 20.0) == pytest.approx((50, 300, 20))
    assert judged.take(watts(5025, 300, 20, 40), 40.0)
    assert parts_w(judged.reading, 40.0) == pytest.approx((50, 300, 20))


@pytest.mark.parametrize(
    ("ended_s", "metered_s", "cpu_w"),
    [
        # 100 W for 10 s, then 300 W for 20 s; the training ended in between.
        (15.0, 15.0, (1000 + 5 * 300) / 15),
        (10.0, 10.0, 100),
        (30.0, 30.0, (1000 + 20 * 300) / 30),
        (99.0, 30.0, (1000 + 20 * 300) / 30),
        # Before the last reading but one nothing is known in between: that one is the end.
        (5.0, 10.0, 100),
    ],
)
def test_what_came_after_the_end_is_cut_off(ended_s, metered_s, cpu_w):
    judged = ReadingFilter()
    judged.take(watts(100, 0, 0, 10), 10.0)
    judged.take(watts(7000 / 30, 0, 0, 30), 30.0)
    judged.cut(ended_s)
    assert judged.metered_s == metered_s
    assert parts_w(judged.reading, metered_s)[0] == pytest.approx(cpu_w)


def test_each_component_is_cut_off_at_its_own_power():
    judged = ReadingFilter()
    judged.take(watts(100, 200, 30, 10), 10.0)
    judged.cut(4.0)
    assert judged.metered_s == 4.0
    assert parts_w(judged.reading, 4.0) == pytest.approx((100, 200, 30))


def test_a_training_that_ended_before_its_meter_began_is_filled_in_and_no_more():
    judged = ReadingFilter(late_s=3.0)
    judged.take(watts(100, 200, 30, 10), 10.0)
    judged.cut(-1.0)
    assert (judged.metered_s, judged.totals.duration_s) == (0.0, 2.0)
    assert judged.totals.energy_kwh == pytest.approx(2 * 330 * KWH_PER_WS)


def test_a_meter_without_a_reading_has_nothing_to_cut_off():
    judged = ReadingFilter()
    judged.cut(5.0)
    assert (judged.metered_s, judged.totals.energy_kwh, judged.power_w) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(("seconds", "power_w"), [(0.049, 0.0), (0.05, 100.0), (2.0, 100.0)])
def test_the_power_is_that_of_twenty_readings_a_second_at_most(seconds, power_w):
    judged = ReadingFilter()
    judged.take(watts(100, 0, 0, seconds), seconds)
    assert judged.power_w == pytest.approx(power_w)


def test_a_reading_that_comes_too_late_sets_no_clock_back():
    judged = ReadingFilter()
    judged.take(watts(100, 0, 0, 10), 10.0)
    judged.take(watts(100, 0, 0, 10), 9.0)
    assert judged.metered_s == 10.0
