"""What was saved by not training again, and that it is never said without its caveat."""

from __future__ import annotations

import pytest

from hf_emissions.errors import UsageError
from hf_emissions.estimation.reuse import CAVEAT, avoided, percent


def test_it_is_the_product():
    found = avoided(60_000, 10)
    assert (found.emissions_g, found.seedlings, found.trainings, found.per_training_g) == (600_000, 10, 10, 60_000)
    assert found.words == (
        "10 trainings x 60 kg = 600 kg CO2eq not emitted, had each been a training of its own",
        "10 tree seedlings grown for ten years (60 kg each, EPA 2021) take as much up",
        "As a share of the Amazon's trees: 0.0000000026 % (of 390 billion, ter Steege et al. 2013)",
        CAVEAT,
    )


@pytest.mark.parametrize(("emissions_g", "trainings"), [(0, 1), (1e-9, 1), (1e12, 10**15)])
def test_the_caveat_is_always_there(emissions_g, trainings):
    found = avoided(emissions_g, trainings)
    assert found.caveat == found.words[-1] == CAVEAT
    assert CAVEAT.startswith("Downloads are not trainings")


@pytest.mark.parametrize("trainings", [0, -1, 1.5, True, "3", 10**16, 10**400])
def test_what_is_no_number_of_trainings(trainings):
    with pytest.raises(UsageError, match="whole number"):
        avoided(1000.0, trainings)


@pytest.mark.parametrize(("share", "words"), [(0, "0 %"), (8.76e-5, "0.0088 %"), (0.5, "50 %")])
def test_percent(share, words):
    assert percent(share) == words
