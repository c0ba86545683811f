"""One figure for a training that was stopped and resumed, trained twice, or tried with many settings."""

from __future__ import annotations

import shutil

import pytest
from recording.helpers import block, card_text, ledger, segments_kwh

tiny = pytest.importorskip("recording.tiny")

from hf_emissions import EmissionsCallback  # noqa: E402 - after the skip


class StopError(Exception):
    """A crash."""


def crash():
    raise StopError


def train(out, *callbacks, resume=None, **settings):
    """A training by a Trainer of its own, as a new process would have it; its callback."""
    callback = EmissionsCallback(country="DEU")
    tiny.trainer(out, callback, *callbacks, **settings).train(resume_from_checkpoint=resume)
    return callback


def runs(out):
    return {line["run"] for line in ledger(out)}


def assert_is_the_sum(callback, out, segments):
    energies = segments_kwh(out)
    assert len(energies) == segments
    record = callback.record
    assert record.energy_kwh == pytest.approx(sum(energies), rel=0.005)
    assert record.emissions_g == pytest.approx(380.95 * sum(energies), rel=0.005)
    assert record.segments == segments
    assert f"sum of {segments} segments" in record.source
    assert block(card_text(out))["emissions"] == record.emissions_g


@pytest.mark.parametrize("restore", [False, True])
def test_resume_adds_a_segment_twice_in_a_row(out, restore, warnings_of):
    settings = {"restore_callback_states_from_checkpoint": restore}
    train(out, max_steps=6, **settings)
    second = train(out, resume=True, **settings)
    assert_is_the_sum(second, out, 2)
    assert second.record.duration_s == pytest.approx(sum(durations(out)), rel=0.01)
    third = train(out, resume=str(out / "checkpoint-12"), max_steps=18, **settings)
    assert_is_the_sum(third, out, 3)
    assert len(runs(out)) == 1
    assert "stopped and resumed" in card_text(out)
    assert warnings_of() == []


def durations(out):
    readings = [line for line in ledger(out) if line["kind"] == "reading"]
    last = {line["segment"]: line["t_s"] + line.get("filled", {"s": 0.0})["s"] for line in readings}
    return last.values()


def test_steps_that_are_done_twice_count_twice(out):
    with pytest.raises(StopError):
        train(out, tiny.At(9, crash))
    crashed = segments_kwh(out)
    assert [line["why"] for line in ledger(out) if line["kind"] == "end"] == ["StopError"]
    resumed = train(out, resume=True)
    assert segments_kwh(out)[:1] == crashed
    assert_is_the_sum(resumed, out, 2)


def test_resume_after_a_crash_on_another_machine_is_no_second_node(out, monkeypatch):
    from hf_emissions.recording import nodes

    train(out, max_steps=6)
    monkeypatch.setattr(nodes, "this_host", lambda: "node:0123456789ab")
    resumed = train(out, resume=True)
    assert_is_the_sum(resumed, out, 2)
    assert (resumed.record.nodes_seen, resumed.record.nodes_expected) == (1, 1)
    assert resumed.record.hardware_used.startswith("1 x ")
    assert resumed.record.duration_s == pytest.approx(sum(durations(out)), rel=0.01)


def test_resume_from_a_checkpoint_that_was_not_recorded_says_what_is_missing(out):
    tiny.trainer(out, max_steps=6).train()
    callback = train(out, resume=True)
    assert callback.record.segments == 1
    assert "goes on from step 6 of one that was not recorded; what came before is missing" in card_text(out)
    again = train(out, resume=True, max_steps=18)
    assert_is_the_sum(again, out, 2)
    assert "what came before is missing" in card_text(out)


def test_resume_from_the_checkpoint_of_another_folder(out, tmp_path):
    train(tmp_path / "first", max_steps=6)
    callback = train(out, resume=str(tmp_path / "first" / "checkpoint-6"))
    assert_is_the_sum(callback, out, 2)
    shutil.rmtree(tmp_path / "first")
    assert_is_the_sum(train(out, resume=True, max_steps=18), out, 3)


def test_resume_in_the_same_process_on_the_same_trainer(out):
    callback = EmissionsCallback(country="DEU")
    trainer = tiny.trainer(out, callback, max_steps=6)
    trainer.train()
    trainer.args.max_steps = 12
    trainer.train(resume_from_checkpoint=True)
    assert_is_the_sum(callback, out, 2)


def test_resume_with_the_callback_switched_off_leaves_the_card(out):
    train(out, max_steps=6)
    before = card_text(out)
    callback = EmissionsCallback(country="DEU", enabled=False)
    tiny.trainer(out, callback).train(resume_from_checkpoint=True)
    assert card_text(out) == before


def test_a_second_train_is_a_run_of_its_own_and_a_stage_of_the_model(out):
    callback = EmissionsCallback(country="DEU")
    trainer = tiny.trainer(out, callback)
    trainer.train()
    first = callback.record
    trainer.train()
    energies = segments_kwh(out)
    assert len(energies) == 2
    assert len(runs(out)) == 2
    assert first.energy_kwh == pytest.approx(energies[0], rel=0.005)
    assert callback.record.energy_kwh == pytest.approx(sum(energies), rel=0.005)
    assert block(card_text(out))["emissions"] == callback.record.emissions_g


def test_a_new_training_in_a_used_folder_is_not_taken_for_a_resume(out):
    train(out)
    callback = train(out)
    assert callback.record.segments == 1
    assert len(runs(out)) == 2


def test_a_callback_that_two_trainers_share_keeps_them_apart(tmp_path):
    callback = EmissionsCallback(country="DEU")
    first = tiny.trainer(tmp_path / "first", callback)
    first.train()
    grams = callback.record.emissions_g
    second = tiny.trainer(tmp_path / "second", callback)
    second.train()
    first.create_model_card()
    assert block(card_text(tmp_path / "first"))["emissions"] == grams
    assert block(card_text(tmp_path / "second"))["emissions"] == callback.record.emissions_g
    first.train()
    assert block(card_text(tmp_path / "first"))["emissions"] == callback.record.emissions_g


def test_hyperparameter_search_counts_each_energy_once(out):
    optuna = pytest.importorskip("optuna")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    callback = EmissionsCallback(country="DEU")

    class Pruner(optuna.pruners.BasePruner):
        def prune(self, study, trial):
            return trial.number == 1

    trainer = tiny.Trainer(
        args=tiny.arguments(out, eval_strategy="steps", eval_steps=6),
        train_dataset=tiny.Examples(),
        eval_dataset=tiny.torch.utils.data.Subset(tiny.Examples(0.0), range(8)),
        model_init=lambda trial=None: tiny.model(),
        callbacks=[callback],
    )
    trainer.hyperparameter_search(
        hp_space=lambda trial: {"learning_rate": trial.suggest_float("learning_rate", 1e-5, 1e-4)},
        compute_objective=lambda metrics: metrics["eval_loss"],
        backend="optuna",
        n_trials=3,
        pruner=Pruner(),
    )
    energies = segments_kwh(out)
    assert len(energies) == 3
    steps = [line["step"] for line in sorted(ledger(out), key=lambda line: line["time"]) if line["kind"] == "end"]
    assert steps == [12, 6, 12]
    assert callback.record.energy_kwh == pytest.approx(energies[-1], rel=0.005)
    trainer.train()
    energies = segments_kwh(out)
    card = card_text(out)
    assert callback.record.energy_kwh == pytest.approx(energies[-1], rel=0.005)
    assert block(card)["emissions"] == callback.record.emissions_g
    from hf_emissions import units

    assert f"All experiments: {units.format_mass(380.95 * sum(energies))} CO2eq, 4 runs" in card
