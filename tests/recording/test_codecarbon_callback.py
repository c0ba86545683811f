"""Nothing is counted twice: other trackers on the same Trainer, and two of our callbacks."""

from __future__ import annotations

import pytest
from recording.helpers import block, card_text, segments_kwh

tiny = pytest.importorskip("recording.tiny")

import codecarbon  # noqa: E402 - after the skip
from transformers.integrations import CodeCarbonCallback  # noqa: E402

from hf_emissions import EmissionsCallback  # noqa: E402


@pytest.fixture
def started(monkeypatch):
    """Every tracker that was started."""
    found = []
    original = codecarbon.emissions_tracker.BaseEmissionsTracker.start

    def start(self):
        found.append(self)
        return original(self)

    monkeypatch.setattr(codecarbon.emissions_tracker.BaseEmissionsTracker, "start", start)
    return found


def assert_one_of_everything(trainer, ours, out, started, warnings):
    assert [type(tracker).__name__ for tracker in started if is_metering(tracker)] == []
    assert len([tracker for tracker in started if type(tracker).__name__ == "OfflineEmissionsTracker"]) == 1
    assert len(warnings) == 1, warnings
    (energy_kwh,) = segments_kwh(out)
    assert ours.record.energy_kwh == pytest.approx(energy_kwh, rel=0.005)
    trainer.create_model_card()
    assert block(card_text(out))["emissions"] == ours.record.emissions_g
    assert not list(out.rglob("*.csv"))
    kinds = [type(callback).__name__ for callback in trainer.callback_handler.callbacks]
    assert "CodeCarbonCallback" not in kinds


def is_metering(tracker):
    timers = [getattr(tracker, name, None) for name in ("_scheduler", "_scheduler_monitor_power")]
    return any(timer is not None and not timer._stopped for timer in timers)


@pytest.mark.parametrize("where", ["report_to", "before", "after", "report_to and after", "late"])
def test_codecarbons_callback_as_a_class(out, tmp_path, monkeypatch, started, warnings_of, where):
    monkeypatch.chdir(tmp_path)
    ours = EmissionsCallback(country="DEU")
    callbacks = {"before": [CodeCarbonCallback, ours], "after": [ours, CodeCarbonCallback]}
    trainer = tiny.trainer(
        out,
        *callbacks.get(where.split()[-1], [ours]),
        report_to=["codecarbon"] if "report_to" in where else "none",
    )
    if where == "late":
        trainer.add_callback(CodeCarbonCallback)
    trainer.train()
    assert_one_of_everything(trainer, ours, out, started, warnings_of())
    assert len(started) == 1
    assert "CodeCarbonCallback is taken off" in warnings_of()[0]


@pytest.mark.parametrize("where", ["before", "after", "late"])
def test_an_instance_of_codecarbons_callback(out, started, warnings_of, where):
    ours, rival = EmissionsCallback(country="DEU"), CodeCarbonCallback()
    callbacks = {"before": [rival, ours], "after": [ours, rival], "late": [ours]}[where]
    trainer = tiny.trainer(out, *callbacks)
    if where == "late":
        trainer.add_callback(rival)
    trainer.train()
    assert_one_of_everything(trainer, ours, out, started, warnings_of())


def test_report_to_all(out, started, warnings_of):
    ours = EmissionsCallback(country="DEU")
    trainer = tiny.trainer(out, ours, report_to="all")
    trainer.train()
    assert_one_of_everything(trainer, ours, out, started, warnings_of())


def test_ours_added_late_beside_codecarbons(out, started, warnings_of):
    ours = EmissionsCallback(country="DEU")
    trainer = tiny.trainer(out, report_to=["codecarbon"])
    trainer.add_callback(ours)
    trainer.train()
    # Until ours came to the Trainer in its first event, the other had begun.
    assert len(started) == 2
    assert_one_of_everything(trainer, ours, out, started, warnings_of())


@pytest.mark.parametrize("late", [False, True])
def test_two_of_our_callbacks(out, started, warnings_of, late):
    ours, second = EmissionsCallback(country="DEU"), EmissionsCallback(country="POL")
    trainer = tiny.trainer(out, *([ours] if late else [ours, second]))
    if late:
        trainer.add_callback(second)
    trainer.train()
    assert_one_of_everything(trainer, ours, out, started, warnings_of())
    assert "a second EmissionsCallback does nothing" in warnings_of()[0]
    assert second.record is None


def test_ours_as_a_class(out, started, warnings_of, monkeypatch):
    monkeypatch.setenv("HF_EMISSIONS_COUNTRY", "DEU")
    trainer = tiny.trainer(out, EmissionsCallback)
    trainer.train()
    assert warnings_of() == []
    assert block(card_text(out))["emissions"] > 0
    assert len(started) == 1


def test_one_that_took_the_place_of_another(out, started, warnings_of):
    first, second = EmissionsCallback(country="POL"), EmissionsCallback(country="DEU")
    trainer = tiny.trainer(out, first)
    trainer.remove_callback(first)
    trainer.add_callback(second)
    trainer.train()
    trainer.create_model_card()
    assert warnings_of() == []
    assert first.record is None
    assert block(card_text(out))["emissions"] == second.record.emissions_g
    assert len(started) == 1


def test_one_that_was_taken_off_does_nothing(out, started):
    callback = EmissionsCallback(country="DEU")
    trainer = tiny.trainer(out, callback)
    trainer.remove_callback(callback)
    trainer.train()
    trainer.create_model_card()
    assert started == []
    assert block(card_text(out)) is None
