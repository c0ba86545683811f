"""Facts in the front matter, and those that Trainer writes into its cards."""

from __future__ import annotations

import pytest

from hf_emissions.facts.extract import extract_facts


def test_the_block():
    facts = extract_facts(
        "---\nbase_model: somebody/small\nco2_eq_emissions:\n  emissions: 12\n  training_type: fine-tuning\n"
        "  hardware_used: 2 x NVIDIA A100-SXM4-80GB\n  hours_used: 3.5\n  energy_consumed: 0.4\n---\n# A model\n"
    )
    assert facts.known() == {
        "base_model": "somebody/small",
        "hardware": "NVIDIA A100-SXM4-80GB",
        "count": 2,
        "wall_hours": 3.5,
        "reported_g": 12,
        "energy_kwh": 0.4,
        "training_type": "fine-tuning",
    }


@pytest.mark.train
def test_the_place_in_the_block():
    pytest.importorskip("pycountry")
    facts = extract_facts("---\nco2_eq_emissions:\n  emissions: 12\n  geographical_location: Germany\n---\n")
    assert facts.country_iso3 == "DEU"
    facts = extract_facts("---\nco2_eq_emissions:\n  emissions: 12\n  geographical_location: NA\n---\n")
    assert facts.country_iso3 is None


def test_hours_inside_the_hardware_of_the_block():
    facts = extract_facts("---\nco2_eq_emissions:\n  emissions: 12\n  hardware_used: 4 x T4 for about 3 hours\n---\n")
    assert (facts.hardware, facts.count, facts.wall_hours) == ("T4", 4, 3)


def test_a_figure_in_the_body_goes_before_that_of_the_block():
    facts = extract_facts("---\nco2_eq_emissions:\n  emissions: 0.15\n---\n- **Emissions:** 0.15 KgCO2\n")
    assert facts.reported_g == 150
    assert extract_facts("---\nco2_eq_emissions: 3.5\n---\nNo word.\n").reported_g == 3.5


@pytest.mark.parametrize(
    "front",
    [
        "---\nco2_eq_emissions: [1, 2\n---\n",
        "---\nco2_eq_emissions:\n  emissions: {a: b}\n---\n",
        "---\nco2_eq_emissions: 1\nco2_eq_emissions: 2\n---\n",
        "---\n- co2_eq_emissions\n---\n",
        "---\nco2_eq_emissions:\n  emissions: low\n---\n",
        "---\nco2_eq_emissions: *nothing\n---\n",
        "---\nco2_eq_emissions: 3.5\n",
    ],
)
def test_front_matter_that_cannot_be_read(front):
    facts = extract_facts(front + "Trained on 8 V100 for 3 days.\n")
    assert (facts.hardware, facts.count, facts.wall_hours, facts.reported_g) == ("V100", 8, 72, None)


@pytest.mark.parametrize(
    ("front", "base"),
    [
        ("base_model: a/b", "a/b"),
        ("base_model: 'a/b'", "a/b"),
        ("base_model:\n- a/b", "a/b"),
        ("base_model:\n  - a/b", "a/b"),
        ("base_model: a/b # the small one", "a/b"),
        ("base_model:\n- a/b\n- c/d", None),
        ("base_model: null_is_a_name_too", "null_is_a_name_too"),
        ("not_base_model: a/b", None),
    ],
)
def test_the_base_model(front, base):
    assert extract_facts(f"---\n{front}\nlicense: mit\n---\n").base_model == base


@pytest.mark.parametrize("line", ["library_name: peft", "tags:\n- lora", "tags:\n  - qlora"])
def test_adapters(line):
    assert extract_facts(f"---\n{line}\n---\n").known() == {"adaptation": "lora"}


TRAINER = """This model is a fine-tuned version of [some/base](https://huggingface.co/some/base) on the None dataset.

### Training hyperparameters

The following hyperparameters were used during training:
- learning_rate: 5e-05
- train_batch_size: 8
- eval_batch_size: 16
- seed: 42
- distributed_type: {kind}
- num_devices: 4
- gradient_accumulation_steps: 2
{total}- optimizer: Adam with betas=(0.9,0.999) and epsilon=1e-08
- {length}

### Training results

| Training Loss | Epoch | Step | Validation Loss |
|:-------------:|:-----:|:----:|:---------------:|
| No log        | 1.0   | 125  | 0.31            |
| 0.2041        | 2.99  | 375  | 0.22            |


### Framework versions

- Transformers 4.40.0
"""


def trainer(kind="multi-GPU", total="- total_train_batch_size: 64\n", length="num_epochs: 3.0"):
    return extract_facts(TRAINER.format(kind=kind, total=total, length=length))


def test_trainers_card():
    assert trainer().known() == {
        "base_model": "some/base",
        "training_type": "fine-tuning",
        "count": 4,
        "steps": 375,
        "epochs": 3,
        "total_batch_size": 64,
    }


def test_the_batch_is_worked_out_where_it_is_not_said():
    assert trainer(total="").total_batch_size == 64


def test_training_steps_go_before_the_table_and_its_epoch_is_taken():
    facts = trainer(length="training_steps: 400")
    assert (facts.steps, facts.epochs) == (400, 2.99)


def test_the_devices_of_a_tpu_are_cores():
    facts = trainer(kind="tpu")
    assert facts.count is None
    assert facts.total_batch_size == 64


def test_the_front_matter_goes_before_the_sentence():
    text = "---\nbase_model: other/base\n---\n" + TRAINER.format(kind="multi-GPU", total="", length="num_epochs: 3")
    assert extract_facts(text).base_model == "other/base"


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("train_runtime = 0:10:22.05", "train_runtime_s", 622.05),
        ("- train_runtime: 1234.5", "train_runtime_s", 1234.5),
        ("| total_flos | 3.2e17 |", "total_flos", 3.2e17),
        ("total_flos = 12345GF", "total_flos", 12345e9),
        ("max_seq_length: 512", "sequence_length", 512),
        ("num_train_epochs=3", "epochs", 3),
    ],
)
def test_what_trainer_logs(line, field, value):
    assert getattr(extract_facts(line + "\n"), field) == pytest.approx(value)


@pytest.mark.parametrize("line", ["tags:\n- co2_eq_emissions\n", "# co2_eq_emissions: see below\nlicense: mit\n"])
def test_the_word_of_the_block_without_a_block(line):
    text = f"---\n{line}---\nTrained on 2 A100 for 5 hours.\n"
    assert extract_facts(text).count == 2
