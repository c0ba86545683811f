"""What sentences say of hardware, count and hours, and what they say of something else."""

from __future__ import annotations

import pytest

from hf_emissions.factors.find_accelerator import find_accelerator
from hf_emissions.facts.extract import extract_facts


def read(sentence: str) -> tuple[str | None, int | None, float | None]:
    """Hardware, count and wall hours, the hours to four digits."""
    facts = extract_facts(sentence)
    return facts.hardware, facts.count, facts.wall_hours and float(f"{facts.wall_hours:.4g}")


@pytest.mark.parametrize(
    ("sentence", "hardware", "count", "wall_hours"),
    [
        ("We trained it on 8 16 GB V100 for 70 hours.", "V100", 8, 70),
        ("Fine-tuned for six hours with 2xA6000.", "A6000", 2, 6),
        ("Training took 2 days 7.5 hours on a single T4.", "T4", 1, 55.5),
        ("The training lasted 31 hours 15 minutes using four NVIDIA A100 GPUs.", "NVIDIA A100", 4, 31.25),
        ("It took about 50 hours on the TPU v3-8", "TPU v3-8", 1, 50),
        ("Pre-training needed 90 hours on a GCP DGX A100 8gpu machine.", "A100", 8, 90),
        ("The model was trained for two weeks on 24 nodes each with 4 NVIDIA V100.", "NVIDIA V100", 96, 336),
        ("We trained on 6 nodes of 8 H100 GPUs each for 5 days.", "H100", 48, 120),
        ("Training ran on 16 nodes with 8 A100 per node and took 3 days.", "A100", 128, 72),
        ("The model was trained for 3-4 days on 8 A100.", "A100", 8, 84),
        ("Training took between 10 and 20 minutes on an RTX 3090.", "RTX 3090", 1, 0.25),
        ("Training took half a day on one RTX 2080 Ti.", "RTX 2080 Ti", 1, 12),
        ("Training took an hour and a half on a P-100 GPU.", "P100", 1, 1.5),
        ("Trained during 5 days on 4 RTX 2070.", "RTX 2070", 4, 120),
        ("Training was done on GeForce GTX 1080 Ti x2 in 40 hours.", "GeForce GTX 1080 Ti", 2, 40),
        ("The training was run on V100 x 4 for 9 hours.", "V100", 4, 9),
        ("The training took 2 days across 40 GPUs powered by V100 chips.", "V100", 40, 48),
        ("Training took roughly 6 days on 8 TPUv3 cores.", "TPU v3-8", 1, 144),
        ("Trained on a Cloud TPU (TPUv2, 8 cores), which took 30 hours.", "TPU v2-8", 1, 30),
        (
            "The model was fine-tuned on one [NVIDIA Titan RTX](https://example.org/12h) for 6 hours.",
            "NVIDIA Titan RTX",
            1,
            6,
        ),
        ("The whole training lasted `1d 2h 30m 36s` on a TPUv3-8 VM.", "TPUv3-8", 1, 26.51),
        ("Trained for 3 epochs (5 hrs) on 2x RTX 4090.", "RTX 4090", 2, 5),
        ("Training was carried out on 16 MI250X over the course of six days.", "MI250X", 16, 144),
        ("We could train the model on a TPU v4-64 thanks to a grant.", "TPU v4-64", 1, None),
        ("The model was trained on 48 DGX-A100 (8x A100) for 2 days.", "A100", 384, 48),
        ("Training was done on a single p3.2xlarge in 4 hours.", "p3.2xlarge", 1, 4),
        ("Training took 3 weeks on 64 GPUs.", None, 64, 504),
        ("The model was trained on a single 8-GPU node for 2 days.", None, 8, 48),
        ("Trained in 6 hours in a notebook.", None, None, 6),
        ("The model was trained with V100 GPUs.", "V100", None, None),
        ("The model was trained for 11000 steps (17 hours).", None, None, 17),
    ],
)
def test_what_people_write(sentence, hardware, count, wall_hours):
    assert read(sentence) == (hardware, count, wall_hours)


@pytest.mark.parametrize(
    ("sentence", "hardware", "device_hours"),
    [
        ("Training used 300 V100 GPU hours.", "V100", 300),
        ("Training consumed 1.5M A100-80GB GPU hours.", "A100-80GB", 1_500_000),
        ("Training took about 20 GPU-days.", None, 480),
        ("Pre-training took a total of ~6k H100 hours.", "H100", 6000),
        ("The training required 7,300 TPUv3 chip hours.", "TPUv3 chip", 7300),
    ],
)
def test_hours_of_devices_are_not_time_on_the_clock(sentence, hardware, device_hours):
    facts = extract_facts(sentence)
    assert (facts.hardware, facts.device_hours) == (hardware, device_hours)
    assert facts.wall_hours is None
    assert facts.count is None


def test_a_count_may_stand_beside_hours_of_devices():
    facts = extract_facts("The run on 64 A100 took 5000 GPU hours of training.")
    assert (facts.hardware, facts.count, facts.device_hours) == ("A100", 64, 5000)


@pytest.mark.parametrize(
    "sentence",
    [
        "You can fine-tune this model on a single T4 in 3 hours.",
        "The model can be trained on 8 V100 in 2 days.",
        "With these settings the training might take 3 days on a V100.",
        "Training typically takes 2-4 hours on a single A100 GPU.",
        "Requires a GPU with 16GB, such as a T4.",
        "You need at least an RTX 3090 with 24 GB.",
        "Inference was run on an A100 and took 2 hours.",
        "It generates 30 tokens/s on an RTX 4090.",
        "Latency on a Tesla T4 is 12 ms.",
        "The original BERT was trained on 16 TPU v3-8 for 4 days.",
        "The base model was trained on 64 A100 for 10 days.",
        "The data was collected over 12 days.",
        "Trained on 1000 hours of speech.",
        "The model was fine-tuned on 80 hours of Common Voice recordings.",
        "The duration of the training data is 16 hours.",
        "Fine-tuned on LibriSpeech (960 hours).",
        "Each epoch took 3 hours.",
        "The training time for 1 epoch was about 5 days.",
        "Tokenising the corpus needed 500 CPU hours.",
        "It was trained with a batch size of 64 per GPU and a context of 512 tokens.",
        "Available 24 hours a day, 7 days a week.",
        "Some people say Two Minute Papers trained me.",
        "The model was trained on wav2vec2-base-960h features.",
        "It saw 300K pairs, whereas the original saw 4 million. Also, the training took 20 days across 500 V100 GPUs.",
    ],
)
def test_what_is_not_taken(sentence):
    facts = extract_facts(sentence)
    assert (facts.hardware, facts.count, facts.wall_hours, facts.device_hours, facts.hours) == (None,) * 5


TOGETHER = {
    "hours of speech and hours of training in one sentence": (
        "The model was fine-tuned for 12 hours on 20 hours of audio using an A100.",
        ("A100", 1, 12),
    ),
    "hardware of training beside that of inference": (
        "Training took 4 hours on a single A100. For inference a T4 is enough.",
        ("A100", 1, 4),
    ),
    "own training beside that of the base model": (
        "The base model was trained on 1024 V100 for one day; we fine-tuned it on a single A100 for 2 hours.",
        ("A100", 1, 2),
    ),
    "the sentence before says what takes the time": (
        "We trained the segmenter on 24 V100 GPUs until the loss was flat. That took 2 days at 6 pictures a GPU.",
        ("V100", 24, 48),
    ),
    "a sentence may run over lines": (
        "The tagger was finetuned on old letters\nwith nine labels for five epochs\n(31 hours on 4xP100 GPUs).\n",
        ("P100", 4, 31),
    ),
    "lines of a list belong together": (
        "## Training\n\n- GPU: RTX 4090\n- Training time: ~10 hours\n- Batch size: 32\n",
        ("RTX 4090", None, 10),
    ),
    "a short line below a heading of hardware": (
        "#### Hardware\nOne A100\n",
        ("A100", 1, None),
    ),
    "the count of nodes of gpus behind the hours": (
        "We trained for a total of 66 hours on Tesla V-100 hardware. The training ran on 3 nodes of 4 GPUs.",
        ("V100", 12, 66),
    ),
}


@pytest.mark.parametrize(("text", "facts"), TOGETHER.values(), ids=TOGETHER)
def test_what_belongs_together(text, facts):
    assert read(text) == facts


def test_two_devices_that_are_as_likely_are_none():
    text = "The first model was trained on 8 V100.\n\nThe second model was trained on 4 A100.\n"
    assert extract_facts(text).hardware is None


def test_code_comments_and_quoted_cards_are_not_read():
    text = "```\nTrained on 8 V100 for 3 days.\n```\n<!-- Trained on 4 A100 for 2 days. -->\n"
    assert read(text) == (None, None, None)
    assert read("Some words.\n\n# Original model card\n\nTrained on 64 A100 for 20 days.\n") == (None, None, None)


@pytest.mark.parametrize("tag", ["tags:\n- gguf", "base_model_relation: quantized", "tags:\n- merge"])
def test_a_copy_inherited_its_text(tag):
    facts = extract_facts(f"---\nbase_model: somebody/something\n{tag}\n---\nTrained on 64 A100 for 20 days.\n")
    assert facts.known() == {"base_model": "somebody/something"}


@pytest.mark.parametrize(
    ("sentence", "hardware", "hours"),
    [
        ("Wir haben das Modell 3 Tage auf 4 A100 trainiert.", "A100", 72),
        ("El modelo fue entrenado durante 12 horas en una GPU V100.", "V100", 12),
        ("Le modèle a été entraîné sur une Tesla V100 (32 heures d'entraînement).", "Tesla V100", 32),
        ("训练使用了 8 张 A100, 耗时 3 天", "A100", 72),
    ],
)
def test_other_languages_as_far_as_a_device_is_named(sentence, hardware, hours):
    facts = extract_facts(sentence)
    assert (facts.hardware, facts.wall_hours) == (hardware, hours)


@pytest.mark.parametrize(
    ("sentence", "provider"),
    [
        ("Training took 5 hours on a T4 in Google Cloud.", "gcp"),
        ("It was trained on an AWS EC2 machine with 8 V100.", "aws"),
        ("Trained on 1 V100 GPU provided by OVHcloud.", "ovh"),
        ("Trained on a P100 on my desk.", None),
    ],
)
def test_the_provider_beside_the_device(sentence, provider):
    assert extract_facts(sentence).provider == provider


def test_names_are_names_that_the_table_knows():
    for sentence in (
        "Trained on 8 V-100 GPUs.",
        "Trained on 4x1080Ti.",
        "Trained on NVIDIA A100x4.",
        "Trained on H100s.",
    ):
        hardware = extract_facts(sentence).hardware
        assert hardware is not None
        assert find_accelerator(hardware)
