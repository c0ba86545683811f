"""`record_emissions`: loops without a Trainer, as a context manager and as a decorator."""

from __future__ import annotations

import time

import pytest
from recording.helpers import block, card_text, ledger, segments_kwh

pytest.importorskip("codecarbon")

from hf_emissions import EmissionsRecord, record_emissions
from hf_emissions.errors import PlaceError


def work(seconds=0.2):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        sum(range(1000))


def work_and_raise(error):
    work()
    raise error


def test_a_context_manager(out, warnings_of):
    with record_emissions(out, country="DEU", training_type="pre-training") as recording:
        assert recording.record is None
        work()
    record = recording.record
    assert isinstance(record, EmissionsRecord)
    assert record.energy_kwh == pytest.approx(sum(segments_kwh(out)), rel=0.005)
    assert record.duration_s == pytest.approx(0.2, abs=0.15)
    written = block(card_text(out))
    assert written["emissions"] == record.emissions_g > 0
    assert written["training_type"] == "pre-training"
    assert warnings_of() == []


def test_what_was_recorded_so_far_can_be_asked_for(out):
    with record_emissions(out, country="DEU") as recording:
        work()
        assert recording.sofar.energy_kwh >= 0
    assert recording.sofar.energy_kwh == pytest.approx(recording.record.energy_kwh, rel=0.005)


def test_a_decorator_records_every_call_by_itself(out):
    recording = record_emissions(out, country="DEU")

    @recording
    def train(seconds, *, factor=1):
        """Work."""
        work(seconds * factor)
        return seconds

    assert (train.__name__, train.__doc__) == ("train", "Work.")
    assert recording.record is None
    assert train(0.2) == 0.2
    first = recording.record
    assert train(0.2, factor=2) == 0.2
    second = recording.record
    assert second.energy_kwh > first.energy_kwh
    assert second.segments == 1
    assert len({line["run"] for line in ledger(out)}) == 2
    assert block(card_text(out))["emissions"] == second.emissions_g


def test_an_exception_leaves_the_card_and_keeps_the_energy(out):
    out.mkdir()
    (out / "README.md").write_text("# Mine\n")
    recording = record_emissions(out, country="DEU")
    with pytest.raises(KeyboardInterrupt), recording:
        work_and_raise(KeyboardInterrupt)
    assert (out / "README.md").read_text() == "# Mine\n"
    assert [line["why"] for line in ledger(out) if line["kind"] == "end"] == ["KeyboardInterrupt"]
    assert recording.record.energy_kwh > 0


def test_resume_goes_on_with_the_last_recording(out):
    with pytest.raises(ZeroDivisionError), record_emissions(out, country="DEU"):
        work_and_raise(ZeroDivisionError)
    with record_emissions(out, country="DEU", resume=True) as recording:
        work()
    energies = segments_kwh(out)
    assert len(energies) == 2
    assert recording.record.energy_kwh == pytest.approx(sum(energies), rel=0.005)
    assert "sum of 2 segments" in recording.record.source


def test_resume_in_an_empty_folder_begins(out):
    with record_emissions(out, country="DEU", resume=True) as recording:
        work()
    assert recording.record.segments == 1


def test_one_recording_inside_another_meters_for_itself(out, tmp_path):
    with record_emissions(out, country="DEU") as outer:
        work()
        with record_emissions(tmp_path / "inner", country="POL") as inner:
            work()
        work()
    assert 0 < inner.record.energy_kwh < outer.record.energy_kwh
    assert inner.record.country_iso3 == "POL"
    assert outer.record.country_iso3 == "DEU"
    assert len(segments_kwh(out)) == len(segments_kwh(tmp_path / "inner")) == 1


def test_a_callback_inside_a_recording(out, tmp_path):
    tiny = pytest.importorskip("recording.tiny")
    from hf_emissions import EmissionsCallback

    callback = EmissionsCallback(country="DEU")
    with record_emissions(out, country="DEU") as outer:
        tiny.trainer(tmp_path / "inner", callback).train()
    assert 0 < callback.record.energy_kwh < outer.record.energy_kwh


@pytest.mark.parametrize("how", ["enabled", "variable"])
def test_it_can_be_switched_off(out, how, monkeypatch):
    if how == "variable":
        monkeypatch.setenv("HF_EMISSIONS_DISABLE", "1")
    with record_emissions(out, country="DEU", enabled=how != "enabled") as recording:
        work(0.01)
    assert recording.record is None
    assert recording.sofar is None
    assert not out.exists()


def test_a_wrong_setting_is_refused_before_anything_runs(out):
    with pytest.raises(PlaceError, match="Germany"):
        record_emissions(out, country="Germny")
    with pytest.raises(TypeError, match="contry"):
        record_emissions(out, contry="DEU")


def test_an_error_of_our_own_does_not_reach_the_code(out, monkeypatch, warnings_of):
    from hf_emissions.recording import experiment

    def fail(*arguments, **settings):
        raise ZeroDivisionError("a mistake")

    monkeypatch.setattr(experiment, "summarize", fail)
    with record_emissions(out, country="DEU"):
        work(0.05)
    assert len(warnings_of()) == 1
    assert "a mistake" in warnings_of()[0]


def test_the_exception_of_the_code_is_the_one_that_comes_out(out, monkeypatch):
    from hf_emissions.recording import experiment

    def fail(*arguments, **settings):
        raise ZeroDivisionError("a mistake")

    monkeypatch.setattr(experiment, "summarize", fail)
    with pytest.raises(ValueError, match="mine"), record_emissions(out, country="DEU"):
        raise ValueError("mine")


@pytest.mark.parametrize("count", [2])
def test_threads_that_record_at_the_same_time(tmp_path, count):
    import threading

    def record(number):
        with record_emissions(tmp_path / str(number), country="DEU") as recording:
            work()
        found[number] = recording.record

    found = {}
    threads = [threading.Thread(target=record, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [found[number].energy_kwh > 0 for number in range(count)] == [True] * count
