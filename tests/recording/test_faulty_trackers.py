"""Training is never harmed: the same weights, in time, with one warning, whatever the tracker does.

The faults are put into the real CodeCarbon: into the methods of the tracker that the meter drives.
"""

from __future__ import annotations

import json
import threading
import time

import pytest
from recording.helpers import block, card_text, ledger, segments_kwh

tiny = pytest.importorskip("recording.tiny")

import codecarbon  # noqa: E402 - after the skip
from codecarbon.core.units import Energy  # noqa: E402

from hf_emissions import EmissionsCallback  # noqa: E402
from hf_emissions.recording import detection, place_lookup, recorder  # noqa: E402

TRACKER = codecarbon.OfflineEmissionsTracker
STARTING = ["__init__", "start"]
NOT_RECORDED = "The emissions of the training were not recorded."
OF_THE_FAULT = "the tracker of jane@node17 is broken"  # what no card and no ledger may say


def train(out, *callbacks, **settings):
    trainer = tiny.trainer(out, *callbacks, seed=7, train_model=tiny.model(7), **settings)
    trainer.train()
    return {name: value.clone() for name, value in trainer.model.state_dict().items()}


@pytest.fixture(scope="module")
def plain_weights(tmp_path_factory):
    """The weights of the same training without the callback."""
    return train(tmp_path_factory.mktemp("plain") / "tiny-model")


def assert_same(first, second):
    assert first.keys() == second.keys()
    assert all(first[name].equal(second[name]) for name in first)


# A fault that hangs does so for a minute; on a busy machine a training that does not wait for it takes some seconds.
HANGS_S = 60
NOT_HUNG_S = 30


def wait_less(monkeypatch):
    """Waits that fit a test, long enough for a busy machine: a training with a tracker that hangs takes one of them."""
    monkeypatch.setattr(detection, "READY_S", 0.3)
    monkeypatch.setattr(recorder, "_PATIENCE_S", 2.0)


def hang(release):
    def fault(self, original, *arguments, **settings):
        release.wait(HANGS_S)

    return fault


def raise_error(self, original, *arguments, **settings):
    raise RuntimeError(OF_THE_FAULT)


def give_nothing(self, original, *arguments, **settings):
    return None


def give_nan(self, original, *arguments, **settings):
    if original.__name__ != "__init__":
        self._total_cpu_energy = Energy.from_energy(kWh=float("nan"))
    done = original(self, *arguments, **settings)
    self._total_cpu_energy = Energy.from_energy(kWh=float("nan"))
    return done


@pytest.fixture
def break_tracker(monkeypatch):
    """Puts a fault into a method of the tracker, for as long as `when` says so."""
    monkeypatch.setattr(detection, "_detection", [])
    release = threading.Event()
    faults = {"raises": raise_error, "hangs": hang(release), "none": give_nothing, "nan": give_nan}

    def put(name, fault, when=lambda: True):
        original = getattr(TRACKER, name)
        if fault == "hangs":
            wait_less(monkeypatch)

        def broken(self, *arguments, **settings):
            if not when():
                return original(self, *arguments, **settings)
            return faults[fault](self, original, *arguments, **settings)

        monkeypatch.setattr(TRACKER, name, broken)

    yield put
    release.set()


def test_weights_are_bit_identical_with_and_without_the_callback(out, plain_weights):
    assert_same(train(out, EmissionsCallback(country="DEU")), plain_weights)
    assert len(segments_kwh(out)) == 1


@pytest.mark.parametrize("fault", ["raises", "hangs", "none", "nan"])
@pytest.mark.parametrize("name", STARTING)
def test_a_tracker_that_never_starts(out, name, fault, break_tracker, plain_weights, warnings_of):
    break_tracker(name, fault)
    callback = EmissionsCallback(country="DEU")
    start = time.monotonic()
    assert_same(train(out, callback), plain_weights)
    assert time.monotonic() - start < NOT_HUNG_S
    assert len(warnings_of()) == 1, warnings_of()
    assert callback.record is None
    card = card_text(out)
    assert block(card) is None
    assert NOT_RECORDED in card
    (note,) = [line["text"] for line in ledger(out) if line["kind"] == "note"]
    did_not_begin = note.startswith("metering did not begin within ") and note.endswith("; nothing was metered")
    assert did_not_begin if fault == "hangs" else note == "CodeCarbon did not start; nothing was metered"
    assert note in card
    assert OF_THE_FAULT not in card + json.dumps(ledger(out))
    # Whoever sits before the console is told why; a constructor's exception CodeCarbon does not swallow.
    assert (OF_THE_FAULT in warnings_of()[0]) == (fault == "raises")


@pytest.mark.parametrize("fault", ["raises", "hangs", "none", "nan"])
def test_a_tracker_that_fails_on_the_way(out, fault, break_tracker, plain_weights, warnings_of):
    saved = threading.Event()
    break_tracker("flush", fault, saved.is_set)
    callback = EmissionsCallback(country="DEU")
    start = time.monotonic()
    assert_same(train(out, callback, tiny.At(7, saved.set), logging_steps=100), plain_weights)
    assert time.monotonic() - start < NOT_HUNG_S
    assert len(warnings_of()) == 1, warnings_of()
    kept = [line for line in ledger(out) if line["kind"] == "reading" and line["why"] == "save"]
    assert [line["step"] for line in kept] == [6]
    assert callback.record.energy_kwh == pytest.approx(segments_kwh(out)[0], rel=0.005)
    card = card_text(out)
    assert block(card)["emissions"] == callback.record.emissions_g
    silent = "the meter stopped answering; energy after that is missing"
    failed = "CodeCarbon failed while it measured; what was drawn after that is missing"
    assert [line["text"] for line in ledger(out) if line["kind"] == "note"] == [silent if fault == "hangs" else failed]
    assert (silent if fault == "hangs" else failed) in card
    assert OF_THE_FAULT not in card + json.dumps(ledger(out))
    assert (OF_THE_FAULT in warnings_of()[0]) == (fault == "raises")


@pytest.mark.parametrize("fault", ["raises", "hangs", "none", "nan"])
def test_a_tracker_that_does_not_stop_costs_nothing(out, fault, break_tracker, plain_weights, warnings_of):
    break_tracker("stop", fault)
    callback = EmissionsCallback(country="DEU")
    start = time.monotonic()
    assert_same(train(out, callback), plain_weights)
    assert time.monotonic() - start < NOT_HUNG_S
    assert warnings_of() == []
    assert callback.record.energy_kwh == pytest.approx(segments_kwh(out)[0], rel=0.005)
    assert block(card_text(out))["emissions"] == callback.record.emissions_g


def test_a_first_segment_without_figures_is_said_on_the_card_of_the_sum(out, break_tracker, warnings_of, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(TRACKER, "start", lambda self: None)
        train(out, EmissionsCallback(country="DEU"), max_steps=6)
    callback = EmissionsCallback(country="DEU")
    tiny.trainer(out, callback).train(resume_from_checkpoint=True)
    card = card_text(out)
    assert callback.record.energy_kwh == pytest.approx(segments_kwh(out)[-1], rel=0.005)
    assert (callback.record.nodes_seen, callback.record.nodes_expected) == (1, 1)
    assert callback.record.tool == "CodeCarbon"
    assert "what came before is missing" in card


def test_a_later_segment_without_figures_keeps_the_words_of_the_first(out, break_tracker, monkeypatch):
    train(out, EmissionsCallback(country="DEU"), max_steps=6)
    monkeypatch.setattr(TRACKER, "start", lambda self: None)
    callback = EmissionsCallback(country="DEU")
    tiny.trainer(out, callback).train(resume_from_checkpoint=True)
    record = callback.record
    assert record.energy_kwh == pytest.approx(segments_kwh(out)[0], rel=0.005)
    assert record.source.startswith("CodeCarbon ")
    assert (record.segments, record.nodes_seen, record.nodes_expected) == (1, 1, 1)
    assert record.hardware_used
    assert block(card_text(out))["emissions"] == record.emissions_g


@pytest.mark.parametrize(
    "broken", ["session.read_ledger", "session.summarize", "session.write_card", "callback.training_type"]
)
def test_an_error_of_our_own_is_a_warning_too(out, broken, monkeypatch, plain_weights, warnings_of):
    import importlib

    def fail(*arguments, **settings):
        raise ZeroDivisionError("a mistake")

    module, name = broken.split(".")
    monkeypatch.setattr(importlib.import_module(f"hf_emissions.recording.{module}"), name, fail)
    trainer = tiny.trainer(out, EmissionsCallback(country="DEU"), seed=7, train_model=tiny.model(7))
    trainer.train()
    trainer.create_model_card()
    assert_same(trainer.model.state_dict(), plain_weights)
    assert len(warnings_of()) == 1
    assert "ZeroDivisionError: a mistake; training goes on" in warnings_of()[0]


def test_a_ledger_that_cannot_be_written(out, plain_weights, warnings_of):
    out.mkdir()
    (out / "_emissions").write_text("a file where the folder should be")
    callback = EmissionsCallback(country="DEU")
    assert_same(train(out, callback), plain_weights)
    assert len(warnings_of()) == 1, warnings_of()
    assert "the ledger cannot be written" in warnings_of()[0]
    assert block(card_text(out))["emissions"] == callback.record.emissions_g > 0


def test_a_card_that_cannot_be_read(out, plain_weights, warnings_of):
    out.mkdir()
    (out / "README.md").write_bytes(b"---\nlicense: [mit\n---\n")
    callback = EmissionsCallback(country="DEU")
    assert_same(train(out, callback), plain_weights)
    assert len(warnings_of()) == 1, warnings_of()
    assert callback.record.emissions_g > 0
    assert (out / "README.md").read_bytes() == b"---\nlicense: [mit\n---\n"


def test_a_ledger_full_of_rubbish(out, plain_weights):
    (out / "_emissions").mkdir(parents=True)
    rubbish = [
        '{"v": 1, "kind": "reading", "run": "a", "segment": "b", "t_s": 1e400, "cpu_kwh": "x"}',
        '{"v": 9, "kind": "start", "run": "a", "segment": "c", "power": {"cpu": []}, "hardware": 7, "pue": "x"}',
        '{"v": 9, "kind": "place", "run": "a", "segment": "c", "place": {"words": 3}, "time": 5}',
        '{"v": 1, "kind": "start", "run": "a", "segment": "d", "nodes_expected": "x", "launch": {}}',
        '{"kind": ["x"]}',
        "[" * 100_000,
        "\x00\xff",
    ]
    (out / "_emissions" / "a-b.jsonl").write_text("\n".join(rubbish), "utf-8")
    callback = EmissionsCallback(country="DEU")
    assert_same(train(out, callback), plain_weights)
    assert block(card_text(out))["emissions"] == callback.record.emissions_g > 0


@pytest.mark.slow
def test_a_tracker_that_hangs_with_the_waits_as_they_are(out, monkeypatch, warnings_of):
    release = threading.Event()
    monkeypatch.setattr(TRACKER, "flush", lambda self: release.wait(HANGS_S))
    monkeypatch.setattr(TRACKER, "stop", lambda self: release.wait(HANGS_S))
    start = time.monotonic()
    train(out, EmissionsCallback(country="DEU"))
    taken_s = time.monotonic() - start
    release.set()
    assert taken_s < NOT_HUNG_S
    assert len(warnings_of()) == 1
    assert NOT_RECORDED in card_text(out)


def test_nothing_waits_for_the_network_at_the_start(out, monkeypatch):
    """A resolver that drops every packet costs the start nothing, and the end no more than a look-up's deadline."""
    import socket

    monkeypatch.setattr(place_lookup, "_PLACE_S", 2.0)
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: release.wait(HANGS_S) and [])
    begun = []
    trainer = tiny.trainer(out, EmissionsCallback(), tiny.At(1, lambda: begun.append(time.monotonic())))
    start = time.monotonic()
    trainer.train()
    taken_s = time.monotonic() - start
    release.set()
    assert begun[0] - start < NOT_HUNG_S / 2
    assert taken_s < NOT_HUNG_S
