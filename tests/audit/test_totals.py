"""The sums of an audit: one boundary, and a range that says how far the errors of estimates go together."""

from __future__ import annotations

import math
import sys

import pytest

pytest.importorskip("numpy")

from hf_emissions.audit.totals import SHARED, estimated_total, reported_total
from hf_emissions.errors import MissingExtraError

WIDE = (10.0, 100.0, 1000.0)


def estimates(count, *, pue=1.0, owners=True):
    """So many estimates, a factor of ten either way; each its own owner's, or all of one."""
    names = (f"owner-{number:03}" if owners else "owner" for number in range(count))
    return [(name, *(end * pue for end in WIDE), pue) for name in names]


def spread(found):
    """The factor between the ends of the range and the middle, as a part of the single estimate's."""
    return math.log(found.high_g / found.low_g) / math.log(100.0)


def test_the_sum_of_nothing_is_none():
    assert estimated_total([]) is None
    assert reported_total([]) is None


@pytest.mark.parametrize("pue", [1.1, 1.58, 2.0])
def test_a_facilitys_overhead_is_taken_out_of_estimates(pue):
    node, facility = estimated_total(estimates(3)), estimated_total(estimates(3, pue=pue))
    for end in ("low_g", "median_g", "high_g"):
        assert getattr(facility, end) == pytest.approx(getattr(node, end))


def test_a_facilitys_overhead_is_taken_out_of_reported_figures():
    found = reported_total([(150.0, 1.5), (100.0, 1.0)])
    assert (found.trainings, found.low_g, found.median_g, found.high_g) == (2, 200.0, 200.0, 200.0)


def test_a_single_estimate_keeps_its_range():
    found = estimated_total(estimates(1))
    assert (found.low_g, found.median_g, found.high_g) == pytest.approx(WIDE, rel=0.08)


def test_the_estimates_of_one_owner_err_together():
    """What an owner gets wrong is wrong in each of the owner's figures, so that no number of them narrows the range."""
    found = estimated_total(estimates(200, owners=False))
    assert spread(found) == pytest.approx(1.0, abs=0.02)
    assert found.median_g == pytest.approx(200 * WIDE[1], rel=0.02)


def test_the_estimates_of_many_owners_err_together_by_what_is_shared():
    """Of many owners nothing is left but what all share: the root of a quarter of the variance, half the spread."""
    assert SHARED == 0.25
    assert spread(estimated_total(estimates(400))) == pytest.approx(0.5, abs=0.06)


def test_figures_of_unknown_boundary_are_a_fifth_facilities():
    """Of many the sum lacks what a fifth of them has inside: a fifth of about a third of overhead."""
    found = reported_total([(1.0, None)] * 500)
    # Between no overhead in any and, for the emptiest hall in the table, half of a fifth.
    assert 500 * 0.90 < found.low_g < found.median_g < found.high_g < 500 * 0.99
    alone = reported_total([(1.0, None)])
    assert alone.high_g == alone.median_g == 1.0
    assert alone.low_g == pytest.approx(1 / 1.6, rel=0.1)


def test_many_figures_of_unknown_boundary_are_all_counted():
    """They are drawn some hundreds at a time; the last of them is the only large one."""
    found = reported_total([(1.0, None)] * 1000 + [(1e6, None)])
    assert found.trainings == 1001
    assert found.median_g == pytest.approx(1e6 + 1000 * 0.94, abs=100)


@pytest.mark.parametrize(
    ("ends", "mean_g"),
    [
        # exp(s*s/2) * Phi(s) + 1/2 for the wide side, whose s is ln 10 / 1.645 * sqrt(3/4) of one owner's own errors.
        ((99.999, 100.0, 1000.0), 235.0),
        # exp(s*s/2) * Phi(-s) + 1/2
        ((10.0, 100.0, 100.001), 73.5),
    ],
)
def test_each_side_of_the_median_has_its_own_width(ends, mean_g):
    found = estimated_total([(f"owner-{number}", *ends, 1.0) for number in range(400)])
    assert found.median_g == pytest.approx(400 * mean_g, rel=0.02)


def test_the_same_figures_have_the_same_sums_in_every_version():
    """Whoever audits the same cards again finds the same ends, although they are drawn."""
    found = estimated_total([("ana", 10, 100, 1000, 1.0), ("ana", 20, 50, 60, 1.58), ("bob", 1, 2, 3, 1.0)])
    ends = (found.low_g, found.median_g, found.high_g)
    assert ends == pytest.approx((23.793152084205637, 132.17658245726838, 1034.3597853752483), rel=1e-6)
    found = reported_total([(100.0, 1.25), (10.0, None), (20.0, None)])
    assert (found.low_g, found.median_g, found.high_g) == pytest.approx((102.49641943311872, 110, 110), rel=1e-6)


@pytest.mark.parametrize(("total", "figure"), [(reported_total, (1.0, 1.0)), (estimated_total, ("ana", 1, 2, 3, 1.0))])
def test_without_numpy_it_is_said_what_to_install(monkeypatch, total, figure):
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(MissingExtraError, match=r"install them with: pip install 'hf-emissions\[audit\]'"):
        total([figure])
