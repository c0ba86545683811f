"""Recordings inside each other: in one folder energy counts once, in different ones it is said that they overlap."""

from __future__ import annotations

import os
import time

import pytest
from in_process import call
from recording.helpers import block, card_text, ledger, segments_kwh

pytest.importorskip("codecarbon")

from hf_emissions import record_emissions

GERMANY = {"country": "DEU", "training_type": "fine-tuning"}
OVERLAP = "the two must not be added up"
PAUSE_S = 0.05


def segments(folder):
    """The names of the segments in a folder's ledger."""
    return {line["segment"] for line in ledger(folder)}


def ends(folder):
    """Why each recording in a folder ended."""
    return [line["why"] for line in ledger(folder) if line["kind"] == "end"]


@pytest.fixture
def pause():
    return lambda: time.sleep(PAUSE_S)


# In one folder


def other_names(out):
    """Other ways to name the same folder."""
    link = out.parent / "link"
    link.symlink_to(out)
    return {
        "the same": out,
        "as text": str(out),
        "with a slash": f"{out}/",
        "relative": os.path.relpath(out),
        "with dots": out / ".." / out.name,
        "through a link": link,
    }


NAMES = ["the same", "as text", "with a slash", "relative", "with dots", "through a link"]


@pytest.mark.parametrize("name", NAMES)
def test_in_one_folder_energy_is_counted_once(out, pause, name, warnings_of):
    with record_emissions(out, **GERMANY) as outer:
        pause()
        with record_emissions(other_names(out)[name], country="POL", training_type="fine-tuning") as inner:
            pause()
        assert not (out / "README.md").exists()
        pause()
    assert len(segments(out)) == 1
    assert 0 < inner.record.energy_kwh < outer.record.energy_kwh
    assert outer.record.energy_kwh == pytest.approx(sum(segments_kwh(out)), rel=0.005)
    assert block(card_text(out))["emissions"] == outer.record.emissions_g
    assert inner.record.country_iso3 == "DEU"
    assert OVERLAP not in card_text(out)
    (warning,) = warnings_of()
    assert "is being recorded already" in warning


def test_it_is_said_once_however_many_join(out, pause, warnings_of):
    with record_emissions(out, **GERMANY):
        for _ in range(5):
            with record_emissions(out, **GERMANY):
                pause()
    assert len(segments(out)) == 1
    assert len(warnings_of()) == 1


def test_one_object_inside_itself(out, pause, warnings_of):
    recording = record_emissions(out, **GERMANY)
    with recording, recording:
        pause()
    assert ends(out) == ["finished"]
    assert block(card_text(out))["emissions"] == recording.record.emissions_g
    assert len(warnings_of()) == 1


def test_an_inner_block_that_fails_does_not_end_the_outer(out, pause, warnings_of):
    with record_emissions(out, **GERMANY) as outer:
        with pytest.raises(ValueError, match="mine"), record_emissions(out, **GERMANY):
            raise ValueError("mine")
        pause()
    assert ends(out) == ["finished"]
    assert block(card_text(out))["emissions"] == outer.record.emissions_g
    assert len(warnings_of()) == 1  # that the inner one joins; what becomes of it all is the outer one's to say


def test_an_outer_block_that_fails_after_the_inner(out, pause, warnings_of):
    def fail():
        with record_emissions(out, **GERMANY):
            pause()
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"), record_emissions(out, **GERMANY):
        fail()
    assert ends(out) == ["ValueError"]
    assert not (out / "README.md").exists()
    assert "the code stopped (ValueError)" in warnings_of()[-1]


def test_one_after_the_other_they_are_two(out, pause, warnings_of):
    for _ in range(2):
        with record_emissions(out, **GERMANY):
            pause()
    assert len(segments(out)) == 2
    assert OVERLAP not in card_text(out)
    assert warnings_of() == []


def test_one_that_is_left_out_of_order(out, pause, warnings_of):
    """The first to begin is the first to leave; the other goes on with the recording, and writes the card."""
    first, second = record_emissions(out, **GERMANY), record_emissions(out, **GERMANY)
    first.__enter__()
    pause()
    second.__enter__()
    first.__exit__(None, None, None)
    time.sleep(1.2)  # longer than it takes to notice that something is gone
    assert ends(out) == []
    second.__exit__(None, None, None)
    assert ends(out) == ["finished"]
    assert second.record.energy_kwh > first.record.energy_kwh > 0
    assert second.record.energy_kwh == pytest.approx(sum(segments_kwh(out)), rel=0.005)
    assert block(card_text(out))["emissions"] == second.record.emissions_g


# In different folders


def test_in_different_folders_each_has_its_own_figure_and_says_so(out, tmp_path, pause, warnings_of):
    inside = tmp_path / "inner"
    with record_emissions(out, **GERMANY) as outer:
        pause()
        with record_emissions(inside, country="POL", training_type="fine-tuning") as inner:
            pause()
        pause()
    assert 0 < inner.record.energy_kwh < outer.record.energy_kwh
    assert (inner.record.country_iso3, outer.record.country_iso3) == ("POL", "DEU")
    for folder, recording in ((out, outer), (inside, inner)):
        assert recording.record.energy_kwh == pytest.approx(sum(segments_kwh(folder)), rel=0.005)
        assert OVERLAP in card_text(folder)
        assert OVERLAP in call(["runs", str(folder)], tmp_path).out
    (warning,) = warnings_of()
    assert "are recorded at the same time" in warning
    assert "do not add them up" in warning


def test_many_folds_inside_one_recording_are_said_once(out, tmp_path, pause, warnings_of):
    folds = [tmp_path / f"fold-{number}" for number in range(4)]
    with record_emissions(out, **GERMANY):
        for fold in folds:
            with record_emissions(fold, **GERMANY):
                pause()
    assert [OVERLAP in card_text(folder) for folder in (out, *folds)] == [True] * 5
    assert [line["text"] for line in ledger(out) if line["kind"] == "remark"].count(
        next(line["text"] for line in ledger(out) if line["kind"] == "remark")
    ) == 1
    assert len(warnings_of()) == 1


def test_folds_after_each_other_do_not_overlap(tmp_path, pause, warnings_of):
    folds = [tmp_path / f"fold-{number}" for number in range(2)]
    for fold in folds:
        with record_emissions(fold, **GERMANY):
            pause()
    assert [OVERLAP in card_text(fold) for fold in folds] == [False, False]
    assert warnings_of() == []


def test_one_that_was_thrown_away_is_joined_by_nobody(out, pause, warnings_of):
    record_emissions(out, **GERMANY).__enter__()
    for _ in range(300):
        if ends(out):
            break
        time.sleep(0.05)
    with record_emissions(out, **GERMANY) as recording:
        pause()
    assert len(segments(out)) == 2
    assert block(card_text(out))["emissions"] == recording.record.emissions_g


# With the callback


@pytest.fixture(scope="module")
def tiny():
    return pytest.importorskip("recording.tiny")


@pytest.fixture
def callback(tiny):
    from hf_emissions import EmissionsCallback

    return EmissionsCallback(country="DEU")


def test_a_training_with_the_callback_inside_a_recording_of_its_folder(out, tiny, callback, pause, warnings_of):
    figures = []
    with record_emissions(out, **GERMANY) as outer:
        pause()
        trainer = tiny.trainer(out, callback)
        trainer.train()
        # A card that is uploaded now has the figure so far.
        figures.append(block(card_text(out))["emissions"])
        trainer.save_model()
        pause()
    assert len(segments(out)) == 1
    assert outer.record.energy_kwh == pytest.approx(sum(segments_kwh(out)), rel=0.005)
    assert block(card_text(out))["emissions"] == outer.record.emissions_g
    assert figures == [callback.record.emissions_g]
    assert 0 < callback.record.energy_kwh < outer.record.energy_kwh
    assert len(warnings_of()) == 1
    assert trainer.state.log_history[-1]["emissions_g"] > 0


def test_a_recording_inside_a_training_with_the_callback(out, tiny, callback, pause, warnings_of):
    inner = record_emissions(out, **GERMANY)
    tiny.trainer(out, callback, tiny.At(6, inner(pause))).train()
    assert len(segments(out)) == 1
    assert 0 < inner.record.energy_kwh < callback.record.energy_kwh
    assert callback.record.energy_kwh == pytest.approx(sum(segments_kwh(out)), rel=0.005)
    assert block(card_text(out))["emissions"] == callback.record.emissions_g
    assert len(warnings_of()) == 1


def test_a_recording_that_outlives_the_training_it_was_begun_in(out, tiny, callback, warnings_of):
    """It has joined the training's, and goes on with the meter when the training is gone."""
    inner = record_emissions(out, **GERMANY)
    tiny.trainer(out, callback, tiny.At(6, inner.__enter__)).train()
    time.sleep(1.2)  # longer than it takes to notice that a training is gone
    assert ends(out) == []
    inner.__exit__(None, None, None)
    assert ends(out) == ["finished"]
    assert inner.record.energy_kwh > callback.record.energy_kwh
    assert block(card_text(out))["emissions"] == inner.record.emissions_g


def test_trainings_with_the_callback_in_folders_of_their_own(out, tmp_path, tiny, callback, warnings_of):
    with record_emissions(out, **GERMANY) as outer:
        tiny.trainer(tmp_path / "inner", callback).train()
    assert 0 < callback.record.energy_kwh < outer.record.energy_kwh
    assert [OVERLAP in card_text(folder) for folder in (out, tmp_path / "inner")] == [True, True]
    assert len(warnings_of()) == 1


def test_a_training_that_is_resumed_inside_a_recording_says_what_is_missing(out, tiny, callback, warnings_of):
    tiny.trainer(out, max_steps=6).train()
    with record_emissions(out, **GERMANY):
        tiny.trainer(out, callback).train(resume_from_checkpoint=True)
    assert "what came before is missing" in card_text(out)


def test_a_training_in_a_recording_is_found_by_a_resume(out, tiny, callback, pause):
    """The checkpoints' steps are in the one recording, so that a resume of the training goes on with it."""
    from hf_emissions import EmissionsCallback

    with record_emissions(out, **GERMANY) as first:
        pause()
        tiny.trainer(out, callback, max_steps=6).train()
    again = EmissionsCallback(country="DEU")
    tiny.trainer(out, again).train(resume_from_checkpoint=True)
    assert again.record.segments == 2
    assert again.record.energy_kwh > first.record.energy_kwh
