"""What a figure covers: the accelerators alone, the node, or the facility; and what a given energy covers."""

from __future__ import annotations

import pytest

pytest.importorskip("numpy")

from hf_emissions import estimate
from hf_emissions.errors import UsageError
from hf_emissions.estimation.explanation import record_of, source_of
from hf_emissions.estimation.host import host_ratio
from hf_emissions.estimation.power import HOST, power_ratio
from hf_emissions.facts.facts import Facts

np = pytest.importorskip("numpy")

GIVEN = {"intensity_g_per_kwh": 400.0}
METERED = {"energy_kwh": 100.0, **GIVEN}
EIGHT = {"hardware": "A100 SXM", "count": 8, "wall_hours": 96.0, **GIVEN}
AT_GOOGLE = {"provider": "gcp", "region": "europe-west4", **GIVEN}


def test_hours_of_the_accelerators_alone_leave_the_host_out():
    alone, node = estimate(**EIGHT, boundary="accelerators"), estimate(**EIGHT)
    assert (alone.boundary, node.boundary) == ("accelerators", "node")
    ratio = power_ratio(accelerators=8).median / power_ratio(accelerators=8, boundary="accelerators").median
    # Both are rounded to two digits.
    assert node.median_g / alone.median_g == pytest.approx(ratio, rel=0.06)
    assert "the figure covers the accelerators alone, without the rest of the node and without cooling" in (
        alone.assumptions
    )
    assert alone.facility_g is None
    assert node.facility_g is not None


def test_operations_of_the_accelerators_alone_leave_the_host_out():
    of_a_model = {"hardware": "A100 SXM", "parameters": 7e9, "tokens": 2e12, **GIVEN}
    alone, node = estimate(**of_a_model, boundary="accelerators"), estimate(**of_a_model)
    assert node.median_g / alone.median_g == pytest.approx(host_ratio().median, rel=0.05)


@pytest.mark.parametrize(
    ("hardware", "chips", "mean_w", "rated_w"),
    [("TPU v4", 1, 170, 192), ("TPU v4-8", 4, 170, 192), ("TPU v3-8", 4, 220, 450)],
)
def test_a_tpu_whose_published_mean_has_its_host_inside_loses_it(hardware, chips, mean_w, rated_w):
    """Google measured 170 and 220 W of the chip alone."""
    pod = {"hardware": hardware, "count": 4, "wall_hours": 10.0, **GIVEN}
    alone, node = estimate(**pod, boundary="accelerators"), estimate(**pod)
    low, median, high = (kwh * 1000 / (10 * 4 * chips) for kwh in alone.energy_kwh)
    assert median == pytest.approx(mean_w, rel=0.06)
    assert low < mean_w < high <= rated_w * 1.05 * 1.05  # two digits
    assert alone.high_g <= node.high_g
    assert not any("350 W" in words for words in alone.assumptions)


def test_what_the_accelerators_meters_gave_is_their_figure_within_a_few_per_cent():
    found = estimate(**METERED, energy_boundary="accelerators", boundary="accelerators")
    assert (found.tier, found.boundary, found.pue) == ("A", "accelerators", 1.0)
    assert (found.low_g, found.median_g, found.high_g) == (38_000, 40_000, 42_000)
    assert record_of(found).boundary == "accelerators"
    assert "(tier A: 100 kWh of the accelerators, accelerators; grid 400 g/kWh, given)" in source_of(found)


def test_a_node_adds_the_hosts_share_with_a_range():
    found = estimate(**METERED, energy_boundary="accelerators")
    assert (found.tier, found.boundary) == ("A", "node")
    low, high = host_ratio().range_90
    assert found.low_g == pytest.approx(40_000 * low, rel=0.05)
    assert found.median_g == pytest.approx(40_000 * host_ratio().median, rel=0.05)
    assert found.high_g == pytest.approx(40_000 * high, rel=0.05)
    assert "a node draws 1.0 to 2.1 times what its accelerators draw" in found.assumptions
    assert found.narrow_by == "a metered energy of the node (energy_boundary)"


def test_the_hosts_share_is_that_of_the_power_model():
    """A third of the rated power beside what the accelerators draw, each with its spread."""
    alone = power_ratio(parameters=1e9, boundary="accelerators")
    assert host_ratio().median == pytest.approx(1 + HOST.median / alone.median)
    assert (host_ratio().median, host_ratio().sigma) == pytest.approx((1.472, 0.219), abs=0.001)
    draws = np.random.default_rng(1)
    ratio = 1 + HOST.draw(draws, 50_000) / alone.draw(draws, 50_000)
    low, median, high = np.quantile(ratio, (0.05, 0.5, 0.95))
    assert (host_ratio().median, host_ratio().range_90[1]) == pytest.approx((median, high), rel=0.06)
    assert 1.0 < host_ratio().range_90[0] < low


def test_the_energy_of_a_node_without_its_host_has_a_range_too():
    found = estimate(**METERED, energy_boundary="node", boundary="accelerators")
    assert found.boundary == "accelerators"
    assert found.median_g < 40_000
    assert found.high_g / found.low_g > 1.6


def test_energy_of_the_facility_gets_nothing_added_and_no_pue_again():
    found = estimate(**METERED, energy_boundary="facility")
    with_pue = estimate(**METERED, energy_boundary="facility", pue=1.4)
    at_a_provider = estimate(energy_kwh=100.0, energy_boundary="facility", **AT_GOOGLE)
    same = estimate(**METERED)
    for one in (found, with_pue, at_a_provider):
        assert (one.low_g, one.median_g, one.high_g, one.boundary) == (
            same.low_g,
            same.median_g,
            same.high_g,
            "facility",
        )
        assert any("nothing is added and no PUE is applied" in words for words in one.assumptions)
        assert one.facility_g is None
    assert (found.pue, with_pue.pue, at_a_provider.pue) == (None, 1.4, None)
    assert "100 kWh of the facility, facility; grid" in source_of(found)
    assert "100 kWh of the facility, facility, PUE 1.4; grid" in source_of(with_pue)
    assert record_of(found).boundary == "facility"


@pytest.mark.parametrize("covers", ["accelerators", "node"])
def test_a_pue_is_put_on_top_of_what_lies_inside_the_facility(covers):
    node, facility = (estimate(**METERED, energy_boundary=covers, pue=pue) for pue in (None, 1.5))
    assert (node.boundary, facility.boundary) == ("node", "facility")
    assert facility.median_g / node.median_g == pytest.approx(1.5, rel=0.03)


def test_a_published_pue_is_applied_where_it_cannot_be_inside():
    assert estimate(energy_kwh=100.0, energy_boundary="accelerators", **AT_GOOGLE).boundary == "facility"
    assert estimate(energy_kwh=100.0, **AT_GOOGLE).boundary == "node"
    asked = estimate(energy_kwh=100.0, energy_boundary="accelerators", boundary="accelerators", **AT_GOOGLE)
    assert (asked.boundary, asked.pue) == ("accelerators", 1.0)


def test_the_facility_is_a_figure_where_its_pue_is_known():
    assert estimate(**EIGHT, boundary="facility", pue=1.3).boundary == "facility"
    assert estimate(**METERED, energy_boundary="facility", boundary="facility").boundary == "facility"


def test_energies_that_cover_the_same_are_compared():
    """300 kWh of eight A100 in 96 h: of the accelerators it goes with their hours, and 3 kWh do not."""
    agrees = estimate(**EIGHT, energy_kwh=250.0, energy_boundary="accelerators", boundary="accelerators")
    assert agrees.median_g is not None
    for covers in ("accelerators", "facility"):
        apart = estimate(**EIGHT, energy_kwh=3.0, energy_boundary=covers)
        assert "the facts contradict each other" in (apart.why_no_number or "")


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({**EIGHT, "boundary": "gpu"}, "boundary is 'gpu'; it must be one of accelerators, node, facility"),
        ({**METERED, "energy_boundary": "gpu"}, "energy_boundary is 'gpu'; it must be one of accelerators, node"),
        ({**EIGHT, "energy_boundary": "node"}, "energy_boundary says what energy_kwh covers, and there is none"),
        ({**EIGHT, "boundary": "accelerators", "pue": 1.2}, "no overhead of the facility; leave the PUE out"),
        ({**EIGHT, "boundary": "facility"}, "the PUE of the facility is not known; give it"),
        ({**METERED, "boundary": "accelerators"}, "what the energy covers is not known; give energy_boundary"),
        (
            {**METERED, "energy_boundary": "facility", "boundary": "accelerators"},
            "the energy covers the facility, which does not tell",
        ),
        (
            {"hardware": "Intel Core i7-12700H", "wall_hours": 1.0, "boundary": "accelerators"},
            "Intel Core i7-12700H is a processor and no accelerator",
        ),
        ({**EIGHT, "boundary": "accelerators", "method": "green-algorithms"}, "has a boundary of its own"),
    ],
)
def test_what_cannot_be_asked_for_is_one_line(known, words):
    with pytest.raises(UsageError) as error:
        estimate(**known)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_another_energy_does_not_keep_the_boundary_of_the_one_before():
    facts = Facts(energy_kwh=5.0, energy_boundary="accelerators", hardware="A100")
    assert facts.replace(energy_kwh=7.0).energy_boundary is None
    assert facts.replace(hardware="H100").energy_boundary == "accelerators"
    assert facts.replace(energy_kwh=7.0, energy_boundary="node").energy_boundary == "node"


def test_a_figure_of_the_facility_needs_to_know_what_the_energy_covers():
    with pytest.raises(UsageError, match="what the energy covers is not known; give energy_boundary: node or facility"):
        estimate(energy_kwh=3.0, **AT_GOOGLE, boundary="facility")
    assert estimate(energy_kwh=3.0, energy_boundary="node", **AT_GOOGLE, boundary="facility").boundary == "facility"
    assert estimate(energy_kwh=3.0, pue=1.2, **GIVEN, boundary="facility").boundary == "facility"


@pytest.mark.parametrize("boundary", ["node", "accelerators"])
@pytest.mark.parametrize(("kwh", "contradicts"), [(0.3, False), (2.0, False), (100.0, True), (0.01, True)])
def test_a_waiting_gpu_does_not_contradict_its_meter(boundary, kwh, contradicts):
    """10 h of an A100: at 30 W it waits, at 10 kW or 1 W it is another one's energy."""
    given = {"energy_kwh": kwh, "energy_boundary": "accelerators", "boundary": boundary, **GIVEN}
    found = estimate(hardware="A100 SXM", count=1, wall_hours=10.0, **given)
    assert (found.why_no_number is not None) == contradicts
