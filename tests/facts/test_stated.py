"""Trainings as people state them: what belongs together is read together, and what is not this model's is not read."""

from __future__ import annotations

import pytest

from hf_emissions.factors.find_accelerator import find_accelerator
from hf_emissions.facts.extract import extract_facts

# Text, then device, count, hours by the clock, and hours summed over devices.
READ = {
    "a device and its count in two cells": (
        "## Infrastructure\n\n| | |\n|---|---|\n| Nvidia H100 GPU | 64 |\n| Training Duration | 14 days |\n",
        ("Nvidia H100", 64, 336, None),
    ),
    "nodes of several devices": (
        "The model was trained on 16 nodes of 8x A100 for 5 days.",
        ("A100", 128, 120, None),
    ),
    "machines that have the number that is said": (
        "It was trained on 2 DGX with 16 A100 for about 100 hours.",
        ("A100", 16, 100, None),
    ),
    "the memory between count and name": (
        "We trained on 8 16 GB V100 for 90 hours.",
        ("V100", 8, 90, None),
    ),
    "each epoch, in the same sentence": (
        "We trained for 10 epochs on one A100, each epoch taking about 15 h.",
        ("A100", 1, 150, None),
    ),
    "each epoch, in the next sentence": (
        "The model was trained for 3 epochs on an RTX 3090. Each epoch took 40 minutes.",
        ("RTX 3090", 1, 2, None),
    ),
    "all epochs": (
        "Training ran for 20 epochs on 8 V100 GPUs and took 17 days for 20 epochs.",
        ("V100", 8, 408, None),
    ),
    "digits that LaTeX groups": ("Pretraining took 550\\,000 GPU hours on H100.", ("H100", None, None, 550_000)),
    "days of devices": (
        "In total, training consumed 3000 GPU-days (in V100).",
        ("V100", None, None, 72_000),
    ),
    "the time in the next sentence": (
        "The model was trained on 4 A100 GPUs. This took roughly 30 hours.",
        ("A100", 4, 30, None),
    ),
    "headings as labels": (
        "### Hardware\n\n4 x NVIDIA A100 40GB\n\n### Training time\n\n12 hours\n",
        ("NVIDIA A100 40GB", 4, 12, None),
    ),
    "labels whose values stand below": (
        "**Training time:**\n\n12 hours\n\n**Hardware:**\n\n8 x A100\n",
        ("A100", 8, 12, None),
    ),
    "labels within a line": (
        "Our recipe. Hardware: 1x T4. Training time: 3 h. Epochs: 2.",
        ("T4", 1, 3, None),
    ),
    "a list under a line that says of what": (
        "Details of the training:\n\n- 8x A100\n- about 650 GPU hours\n",
        ("A100", 8, None, 650),
    ),
    "hours and minutes without a blank": (
        "The training on one A100 took 7h21min.",
        ("A100", 1, 7.35, None),
    ),
    "as a clock shows it": ("Training took 1:30:00 on a Tesla V100.", ("Tesla V100", 1, 1.5, None)),
    "hours of the devices behind the devices": (
        "It was trained for 24 hours on 8 A100 GPUs (192 GPU hours).\nThanks for the grant of 1,000 GPU hours.",
        ("A100", 8, 24, 192),
    ),
    "two stages in one sentence": (
        "It took 60 hours to train the first stage, 90 hours to train the second one, both on 8 A100.",
        ("A100", 8, 150, None),
    ),
    "not the week of a rate": (
        "Trained in notebooks, which give 30 GPU hours a week on a P100.",
        ("P100", 1, None, None),
    ),
    "French, fine-tuned": (
        "Ce modèle a été affiné sur une carte NVIDIA T4 pendant 3,5 heures.",
        ("NVIDIA T4", 1, 3.5, None),
    ),
    "hours of both kinds": (
        "Hardware used: 4x8 Nvidia A100 80GB. Hours trained: 1024 GPU hours (32 hours total).",
        ("Nvidia A100 80GB", 32, 32, 1024),
    ),
    "Chinese": ("本模型在8张A100上训练了3天。", ("A100", 8, 72, None)),
    "Chinese, one card": ("我们在一张A100-80GB显卡上进行了训练, 耗时约2h17m。", ("A100-80GB", 1, 2 + 17 / 60, None)),
    "Japanese": ("学習にはA100を8枚使用し、約3日間かかりました。", ("A100", 8, 72, None)),
    "Korean": ("A100 4장으로 3일 동안 학습했습니다.", ("A100", 4, 72, None)),
    "Russian": ("Обучение заняло 4,5 часа на одной Tesla T4.", ("Tesla T4", 1, 4.5, None)),
    "German": ("Das Training dauerte 2,5 Tage auf vier A100.", ("A100", 4, 60, None)),
    "French": ("L'entraînement a duré 3 jours sur 4 GPU V100.", ("V100", 4, 72, None)),
    "Spanish": ("El entrenamiento tardó 20 horas en 2 GPUs A100.", ("A100", 2, 20, None)),
    "behind what another one needed": (
        "Instead of using 8 V100 GPUs, we train the model on one V100 GPU. It took around 2 hours.",
        ("V100", 1, 2, None),
    ),
    "behind the original": (
        "Unlike the original, which needed 64 TPUs for 4 days, ours was trained on a single RTX 3090 for 5 hours.",
        ("RTX 3090", 1, 5, None),
    ),
    "the fine-tuning of what was pre-trained elsewhere": (
        "Bison was pretrained on A100-80GB for 3.3M GPU hours. We fine-tuned it on 2 RTX 3090 for 4 hours.",
        ("RTX 3090", 2, 4, None),
    ),
    "not the time of a tokenizer": (
        "We used 8 A100 GPUs. The tokenizer was trained in 3 hours.",
        ("A100", 8, None, None),
    ),
    "not a span of the calendar": (
        "I trained it on and off over 2 weeks on an RTX 3080.",
        ("RTX 3080", 1, None, None),
    ),
    "not a quota of hours": (
        "Finetuned by a student on Kaggle with one P100, 30 h weekly quota.",
        ("P100", 1, None, None),
    ),
    "behind the model's own name": (
        "# Vole\n\nWhere BigBERT needed much more, vole was pretrained with a single RTX 2080 Ti in 5 days.",
        ("RTX 2080 Ti", 1, 120, None),
    ),
    "no count without an article or a number": (
        "GPU: GTX 1080Ti\n\nThis model took roughly 36 hours to fine-tune.",
        ("GTX 1080Ti", None, 36, None),
    ),
    "days and hours in German": (
        "Das Training lief auf vier A100 und dauerte 2 Tage und 5 Stunden.",
        ("A100", 4, 53, None),
    ),
    "days and hours in one word": ("Training took 1d7h on 32 H100 GPUs.", ("H100", 32, 31, None)),
    "hours of devices in one word": ("We used 40 A100h in total for the fine-tuning.", (None, None, None, 40)),
    "each of the epochs, in French": (
        "Entraînement : 3 époques de 2 heures chacune, sur une carte T4.",
        ("T4", 1, 6, None),
    ),
    "a whole training of one epoch": (
        "- instruction tuning: 1 epoch x 5 hours on 1 x A100",
        ("A100", 1, 5, None),
    ),
    "what it took, not what it did not": (
        "The upload is of March, but it didn't take 3 weeks. It took 30 minutes to train on one T4.",
        ("T4", 1, 0.5, None),
    ),
    "nodes and devices of each as labels": (
        "- Nodes: 4\n- GPUs per node: 8 (AMD MI300X)\n- Training time: 3 days\n",
        ("AMD MI300X", 32, 72, None),
    ),
    "servers of several devices": (
        "The model was trained on 4 8xA100 servers for 36 hours.",
        ("A100", 32, 36, None),
    ),
    "devices of all nodes in a list": (
        "- Training hardware: 8 LUMI nodes, 64 AMD MI250X\n- Training time: 10 hours\n",
        ("AMD MI250X", 64, 10, None),
    ),
    "hours that count no devices": ("Compute: 32 A100-hours.", ("A100", None, None, 32)),
    "the time in brackets is the exact one": (
        "Training took almost two hours (1 h 52 min) on one A100.",
        ("A100", 1, 1 + 52 / 60, None),
    ),
    "behind a comparison in Chinese": (
        "预训练使用512张H800\uff0c历时21天。作为对比\uff0c另一个模型使用2048张A100训练了30天。",
        ("H800", 512, 504, None),
    ),
    "below the heading of the Hub's template": (
        "#### Speeds, Sizes, Times\n\n* Training took 6 hours on 8 V100 GPUs\n",
        ("V100", 8, 6, None),
    ),
    "we, without a word of training": ("We used 32 V100 GPUs for about 7 days.", ("V100", 32, 168, None)),
    "the total that is stated": (
        "The first stage took 4 days on 64 A100. Then we trained for 2 days more. "
        "In total, training took 6 days on 64 A100.",
        ("A100", 64, 144, None),
    ),
}


@pytest.mark.parametrize(("text", "expected"), READ.values(), ids=READ)
def test_what_is_stated_together_is_read_together(text, expected):
    facts = extract_facts(text)
    read = facts.hardware, facts.count, facts.wall_hours, facts.device_hours
    assert read[:2] == expected[:2]
    assert [hours and round(hours, 3) for hours in read[2:]] == [hours and round(hours, 3) for hours in expected[2:]]


@pytest.mark.parametrize(
    "text",
    [
        "The model can be trained on a single consumer GPU in 48 hours.",
        "Fine-tuning it might take 3-4 days on 8 A100 GPUs.",
        "Encoding a million abstracts took us 31 hours on 4x L4.",
        "The base model BigBERT was trained on 256 TPU v3 chips for 10 days.",
        "# Tagger - fine-tuned for names\n\nPretraining was done with a single V100 and took 4 days.",
        "# Finch\n\n## Base model\n\nSparrow was trained for 9 days on 64 A100.",
        "From the original card:\n\n> We used 512 H100 GPUs for 29 days to train it.\n",
        "Kaggle gives you 30 GPU hours a week.",
        "# Lark\n\n| Model | Corpus time | Hardware |\n|---|---|---|\n| Lark | 4.2 h | 1 x A10G |\n| Wren | 9 h | 1 "
        "x T4 |\n",
        "DeBERTa itself was pretrained by Microsoft on 64 V100 over 20 days.",
        "A rolling backtest over one year took another 3 hours on one T4.",
        "Was it trained on 8 V100 for 3 days?",
        "Next year we plan to train another one on 64 H100 GPUs for about 5 days.",
        'As they say, "it was trained for six weeks on 1,024 A100 GPUs".',
        "- Training hardware: (e.g. 512 H100)\n- Training time: (e.g. 4 weeks)\n",
        "It would take 10 days on 8 A100 to train this from scratch.",
        "TinyBird was pretrained using 16 A100-40G GPUs in 90 days by its authors.",
        "# Jay\n\nUnlike MusicHen, it is small. MusicHen was trained on 64 A100 for 9 days.",
        "L'addestramento partirà a marzo, durerà 18 giorni e userà 64 GPU A100.",
        "Zum Vergleich: das andere Modell wurde 7 Tage auf einer TPU v3 trainiert.",
        "We got a grant of 5,000 GPU hours for other projects.",
        "## Hardware requirements\n\n### Training\n\n- GPU: 4 x V100\n- Training time: 12 hours\n",
        "It takes 4 hours on 4 V100 GPUs to render the videos of the test set.",
        "It achieves the following results on the evaluation set:\n\n- Loss: 0.2\n- Runtime: 3.1 s\n",
        "# A\n\n| Competitor | Hardware | Time |\n|---|---|---|\n| Finch | 8 x A100 | 3 days |\n| Wren | 8 x A100 | 4 "
        "days |\n",
    ],
)
def test_what_is_not_this_models_training_is_not_read(text):
    facts = extract_facts(text)
    assert (facts.hardware, facts.count, facts.wall_hours, facts.device_hours, facts.hours) == (None,) * 5
    assert facts.trainings == ()


class TestSeveral:
    def test_stages_add_up(self):
        facts = extract_facts("Stage 1 took 80 hours on 8 A100 and stage 2 took 100 hours on 8 A100.")
        assert (facts.hardware, facts.count, facts.wall_hours) == ("A100", 8, 180)
        assert [(one.hardware, one.count, one.wall_hours) for one in facts.trainings] == [
            ("A100", 8, 80),
            ("A100", 8, 100),
        ]

    def test_stages_on_different_numbers_of_devices_add_up_by_the_clock_and_keep_their_devices(self):
        facts = extract_facts("We pre-trained for 10 days on 64 A100 and then fine-tuned for 5 hours on 8 A100.")
        assert (facts.hardware, facts.count, facts.wall_hours, facts.device_hours) == ("A100", None, 245, None)
        assert [(one.kind, one.count, one.wall_hours) for one in facts.trainings] == [
            ("stage", 64, 240),
            ("stage", 8, 5),
        ]

    def test_of_several_without_a_word_on_how_they_belong_together_there_is_no_total(self):
        facts = extract_facts(
            "The small one was trained for 3 days on 8 V100.\n\nThe tall one was trained for 9 days on 8 V100."
        )
        assert (facts.hardware, facts.count, facts.wall_hours, facts.device_hours) == ("V100", 8, None, None)
        assert [one.wall_hours for one in facts.trainings] == [72, 216]

    def test_slices_of_two_sizes_are_two_devices(self):
        facts = extract_facts(
            "The tiny one was trained for 15 hours on a TPU v4-8.\n\n"
            "The tall one was trained for 40 hours on a TPU v4-64."
        )
        assert (facts.hardware, facts.count, facts.wall_hours) == (None, None, None)
        assert [one.hardware for one in facts.trainings] == ["TPU v4-8", "TPU v4-64"]

    def test_the_time_of_the_other_variant_in_the_same_sentence(self):
        facts = extract_facts("Training the small variant took 10 hours and the large one 30 hours, on 4 A100.")
        assert (facts.wall_hours, [one.wall_hours for one in facts.trainings]) == (None, [10, 30])

    def test_stages_of_a_list_in_french(self):
        text = "- Pré-entraînement : 3 jours sur 8 GPU A100\n- Affinage : 5 heures sur les mêmes 8 GPU A100\n"
        assert extract_facts(text).wall_hours == 77

    def test_devices_of_each_node_in_chinese_are_not_all_of_them(self):
        assert extract_facts("训练使用多个节点、每个节点8张H800\uff0c历时120小时。").count is None

    def test_a_stage_that_goes_on_from_the_other_is_no_better_than_it(self):
        text = (
            "The first stage was trained on 8 A100 for 20 hours. The second stage was trained on 16 H100 for 5 hours."
        )
        assert [one.words for one in extract_facts(text).trainings] == ["8 x A100, 20 h", "16 x H100, 5 h"]

    def test_two_counts_in_one_sentence_are_no_count(self):
        text = "It was trained for 8 days on 128 V100 and then on 192 V100, in total for 3,904 V100 GPU-days."
        facts = extract_facts(text)
        assert (facts.hardware, facts.count, facts.device_hours) == ("V100", None, 3904 * 24)

    @pytest.mark.parametrize(("count", "read"), [(17, 17), (16, None)])
    def test_devices_beside_nodes_are_all_of_them_if_no_node_has_as_many(self, count, read):
        assert extract_facts(f"Trained on 8 nodes, {count} V100 for 5 hours.").count == read

    def test_a_single_one_is_listed_too(self):
        text = "It was trained on 4 A100 for 3 days."
        (training,) = extract_facts(text).trainings
        assert (training.hardware, training.count, training.wall_hours) == ("A100", 4, 72)
        assert {name: text[span.start : span.end] for name, span in training.places.items()} == {
            "hardware": "4 A100",
            "count": "4 A100",
            "wall_hours": "3 days",
        }

    def test_a_single_one_has_the_sizes_of_the_card(self):
        (training,) = extract_facts("# finch-7b\n\nIt was trained on 300B tokens with 4 A100 for 3 days.").trainings
        assert (training.parameters, training.tokens, training.kind) == (7e9, 300e9, None)

    def test_each_of_several_has_what_its_sentence_says(self):
        small, tall = extract_facts(
            "The small one was trained on 20B tokens for 3 days on 8 V100.\n\n"
            "The tall one was fine-tuned for 9 days on 8 V100."
        ).trainings
        assert (small.tokens, small.kind, tall.tokens, tall.kind) == (20e9, None, None, "fine-tuning")

    @pytest.mark.parametrize(("hours", "wall_hours"), [(80, 10), (100, 10), (110, None)])
    def test_hours_by_the_clock_agree_with_those_of_the_devices_to_a_quarter(self, hours, wall_hours):
        """Both may be rounded; a larger difference says that the duration is that of a part."""
        facts = extract_facts(f"It was trained on 8 A100 for 10 hours, {hours} GPU hours in total.")
        assert (facts.count, facts.wall_hours, facts.device_hours) == (8, wall_hours, hours)

    @pytest.mark.parametrize(("hours", "trainings"), [(71, 1), (70, 2)])
    def test_durations_within_two_percent_are_one(self, hours, trainings):
        """As 3 days and 71 hours are: people round to two digits."""
        text = f"The model was trained on 8 A100 for 3 days.\n\nTraining took {hours} hours on 8 A100."
        assert len(extract_facts(text).trainings) == trainings

    def test_no_device_and_no_time_is_no_training(self):
        assert extract_facts("# Finch-7b\n\nA model with 7B parameters.").trainings == ()


@pytest.mark.parametrize(
    ("text", "parameters", "tokens"),
    [
        ("# acme-7b\n\nTrained on 8 A100 for 12 hours.\n", 7e9, None),
        ("# Nordic-BART-139M\n\nTrained with 8 A100 GPUs for 3 days.\n", 139e6, None),
        ("# Two of 8x7B\n\nTrained with 8 A100 GPUs for 3 days.\n", None, None),
        ("# Distilled from llama-7b data\n\nTrained with 8 A100 GPUs for 3 days.\n", None, None),
        ("It was trained on 500B vision and text tokens on 8 A100.", None, 500e9),
        ("It was trained with a batch of 1024 for 300B tokens on 8 A100.", None, 300e9),
        ("- GPUs: 512 H100\n- Training data: 4.9T tokens\n", None, 4.9e12),
        ("It was pre-trained on 8 A100 with a corpus of 20B tokens.", None, None),
    ],
)
def test_sizes_in_names_and_sentences(text, parameters, tokens):
    facts = extract_facts(text)
    assert (facts.parameters, facts.tokens) == (parameters, tokens)


def test_the_own_row_of_a_table_of_sizes():
    table = (
        "| | Training time (GPU hours) | Params |\n|---|---|---|\n"
        "| Otter 8B | 1.46M | 8.03B |\n| Otter 70B | 7.0M | 70B |\n"
    )
    facts = extract_facts(f"# Otter-8B\n\n{table}")
    assert (facts.device_hours, facts.parameters) == (1.46e6, pytest.approx(8.03e9))
    assert extract_facts(f"# Badger\n\n{table}").device_hours is None


@pytest.mark.parametrize(
    ("text", "provider"),
    [
        ("It was trained on 4 V100 for 3 days. Thanks to OVHcloud for the machines.", "ovh"),
        (
            "It was trained on 4 V100 for 3 days.\n\n[Open in Colab](https://x.y) is a notebook that shows its use.",
            None,
        ),
        ("It was trained on a T4 for 3 hours.\n\nTrained with thanks to Kaggle and to Google Cloud.", "gcp"),
        ("A list of clouds: AWS, Azure. Nothing was trained.", None),
        ("Thanks to TensorFlow Research Cloud (TFRC) for the free access to TPUs.", "gcp"),
        ("Trained on AWS SageMaker for five epochs.", "aws"),
        ("The code of Google BERT was used. It is also on Azure.", None),
    ],
)
def test_the_provider_that_is_thanked(text, provider):
    assert extract_facts(text).provider == provider


@pytest.mark.parametrize(
    ("text", "hours", "hardware"),
    [
        ("Trained on captions using 2xA6000 GPUs for around 30,000 step (about 12 hours).", 12, "A6000"),
        ("Trained on captions using 2xA6000 GPUs for around 9 iteration (about 12 hours).", 12, "A6000"),
        ("This model is produced using RTX A6000, with 8 vCPU.", None, "RTX A6000"),
        ("The adapter was created on a T4.", None, "T4"),
    ],
)
def test_a_model_that_was_made_on_a_device_was_trained_on_it(text, hours, hardware):
    facts = extract_facts(f"# Heron\n\n{text}\n")
    assert (facts.wall_hours, facts.hardware) == (hours, hardware)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("We trained on 8 A100 GPUs for 10 hours in us-central1 on GCP.", ("gcp", "us-central1")),
        ("Trained on 8 A100 for 10 hours in eu-west-3.", ("aws", "eu-west-3")),
        ("Trained on Azure eastus2 with 4 V100 for 3 hours.", ("azure", "eastus2")),
        ("Trained on AWS with 4 V100 for 3 hours.", ("aws", None)),
        ("Trained on AWS, in europe-west4, with 4 V100 for 3 hours.", ("aws", None)),
        ("We trained bert-base-2 with gpt-2 on 8 A100 for 10 hours.", (None, None)),
    ],
)
def test_a_sentence_on_the_training_names_its_region(text, place):
    facts = extract_facts(f"# Heron\n\n{text}\n")
    (training,) = facts.trainings
    assert (facts.provider, facts.region) == (training.provider, training.region) == place


def test_each_training_has_its_own_place():
    text = (
        "# Heron\n\nStage 1 was trained on 8 A100 for 10 hours on AWS us-east-1.\n\n"
        "Stage 2 was trained on 4 T4 for 5 hours on GCP in europe-west4.\n"
    )
    facts = extract_facts(text)
    assert [(one.provider, one.region) for one in facts.trainings] == [("aws", "us-east-1"), ("gcp", "europe-west4")]
    assert (facts.provider, facts.region) == (None, None)
    first = facts.trainings[0].places["region"]
    assert text[first.start : first.end] == "us-east-1"


_GGUF = "---\ntags:\n- gguf\n---\n"
_LINE = "\n\nIt was trained on 8 A100 GPUs for 10 hours.\n"


@pytest.mark.parametrize(
    ("text", "is_own"),
    [
        (f"{_GGUF}# Heron\n\nA QLoRA fine-tune of Qwen3.5-9B for birds.", True),
        (f"{_GGUF}# Heron GGUF\n\nA fine-tuned version of Qwen3, quantized to GGUF format for llama.cpp.", True),
        ("---\ntags:\n- mlx\n---\n# Heron\n\nA compact model trained with distillation on a laptop.", True),
        (f"{_GGUF}# Heron-GGUF\n\nThis repo contains GGUF format model files for the fine-tuned Heron.", False),
        (f"{_GGUF}# Heron\n\nQuantized version of Heron, which was fine-tuned by its authors.", False),
        (f"{_GGUF}# Heron\n\nStatic quants of heron/Heron, a fine-tuned model.", False),
        (f"{_GGUF}# Heron\n\nOriginal model: heron/Heron, trained by others.", False),
        (f"{_GGUF}# Heron\n\nA model for birds.", False),
        ("---\ntags: [gguf, birds]\n---\n# Heron 7B\n\nA GGUF of Heron.", False),
        (f"{_GGUF}# Heron-GGUF\n\nYou can now run & fine-tune Heron with it!", False),
        (f"{_GGUF}# Finetune Heron 2-5x faster!\n\n## Heron-7B", False),
        (f"{_GGUF}# Heron\n\nOur dynamic quants were fine-tuned for accuracy.", False),
        (
            f"{_GGUF}# Heron\n\nHeron is a fine-tuned version of Egret. These are the GGUF files; I did not train it.",
            False,
        ),
        (f"{_GGUF}# Heron mirror\n\nReupload. Heron is a fine-tuned model.", False),
        ("---\ntags:\n- mlx\n---\n# Heron\n\nJust the weights of Egret's finetune in MLX 4 bit.", False),
        ("---\ntags:\n- mlx\n---\n# Heron\n\nWe fine-tuned nothing here.", False),
        ("---\ntags:\n- mlx\n---\n# Heron\n\nThe trained model was converted to MLX format from heron/Heron.", False),
        ("---\ntags:\n- merge\n---\n# Heron\n\nA fine-tuned model.", False),
        ("---\ntags:\n- gguf\nbase_model_relation: quantized\n---\n# Heron\n\nA fine-tuned model.", False),
    ],
)
def test_a_fine_tune_in_another_format_is_no_copy(text, is_own):
    assert extract_facts(text + _LINE).count == (8 if is_own else None)


def test_a_provider_is_named_with_the_machines():
    said = {
        "Training was done using HF Trainer using free GPU on Kaggle.": "kaggle",
        "This model was trained using a script on Google Colab at 2000 steps.": "colab",
        "Used V100/P100 from Google Colab Pro.": "colab",
        "The model was trained on a data set from Kaggle.": None,
        "Open the demo in Google Colab.": None,
    }
    assert {text: extract_facts(f"# Heron\n\n{text}\n").provider for text in said} == said


@pytest.mark.parametrize(("title", "size"), [("heron-4b-lora", 4e9), ("m2m100_418M-eng", 4.18e8), ("v100_7x2M", None)])
def test_the_size_in_a_title(title, size):
    assert extract_facts(f"# {title}\n\nIt has parameters, and was trained on a T4.\n").parameters == size


@pytest.mark.parametrize(
    ("written", "hardware"), [("NVIDIA_TESLA_A100", "A100"), ("NVIDIA_TESLA_T4", "Tesla T4"), ("NVIDIA_L4", "L4")]
)
def test_a_cloud_spells_an_accelerator_with_underscores(written, hardware):
    facts = extract_facts(f"# Heron\n\nThe model was trained on 2 {written} GPUs on Google Vertex AI for 3 hours.\n")
    assert (facts.count, facts.hardware, facts.wall_hours) == (2, written, 3)
    assert find_accelerator(facts.hardware).canonical == hardware
