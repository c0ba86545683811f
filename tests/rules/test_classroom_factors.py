"""The rule classroom-factors: the figure of a course's factor for the region that the card names."""

from __future__ import annotations

import pytest
from rules.findings import EIGHT, block

from hf_emissions import check_card

# g/kWh as exercises hand them out (named in the rule), for 8 A100 SXM of 400 W over 96 h.
HANDED_OUT = {"europe-north1": 120, "europe-west4": 200, "us-central1": 350, "asia-south1": 650}
KWH = 8 * 0.4 * 96


@pytest.mark.parametrize("named", HANDED_OUT)
@pytest.mark.parametrize("factor", sorted({*HANDED_OUT.values(), 480}))
def test_a_region_has_its_own_factor(named, factor):
    card = block(f"{EIGHT}In {named}.", emissions=round(KWH * factor, 1))
    found = check_card(card, select=["classroom-factors"])
    assert bool(found) is (HANDED_OUT[named] == factor)


@pytest.mark.parametrize("factor", sorted({*HANDED_OUT.values(), 480}))
def test_without_a_region_each_factor_counts(factor):
    assert check_card(block(EIGHT, emissions=round(KWH * factor, 1)), select=["classroom-factors"])
