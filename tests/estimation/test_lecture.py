"""The lecture's example to the digit, its errata, and what today's data say for the same run; docs/lecture.md too.

One chip of a TPU v2, 96 h in Google's asia-east1, with ML CO2 Impact; then four of them, and BERT's downloads.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from hf_emissions import units
from hf_emissions.estimation.calculators.ml_co2_impact import SITE_INTENSITY_KG_PER_KWH, SITE_POWER_W, ml_co2_impact
from hf_emissions.estimation.reuse import amazon_share, avoided, percent
from hf_emissions.factors.equivalences import CAR_KM, COAL_KG, SEEDLINGS, Equivalent, equivalents

HOURS = 96
DOWNLOADS = 34_169_601
PAGE = (Path(__file__).parents[2] / "docs" / "lecture.md").read_text(encoding="utf-8")
TEXT = " ".join(PAGE.split())

ONE_CHIP = ml_co2_impact(SITE_POWER_W["TPU v2"], HOURS, SITE_INTENSITY_KG_PER_KWH["gcp", "asia-east1"])
ONE_KG = units.g_to_kg(ONE_CHIP.emissions_g)


def shown(emissions_kg: float) -> dict[str, str]:
    return {item.equivalence.key: item.words for item in equivalents(units.kg_to_g(emissions_kg))}


def test_one_chip():
    assert (ONE_CHIP.energy_kwh, ONE_KG) == (21.22, 11.88)
    # The site's rounded intensity, typed in, gives the same.
    assert ml_co2_impact(221, HOURS, 0.56, intensity_as_typed=True).emissions_g == ONE_CHIP.emissions_g
    words = shown(ONE_KG)
    assert words["car_km"] == "48 km in an average car with a combustion engine (247 g/km, EPA 2021)"
    assert words["coal_kg"] == "5.95 kg of coal burned (1.995 kg/kg, EPA 2021)"
    assert words["seedlings"] == "0.2 tree seedlings grown for ten years (60 kg each, EPA 2021)"
    for line in (*ONE_CHIP.steps[::2], *(words[key] for key in ("car_km", "coal_kg", "seedlings"))):
        assert line.partition(" (rounded")[0] in TEXT


@pytest.mark.parametrize(("thing", "amount"), [(CAR_KM, 48.04), (COAL_KG, 5.954), (SEEDLINGS, 0.198)])
def test_one_chip_before_rounding(thing, amount):
    assert ONE_CHIP.emissions_g / thing.factor_g == pytest.approx(amount, rel=2e-4)


def test_four():
    four_kg = 4 * ONE_KG
    assert four_kg == pytest.approx(47.52, abs=1e-9)
    words = shown(four_kg)
    assert words["car_km"].startswith("192 km in an average car")
    assert words["coal_kg"].startswith("23.8 kg of coal")
    assert units.kg_to_g(four_kg) / SEEDLINGS.factor_g == pytest.approx(0.792, abs=1e-9)
    for figure in ("47.52 kg", "192 km", "23.8 kg", "0.792"):
        assert figure in TEXT


def test_the_amazon_at_one_seedling_each():
    share = amazon_share(DOWNLOADS)
    assert percent(share) == "0.0088 %"
    assert f"{share:.3%}" == "0.009%"
    assert Equivalent(DOWNLOADS, SEEDLINGS).words.startswith("34.2 million tree seedlings")
    for figure in ("34,169,601 / 390,000,000,000 = 0.0088 %", "0.009 %"):
        assert figure in TEXT


def test_the_amazon_at_one_chip_each():
    found = avoided(ONE_CHIP.emissions_g, DOWNLOADS)
    assert found.words[1].startswith("6.77 million tree seedlings")
    assert percent(found.amazon_share) == "0.0017 %"
    assert "6.77 million seedlings, 0.0017 %" in TEXT


def test_the_amazon_at_the_lectures_own_0_792_seedlings():
    found = avoided(units.kg_to_g(4 * ONE_KG), DOWNLOADS)
    assert percent(found.amazon_share) == "0.0069 %"
    assert "0.0069 %" in TEXT


def test_errata():
    """Four Cloud TPUs are 16 chips, and BERT-large's sixteen are 64."""
    for chips, kg in ((16, 190.08), (64, 760.32)):
        assert chips * ONE_KG == pytest.approx(kg, abs=1e-9)
        assert f"{chips} x 11.88 kg = {kg} kg" in TEXT


@pytest.mark.train
def test_today_s_data_for_the_same_run():
    pytest.importorskip("codecarbon")
    from hf_emissions.factors.google_regions import google_region_intensity
    from hf_emissions.factors.intensity import grid_intensity

    energy_kwh = units.power_to_kwh(SITE_POWER_W["TPU v2"], units.hours_to_s(HOURS))
    region, country = google_region_intensity("asia-east1"), grid_intensity("TWN")
    assert (region.intensity.basis, country.intensity.basis) == ("operational", "life-cycle")
    for site in (region, country):
        emissions_g = units.emissions_g(energy_kwh, site.g_per_kwh)
        assert 5 < units.g_to_kg(emissions_g) < 20
        row = f"{units.format_intensity(site.g_per_kwh)} | {units.format_mass(emissions_g)}"
        if "3.3.2" in (site.intensity.source or ""):
            assert row in TEXT
