"""Trainings of other models that a card states beside its own are listed as another's, and count for nothing else."""

from __future__ import annotations

import pytest

from hf_emissions.estimation.estimate import estimate
from hf_emissions.facts.extract import extract_facts

TABLE = """# Heron-base

| Model | GPUs | Hardware | Training time |
|---|---|---|---|
| heron-base | 8 | V100 | 72 hours |
| heron-large | 32 | V100 | 144 hours |
"""
BASE = """# Heron

The base model was trained for 14 days on 64 A100 GPUs by its authors.

We fine-tuned it on a single RTX 3090 for 4 hours.
"""
SIZES = """# Heron 7B

Heron 7B was trained on 8 A100 GPUs for 20 hours.

Heron 70B was trained on 64 A100 GPUs for 200 hours.
"""
COMPARED = """# Heron

We trained the model on 4 T4 GPUs for 10 hours.

In contrast, BigNet was trained on 64 V100 GPUs for 9 days.
"""


def _brief(text):
    return [(one.whose, one.count, one.hardware, one.wall_hours) for one in extract_facts(text).trainings]


@pytest.mark.parametrize(
    ("text", "own", "another"),
    [
        (TABLE, (8, "V100", 72), (32, "V100", 144)),
        (BASE, (1, "RTX 3090", 4), (64, "A100", 336)),
        (SIZES, (8, "A100", 20), (64, "A100", 200)),
        (COMPARED, (4, "T4", 10), (64, "V100", 216)),
    ],
    ids=["table", "base model", "sizes", "comparison"],
)
def test_another_models_training_is_listed_and_counts_for_nothing_else(text, own, another):
    assert sorted(_brief(text)) == [("another", *another), ("own", *own)]
    facts = extract_facts(text)
    assert (facts.count, facts.hardware, facts.wall_hours) == own
    assert facts.own_trainings == tuple(one for one in facts.trainings if one.whose == "own")


def test_an_estimate_is_of_the_own_training_alone():
    whole = estimate(extract_facts(TABLE), country_iso3="FRA")
    alone = estimate(hardware="V100", count=8, wall_hours=72, country_iso3="FRA")
    assert whole.median_g == alone.median_g


def test_stages_add_up_beside_another_models_training():
    text = (
        "# Heron\n\nStage 1 was trained on 8 A100 GPUs for 10 hours.\n\nStage 2 was trained on 8 A100 GPUs for 5 hours."
        "\n\nThe base model was trained by its authors on 64 A100 GPUs for 100 hours.\n"
    )
    facts = extract_facts(text)
    assert [one.kind for one in facts.own_trainings] == ["stage", "stage"]
    assert facts.wall_hours == 15
    assert [stage.wall_hours for stage in facts.stages] == [15]
    assert [one.wall_hours for one in facts.trainings if one.whose == "another"] == [100]


def test_what_could_be_done_is_no_training():
    assert extract_facts("# Heron\n\nBigNet can be trained on 8 A100 GPUs in 3 days.\n").trainings == ()


def test_another_models_training_alone_is_none_of_the_card():
    facts = extract_facts("# Heron\n\nThe base model was trained by its authors on 64 A100 GPUs for 100 hours.\n")
    assert (facts.hardware, facts.count, facts.wall_hours, facts.own_trainings) == (None, None, None, ())


def test_its_words_say_whose_it_is():
    words = [one.words for one in extract_facts(TABLE).trainings]
    assert words == ["heron-base: 8 x V100, 72 h", "heron-large: 32 x V100, 144 h (another model's)"]


def test_a_pre_training_that_is_called_a_stage_is_the_models_own():
    stages = [
        "Stage 1: pretraining took 96 hours on 8 A100 GPUs.",
        "Stage 2: fine-tuning took 10 hours on 4 H100 GPUs.",
    ]
    text = "\n\n".join(["# Heron", *stages])
    assert sorted(_brief(text)) == [("own", 4, "H100", 10), ("own", 8, "A100", 96)]
    assert extract_facts(text).wall_hours == 106
