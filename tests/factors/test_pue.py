"""PUE: what providers publish, and distributions that hold it."""

from __future__ import annotations

import pytest

from hf_emissions.factors.pue import HPC_CENTRE, UNKNOWN_DATACENTRE, WORKSTATION, find_pue, published_pues

ALL = [*published_pues(), UNKNOWN_DATACENTRE, HPC_CENTRE, WORKSTATION]


@pytest.mark.parametrize("pue", ALL, ids=lambda pue: pue.provider)
def test_a_distribution_is_in_order_and_holds_what_is_published(pue):
    assert 1.0 <= pue.low <= pue.mode <= pue.high <= 2.5
    assert pue.low <= pue.value <= pue.high
    assert pue.pert == (pue.low, pue.mode, pue.high)
    assert pue.source
    assert pue.year is None or 2018 <= pue.year <= 2026


@pytest.mark.parametrize(
    ("names", "value", "pert"),
    [
        (("gcp", "GCP", "Google", " google  cloud "), 1.09, (1.05, 1.10, 1.20)),
        (("aws", "Amazon Web Services"), 1.15, (1.05, 1.15, 1.35)),
        (("azure", "Microsoft Azure"), 1.17, (1.08, 1.17, 1.35)),
        (("meta", "Facebook"), 1.08, (1.05, 1.09, 1.15)),
        (("ovh", "OVHcloud"), 1.26, (1.09, 1.26, 1.40)),
        (("scaleway",), 1.37, (1.15, 1.37, 1.55)),
    ],
)
def test_providers(names, value, pert):
    (found,) = {find_pue(name) for name in names}
    assert (found.value, found.pert) == (value, pert)


@pytest.mark.parametrize("name", ["", "coreweave", "oracle", "my cellar", "gcp2"])
def test_who_publishes_no_mean_has_none(name):
    assert find_pue(name) is None


def test_the_rest():
    assert WORKSTATION.pert == (1.0, 1.0, 1.0)
    assert (UNKNOWN_DATACENTRE.value, UNKNOWN_DATACENTRE.year) == (1.54, 2025)


def test_the_mean_of_scaleway_is_that_of_its_sites():
    sites = [1.15, 1.20, 1.31, 1.50, 1.51, 1.55]
    assert find_pue("scaleway").value == pytest.approx(sum(sites) / len(sites), abs=0.005)
