"""Parameters and tokens."""

from __future__ import annotations

import pytest

from hf_emissions.facts.extract import extract_facts


@pytest.mark.parametrize(
    ("sentence", "parameters"),
    [
        ("This is a 7B parameter model.", 7e9),
        ("It has 110M params.", 110e6),
        ("A small model of 66 million parameters.", 66e6),
        ("A model with 1,300,000,000 parameters.", 1.3e9),
        ("It has 7B parameters. With its 7B parameters it is small.", 7e9),
        ("There are models with 8B parameters and with 70B parameters.", None),
        ("LoRA trains 4M trainable parameters only.", None),
        ("It is better than a 13B parameter model.", None),
        ("See the hyperparameters below.", None),
        ("Set 3 parameters in the config.", None),
    ],
)
def test_parameters(sentence, parameters):
    assert extract_facts(sentence).parameters == parameters


@pytest.mark.parametrize(
    ("sentence", "tokens"),
    [
        ("It was trained on 300B tokens.", 3e11),
        ("The model was trained for 402 billion tokens.", 402e9),
        ("We trained on roughly 15 trillion tokens of web text.", 15e12),
        ("Trained on 5B tokens for 4 epochs.", 20e9),
        ("The corpus holds 5B tokens.", None),
        ("It has a context window of 1M tokens.", None),
        ("Each batch has 2M tokens.", None),
        ("The vocabulary has 32k tokens.", None),
        ("It reads 3M tokens per second.", None),
    ],
)
def test_tokens(sentence, tokens):
    assert extract_facts(sentence).tokens == tokens
