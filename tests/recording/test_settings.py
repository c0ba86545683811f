"""Settings, checked before training starts."""

from __future__ import annotations

import pytest

from hf_emissions.errors import UsageError
from hf_emissions.recording.settings import Settings


@pytest.mark.parametrize("value", ["1", "true", "YES", " on "])
def test_the_variable_switches_off(monkeypatch, value):
    monkeypatch.setenv("HF_EMISSIONS_DISABLE", value)
    assert not Settings().active
    assert not Settings(enabled=True).active


@pytest.mark.parametrize("value", ["", "0", "false", "no"])
def test_other_values_do_not(monkeypatch, value):
    monkeypatch.setenv("HF_EMISSIONS_DISABLE", value)
    assert Settings().active
    assert not Settings(enabled=False).active


@pytest.mark.parametrize("pue", [0.0, 0.99, 5.1, float("nan"), float("inf"), -1])
def test_a_pue_that_no_facility_has(pue):
    with pytest.raises(UsageError, match=r"between 1\.0 and 5\.0"):
        Settings(pue=pue)


@pytest.mark.parametrize("pue", [1, 1.0, 1.58, 5])
def test_a_pue(pue):
    assert Settings(pue=pue).pue == pue


def test_a_region_needs_a_country(monkeypatch):
    with pytest.raises(UsageError, match="country is not given"):
        Settings(region="Virginia")
    monkeypatch.setenv("HF_EMISSIONS_COUNTRY", "USA")
    assert Settings(region="Virginia").region == "Virginia"
