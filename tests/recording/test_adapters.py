"""The block reaches the cards that PEFT writes, wherever and whenever it writes one."""

from __future__ import annotations

import pytest
from hub.server import Hub
from recording.helpers import block, card_text, run_script

tiny = pytest.importorskip("recording.tiny")
peft = pytest.importorskip("peft")

from hf_emissions import EmissionsCallback  # noqa: E402 - after the skip

pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")


def adapter():
    return peft.get_peft_model(tiny.model(), peft.LoraConfig(r=2, target_modules=["query"], task_type="SEQ_CLS"))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A training of an adapter, its folder, and its model."""
    out = tmp_path_factory.mktemp("adapter") / "out"
    callback = EmissionsCallback(country="DEU")
    trainer = tiny.trainer(out, callback, train_model=adapter())
    trainer.train()
    return trainer, callback.record, out


def save_pretrained(trainer, folder):
    trainer.model.save_pretrained(folder)


def save_model(trainer, folder):
    trainer.save_model(str(folder))


def merge(trainer, folder):
    import copy

    copy.deepcopy(trainer.model).merge_and_unload().save_pretrained(folder)


def copied(trainer, folder):
    import copy

    copy.deepcopy(trainer.model).save_pretrained(folder)


@pytest.mark.parametrize("way", [save_pretrained, save_model, merge, copied])
def test_the_block_is_on_the_card_of_every_folder_it_is_saved_to(trained, tmp_path, way):
    trainer, record, _ = trained
    way(trainer, tmp_path / "final")
    card = card_text(tmp_path / "final")
    written = block(card)
    assert written["emissions"] == record.emissions_g > 0
    assert written["geographical_location"] == "Germany"
    assert "partial" not in written["source"]
    assert "**Carbon Emitted:** [More" not in card


def test_a_checkpoints_card_has_the_figure_as_it_stood(trained):
    _, record, out = trained
    steps = [block(card_text(out / f"checkpoint-{step}"))["emissions"] for step in (6, 12)]
    assert 0 < steps[0] < steps[1] <= record.emissions_g


def test_the_rest_of_an_authors_card_stays_in_a_folder_that_is_saved_to_again(trained, tmp_path):
    trainer, record, _ = trained
    trainer.model.save_pretrained(tmp_path)
    path = tmp_path / "README.md"
    path.write_text(path.read_text().replace("# Model Card for Model ID", "# Mine\n\nBy hand."))
    trainer.model.save_pretrained(tmp_path)
    assert "By hand." in path.read_text()
    assert block(path.read_text())["emissions"] == record.emissions_g


def test_an_authors_figure_in_such_a_folder_is_kept(trained, tmp_path, warnings_of):
    trainer, _, _ = trained
    (tmp_path / "README.md").write_text("---\nco2_eq_emissions:\n  emissions: 1234.5\n---\n# Mine\n")
    trainer.model.save_pretrained(tmp_path)
    assert block(card_text(tmp_path))["emissions"] == 1234.5
    assert any("already says emissions: 1234.5" in warning for warning in warnings_of())


def test_a_model_that_was_not_trained_here_has_no_block(tmp_path):
    adapter().save_pretrained(tmp_path)
    assert block(card_text(tmp_path)) is None


def test_the_base_model_has_none_either(trained, tmp_path):
    import copy

    copy.deepcopy(trained[0].model).unload().save_pretrained(tmp_path)
    assert not (tmp_path / "README.md").exists()


def test_weights_that_were_changed_after_the_training_make_the_figure_partial(out, tmp_path):
    callback = EmissionsCallback(country="DEU")
    trainer = tiny.trainer(out, callback, train_model=adapter(), max_steps=2)
    trainer.train()
    tiny.trainer(tmp_path / "other", train_model=trainer.model, max_steps=2).train()
    trainer.model.save_pretrained(tmp_path / "final")
    assert "partial: a stage was not recorded" in block(card_text(tmp_path / "final"))["source"]


@pytest.mark.slow
def test_the_cards_that_push_to_hub_uploads_have_the_block(tmp_path):
    with Hub() as hub:
        said, _ = run_script("adapter.py", tmp_path, **hub.environment(tmp_path / "home"))
        for name in ("adapter", "merged", "whole"):
            cards = hub.readmes(f"user/{name}")
            assert cards, name
            assert block(cards[-1])["emissions"] == said[name] > 0, name
