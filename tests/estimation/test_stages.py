"""Trainings in stages: the estimate is the sum over them, each with its own devices and range."""

from __future__ import annotations

import pytest
from in_process import call

from hf_emissions import check_card, estimate, extract_facts
from hf_emissions.errors import UsageError
from hf_emissions.facts.facts import Facts, Training

A100 = {"hardware": "A100", "count": 8, "wall_hours": 20.0}
H100 = {"hardware": "H100", "count": 16, "wall_hours": 5.0}
CARD = (
    "---\nlicense: mit\n---\n# Heron\n\nThe first stage was trained on 8 A100 for 20 hours. The second stage was "
    "trained on 16 H100 for 5 hours.\n"
)


def stages(*parts, **whole):
    return Facts(trainings=tuple(Training(**part, kind="stage") for part in parts), **whole)


def test_the_sum_has_the_energy_of_its_stages():
    alone = [estimate(Facts(**part, country_iso3="DEU")).energy_kwh[1] for part in (A100, H100)]
    both = estimate(stages(A100, H100, country_iso3="DEU"))
    assert both.energy_kwh[1] == pytest.approx(sum(alone), rel=0.05)
    assert both.tier == "B"
    assert both.hardware_used == "8 x A100, 16 x H100"
    assert both.duration_s == 25 * 3600
    assert both.rests_on == "8 x A100, 20 h + 16 x H100, 5 h"


def test_equal_stages_are_the_training_as_a_whole():
    half = A100 | {"wall_hours": 10.0}
    whole, sum_of_halves = estimate(Facts(**A100, country_iso3="DEU")), estimate(stages(half, half, country_iso3="DEU"))
    assert sum_of_halves.median_g == whole.median_g
    assert (sum_of_halves.low_g, sum_of_halves.high_g) == (whole.low_g, whole.high_g)


def test_a_stage_takes_what_it_does_not_say_from_the_whole():
    facts = stages({"wall_hours": 20.0}, {"wall_hours": 5.0}, hardware="A100", count=None, country_iso3="DEU")
    assert [stage.hardware for stage in facts.stages] == ["A100", "A100"]
    assert estimate(facts).unsure == "how many devices there were is not known"


@pytest.mark.parametrize("kind", ["size", "experiment", None])
def test_sizes_and_experiments_do_not_add_up(kind):
    facts = Facts(trainings=(Training(**A100, kind=kind), Training(**H100, kind=kind)))
    assert facts.stages == (facts,)
    with pytest.raises(UsageError, match="gives no estimate"):
        estimate(facts)


def test_what_is_given_by_name_is_said_of_the_whole():
    facts = stages(A100, H100, country_iso3="DEU")
    assert facts.replace(country_iso3="FRA").stages[1].hardware == "H100"
    assert facts.replace(wall_hours=3.0, hardware="T4", count=1).trainings == ()
    assert estimate(facts, hardware="T4", count=1, wall_hours=3.0).rests_on == "1 x Tesla T4, 3 h"


def test_a_published_calculator_takes_no_stages():
    """It would count 25 hours of one device."""
    facts = stages(A100, A100 | {"count": 16}, hardware="A100", wall_hours=40.0, country_iso3="DEU")
    with pytest.raises(UsageError, match="ml-co2-impact takes one training, and these are 2 stages"):
        estimate(facts, method="ml-co2-impact")


def test_metered_energy_is_of_the_whole():
    assert estimate(stages(A100, H100, energy_kwh=100.0, country_iso3="DEU")).tier == "A"


def test_check_names_the_stages_and_the_command(tmp_path):
    (found,) = (one for one in check_card(CARD) if one.rule == "estimable-emissions")
    assert "stages 8 x A100, 20 h + 16 x H100, 5 h: enough for an estimate of tier C" in found.message
    assert "hf-emissions estimate --from-card README.md --country COUNTRY --into README.md" in found.message
    card = tmp_path / "README.md"
    card.write_text(CARD)
    result = call(["estimate", "--from-card", "README.md", "--country", "DEU", "--format", "quiet"], tmp_path)
    assert float(result.out) == estimate(extract_facts(CARD), country_iso3="DEU").median_g


@pytest.mark.parametrize("hours", ["9" * 14, "9" * 400, "1e300"])
def test_a_stage_that_lasts_for_ever_is_no_training(hours):
    """Nothing that a card says may raise, or be a part of a sum."""
    table = f"| Stage | Hardware | GPU hours |\n|---|---|---|\n| SFT | 8 A100 | 5 |\n| DPO | 8 A100 | {hours} |\n"
    assert all(one.rule != "estimable-emissions" for one in check_card(f"---\nlicense: mit\n---\n# Heron\n\n{table}"))


@pytest.mark.parametrize("nodes", ["\u00b2", "9" * 5000, "\u0664"])
def test_nodes_that_are_no_plain_number(nodes):
    assert extract_facts(f"# Heron\n\n- Nodes: {nodes}\n- GPUs per node: 8 (A100)\n").count is None


def test_options_beside_a_card_replace_what_it_says(tmp_path):
    card = tmp_path / "README.md"
    card.write_text("# Heron\n\nTrained on 8 A100 for 20 hours, in GCP europe-west4.\n")
    given = call(
        ["estimate", "--from-card", "README.md", "--hours", "10", "--country", "FRA", "--format", "json"], tmp_path
    )
    assert '"country_iso3": "FRA"' in given.out
    assert "8 x A100, 10 h" in given.out


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "README.md says neither energy, nor hardware with its hours, nor parameters with tokens"),
        (
            "The small one was trained for 3 days on 8 V100.\n\nThe tall one was trained for 9 days on 8 V100.\n",
            "README.md states several trainings, and not which one is the model's; give --hardware, --count and "
            "--hours: 8 x V100, 72 h; 8 x V100, 216 h",
        ),
    ],
)
def test_a_card_without_a_basis_is_refused(tmp_path, body, reason):
    card = tmp_path / "README.md"
    card.write_text(f"# Herons\n\n{body}")
    result = call(["estimate", "--from-card", "README.md"], tmp_path)
    assert (result.code, result.out) == (2, "")
    assert reason in result.err


def test_stages_stay_where_a_size_or_tokens_are_added():
    """They replace no device and no hours."""
    stages = (
        Training(hardware="A100", count=64, wall_hours=240.0, kind="stage", tokens=1e9),
        Training(hardware="A100", count=8, wall_hours=16.0, kind="stage", parameters=1e9),
    )
    facts = Facts(trainings=stages, country_iso3="DEU")
    more = facts.replace(parameters=7e9, tokens=1e12)
    assert [(stage.count, stage.wall_hours, stage.parameters) for stage in more.stages] == [
        (64, 240, 7e9),
        (8, 16, 7e9),
    ]
    whole, added = estimate(facts), estimate(more)
    assert added.median_g == pytest.approx(whole.median_g, rel=0.1)
    assert facts.replace(training_type="pre-training").trainings == stages
