"""Tables of models, sizes and stages: one training a row, the card's own row, and sums of stages."""

from __future__ import annotations

import pytest

from hf_emissions.facts.extract import extract_facts


def read(text):
    facts = extract_facts(text)
    return facts.hardware, facts.count, facts.wall_hours, facts.device_hours


def trainings(text):
    return [
        (one.name, one.kind, one.hardware, one.count, one.wall_hours, one.device_hours)
        for one in extract_facts(text).trainings
    ]


STAGES = (
    "# Heron\n\n| Stage | GPUs | Duration | Data |\n|---|---|---|---|\n"
    "| pre-training | 64 A100 | 10 days | web |\n| instruction tuning | 8 A100 | 16 hours | dialogs |\n"
)


def test_stages_add_up_by_the_clock_and_keep_their_devices():
    assert read(STAGES) == ("A100", None, 256, None)
    assert trainings(STAGES) == [
        ("pre-training", "stage", "A100", 64, 240, None),
        ("instruction tuning", "stage", "A100", 8, 16, None),
    ]


def test_hours_of_devices_add_up_and_a_row_of_totals_is_no_stage():
    table = (
        "# Heron\n\n| Stage | Tokens | GPU hours |\n|---|---:|---:|\n| Pretraining | 2.0T | 260,000 |\n"
        "| Long context | 40B | 9,500 |\n| **Total** | 2.04T | 269,500 |\n"
    )
    assert read(table) == (None, None, None, 269_500)
    assert len(trainings(table)) == 2


def test_a_stated_total_beats_the_sum():
    table = (
        "# Heron\n\n| Stage | Data | Training time |\n|---|---|---|\n| one | a | 2h 30m |\n| two | b | 36m |\n"
        "| Total | | 3h 7m |\n"
    )
    assert extract_facts(table).wall_hours == pytest.approx(3 + 7 / 60)


def test_sizes_do_not_add_up():
    table = (
        "# The herons\n\n| Name | Parameters | Hardware | Time |\n|---|---|---|---|\n"
        "| heron-small | 60M | 4 V100 | 18 hours |\n| heron-large | 770M | 32 V100 | 6 days |\n"
    )
    assert read(table) == ("V100", None, None, None)
    assert [one[:2] for one in trainings(table)] == [("heron-small", "size"), ("heron-large", "size")]
    assert [one.parameters for one in extract_facts(table).trainings] == [60e6, 770e6]


@pytest.mark.parametrize(
    "own",
    [
        "# heron-large\n\n",
        "# Heron\n\nThis repository contains heron-large.\n\n",
        "# X\n\nYou are looking at heron-large.\n",
    ],
)
def test_the_own_row_by_the_title_or_by_what_the_card_says_that_it_is(own):
    table = (
        "\n| Name | Parameters | Hardware | Time |\n|---|---|---|---|\n"
        "| heron-small | 60M | 4 V100 | 18 hours |\n| heron-large | 770M | 32 V100 | 6 days |\n"
    )
    assert read(own + table) == ("V100", 32, 144, None)


@pytest.mark.parametrize("mark", ["(ours)", "(this model)", "(proposed)"])
def test_the_own_row_by_its_mark(mark):
    table = (
        "# Numbers\n\n| Model | Hardware | Wall-clock |\n|---|---|---|\n| Wren | 16 TPU v3 | 96 h |\n"
        f"| **Heron {mark}** | **8 V100 32GB** | **90 h** |\n"
    )
    assert read(table) == ("V100 32GB", 8, 90, None)


def test_a_table_that_has_its_models_in_columns():
    table = (
        "# Heron\n\n| | Heron (ours) | Wren |\n|:--|:--|:--|\n| Training hardware | 8 x A100 | 32 x A100 |\n"
        "| Training time | 20 hours | 90 hours |\n| Score | 66.1 | 67.0 |\n"
    )
    assert read(table) == ("A100", 8, 20, None)


@pytest.mark.parametrize(
    ("header", "cell", "expected"),
    [
        ("Training time (hours)", "12", (None, None, 12, None)),
        ("Training time (days)", "1.5", (None, None, 36, None)),
        ("Training time", "12", (None, None, None, None)),
        ("GPU hours (A100-80GB)", "96,000", ("A100-80GB", None, None, 96_000)),
        ("A100 GPU days", "675", ("A100", None, None, 16_200)),
        ("Total time (in days)", "3", (None, None, None, None)),
    ],
)
def test_units_and_devices_of_a_header(header, cell, expected):
    """A bare number is a time only below a unit; a time that no word ties to training needs a device beside it."""
    table = (
        f"# heron-13b\n\n| Model | Score | {header} |\n|---|---|---|\n| heron-13b | 3 | {cell} |\n| wren | 4 | 5 |\n"
    )
    assert read(table) == expected


@pytest.mark.parametrize("heading", ["Inference speed", "Targets", "Hardware requirements", "Benchmarks"])
def test_a_table_of_something_else(heading):
    table = (
        f"# Heron\n\n## {heading}\n\n| Setup | Hardware | Time |\n|---|---|---|\n| small batch | 1 x T4 | 3 hours |\n"
        "| large batch | 8 x T4 | 1 hour |\n"
    )
    assert trainings(table) == []
    assert read(table)[2:] == (None, None)


def test_blocks_of_the_same_labels_are_several_trainings():
    block = "- **Hardware Type:** {} x A100\n- **Hours used:** {}\n"
    text = f"# Heron\n\n*base*\n\n{block.format(64, 350)}\n*instruct*\n\n{block.format(64, 70)}"
    facts = extract_facts(text)
    assert [(one.count, one.wall_hours) for one in facts.trainings] == [(64, 350), (64, 70)]
    assert (facts.count, facts.hours, facts.wall_hours, facts.device_hours) == (64, None, None, None)
    same = f"# Heron\n\n{block.format(64, 350)}\n{block.format(64, 350)}"
    assert extract_facts(same).hours == 350


def test_two_devices_of_two_trainings_without_a_time():
    text = (
        "# Heron\n\nThe model was trained on a single TPU v3-8 for 9,000 steps. "
        "This model was then fine-tuned on a single V100 for 400 steps."
    )
    assert [one.hardware for one in extract_facts(text).trainings] == ["TPU v3-8", "V100"]
    assert read(text) == (None, None, None, None)
