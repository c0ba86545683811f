"""The distributions that are fitted on measured trainings: sensible, re-fitted alike, and true to the shared data."""

from __future__ import annotations

import csv
import dataclasses
import math
import os
import statistics
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from hf_emissions.estimation.distributions import Z90, Limited, Lognormal
from hf_emissions.estimation.evidence import mfu_evidence, power_evidence
from hf_emissions.estimation.fit import fit_left_out, fit_ratios, student_t90
from hf_emissions.estimation.mfu import SMALL_FINETUNE, default_mfu, fit_mfu, mfu
from hf_emissions.estimation.power import (
    HOST,
    LIMIT,
    SATURATION,
    default_power,
    fit_power,
    kind_of_job,
    measured_mean_ratio,
    power_ratio,
)
from hf_emissions.factors.accelerators import accelerators

SIZES = (1e6, 3.5e6, 5.3e6, SATURATION, 1e9, 1e12)


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
    assert medians[-1] == medians[-2] == medians[-3]
    assert medians[-1] > 1.1 * medians[0]


@pytest.mark.parametrize("parameters", [*SIZES, None])
def test_a_node_draws_a_third_of_the_rating_more_than_its_accelerators(parameters):
    alone, node = (power_ratio(parameters=parameters, boundary=b) for b in ("accelerators", "node"))
    assert node.median - alone.median == pytest.approx(HOST.median, abs=0.07)
    assert alone.range_90[0] + HOST.range_90[0] < node.range_90[0] < alone.range_90[0] + HOST.range_90[1]


def test_power_where_it_was_measured():
    small = power_ratio(parameters=3.5e6, accelerators=1, boundary="accelerators")
    large = power_ratio(parameters=7e9, accelerators=512, boundary="node")
    assert 0.43 < small.median < 0.65
    assert 1.05 < large.median < 1.25
    assert small.range_90[1] / small.range_90[0] < 4
    assert large.range_90[1] / large.range_90[0] < 2.2


def test_nothing_known_of_a_job_means_anything_from_idle_to_busy():
    low, high = power_ratio(boundary="accelerators").range_90
    assert 0.02 < low < 0.08
    assert high == LIMIT
    sizes = [power_ratio(parameters=size, boundary="accelerators") for size in SIZES]
    assert all(power_ratio(boundary="accelerators").median < 0.6 * size.median for size in sizes)
    assert power_ratio(described=True) == power_ratio(parameters=SATURATION)


@pytest.mark.parametrize(
    ("accelerators", "setting", "kind"),
    [
        (None, "datacentre", "unsized"),
        (1, "datacentre", "unsized"),
        (7, "datacentre", "unsized"),
        (8, "datacentre", "large"),
        (8, "workstation", "large"),
        (8, "consumer", "unsized"),
        (8, "laptop", "unsized"),
        (15, "consumer", "unsized"),
        (16, "consumer", "large"),
    ],
)
def test_servers_and_clusters_are_busy(accelerators, setting, kind):
    assert kind_of_job(accelerators, setting, described=False) == kind
    described = kind_of_job(accelerators, setting, described=True)
    assert described == ("large" if kind == "large" else "sized")
    known, large = power_ratio(accelerators=accelerators, setting=setting), power_ratio(accelerators=512)
    assert (known == large) == (kind == "large")


@pytest.mark.parametrize(
    ("accelerators", "parameters", "kind"),
    [(8, SATURATION, "large"), (8, SATURATION - 1, "sized"), (15, 1e6, "sized"), (16, 1e6, "large")],
)
def test_a_small_network_keeps_no_server_busy(accelerators, parameters, kind):
    assert kind_of_job(accelerators, "datacentre", parameters) == kind
    known = power_ratio(accelerators=accelerators, parameters=parameters)
    assert known == power_ratio(accelerators=512 if kind == "large" else 1, parameters=parameters)


def test_a_part_that_waits_leaves_the_node_on():
    """The rest of a node does not idle with its accelerators, so that it is added and no factor."""
    idle = Limited(Lognormal(0.05, 0.1), LIMIT, HOST)
    assert idle.median == pytest.approx(0.05 + HOST.median, rel=0.03)


@pytest.mark.parametrize("beside", [None, Lognormal(0.33, 0.4)])
@pytest.mark.parametrize("part", [Lognormal(0.3, 1.2), Lognormal(0.8, 0.28), Lognormal(2.0, 0.1)])
def test_the_percentiles_are_those_of_the_draws(part, beside):
    found = Limited(part, 1.05, beside)
    draws = found.draw(np.random.default_rng(1), 400_000)
    percentiles = np.quantile(draws, (0.05, 0.5, 0.95))
    assert (found.range_90[0], found.median, found.range_90[1]) == pytest.approx(percentiles, rel=0.01)
    assert beside is not None or draws.max() <= 1.05


def test_most_groups_lie_in_their_own_range():
    inside = [_is_inside(default_power(), row) for row in power_evidence()]
    assert 0.85 < statistics.fmean(inside) < 0.98


def test_ranges_hold_for_organisations_that_were_left_out():
    """Groups by their middle, each counting once: nine in ten, and no narrower range would hold as many."""
    groups = defaultdict(list)
    for row in power_evidence():
        rest = fit_power(other for other in power_evidence() if other.organisation != row.organisation)
        groups[row.organisation, row.device, row.accelerators].append(_is_inside(rest, row))
    assert len(groups) > 30
    assert 0.85 < statistics.fmean(map(statistics.fmean, groups.values())) < 0.95


def _is_inside(model, row):
    found = model.ratio(
        accelerators=row.accelerators, parameters=row.parameters, boundary=row.boundary, setting=row.setting
    )
    return found.range_90[0] <= row.ratio <= found.range_90[1]


def test_a_group_counts_once_however_many_rows_it_has():
    rows = [row for row in power_evidence() if row.accelerators < 8 and row.parameters is not None]
    some = [row for row in power_evidence() if row.accelerators >= 8 or row.parameters is None]
    first = rows[0]
    twice = [*rows, dataclasses.replace(first, group="again")]
    assert sum(row.device == first.device for row in rows if row.organisation == first.organisation) > 1
    once, again = (fit_power([*some, *each]).sized for each in (rows, twice))
    # A row of a group of three weighs a third, two of four a half: less than a group of its own.
    apart = [*rows, dataclasses.replace(first, group="again", device="another")]
    shifts = [abs(fit.coefficients[0] - once.coefficients[0]) for fit in (again, fit_power([*some, *apart]).sized)]
    assert 0 < shifts[0] < shifts[1]


def test_no_board_draws_less_than_when_it_is_idle():
    rows = list(power_evidence())
    lowest, at_rest = (
        fit_power([*rows, dataclasses.replace(rows[0], group="idle", organisation="idle", parameters=None, ratio=ratio,
                                              ratio_low=None, ratio_high=None)]).unsized
        for ratio in (0.0001, 0.02)
    )  # fmt: skip
    assert lowest == at_rest


def test_the_spread_is_that_of_organisations_left_out():
    ratios, organisations = [0.2, 0.3, 0.6, 0.9], ["a", "a", "b", "c"]
    found = fit_left_out([(1.0,)] * 4, ratios, [1.0] * 4, organisations, [(0.0, 0.0)])
    logs = [math.log(ratio) for ratio in ratios]
    rest = [statistics.fmean(logs[2:])] * 2 + [statistics.fmean([*logs[:2], logs[3]]), statistics.fmean(logs[:3])]
    assert found.coefficients[0] == pytest.approx(statistics.fmean(logs))
    assert found.variance == pytest.approx(statistics.fmean((x - y) ** 2 for x, y in zip(logs, rest, strict=True)))
    assert found.degrees == 2


def test_no_board_of_the_evidence_but_one_draws_more_than_its_limit():
    alone = [row for row in power_evidence() if row.boundary == "accelerators"]
    assert sum(row.ratio > LIMIT for row in alone) == 1
    assert max(row.ratio for row in alone) < 1.2


def test_the_host_is_what_nodes_draw_beside_their_accelerators():
    nodes = [row for row in power_evidence() if row.boundary == "node" and row.accelerators >= 8]
    accelerators = power_ratio(accelerators=512, boundary="accelerators").median
    beside = [row.ratio - accelerators for row in nodes]
    low, high = HOST.range_90
    assert statistics.median(beside) == pytest.approx(HOST.median, rel=0.5)
    assert all(low < one < high for one in beside)


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


def test_fewer_organisations_give_a_wider_range():
    some = [row for row in power_evidence() if row.organisation not in {"GAISSA", "UMich", "dtjgp"}]
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


def test_the_means_of_google_s_models_lie_within_the_range_of_a_tpu():
    """Twice their spread within a generation; as much again stands for other organisations, which published none."""
    means = {"TPU v3": (245.0, 288.0, 289.0, 310.0), "TPU v4": (326.0, 378.5)}
    measured = {row.name: row.measured_mean_w for row in accelerators()}
    off = [math.log(watts / measured[name]) for name, each in means.items() for watts in each]
    assert sum(off) == pytest.approx(0.0, abs=0.06)
    spread = math.sqrt(statistics.fmean(one**2 for one in off))
    assert measured_mean_ratio().sigma == pytest.approx(2.4 * spread, rel=0.1)
    assert measured_mean_ratio().sigma * Z90 > max(map(abs, off))


def test_evidence_is_complete():
    for row in power_evidence():
        assert row.source
        assert 0.02 <= row.ratio < 1.6
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
def test_the_metered_groups_are_those_of_the_shared_runs():
    rows = {row.group.partition(" on ")[0]: row for row in power_evidence()}
    metered = [run for run in shared("power", "metered_runs.csv") if run["metered"] == "yes" and run["device_hours"]]
    on_gpus = [run for run in metered if not run["hardware"].startswith("TPU")]
    assert len(on_gpus) > 30
    for run in on_gpus:
        row = rows[run["id"]]
        watts = float(run["energy_kwh"]) * 1000 / float(run["device_hours"])
        assert row.ratio * row.rated_power_w == pytest.approx(watts, rel=0.01)
        assert row.accelerators == int(run["count"])
        assert row.parameters == (float(run["params"]) if run["params"] else None)
        assert row.boundary == ("accelerators" if run["energy_scope"] == "gpu-only" else "node")


@pytest.mark.shared
def test_the_groups_of_codecarbon_are_those_of_the_shared_runs():
    """A run of a minute or more counts once, however many files of its repository have it."""
    watts = defaultdict(dict)
    for run in shared("power", "codecarbon_gpu_runs.csv"):
        owner, seconds, count = run["repo"].partition("/")[0], float(run["duration_s"]), int(run["count"])
        mean_w = float(run["gpu_energy_kwh"]) * 3.6e6 / seconds / count
        if seconds >= 60:
            watts[owner, run["device"], count][run["run"] or run["path"], run["duration_s"]] = mean_w
    rows = [row for row in power_evidence() if row.source.endswith(": CodeCarbon gpu_energy over duration")]
    rows = [row for row in rows if row.organisation in {owner for owner, *_ in watts}]
    assert len(rows) > 12
    medians = {
        owner: [statistics.median(each.values()) for (other, *_), each in watts.items() if other == owner]
        for owner, *_ in watts
    }
    for row in rows:
        close = [w for w in medians[row.organisation] if abs(row.ratio * row.rated_power_w - w) < 0.03 * w + 0.1]
        assert close or row.runs < 5


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
