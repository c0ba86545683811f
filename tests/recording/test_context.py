"""`record_emissions`: loops without a Trainer, as a context manager and as a decorator."""

from __future__ import annotations

import asyncio
import gc
import os
import shlex
import time

import pytest
from in_process import call
from recording.helpers import block, card_text, ledger, run_script, segments_kwh

pytest.importorskip("codecarbon")

from hf_emissions import EmissionsRecord, read_card, record_emissions
from hf_emissions.errors import PlaceError, UsageError

GERMANY = {"country": "DEU", "training_type": "fine-tuning"}


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
    from hf_emissions.recording import session

    def fail(*arguments, **settings):
        raise ZeroDivisionError("a mistake")

    monkeypatch.setattr(session, "summarize", fail)
    with record_emissions(out, **GERMANY):
        work(0.05)
    assert len(warnings_of()) == 1
    assert "a mistake" in warnings_of()[0]


def test_the_exception_of_the_code_is_the_one_that_comes_out(out, monkeypatch):
    from hf_emissions.recording import session

    def fail(*arguments, **settings):
        raise ZeroDivisionError("a mistake")

    monkeypatch.setattr(session, "summarize", fail)
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


# How the code ends: a card or a word, never nothing


def ends(folder):
    """Why each recording in a folder ended."""
    return [line["why"] for line in ledger(folder) if line["kind"] == "end"]


class OfTheUserError(BaseException):
    """Not one of Python's."""


DONE = [SystemExit(), SystemExit(0), SystemExit(None), SystemExit(False), GeneratorExit()]
FAILED = [SystemExit(1), SystemExit("no data"), SystemExit(True), SystemExit(0.0), SystemExit(-1), KeyboardInterrupt()]
FAILED += [ValueError(), MemoryError(), asyncio.CancelledError(), StopIteration(), OfTheUserError()]
FAILED += [ExceptionGroup("of threads", [ValueError()])]


@pytest.mark.parametrize("error", DONE, ids=repr)
def test_the_end_of_a_program_that_is_done_writes_the_card(out, error, warnings_of):
    recording = record_emissions(out, **GERMANY)
    with pytest.raises(type(error)), recording:
        work_and_raise(error)
    assert ends(out) == ["closed early" if isinstance(error, GeneratorExit) else "finished"]
    assert block(card_text(out))["emissions"] == recording.record.emissions_g > 0
    assert warnings_of() == []


def command_in(warning):
    """The words of the command that a warning ends with, in our own shell."""
    return shlex.split(warning.partition(" come onto the card with: hf-emissions ")[2])


@pytest.mark.parametrize("error", FAILED, ids=repr)
def test_an_end_by_an_error_says_the_figure_and_the_command_that_writes_it(out, error, tmp_path, warnings_of):
    out.mkdir()
    (out / "README.md").write_text("# Mine\n")
    recording = record_emissions(out, **GERMANY)
    with pytest.raises(type(error)), recording:
        work_and_raise(error)
    assert (out / "README.md").read_text() == "# Mine\n"
    assert ends(out) == [type(error).__name__]
    (warning,) = warnings_of()
    assert f"the code stopped ({type(error).__name__}); " in warning
    assert " mg CO2eq (" in warning
    assert call(command_in(warning), tmp_path).code == 0
    assert block(card_text(out))["emissions"] == recording.record.emissions_g > 0


@pytest.mark.parametrize("name", ["out", "my model", "it's $HOME; echo", "-x", "\u00fcber/alles", "."])
def test_the_command_can_be_pasted_into_a_shell(tmp_path, monkeypatch, name, warnings_of):
    """Also where there is no card yet, and whatever the folder is called."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="mine"), record_emissions(name, **GERMANY) as recording:
        work_and_raise(ValueError("mine"))
    (warning,) = warnings_of()
    assert str(tmp_path) not in warning
    assert not (tmp_path / name / "README.md").exists()
    done = call(command_in(warning), tmp_path)
    assert done.code == 0, done.err
    card = card_text(tmp_path / name)
    assert read_card(card).emissions_g == recording.record.emissions_g
    assert "## Environmental Impact" in card  # as a card that the recording itself creates


def test_the_command_names_the_place_that_is_missing(out, tmp_path, monkeypatch, warnings_of):
    monkeypatch.setattr("hf_emissions.recording.place_lookup.look_up_site", lambda: None)
    with pytest.raises(KeyboardInterrupt), record_emissions(out, training_type="fine-tuning") as recording:
        work_and_raise(KeyboardInterrupt)
    assert recording.record.emissions_g is None
    warning = warnings_of()[-1]
    assert " CO2eq on any grid (" in warning
    words = command_in(warning)
    assert words[-2:] == ["--country", "..."]
    assert call([*words[:-1], "DEU"], tmp_path).code == 0
    assert block(card_text(out))["emissions"] == pytest.approx(380.95 * recording.record.energy_kwh, rel=0.01)


def test_where_nothing_was_metered_that_is_said(out, monkeypatch, warnings_of):
    from hf_emissions.recording import recorder

    def fail(*arguments):
        raise ZeroDivisionError("a mistake")

    monkeypatch.setattr(recorder.Meter, "start", fail)
    with pytest.raises(ValueError, match="mine"), record_emissions(out, **GERMANY):
        raise ValueError("mine")
    assert "the code stopped (ValueError) and nothing had been metered" in warnings_of()[-1]


def test_an_interrupt_while_it_is_ended_loses_nothing(out, monkeypatch, warnings_of):
    """A second Ctrl-C, as people press it: the recording is still ended, at the latest with the program."""
    from hf_emissions.recording import active_contexts
    from hf_emissions.recording.session import Session

    def interrupted(*arguments, **settings):
        raise KeyboardInterrupt

    recording = record_emissions(out, **GERMANY)
    with monkeypatch.context() as patched:
        patched.setattr(Session, "end", interrupted)
        with pytest.raises(KeyboardInterrupt), recording:
            work_and_raise(KeyboardInterrupt)
    assert ends(out) == []
    active_contexts._at_the_end()
    assert ends(out) == ["abandoned"]
    assert "the code stopped (abandoned)" in warnings_of()[-1]


def test_an_interrupt_before_the_code_begins_leaves_nothing_open(out, monkeypatch, warnings_of):
    """Ctrl-C while the meter gets ready; what is recorded next in the folder is a recording of its own."""
    from hf_emissions.recording.recorder import Recorder

    def interrupted(*arguments):
        raise KeyboardInterrupt

    recording = record_emissions(out, **GERMANY)
    with monkeypatch.context() as patched:
        patched.setattr(Recorder, "wait_ready", interrupted)
        with pytest.raises(KeyboardInterrupt):
            recording.__enter__()
    assert ends(out) == ["abandoned"]
    with recording:
        work()
    assert sorted(ends(out)) == ["abandoned", "finished"]
    assert len(warnings_of()) == 1


@pytest.mark.parametrize("status", [0, 3])
def test_a_program_that_exits(tmp_path, status):
    found, said = run_script("exits.py", tmp_path / "out", status)
    assert found == {"status": status}
    assert (tmp_path / "out" / "README.md").exists() == (status == 0)
    assert said.count("the code stopped (SystemExit)") == (status == 3)


def test_what_is_entered_and_thrown_away_ends(out, warnings_of):
    record_emissions(out, **GERMANY).__enter__()
    gc.collect()
    for _ in range(300):
        if warnings_of():
            break
        time.sleep(0.05)
    assert ends(out) == ["abandoned"]
    assert "the code stopped (abandoned)" in warnings_of()[0]


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_fork_that_leaves_the_block_ends_nothing(out, warnings_of):
    with record_emissions(out, **GERMANY) as recording:
        work()
        child = os.fork()
        if child == 0:
            try:
                recording.__exit__(None, None, None)
            finally:
                os._exit(0 if recording.record is None else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert ends(out) == []
        assert not (out / "README.md").exists()
        work()
    assert ends(out) == ["finished"]
    assert block(card_text(out))["emissions"] == recording.record.emissions_g
    assert warnings_of() == []


# Other ways to use it


def test_an_async_with(out, warnings_of):
    async def main():
        async with record_emissions(out, **GERMANY) as recording:
            work()
            await asyncio.sleep(0)
        return recording

    recording = asyncio.run(main())
    assert block(card_text(out))["emissions"] == recording.record.emissions_g > 0
    assert warnings_of() == []


def test_an_async_with_that_is_cancelled(out, warnings_of):
    async def main():
        async with record_emissions(out, **GERMANY):
            work()
            await asyncio.sleep(60)

    async def cancelled():
        task = asyncio.create_task(main())
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())
    assert ends(out) == ["CancelledError"]
    assert "the code stopped (CancelledError)" in warnings_of()[0]


def test_one_object_is_used_again(out):
    recording = record_emissions(out, **GERMANY)
    with recording:
        work()
    first = recording.record
    with recording:
        work()
    assert recording.record is not first
    assert ends(out) == ["finished"] * 2
    assert block(card_text(out))["emissions"] == recording.record.emissions_g


def test_a_block_in_a_coroutine_that_is_thrown_away(out, warnings_of):
    async def train():
        with record_emissions(out, **GERMANY):
            work()
            await asyncio.sleep(60)

    async def main():
        train().send(None)

    asyncio.run(main())
    assert ends(out) == ["abandoned"]
    assert not (out / "README.md").exists()


# A folder that is given relative to another


def goes_elsewhere(elsewhere, monkeypatch):
    with record_emissions("out", **GERMANY):
        work(0.05)
        monkeypatch.chdir(elsewhere)


def goes_elsewhere_and_fails(elsewhere, monkeypatch):
    def fail():
        monkeypatch.chdir(elsewhere)
        work_and_raise(ValueError("mine"))

    with pytest.raises(ValueError, match="mine"), record_emissions("out", **GERMANY):
        fail()


def goes_elsewhere_in_a_generator(elsewhere, monkeypatch):
    @record_emissions("out", **GERMANY)
    def epochs():
        yield
        monkeypatch.chdir(elsewhere)
        yield

    list(epochs())


def goes_elsewhere_before_the_call(elsewhere, monkeypatch):
    """The folder is the one that is meant when the code begins."""
    recording = record_emissions("../out", **GERMANY)
    monkeypatch.chdir(elsewhere)
    recording(work)(0.05)


def goes_elsewhere_in_an_async_with(elsewhere, monkeypatch):
    async def main():
        async with record_emissions("out", **GERMANY):
            monkeypatch.chdir(elsewhere)
            work(0.05)

    asyncio.run(main())


def goes_from_a_folder_that_is_gone(elsewhere, monkeypatch):
    (elsewhere / "gone").mkdir()
    with record_emissions("out", **GERMANY):
        monkeypatch.chdir(elsewhere / "gone")
        (elsewhere / "gone").rmdir()
        work(0.05)
    os.chdir(elsewhere)


GOES = [goes_elsewhere, goes_elsewhere_and_fails, goes_elsewhere_in_a_generator, goes_elsewhere_before_the_call]
GOES += [goes_elsewhere_in_an_async_with, goes_from_a_folder_that_is_gone]


@pytest.mark.parametrize("goes", GOES)
def test_a_relative_folder_is_the_one_that_was_meant(tmp_path, monkeypatch, goes, warnings_of):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(tmp_path)
    goes(elsewhere, monkeypatch)
    assert list(elsewhere.iterdir()) == []
    assert len(ends(tmp_path / "out")) == 1
    if goes is goes_elsewhere_and_fails:
        (warning,) = warnings_of()
        assert call(command_in(warning), elsewhere).code == 0
    assert block(card_text(tmp_path / "out"))["emissions"] > 0


# The type of the training, which a loop does not tell


def test_a_training_type_that_is_not_given_is_asked_for_once(tmp_path, warnings_of):
    for number in range(2):
        with record_emissions(tmp_path / str(number), country="DEU"):
            work(0.01)
    (warning,) = warnings_of()
    assert 'training_type="fine-tuning"' in warning


@pytest.mark.parametrize("folder", [None, 7, work, ["out"]])
def test_what_is_no_folder_is_refused(folder):
    with pytest.raises(UsageError, match="needs the folder of the card"):
        record_emissions(folder)
