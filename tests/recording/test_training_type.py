"""Fine-tuning or pre-training, as far as the model tells."""

from __future__ import annotations

import types

import pytest
from recording.helpers import block, card_text

tiny = pytest.importorskip("recording.tiny")

from transformers import BertForSequenceClassification  # noqa: E402 - after the skip

from hf_emissions import EmissionsCallback  # noqa: E402
from hf_emissions.recording.training_type import training_type  # noqa: E402


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    folder = tmp_path_factory.mktemp("base") / "base-model"
    tiny.model().save_pretrained(folder)
    return folder


def test_a_model_from_a_checkpoint_is_fine_tuned(out, checkpoint):
    callback = EmissionsCallback(country="DEU")
    tiny.trainer(out, callback, train_model=BertForSequenceClassification.from_pretrained(checkpoint)).train()
    assert callback.record.training_type == block(card_text(out))["training_type"] == "fine-tuning"


def test_a_model_from_a_config_is_pre_trained_also_when_it_is_resumed(out):
    tiny.trainer(out, EmissionsCallback(country="DEU"), max_steps=6).train()
    callback = EmissionsCallback(country="DEU")
    tiny.trainer(out, callback).train(resume_from_checkpoint=True)
    assert callback.record.training_type == "pre-training"


def test_an_adapter_is_fine_tuned_whatever_its_model():
    model = tiny.model()
    model.peft_config = {"default": object()}
    assert training_type(model) == "fine-tuning"


@pytest.mark.parametrize("wrapper", ["module", "model_body", "transformers_model"])
def test_a_model_inside_another(checkpoint, wrapper):
    inner = BertForSequenceClassification.from_pretrained(checkpoint)
    assert training_type(types.SimpleNamespace(**{wrapper: inner})) == "fine-tuning"
    assert training_type(types.SimpleNamespace(**{wrapper: tiny.model()})) == "pre-training"


def test_a_model_of_nobody_is_neither(out):
    assert training_type(tiny.torch.nn.Linear(1, 1)) is None
    assert training_type(None) is None


def test_a_plain_module_is_recorded_without_a_training_type(out):
    class Plain(tiny.torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = tiny.torch.nn.Linear(8, 2)

        def forward(self, input_ids, labels):
            logits = self.layer(input_ids.float())
            return {"loss": tiny.torch.nn.functional.cross_entropy(logits, labels), "logits": logits}

    callback = EmissionsCallback(country="DEU")
    tiny.trainer(out, callback, train_model=Plain()).train()
    assert callback.record.training_type is None
    assert "training_type" not in block(card_text(out))
