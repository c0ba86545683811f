"""From facts to grams with a range: tiers, what is known and what is not, and what would narrow it."""

from __future__ import annotations

import dataclasses
import re

import pytest

pytest.importorskip("numpy")
pytest.importorskip("codecarbon")

from hf_emissions import estimate
from hf_emissions.errors import PlaceError, UsageError
from hf_emissions.estimation.explanation import PREFIX, record_of, refusal_of_block, source_of
from hf_emissions.estimation.hardware import find_hardware
from hf_emissions.factors.find_accelerator import UnknownDeviceError
from hf_emissions.factors.intensity import grid_intensity
from hf_emissions.facts.facts import Facts

EIGHT = {"hardware": "A100 SXM", "count": 8, "wall_hours": 96.0, "country_iso3": "DEU"}


def width(found):
    return found.high_g / found.low_g


# Tiers


@pytest.mark.parametrize(
    ("known", "tier"),
    [
        ({"energy_kwh": 3.5, "country_iso3": "DEU"}, "A"),
        (EIGHT, "B"),
        ({"hardware": "A100 SXM", "device_hours": 768.0, "provider": "gcp", "region": "europe-west4"}, "B"),
        ({**EIGHT, "country_iso3": None}, "C"),
        ({"hardware": "A100", "parameters": 7e9, "tokens": 2e12, "country_iso3": "USA"}, "D"),
        ({"hardware": "A100", "parameters": 7e9, "tokens": 2e12}, "E"),
        ({"parameters": 7e9, "tokens": 2e12, "country_iso3": "USA"}, "E"),
        ({"parameters": 7e9, "tokens": 2e12}, "F"),
    ],
)
def test_the_tier_follows_from_the_facts(known, tier):
    assert estimate(**known).tier == tier


def test_each_tier_is_wider_than_the_one_before():
    energy = estimate(**EIGHT).energy_kwh[1]
    meter = estimate(energy_kwh=energy, country_iso3="DEU")
    hours = estimate(**EIGHT)
    nowhere = estimate(**{**EIGHT, "country_iso3": None})
    assert width(meter) < width(hours) < width(nowhere)
    assert 1.2 < width(meter) < 2.2
    assert 2 < width(hours) < 6
    assert 8 < width(nowhere) < 30


def test_the_energy_is_power_times_hours():
    found = estimate(**EIGHT)
    # 8 x 96 h at 400 W are 307 kWh; a node draws between half and one and a half of its accelerators' rating.
    low, median, high = found.energy_kwh
    assert 307 * 0.4 < low < median < high < 307 * 2
    assert found.boundary == "node"
    assert found.pue == 1.0
    # Grams are the energy times the grid's figure.
    assert found.median_g == pytest.approx(median * grid_intensity("DEU").g_per_kwh, rel=0.1)


def test_figures_have_two_digits():
    found = estimate(**EIGHT)
    for figure in (found.low_g, found.median_g, found.high_g, *found.energy_kwh):
        assert float(f"{figure:.1e}") == figure


def test_the_same_seed_gives_the_same_figures_and_another_one_nearly():
    assert estimate(**EIGHT) == estimate(**EIGHT)
    other = estimate(**EIGHT, seed=1)
    assert other.median_g == pytest.approx(estimate(**EIGHT).median_g, rel=0.05)


def test_facts_and_keywords_are_the_same():
    assert estimate(Facts(**EIGHT)) == estimate(**EIGHT)
    assert estimate(Facts(**EIGHT), count=16).median_g > 1.8 * estimate(**EIGHT).median_g
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        estimate(colour="red")


def test_hours_in_all_and_hours_each():
    each = estimate(**EIGHT)
    in_all = estimate(**{**EIGHT, "wall_hours": None, "device_hours": 768.0})
    assert in_all.median_g == pytest.approx(each.median_g, rel=0.03)
    trainer = estimate(**{**EIGHT, "wall_hours": None, "train_runtime_s": 96 * 3600.0})
    assert trainer.median_g == each.median_g


def test_hours_that_may_be_either_are_a_mixture_of_both():
    either = estimate(**{**EIGHT, "wall_hours": None, "hours": 96.0})
    each = estimate(**EIGHT)
    alone = estimate(**{**EIGHT, "wall_hours": None, "device_hours": 96.0})
    assert either.low_g == pytest.approx(alone.low_g, rel=0.35)
    assert either.high_g == pytest.approx(each.high_g, rel=0.35)
    assert either.narrow_by == "which hours these are (wall_hours)"
    assert any("summed over 8 devices" in words for words in either.assumptions)


def test_a_name_that_fits_several_forms_widens_the_range():
    vague = estimate(**{**EIGHT, "hardware": "V100"})
    exact = estimate(**{**EIGHT, "hardware": "V100 SXM2"})
    assert width(vague) > width(exact)
    assert vague.median_g <= exact.median_g


def test_a_pod_slice_counts_its_chips():
    four = estimate(**{**EIGHT, "hardware": "TPU v3-8", "count": 1})
    one = estimate(**{**EIGHT, "hardware": "TPU v3", "count": 1})
    assert four.median_g == pytest.approx(4 * one.median_g, rel=0.1)


def test_a_small_computer_draws_less():
    assert estimate(hardware="Intel Core i7-12700H", wall_hours=10.0, country_iso3="DEU").median_g < 400


# The place


def test_the_place_narrows_the_range():
    usa = estimate(**{**EIGHT, "country_iso3": "USA"})
    virginia = estimate(**{**EIGHT, "country_iso3": "USA", "region": "Virginia"})
    assert width(usa) > width(virginia)
    assert "combustion only" in virginia.grid
    assert (virginia.intensity.basis, usa.intensity.basis) == ("combustion", "life-cycle")


def test_a_cloud_region_is_a_place():
    found = estimate(hardware="A100 SXM", count=8, wall_hours=96.0, provider="gcp", region="europe-west4")
    place = found.place
    assert (place.country_iso3, place.cloud_provider, place.cloud_region) == ("NLD", "gcp", "europe-west4")


def test_an_intensity_that_is_given_is_taken():
    found = estimate(hardware="A100 SXM", count=8, wall_hours=96.0, intensity_g_per_kwh=560.0)
    assert found.tier == "B"
    # Grams are known, and the place is not: no block.
    assert not found.place.is_known
    assert "place is not known" in refusal_of_block(found)
    assert refusal_of_block(estimate(**EIGHT, intensity_g_per_kwh=560.0)) is None
    assert found.median_g == pytest.approx(560 * found.energy_kwh[1], rel=0.06)


def test_where_the_place_is_not_known_it_is_what_would_narrow_most():
    assert estimate(**{**EIGHT, "country_iso3": None}).narrow_by == "the country (country_iso3)"


# The facility


def test_the_node_unless_the_pue_is_known():
    node = estimate(**EIGHT)
    assert node.facility_g[0] > node.low_g
    assert node.facility_g[1] > node.high_g
    given = estimate(**EIGHT, pue=1.5)
    assert (given.boundary, given.pue, given.facility_g) == ("facility", 1.5, None)
    assert given.median_g == pytest.approx(1.5 * node.median_g, rel=0.06)


def test_a_provider_that_publishes_its_pue():
    found = estimate(hardware="A100 SXM", count=8, wall_hours=96.0, provider="gcp", region="europe-west4")
    assert found.boundary == "facility"
    assert 1.05 < found.pue < 1.2
    assert any("Google" in words for words in found.assumptions)


def test_a_computer_at_home_has_no_facility_around_it():
    assert estimate(hardware="RTX 3090", wall_hours=10.0, country_iso3="DEU").facility_g is None


def test_what_a_meter_gave_has_no_overhead_added():
    metered = estimate(energy_kwh=10.0, provider="gcp", region="europe-west4")
    assert metered.boundary == "node"


def test_making_the_hardware_is_apart():
    found = estimate(**EIGHT)
    low, median, high = found.embodied_g
    assert 768 * 3 < low < median < high < 768 * 40
    assert estimate(energy_kwh=3.5, country_iso3="DEU").embodied_g is None


# Operations


def test_six_operations_for_each_parameter_and_token():
    base = {"hardware": "A100 SXM", "count": 64, "country_iso3": "USA", "tokens": 1e12}
    one = estimate(**base, parameters=7e9)
    # 6 x 7e9 x 1e12 FLOP at 0.37 of 312 TFLOP/s are 101,000 h, and 40 MWh at 400 W.
    assert 20_000 < one.energy_kwh[1] < 80_000
    sparse = estimate(**base, parameters=56e9, active_parameters=7e9)
    assert sparse.median_g == one.median_g
    halved = estimate(**base, parameters=7e9, encoder_decoder=True)
    assert halved.median_g == pytest.approx(one.median_g / 2, rel=0.06)


def test_what_is_not_trained_costs_less():
    base = {"hardware": "A100 SXM", "count": 1, "country_iso3": "USA", "parameters": 7e9, "tokens": 1e9}
    base["training_type"] = "fine-tuning"
    full, lora, frozen = (estimate(**base, adaptation=how) for how in ("full", "lora", "frozen-encoder"))
    assert lora.median_g == pytest.approx(full.median_g * 4 / 6, rel=0.06)
    assert frozen.median_g == pytest.approx(full.median_g * 2 / 6, rel=0.06)
    with pytest.raises(UsageError, match="'half'; there are full, lora, frozen-encoder"):
        estimate(**base, adaptation="half")


def test_steps_are_an_upper_bound_of_the_tokens():
    base = {"hardware": "T4", "count": 1, "country_iso3": "DEU", "parameters": 110e6}
    told = estimate(**base, tokens=1000 * 32 * 128.0)
    found = estimate(**base, steps=1000, total_batch_size=32, sequence_length=128)
    assert found.median_g < told.median_g
    assert any("an upper bound" in words for words in found.assumptions)


def test_operations_that_trainer_counted():
    found = estimate(hardware="T4", country_iso3="DEU", total_flos=1e17)
    assert found.tier == "D"
    assert found.median_g > 0


def test_parameters_and_tokens_alone_give_a_band_in_words():
    found = estimate(parameters=7e9, tokens=2e12)
    assert (found.low_g, found.median_g, found.high_g, found.energy_kwh) == (None, None, None, None)
    assert found.band == "tonnes"
    assert estimate(parameters=100e6, tokens=1e9).band != found.band


# Facts that contradict each other, or do not suffice


def test_two_ways_that_do_not_agree_give_no_number():
    found = estimate(**EIGHT, parameters=70e9, tokens=15e12)
    assert found.median_g is None
    assert "contradict each other" in found.why_no_number
    assert "8 x A100" in found.why_no_number


def test_two_ways_that_agree_give_the_better_one():
    hours = estimate(**EIGHT)
    assert estimate(**EIGHT, parameters=110e6, tokens=3e11).tier == "B"
    assert estimate(**EIGHT, energy_kwh=hours.energy_kwh[1]).tier == "A"


@pytest.mark.parametrize(
    ("hardware", "maker"),
    [("TPU v5e", "TPU v5e"), ("Trainium2", "Trainium2"), ("Apple M2 Max", "M2 Max"), ("Graviton3", "AWS Graviton3")],
)
def test_where_a_maker_publishes_no_power_a_wide_range_says_so(hardware, maker):
    facts = {"hardware": hardware, "count": 4, "wall_hours": 10.0, "country_iso3": "DEU"}
    found = estimate(**facts)
    why = f"the maker of {maker} publishes no power"
    words = next(words for words in found.assumptions if why in words)
    assert "this wide range is ours, by comparison with other devices" in words
    low, high = (float(end) for end in re.search(r": (\d+) to (\d+) W; ", words).groups())
    rated = find_hardware(hardware).rated_w
    assert rated.range_90 == pytest.approx((low, high), rel=0.01)
    assert found.tier == "B"
    assert found.high_g > 1.8 * found.low_g
    assert refusal_of_block(found) == why
    assert refusal_of_block(estimate(**facts, energy_kwh=found.energy_kwh[1])) is None


def test_a_service_is_a_range_of_its_devices_and_says_that_it_is_one():
    found = estimate(hardware="Google Colab", count=1, wall_hours=10.0, country_iso3="DEU")
    words = next(words for words in found.assumptions if "Google Colab is a service" in words)
    assert "50 to 250 W" in words
    assert "P100" in words
    assert found.high_g > 4 * found.low_g
    assert refusal_of_block(found).startswith("Google Colab is a service")
    assert found.high_g < estimate(hardware="Colab Pro", count=1, wall_hours=10.0, country_iso3="DEU").high_g


def test_an_instance_is_its_devices():
    facts = {"wall_hours": 10.0, "country_iso3": "DEU"}
    instance = estimate(hardware="Standard_ND96asr_v4", count=2, **facts)
    assert instance.energy_kwh == estimate(hardware="A100 40GB SXM", count=16, **facts).energy_kwh
    assert refusal_of_block(instance) is None
    assert estimate(hardware="2x p4d.24xlarge", count=1, **facts).energy_kwh == instance.energy_kwh


@pytest.mark.parametrize("method", ["ml-co2-impact", "green-algorithms"])
@pytest.mark.parametrize(
    ("hardware", "words"),
    [("TPU v6e", "the maker of TPU v6e"), ("Colab Pro", "is a service"), ("Graviton4", "Graviton4")],
)
def test_a_published_calculator_takes_published_power_alone(method, hardware, words):
    with pytest.raises(UsageError, match=f"{words}.*takes published power alone"):
        estimate(hardware=hardware, wall_hours=3.0, country_iso3="DEU", method=method)


def test_a_published_calculator_takes_the_rating_of_a_processor_with_a_range():
    facts = {"wall_hours": 10.0, "intensity_g_per_kwh": 400.0, "method": "ml-co2-impact"}
    assert estimate(hardware="Intel Core Ultra 9 185H", **facts).energy_kwh[1] == pytest.approx(0.45)


def test_operations_on_a_service_have_the_spread_between_devices():
    work = {"parameters": 1e9, "tokens": 1e9, "country_iso3": "DEU"}
    colab, card = estimate(hardware="Google Colab", **work), estimate(hardware="T4", **work)
    assert colab.high_g / colab.low_g > 1.5 * card.high_g / card.low_g


@pytest.mark.parametrize(
    ("known", "error", "words"),
    [
        ({}, UsageError, "nothing alone gives no estimate"),
        ({"country_iso3": "DEU"}, UsageError, "country_iso3 alone gives no estimate"),
        ({"hardware": "A100", "country_iso3": "DEU"}, UsageError, "give the energy, or the hardware and its hours"),
        ({**EIGHT, "hardware": "A1000 SXM"}, UnknownDeviceError, "A1000 SXM"),
        ({**EIGHT, "country_iso3": "XYZ"}, PlaceError, "XYZ"),
        ({**EIGHT, "country_iso3": None, "region": "Bavaria"}, PlaceError, "Bavaria"),
        ({**EIGHT, "country_iso3": None, "provider": "gcp", "region": "europe-west99"}, PlaceError, "europe-west9"),
        ({**EIGHT, "wall_hours": 0.0}, UsageError, "wall_hours is 0.0; it must be a number above zero"),
        ({**EIGHT, "wall_hours": -5.0}, UsageError, "above zero"),
        ({**EIGHT, "count": 1.5}, UsageError, "count is 1.5; devices come whole"),
        ({**EIGHT, "wall_hours": float("nan")}, UsageError, "above zero"),
        ({**EIGHT, "hardware": "  "}, UsageError, "names nothing"),
    ],
)
def test_bad_facts_are_one_line(known, error, words):
    with pytest.raises(error, match=words.replace("(", r"\(")) as caught:
        estimate(**known)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("settings", "error"), [({"pue": 0.9}, UsageError), ({"intensity_g_per_kwh": 0}, PlaceError)])
def test_settings_that_cannot_be(settings, error):
    with pytest.raises(error):
        estimate(**EIGHT, **settings)


def test_facts_that_are_beyond_any_training():
    for known in ({"energy_kwh": 1e308}, {**EIGHT, "count": 10**400}, {**EIGHT, "wall_hours": 1e300}):
        with pytest.raises(UsageError, match="more than any training has had"):
            estimate(**{"country_iso3": "DEU", **known})
    with pytest.raises(UsageError, match="more than all"):
        Facts(parameters=7e9, active_parameters=70e9)
    with pytest.raises(UsageError, match="seed is -1"):
        estimate(**EIGHT, seed=-1)


def test_wall_hours_and_device_hours_that_do_not_go_together():
    found = estimate(**EIGHT, device_hours=5.0)
    assert found.median_g is None
    assert "8 devices for 96 h are not 5 device hours" in found.why_no_number
    assert estimate(**EIGHT, device_hours=760.0).median_g is not None


def test_a_place_of_which_the_intensity_is_given_has_to_exist():
    for place in ({"provider": "mars", "region": "north"}, {"provider": "gcp", "region": "nowhere"}):
        with pytest.raises(PlaceError):
            estimate(**{**EIGHT, "country_iso3": None, **place}, intensity_g_per_kwh=381.0)
    with pytest.raises(PlaceError, match="Germany has no regions"):
        estimate(**EIGHT, region="Bavaria", intensity_g_per_kwh=381.0)
    with pytest.raises(PlaceError, match="stands in Netherlands"):
        estimate(**EIGHT, provider="gcp", region="europe-west4")


def test_a_grid_of_hydropower_emits_over_its_life():
    quebec = estimate(**{**EIGHT, "country_iso3": "CAN", "region": "quebec"})
    assert quebec.intensity.basis == "life-cycle"
    assert quebec.low_g < 20 * quebec.energy_kwh[1] < quebec.high_g
    norway = estimate(**{**EIGHT, "country_iso3": "NOR", "region": "NO1"})
    assert width(norway) > width(estimate(**EIGHT))


def test_a_pue_that_is_given_is_put_on_top_of_a_meter_too():
    plain, given = (estimate(energy_kwh=10.0, country_iso3="DEU", **more) for more in ({}, {"pue": 1.5}))
    assert given.boundary == "facility"
    assert given.median_g == pytest.approx(1.5 * plain.median_g, rel=0.06)


def test_power_and_rate_go_together():
    base = {"count": 8, "parameters": 1e9, "tokens": 1e10, "country_iso3": "DEU"}
    for whole, part in (("MI250X OAM", "MI250X GCD"), ("K80 board", "K80")):
        energies = [estimate(hardware=name, **base).energy_kwh[1] for name in (whole, part)]
        assert energies[0] == pytest.approx(energies[1], rel=0.08)


def test_what_trainer_counted_comes_before_the_room_of_the_steps():
    steps = {"steps": 1000, "total_batch_size": 32, "sequence_length": 512, "parameters": 1e8}
    counted = estimate(hardware="A100 SXM", count=8, country_iso3="DEU", total_flos=9e15, **steps)
    alone = estimate(hardware="A100 SXM", count=8, country_iso3="DEU", total_flos=9e15, parameters=1e8)
    assert counted == alone
    assert "9e+15 FLOP by Trainer" in counted.rests_on


def test_a_small_training_of_a_large_model_is_a_fine_tune():
    base = {"hardware": "RTX 4090", "count": 1, "parameters": 7e9, "tokens": 1e8, "country_iso3": "DEU"}
    assert estimate(**base).median_g == estimate(**base, training_type="fine-tuning").median_g
    assert estimate(**base, training_type="pre training").median_g < estimate(**base).median_g


def test_what_was_taken_for_granted_keeps_it_out_of_a_block():
    assert "hours may be" in refusal_of_block(estimate(**{**EIGHT, "wall_hours": None, "hours": 96.0}))
    unknown = estimate(**{**EIGHT, "count": None})
    assert "how many devices" in refusal_of_block(unknown)
    assert unknown.hardware_used == "A100 SXM"
    # One that was taken contradicts nothing.
    assert estimate(**{**EIGHT, "count": None}, energy_kwh=500.0).median_g is not None


# What becomes of it


def test_the_source_says_what_it_rests_on():
    source = source_of(estimate(**EIGHT))
    assert source.startswith(f"{PREFIX} ")
    for words in ("tier B: 8 x A100 SXM", "96 h", "node", "grid DEU 381 g/kWh life-cycle, codecarbon", "90 % range "):
        assert words in source


def test_an_estimate_as_a_record():
    found = estimate(**EIGHT)
    record = record_of(found)
    assert (record.emissions_g, record.range_g) == (found.median_g, (found.low_g, found.high_g))
    assert (record.method, record.boundary, record.geographical_location) == ("estimated", "node", "Germany")
    assert record.hardware_used == "8 x A100 SXM"
    with pytest.raises(UsageError):
        record_of(estimate(parameters=7e9, tokens=2e12))


def test_what_may_stand_in_a_block():
    assert refusal_of_block(estimate(**EIGHT)) is None
    assert refusal_of_block(estimate(energy_kwh=3.5, country_iso3="DEU")) is None
    assert "its place is not known" in refusal_of_block(estimate(energy_kwh=3.5))
    assert "place" in refusal_of_block(estimate(**{**EIGHT, "country_iso3": None}))
    assert "tier D" in refusal_of_block(estimate(hardware="A100", parameters=7e9, tokens=2e12, country_iso3="USA"))
    assert refusal_of_block(estimate(parameters=7e9, tokens=2e12))


def test_every_number_of_an_estimate_is_finite_and_ordered():
    for known in (EIGHT, {"energy_kwh": 1e-9, "country_iso3": "DEU"}, {**EIGHT, "count": 10**6, "wall_hours": 1e4}):
        found = estimate(**known)
        assert 0 < found.low_g <= found.median_g <= found.high_g < float("inf")
        assert dataclasses.asdict(found)
