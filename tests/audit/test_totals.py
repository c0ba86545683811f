"""The sums of an audit: one boundary, and a range that says how far the errors of estimates go together."""

from __future__ import annotations

import math

import pytest

pytest.importorskip("numpy")

from hf_emissions.audit.totals import SHARED, estimated_total, reported_total

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
