"""The figure reaches the card: the callback on a real Trainer with a real CodeCarbon."""

from __future__ import annotations

import inspect
import json
import logging

import pytest
from recording.helpers import block, card_text, ledger, segments_kwh

tiny = pytest.importorskip("recording.tiny")

from transformers import Trainer, TrainerCallback  # noqa: E402 - after the skip

from hf_emissions import EmissionsCallback, read_card  # noqa: E402
from hf_emissions.errors import PlaceError, UsageError  # noqa: E402
from hf_emissions.recording import session  # noqa: E402

AUTHORS = "co2_eq_emissions:\n  emissions: 1234.5 # from the meter\n  source: my own meter\n  note: '007'\n"
AUTHORS_CARD = f"---\nlicense: mit\n{AUTHORS}---\n# By hand\n"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A training with the callback, and its Trainer."""
    out = tmp_path_factory.mktemp("trained") / "tiny-model"
    callback = EmissionsCallback(country="DEU")
    trainer = tiny.trainer(out, callback)
    trainer.train()
    return trainer, callback, out, card_text(out)


# The block is there, and says what was measured


def test_what_codecarbon_warned_of_is_in_the_ledger_and_not_on_the_card(out, monkeypatch):
    import codecarbon

    inner = codecarbon.OfflineEmissionsTracker.flush

    def warn(tracker):
        logging.getLogger("codecarbon").warning("the moon is\tin the wrong place")
        return inner(tracker)

    monkeypatch.setattr(codecarbon.OfflineEmissionsTracker, "flush", warn)
    tiny.trainer(out, EmissionsCallback(country="DEU")).train()
    texts = [line["text"] for line in ledger(out) if line["kind"] == "warning"]
    assert [text for text in texts if "moon" in text] == ["the moon is in the wrong place"]
    assert "moon" not in card_text(out)


def test_one_line_is_enough(trained):
    _, callback, out, card = trained
    written = block(card)
    assert written["emissions"] == callback.record.emissions_g > 0
    assert written["geographical_location"] == "Germany"
    assert written["energy_consumed"] == pytest.approx(sum(segments_kwh(out)), rel=0.005)
    assert written["emissions"] == pytest.approx(380.95 * sum(segments_kwh(out)), rel=0.005)
    assert read_card(card).emissions_g == callback.record.emissions_g


def test_figures_have_three_significant_digits(trained):
    record = trained[1].record
    for value in (record.emissions_g, record.energy_kwh):
        assert float(f"{value:.3g}") == value


def test_the_block_is_there_after_save_model(trained):
    trainer, callback, out, _ = trained
    trainer.save_model()
    assert block(card_text(out))["emissions"] == callback.record.emissions_g


def test_the_block_is_there_after_the_trainer_wrote_the_card_anew(trained):
    trainer, callback, out, _ = trained
    trainer.create_model_card(model_name="anew", license="mit")
    card = card_text(out)
    assert "license: mit" in card
    assert "generated automatically" in card
    assert block(card)["emissions"] == callback.record.emissions_g
    trainer.create_model_card()
    assert block(card_text(out))["emissions"] == callback.record.emissions_g


def test_a_created_card_has_the_section_and_a_trainers_card_has_not(out):
    trainer = tiny.trainer(out, EmissionsCallback(country="DEU"))
    trainer.train()
    assert "## Environmental Impact" in card_text(out)
    trainer.create_model_card()
    assert "## Environmental Impact" not in card_text(out)


def test_add_callback_after_construction(out):
    callback = EmissionsCallback(country="DEU")
    trainer = tiny.trainer(out)
    trainer.add_callback(callback)
    trainer.train()
    trainer.create_model_card()
    assert block(card_text(out))["emissions"] == callback.record.emissions_g > 0


def test_attach_is_the_explicit_form(out):
    trainer = tiny.trainer(out)
    callback = EmissionsCallback(country="DEU").attach(trainer)
    callback.attach(trainer)
    assert [held for held in trainer.callback_handler.callbacks if held is callback] == [callback]
    trainer.train()
    trainer.create_model_card()
    assert block(card_text(out))["emissions"] == callback.record.emissions_g > 0


def test_who_is_attached_is_looked_for_nowhere(out, monkeypatch, warnings_of):
    """Only a callback of `callbacks=[...]` has to find its Trainer among the calling frames, and once."""
    from hf_emissions.recording import trainer_hooks

    find, found = trainer_hooks.find_trainer, []
    monkeypatch.setattr(trainer_hooks, "find_trainer", lambda callback: found.append(find(callback)) or found[-1])
    trainer = tiny.trainer(out)
    callback = EmissionsCallback(country="DEU").attach(trainer)
    trainer.train()
    assert found == []
    assert block(card_text(out))["emissions"] == callback.record.emissions_g > 0
    trainer = tiny.trainer(out, EmissionsCallback(country="DEU"))
    trainer.train()
    assert found == [trainer]
    assert warnings_of() == []


def test_nothing_is_left_behind_on_the_classes(out):
    from codecarbon import OfflineEmissionsTracker
    from transformers import trainer_callback

    classes = (Trainer, tiny.At, trainer_callback.CallbackHandler, type(tiny.model()), OfflineEmissionsTracker)
    before = [dict(vars(each)) for each in classes]
    trainer = tiny.trainer(out, EmissionsCallback(country="DEU"))
    trainer.train()
    trainer.create_model_card()
    assert [dict(vars(each)) for each in classes] == before
    other = tiny.trainer(out)
    assert other.create_model_card.__func__ is Trainer.create_model_card
    assert inspect.signature(trainer.train) == inspect.signature(other.train)


# What the author wrote


def test_the_rest_of_the_authors_card_stays(out):
    out.mkdir()
    (out / "README.md").write_text("---\nlicense: mit # mine\n---\n# By hand\n")
    tiny.trainer(out, EmissionsCallback(country="DEU")).train()
    card = card_text(out)
    assert card.startswith("---\nlicense: mit # mine\nco2_eq_emissions:\n")
    assert card.endswith("---\n# By hand\n")


def test_an_authors_block_is_kept_with_a_warning(out, warnings_of):
    out.mkdir()
    (out / "README.md").write_text(AUTHORS_CARD)
    callback = EmissionsCallback(country="DEU")
    tiny.trainer(out, callback).train()
    assert card_text(out) == AUTHORS_CARD
    (warning,) = warnings_of()
    assert "already says emissions: 1234.5" in warning
    assert "overwrite=True" in warning
    assert callback.record.emissions_g > 0


def test_an_authors_block_is_kept_when_the_trainer_writes_the_card_anew(out, warnings_of):
    out.mkdir()
    (out / "README.md").write_text(AUTHORS_CARD)
    trainer = tiny.trainer(out, EmissionsCallback(country="DEU"))
    trainer.train()
    trainer.create_model_card()
    card = card_text(out)
    assert "generated automatically" in card
    assert f"\n{AUTHORS}---\n" in card
    assert all("already says emissions: 1234.5" in warning for warning in warnings_of())
    trainer.create_model_card()
    assert card_text(out) == card


@pytest.mark.parametrize(
    "written", ["co2_eq_emissions: 12.5", "co2_eq_emissions: {emissions: 12.5, source: x}", "co2_eq_emissions: null"]
)
def test_an_authors_block_in_another_form_survives_too(out, written):
    out.mkdir()
    (out / "README.md").write_text(f"---\n{written}\nlicense: mit\n---\n")
    trainer = tiny.trainer(out, EmissionsCallback(country="DEU"))
    trainer.train()
    trainer.create_model_card()
    if "null" in written:
        assert block(card_text(out))["emissions"] > 0
    else:
        assert f"\n{written}\n" in card_text(out)


def test_overwrite_replaces_an_authors_block(out, warnings_of):
    out.mkdir()
    (out / "README.md").write_text(AUTHORS_CARD)
    callback = EmissionsCallback(country="DEU", overwrite=True)
    trainer = tiny.trainer(out, callback)
    trainer.train()
    assert block(card_text(out))["emissions"] == callback.record.emissions_g
    trainer.create_model_card()
    assert block(card_text(out))["emissions"] == callback.record.emissions_g
    assert warnings_of() == []


def test_our_own_older_figure_is_replaced_by_another_process_too(out, warnings_of):
    first, second = EmissionsCallback(country="DEU"), EmissionsCallback(country="POL")
    tiny.trainer(out, first).train()
    tiny.trainer(out, second, max_steps=18).train()
    assert first.record.emissions_g != second.record.emissions_g
    written = block(card_text(out))
    assert written["emissions"] == second.record.emissions_g
    assert written["geographical_location"] == "Poland"
    assert warnings_of() == []


def test_a_kill_right_after_the_card_was_written_leaves_the_figure_ours(out, monkeypatch, warnings_of):
    write = session.write_card

    def write_and_die(*arguments, **settings):
        write(*arguments, **settings)
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(session, "write_card", write_and_die)
        with pytest.raises(KeyboardInterrupt):
            tiny.trainer(out, EmissionsCallback(country="DEU")).train()
    assert block(card_text(out))["geographical_location"] == "Germany"
    callback = EmissionsCallback(country="POL")
    tiny.trainer(out, callback, max_steps=18).train()
    assert block(card_text(out))["emissions"] == callback.record.emissions_g
    assert [warning for warning in warnings_of() if "stopped (KeyboardInterrupt)" not in warning] == []


def test_our_figure_is_the_authors_once_the_ledger_is_gone(out, warnings_of):
    tiny.trainer(out, EmissionsCallback(country="DEU")).train()
    before = block(card_text(out))
    for path in (out / "_emissions").glob("*.jsonl"):
        path.unlink()
    tiny.trainer(out, EmissionsCallback(country="DEU"), max_steps=18).train()
    assert block(card_text(out)) == before
    assert len(warnings_of()) == 1


def test_a_trainer_that_has_not_trained_keeps_the_figure_of_the_card_it_rewrites(out):
    callback = EmissionsCallback(country="DEU")
    tiny.trainer(out, callback).train()
    tiny.trainer(out, EmissionsCallback(country="DEU")).create_model_card()
    card = card_text(out)
    assert "generated automatically" in card
    assert block(card)["emissions"] == callback.record.emissions_g


def test_a_training_without_a_place_takes_the_figure_of_an_earlier_one_off(out, monkeypatch):
    from hf_emissions.recording import place_lookup

    tiny.trainer(out, EmissionsCallback(country="DEU")).train()
    monkeypatch.setattr(place_lookup, "look_up_site", lambda: None)
    tiny.trainer(out, EmissionsCallback()).train()
    assert block(card_text(out)) is None


# Logs


def test_energy_grams_and_power_stand_in_the_log_of_the_training(trained):
    trainer, callback, out, _ = trained
    history = json.loads((out / "checkpoint-12" / "trainer_state.json").read_text())["log_history"]
    last = history[-1]
    assert 0 < last["energy_kwh"] <= callback.record.energy_kwh
    assert last["emissions_g"] == pytest.approx(380.95 * last["energy_kwh"], rel=0.01)
    assert 1 < last["power_w"] < 10_000
    assert {name for name in last if name.endswith(("_kwh", "_g", "_w"))} == {"energy_kwh", "power_w", "emissions_g"}
    energies = [entry["energy_kwh"] for entry in trainer.state.log_history if "energy_kwh" in entry]
    assert energies == sorted(energies)
    assert trainer.state.log_history[-1]["energy_kwh"] > 0  # the entry of train_runtime


def test_they_reach_a_callback_that_stands_where_tensorboard_stands(out):
    seen = []

    class TensorBoard(TrainerCallback):
        def on_log(self, args, state, control, logs=None, **kwargs):
            seen.append(dict(logs))

    trainer = tiny.trainer(out, EmissionsCallback(country="DEU"), eval_strategy="steps", eval_steps=6)
    trainer.callback_handler.callbacks.insert(0, TensorBoard())
    trainer.train()
    assert {"energy_kwh", "power_w", "emissions_g"} <= seen[-1].keys()
    evaluations = [logs for logs in seen if "eval_loss" in logs]
    assert len(evaluations) == 2
    assert not any("energy_kwh" in logs or "power_w" in logs for logs in evaluations)
    trainer.create_model_card()
    table = next(line for line in card_text(out).splitlines() if line.startswith("| Training Loss"))
    assert table == "| Training Loss | Epoch | Step | Validation Loss |"


def test_power_is_never_zero_while_something_runs(out):
    # A reading for each checkpoint, closer to each other than CodeCarbon measures anew.
    trainer = tiny.trainer(out, EmissionsCallback(country="DEU"), logging_steps=1, save_steps=1)
    trainer.train()
    powers = [entry["power_w"] for entry in trainer.state.log_history if "power_w" in entry]
    assert len(powers) > 5
    assert min(powers) > 1


def test_no_grams_in_the_log_without_a_place(out, monkeypatch):
    from hf_emissions.recording import place_lookup

    monkeypatch.setattr(place_lookup, "look_up_site", lambda: None)
    trainer = tiny.trainer(out, EmissionsCallback())
    trainer.train()
    assert trainer.state.log_history[-1]["energy_kwh"] > 0
    assert not any("emissions_g" in entry for entry in trainer.state.log_history)


# Settings


def test_training_type_is_found_from_the_model(trained):
    assert trained[1].record.training_type == "pre-training"


def test_training_type_and_pue_can_be_set(out):
    callback = EmissionsCallback(country="DEU", training_type="distillation", pue=1.5)
    tiny.trainer(out, callback).train()
    record = callback.record
    assert (record.training_type, record.pue, record.boundary) == ("distillation", 1.5, "facility")
    assert record.energy_kwh == pytest.approx(1.5 * sum(segments_kwh(out)), rel=0.005)
    assert "covers the facility, at a PUE of 1.5" in card_text(out)


def test_without_pue_the_boundary_is_the_node(trained):
    assert (trained[1].record.pue, trained[1].record.boundary) == (1.0, "node")


def test_a_region(out):
    callback = EmissionsCallback(country="USA", region="VA")
    tiny.trainer(out, callback).train()
    assert callback.record.intensity_g_per_kwh == pytest.approx(244.76, rel=0.01)
    assert callback.record.geographical_location == "Virginia, United States"
    assert callback.record.intensity_basis == "combustion"
    assert "combustion only" in callback.record.source


def test_an_output_dir_of_its_own(out, tmp_path):
    folder = tmp_path / "elsewhere"
    callback = EmissionsCallback(country="DEU", output_dir=folder)
    trainer = tiny.trainer(out, callback)
    trainer.train()
    assert block(card_text(folder))["emissions"] == callback.record.emissions_g
    assert not (out / "_emissions").exists()
    assert ledger(folder)
    trainer.create_model_card()
    assert block(card_text(out))["emissions"] == callback.record.emissions_g


@pytest.mark.parametrize("section", [True, False])
def test_the_section_can_be_asked_for_or_declined(out, section):
    trainer = tiny.trainer(out, EmissionsCallback(country="DEU", section=section))
    trainer.train()
    assert ("## Environmental Impact" in card_text(out)) is section
    trainer.create_model_card()
    assert ("## Environmental Impact" in card_text(out)) is section


@pytest.mark.parametrize("how", ["enabled", "variable"])
def test_it_can_be_switched_off(out, how, monkeypatch):
    if how == "variable":
        monkeypatch.setenv("HF_EMISSIONS_DISABLE", "1")
    callback = EmissionsCallback(country="DEU", enabled=how != "enabled")
    trainer = tiny.trainer(out, callback)
    trainer.train()
    assert callback.record is None
    assert not (out / "README.md").exists()
    assert not (out / "_emissions").exists()
    assert "create_model_card" not in vars(trainer)


def test_the_country_from_the_environment(out, monkeypatch):
    monkeypatch.setenv("HF_EMISSIONS_COUNTRY", "Poland")
    callback = EmissionsCallback()
    tiny.trainer(out, callback).train()
    assert callback.record.country_iso3 == "POL"
    assert "country from HF_EMISSIONS_COUNTRY" in callback.record.source


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"country": "Germny"}, PlaceError, r"did you mean Germany \(DEU\)"),
        ({"country": "XX"}, PlaceError, "no country"),
        ({"country": "USA", "region": "Virgina"}, PlaceError, "virginia"),
        ({"country": "DEU", "region": "Bavaria"}, PlaceError, "no regions"),
        ({"region": "Virginia"}, PlaceError, "needs its country"),
        ({"country": "DEU", "pue": 0.9}, UsageError, "between 1.0 and 5.0"),
        ({"country": "DEU", "pue": float("nan")}, UsageError, "between 1.0 and 5.0"),
    ],
)
def test_a_wrong_setting_is_refused_before_any_training(settings, error, words):
    with pytest.raises(error, match=words):
        EmissionsCallback(**settings)


def test_an_unknown_country_in_the_environment_is_refused_as_well(monkeypatch):
    monkeypatch.setenv("HF_EMISSIONS_COUNTRY", "Atlantis")
    with pytest.raises(PlaceError, match="Atlantis"):
        EmissionsCallback()


# Nothing is left running, nothing is written that should not be


def test_the_meter_stops_with_the_training(trained):
    import threading

    names = {thread.name for thread in threading.enumerate()}
    assert not names & {"hf-emissions", "hf-emissions-place", "hf-emissions-detect"}


def test_no_emissions_csv_and_no_coordinates(trained):
    _, _, out, _ = trained
    assert list(out.rglob("emissions.csv")) == []
    text = "".join(path.read_text() for path in (out / "_emissions").glob("*.jsonl")).lower()
    assert "latitude" not in text
    assert "longitude" not in text


def test_it_is_quiet_where_nothing_is_wrong(out, warnings_of, capfd):
    logging.getLogger("codecarbon").setLevel(logging.NOTSET)
    tiny.trainer(out, EmissionsCallback(country="DEU")).train()
    assert warnings_of() == []
    said = capfd.readouterr()
    assert "codecarbon" not in (said.out + said.err).lower()
