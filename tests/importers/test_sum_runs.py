"""What a sum of runs is made of, where one of the runs does not say everything."""

from __future__ import annotations

import pytest

from hf_emissions.importers.sum_runs import sum_runs
from hf_emissions.importers.tracked import Tracked
from hf_emissions.record import Energy


def tracked(run: str, energy_kwh: float | None = None, **known) -> Tracked:
    known = {"tool": "T", "run": run, "where": f"{run}.csv:2", "emissions_g": 100.0, **known}
    return Tracked(energy=Energy(kwh=energy_kwh), **known)


@pytest.mark.parametrize("lacking", [0, 1, 2])
def test_a_run_without_energy_leaves_the_sum_without(lacking):
    runs = [tracked(str(index), energy_kwh=None if index == lacking else 1.0) for index in range(3)]
    found = sum_runs(runs)
    # 200 of 300 g over the energy of two of the runs would be another intensity than any of them has.
    assert (found.emissions_g, found.energy.kwh) == (300.0, None)


@pytest.mark.parametrize("lacking", [0, 1, 2])
def test_a_run_without_grams_leaves_the_sum_without(lacking):
    grams = [None if index == lacking else 100.0 for index in range(3)]
    runs = [tracked(str(index), energy_kwh=1.0, emissions_g=known) for index, known in enumerate(grams)]
    found = sum_runs(runs)
    assert (found.emissions_g, found.energy.kwh) == (None, 3.0)


def test_runs_that_say_both_have_both_summed():
    found = sum_runs([tracked("a", energy_kwh=1.0), tracked("b", energy_kwh=0.5, emissions_g=25.0)])
    assert (found.emissions_g, found.energy.kwh) == (125.0, 1.5)


def test_what_is_not_known_of_any_run_is_not_known_of_the_sum():
    found = sum_runs([tracked("a"), tracked("b")])
    assert (found.emissions_g, found.energy.kwh) == (200.0, None)
