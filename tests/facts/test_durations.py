"""Lengths of time as people write them."""

from __future__ import annotations

import pytest

from hf_emissions.facts.durations import durations


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("4 days 9.5 hours", 105.5),
        ("36 hours 44 minutes", 36 + 44 / 60),
        ("7 days and 6 hours", 174),
        ("6d 3h 7m 30s", 147.125),
        ("1h 24m", 1.4),
        ("2 days 20:30:00", 68.5),
        ("1,5 hours", 1.5),
        ("1,200 hours", 1200),
        ("~10days", 240),
        ("six hours", 6),
        ("a week", 168),
        ("half an hour", 0.5),
        ("an hour and a half", 1.5),
        ("two and a half days", 60),
        ("3-4 days", 84),
        ("3 to 4 days", 84),
        ("10 \u2013 20 hours", 15),
        ("one month", 730.5),
        ("90 mins", 1.5),
        ("96h", 96),
    ],
)
def test_one_time(written, hours):
    found = list(durations(written))
    assert [round(time.hours, 6) for time in found] == [round(hours, 6)]
    assert found[0].of == "wall"


@pytest.mark.parametrize(
    ("written", "hours", "of"),
    [
        ("300 v100 gpu hours", 300, "devices"),
        ("1.3m gpu hours", 1.3e6, "devices"),
        ("20 a100-days", 480, "devices"),
        ("600 tpuv3 chip-days", 14_400, "devices"),
        ("500-1000 cpu hours", 750, "others"),
        ("12 node hours", 12, "others"),
    ],
)
def test_whose_hours(written, hours, of):
    assert [(time.hours, time.of) for time in durations(written)] == [(hours, of)]


@pytest.mark.parametrize("written", ["wav2vec2-base-960h", "16 m", "5 s", "a day's", "the 2nd hour", "h", "24/7", "7b"])
def test_no_time(written):
    assert [time for time in durations(written) if time.hours > 24] == []
