"""What a training leaves in the logs, the metrics and on the console: one figure, the card's own."""

from __future__ import annotations

import json
import logging
import re

import pytest
from recording.helpers import block, card_text

tiny = pytest.importorskip("recording.tiny")

from transformers import TrainerCallback  # noqa: E402 - after the skip

from hf_emissions import EmissionsCallback  # noqa: E402


class Curve(TrainerCallback):
    """What a reporter such as TensorBoard is given."""

    def __init__(self):
        self.logs = []

    def on_log(self, args, state, control, logs=None, **kwargs):
        self.logs.append(dict(logs))

    def of(self, name):
        return [logs[name] for logs in self.logs if name in logs]


def train(out, *callbacks, resume=False, country="DEU", **settings):
    callback, curve = EmissionsCallback(country=country), Curve()
    trainer = tiny.trainer(out, callback, *callbacks, **{"logging_steps": 2, **settings})
    trainer.callback_handler.callbacks.insert(0, curve)
    return trainer, callback, curve, trainer.train(resume_from_checkpoint=resume)


def test_each_log_has_a_reading_of_its_moment_and_the_last_is_the_cards(out):
    # Steps of more than the 50 ms within which CodeCarbon gives the same figure again.
    trainer, callback, curve, trained = train(out, pause_s=0.01, max_steps=6)
    energies, grams = curve.of("energy_kwh"), curve.of("emissions_g")
    assert len(energies) == len(grams) == 4  # three of the steps, and the last one
    assert energies == sorted(energies)
    assert energies[0] < energies[-1]
    record = callback.record
    assert (energies[-1], grams[-1]) == (record.energy_kwh, record.emissions_g)
    assert block(card_text(out))["emissions"] == grams[-1]
    assert trained.metrics["energy_kwh"] == record.energy_kwh
    assert trained.metrics["emissions_g"] == record.emissions_g
    trainer.save_metrics("train", trained.metrics)
    results = json.loads((out / "all_results.json").read_text())
    assert (results["energy_kwh"], results["emissions_g"]) == (record.energy_kwh, record.emissions_g)


def test_with_the_best_model_loaded_the_last_log_is_the_cards_too(out):
    best = {"load_best_model_at_end": True, "eval_strategy": "steps", "eval_steps": 6, "metric_for_best_model": "loss"}
    trainer, callback, curve, trained = train(out, **best)
    assert curve.of("emissions_g")[-1] == callback.record.emissions_g == trained.metrics["emissions_g"]
    assert trainer.state.log_history[-1]["emissions_g"] == callback.record.emissions_g


def test_after_a_resume_the_curve_goes_on_where_it_was(out):
    _, first, before, _ = train(out, max_steps=6)
    _, callback, after, trained = train(out, resume=True)
    assert after.of("emissions_g")[0] > first.record.emissions_g
    assert after.of("energy_kwh")[-1] == callback.record.energy_kwh == trained.metrics["energy_kwh"]
    curve = [*before.of("energy_kwh"), *after.of("energy_kwh")]
    assert curve == sorted(curve)


def test_the_curve_of_a_facility_has_its_pue_inside(out):
    callback, curve = EmissionsCallback(country="DEU", pue=2.0), Curve()
    trainer = tiny.trainer(out, callback, curve)
    trainer.train()
    assert trainer.state.log_history[-1]["energy_kwh"] == callback.record.energy_kwh
    for energy_kwh, grams in zip(curve.of("energy_kwh"), curve.of("emissions_g"), strict=False):
        assert grams == pytest.approx(380.95 * energy_kwh, rel=0.01)


LINE = re.compile(
    r"hf-emissions: [\d.]+ mg CO2eq \([\d.]+ mWh, [\d.]+ (ms|s), Germany 381 g/kWh, modelled\) -> (?P<card>.*)\n"
)


def test_the_figure_is_said_in_one_line_at_the_end(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    _, callback, _, _ = train("out")
    said = LINE.search(capsys.readouterr().err)
    assert said is not None
    assert said["card"] == "out/README.md"
    from hf_emissions import units

    assert units.format_mass(callback.record.emissions_g) in said[0]


def test_it_is_not_said_where_warnings_are_switched_off(out, capsys):
    log = logging.getLogger("hf_emissions")
    log.setLevel(logging.ERROR)
    try:
        train(out)
    finally:
        log.setLevel(logging.NOTSET)
    assert "hf-emissions" not in capsys.readouterr().err


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_after_an_interrupt_the_command_is_said_that_makes_the_card(out, warnings_of, error):
    import shlex

    from in_process import call

    def stop():
        raise error

    with pytest.raises(error):
        train(out, tiny.At(7, stop))
    (said,) = warnings_of()
    assert f"stopped ({error.__name__}); " in said
    assert not (out / "README.md").exists()
    command = shlex.split(said.split("onto the card with: hf-emissions ")[1])
    (out / "README.md").write_text("# Card\n")
    assert call(command, out).code == 0
    assert block(card_text(out))["emissions"] > 0


def test_a_figure_that_an_author_keeps_out_is_said_with_the_command(out, capsys):
    out.mkdir()
    (out / "README.md").write_text("---\nco2_eq_emissions: 5\n---\n")
    train(out)
    assert "not on the card; to put it there: hf-emissions runs " in capsys.readouterr().err


def test_the_folder_is_the_one_of_the_start_where_the_code_changes_the_current_one(tmp_path, monkeypatch):
    import os

    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    _, callback, _, _ = train("out", tiny.At(3, lambda: os.chdir("elsewhere")), save_strategy="no")
    assert block(card_text(tmp_path / "out"))["emissions"] == callback.record.emissions_g
    assert not (tmp_path / "elsewhere" / "out" / "_emissions").exists()


def test_codecarbons_own_message_of_a_callback_that_is_taken_off_does_not_appear(out, capfd, caplog):
    caplog.set_level(logging.INFO, logger="codecarbon")
    train(out, report_to=["codecarbon"], max_steps=2)
    said = capfd.readouterr()
    assert "emissions.csv" not in said.out + said.err + caplog.text
    # Where ours is not, CodeCarbon speaks as ever.
    tiny.trainer(out, report_to=["codecarbon"], max_steps=2)
    said = capfd.readouterr()
    assert "emissions.csv" in said.out + said.err


def test_a_failed_metering_leaves_a_persons_card_alone_and_no_exception_on_any(out, monkeypatch, capsys):
    import codecarbon

    def fail(*_, **__):
        raise RuntimeError("secret path /home/me")

    monkeypatch.setattr(codecarbon.OfflineEmissionsTracker, "start", fail)
    out.mkdir()
    (out / "README.md").write_text("---\nlicense: mit\n---\n# By hand\n")
    train(out)
    assert card_text(out) == "---\nlicense: mit\n---\n# By hand\n"
    assert "the emissions are not known" in capsys.readouterr().err
    train(out.parent / "new")
    card = card_text(out.parent / "new")
    assert "secret" not in card
    assert "RuntimeError" not in card
    assert "were not recorded" in card
