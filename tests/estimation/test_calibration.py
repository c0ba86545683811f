"""The distributions that are fitted on measured trainings: sensible, re-fitted alike, and true to the shared data."""

from __future__ import annotations

import csv
import dataclasses
import math
import os
import statistics
from collections import defaultdict
from pathlib import Path

import pytest

from hf_emissions.estimation.distributions import Z90
from hf_emissions.estimation.evidence import mfu_evidence, power_evidence
from hf_emissions.estimation.fit import fit_ratios, student_t90
from hf_emissions.estimation.mfu import SMALL_FINETUNE, default_mfu, fit_mfu, mfu
from hf_emissions.estimation.power import SATURATION, default_power, fit_power, measured_mean_ratio, power_ratio

SIZES = (1e6, 3.5e6, 5.3e6, SATURATION, 1e9, 1e12)
# Short fine-tunes that leave their devices waiting: the one group that its own range does not hold.
UNUSUAL = {"SAMSum fine-tuning V100"}


def shared(*path: str) -> list[dict[str, str]]:
    folder = os.environ.get("HF_EMISSIONS_SHARED")
    if not folder:
        pytest.skip("HF_EMISSIONS_SHARED is not set")
    with Path(folder, "data", *path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("boundary", ["accelerators", "node"])
def test_power_rises_with_the_size_of_the_model_and_then_no_more(boundary):
    medians = [power_ratio(parameters=size, boundary=boundary).median for size in SIZES]
    assert medians == sorted(medians)
    assert medians[-1] == pytest.approx(medians[-3])
    assert medians[-1] > 1.3 * medians[0]


@pytest.mark.parametrize("parameters", [*SIZES, None])
def test_a_node_draws_more_than_its_accelerators(parameters):
    alone, node = (power_ratio(parameters=parameters, boundary=b) for b in ("accelerators", "node"))
    assert 1.15 < node.median / alone.median < 1.7


def test_power_where_it_was_measured():
    small = power_ratio(parameters=3.5e6, accelerators=1, boundary="accelerators")
    large = power_ratio(parameters=7e9, accelerators=512, boundary="node")
    assert 0.43 < small.median < 0.56
    assert 1.05 < large.median < 1.25
    for ratio in (small, large):
        low, high = ratio.range_90
        assert high / low < 2.2


def test_power_is_less_certain_where_the_size_is_not_known():
    unknown = power_ratio(boundary="accelerators")
    assert unknown.sigma > 1.3 * power_ratio(parameters=1e9, boundary="accelerators").sigma
    assert power_ratio(parameters=1e6).median < power_ratio().median < power_ratio(parameters=1e9).median


def test_so_many_accelerators_train_a_large_model():
    assert power_ratio(accelerators=64) == power_ratio(accelerators=64, parameters=1e9)
    assert power_ratio(accelerators=8) == power_ratio()


@pytest.mark.parametrize("row", power_evidence(), ids=lambda row: row.group)
def test_every_group_but_one_lies_in_its_own_range(row):
    ratio = power_ratio(accelerators=row.accelerators, parameters=row.parameters, boundary=row.boundary)
    low, high = ratio.range_90
    assert (low <= row.ratio <= high) == (row.group not in UNUSUAL)


def test_refitting_gives_what_is_shipped():
    assert fit_power(power_evidence()) == default_power()
    assert fit_mfu(mfu_evidence()) == default_mfu()
    assert power_ratio(parameters=1e8, evidence=power_evidence()) == power_ratio(parameters=1e8)
    assert mfu(generation="hopper", evidence=mfu_evidence()) == mfu(generation="hopper")


@pytest.mark.parametrize("organisation", sorted({row.organisation for row in power_evidence()}))
def test_leaving_an_organisation_out_changes_the_power(organisation):
    rest = [row for row in power_evidence() if row.organisation != organisation]
    assert fit_power(rest) != default_power()


@pytest.mark.parametrize("organisation", sorted({row.organisation for row in mfu_evidence()}))
def test_leaving_an_organisation_out_changes_the_mfu(organisation):
    rest = [row for row in mfu_evidence() if row.organisation != organisation]
    assert fit_mfu(rest) != default_mfu()


def test_fewer_groups_give_a_wider_range():
    some = [row for row in power_evidence() if row.organisation in {"GAISSA", "Nkluge", "OpenAI"}][::3]
    wide, narrow = fit_power(some).sized, default_power().sized
    assert wide.degrees < narrow.degrees
    assert student_t90(wide.degrees) > student_t90(narrow.degrees)


def test_the_range_is_the_prediction_interval_of_students_t():
    ratios = [0.5, 0.6, 0.8, 0.9]
    found = fit_ratios([(1.0,)] * 4, ratios, [1.0] * 4, [(0.0, 0.0)]).predict((1.0,))
    logarithms = [math.log(ratio) for ratio in ratios]
    half = 2.3534 * statistics.stdev(logarithms) * math.sqrt(1 + 1 / 4)
    assert found.median == pytest.approx(math.exp(statistics.fmean(logarithms)))
    assert found.sigma * Z90 == pytest.approx(half, rel=0.01)


@pytest.mark.parametrize(("degrees", "t"), [(3, 2.3534), (5, 2.0150), (10, 1.8125), (30, 1.6973), (1e9, 1.6449)])
def test_students_t(degrees, t):
    assert student_t90(degrees) == pytest.approx(t, rel=0.005)


def test_mfu_by_generation_and_size():
    volta, ampere, hopper = (mfu(generation=name, parameters=7e10) for name in ("volta", "ampere", "hopper"))
    assert 0.2 < volta.median < ampere.median < 0.4
    assert 0.25 < hopper.median < 0.37
    sizes = [mfu(generation="hopper", parameters=size).median for size in (1e9, 8e9, 7e10, 4e11)]
    assert sizes == sorted(sizes)
    assert sizes[0] < 0.6 * sizes[-1]
    assert mfu(generation="ampere", parameters=1e9) == mfu(generation="A100", parameters=7e10)


@pytest.mark.parametrize("generation", [None, "gaudi2", "something else"])
def test_mfu_of_an_unknown_generation_is_less_certain(generation):
    unknown = mfu(generation=generation, parameters=7e9)
    assert unknown.sigma > mfu(generation="ampere", parameters=7e9).sigma
    assert 0.2 < unknown.median < 0.4


def test_fine_tunes_have_a_prior():
    assert mfu(generation="hopper", parameters=7e9, pretraining=False) == SMALL_FINETUNE


def test_a_measured_mean_needs_no_correction():
    assert measured_mean_ratio().median == 1.0
    assert 0.1 < measured_mean_ratio().sigma < 0.3


def test_evidence_is_complete():
    for row in power_evidence():
        assert row.source
        assert 0.2 < row.ratio < 1.6
        assert (row.ratio_low or row.ratio) <= row.ratio <= (row.ratio_high or row.ratio)
    assert len({row.group for row in power_evidence()}) == len(power_evidence())
    assert all(0.02 < row.mfu < 0.6 and row.source for row in mfu_evidence())


@pytest.mark.shared
def test_the_vision_groups_are_those_of_the_shared_runs():
    runs = defaultdict(list)
    for run in shared("power", "cv_training_runs.csv"):
        runs[run["environment"], run["architecture"]].append(float(run["mean_gpu_power_w"]))
    groups = {(row.environment, row.architecture): row for row in power_evidence() if row.environment}
    assert groups.keys() == runs.keys()
    for key, watts in runs.items():
        row = groups[key]
        assert row.runs == len(watts)
        assert row.ratio == pytest.approx(statistics.median(watts) / row.rated_power_w, abs=6e-4)
        cuts = statistics.quantiles(watts, n=20, method="inclusive")
        ends = (cuts[0] / row.rated_power_w, cuts[-1] / row.rated_power_w)
        assert (row.ratio_low, row.ratio_high) == pytest.approx(ends, abs=6e-4)


@pytest.mark.shared
def test_the_pretrainings_are_the_shared_ones():
    runs = {run["model"]: run for run in shared("labels", "published_pretraining_runs.csv")}
    assert [row.model for row in mfu_evidence()] == list(runs)
    for row in mfu_evidence():
        run = runs[row.model]
        assert (row.generation, row.mfu) == (run["gpu"], float(run["effective_mfu"]))
        assert row.device_hours == pytest.approx(float(run["device_hours"]), abs=0.5)
        for ours, theirs in ((row.parameters, run["active_params"]), (row.tokens, run["tokens"])):
            assert ours == (float(theirs) if theirs else None)
        assert row.verified == ("(memory)" not in run["source"])


@pytest.mark.shared
def test_no_published_power_times_hours_is_evidence_of_power():
    measured = {row.group.partition(" ")[0] for row in power_evidence()}
    for run in shared("labels", "published_pretraining_runs.csv"):
        if run["basis"].startswith("TDP"):
            assert run["model"].partition(" ")[0] not in measured


def test_evidence_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        power_evidence()[0].ratio = 1.0
