"""Settings, checked before training starts."""

from __future__ import annotations

import numpy as np
import pytest

from hf_emissions.errors import HfEmissionsError, PlaceError, UnitError, UsageError
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


@pytest.mark.parametrize("pue", [0.0, 0.99, 5.1, float("nan"), float("inf"), -1, "high", "1.2", True, [1.2]])
def test_a_pue_that_no_facility_has(pue):
    with pytest.raises(UsageError, match=r"between 1\.0 and 5\.0"):
        Settings(pue=pue)


@pytest.mark.parametrize("pue", [1, 1.0, 1.58, 5])
def test_a_pue(pue):
    assert Settings(pue=pue).pue == pue


def test_a_region_needs_a_country(monkeypatch):
    with pytest.raises(PlaceError, match="needs its country"):
        Settings(region="Virginia")
    monkeypatch.setenv("HF_EMISSIONS_COUNTRY", "USA")
    assert Settings(region="Virginia").region == "Virginia"


def test_a_cloud_region_needs_none():
    assert Settings(region="gcp:europe-west4").region == "gcp:europe-west4"
    with pytest.raises(PlaceError, match="or its provider, such as gcp:europe-west4"):
        Settings(region="europe-west4")


@pytest.mark.parametrize(
    ("given", "g_per_kwh"),
    [(381, 381), (381.5, 381.5), ("381 g/kWh", 381), ("0.381 kg/kWh", 381), ("0.381 kgCO2eq/kWh", 381), (3.5, 3.5),
     ("1 g/kWh", 1), (np.float32(24), 24), (None, None)],
    ids=str,
)  # fmt: skip
def test_an_intensity_with_its_unit_or_in_grams(given, g_per_kwh):
    assert Settings(intensity=given).intensity_g_per_kwh == (g_per_kwh and pytest.approx(g_per_kwh))


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ("381", UnitError, "unit"),
        ("", UnitError, ""),
        ("381 kWh", UnitError, ""),
        ("much", UnitError, ""),
        # Nobody has so clean a grid; trackers say kilograms.
        (0.381, PlaceError, '"0.381 kg/kWh" or "0.381 g/kWh"'),
        (0, PlaceError, "no grid has 0 g/kWh"),
        (-5, PlaceError, "no grid has -5 g/kWh"),
        (1401, PlaceError, "between 3.5 and 1400"),
        ("381 kg/kWh", PlaceError, "no grid has 381000 g/kWh"),
        (float("nan"), PlaceError, "no grid has nan"),
        (float("inf"), PlaceError, "no grid has inf"),
        (True, PlaceError, "intensity is True"),
        ([381], PlaceError, "intensity is [381]"),
    ],
    ids=str,
)
def test_an_intensity_that_is_none(given, error, words):
    with pytest.raises(error) as refused:
        Settings(intensity=given)
    assert words in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_a_training_type_is_a_text():
    with pytest.raises(HfEmissionsError, match="training_type is 3"):
        Settings(training_type=3)
