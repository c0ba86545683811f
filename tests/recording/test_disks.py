"""Disks that are full or read-only: training goes on, the file that was refused is named, and no figure is lost."""

from __future__ import annotations

import json
import re
import resource
import shlex
import subprocess
import sys
import textwrap
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from in_process import call
from recording.helpers import block, card_text, environment, ledger
from recording.mounts import read_only, small_disk

tiny = pytest.importorskip("recording.tiny")

from hf_emissions import EmissionsCallback, record_emissions, units  # noqa: E402 - after the skip

PAGE_BYTES = 4096
CARD = "---\nlicense: mit\n---\n# My model\n"


def record_loop(out: Path) -> object:
    with record_emissions(out, country="DEU", training_type="fine-tuning") as recording:
        time.sleep(0.3)
    return recording.record


def record_training(out: Path) -> object:
    callback = EmissionsCallback(country="DEU", output_dir=out)
    trainer = tiny.trainer(out.parent / "trainer", callback, save_strategy="no", max_steps=4)
    trainer.train()
    return callback.record


WAYS = pytest.mark.parametrize("record_in", [record_loop, record_training])


@pytest.fixture
def said(capsys, warnings_of):
    """Everything that was said so far, warnings and the last line."""
    return lambda: "\n".join([*warnings_of(), capsys.readouterr().err])


def figure(record) -> str:
    return f"{units.format_mass(record.emissions_g)} CO2eq"


@contextmanager
def full_disk(folder: Path, *, pages: int):
    """A disk on which so many pages are left."""
    with small_disk(folder, 32 * PAGE_BYTES):
        filler = folder / "filler"
        with filler.open("wb") as file:
            file.write(bytes((32 - pages) * PAGE_BYTES))
        yield folder


def leftovers(folder: Path) -> list[str]:
    """Files that are neither the card nor the ledger nor the filler."""
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    ours = re.compile(r"README\.md|filler|_emissions/(?:[0-9a-f-]+\.jsonl|\.gitignore)")
    return [name for name in names if not ours.fullmatch(name)]


@WAYS
def test_a_ledger_that_cannot_be_written_is_named_and_the_card_has_the_figure(out, said, record_in):
    (out / "_emissions").mkdir(parents=True)
    with read_only(out / "_emissions"):
        record = record_in(out)
    assert block(card_text(out))["emissions"] == record.emissions_g
    text = said()
    assert text.count("the ledger cannot be written") == 1
    ledgers = re.escape(f"{out}/_emissions/")
    assert re.search(rf"cannot be written \({ledgers}[0-9a-f-]+\.jsonl: Read-only file system\)", text)
    assert f"{figure(record)} (" in text
    assert "-> " in text


@WAYS
def test_a_card_that_cannot_be_written_is_named_with_the_figure(out, said, record_in):
    out.mkdir()
    (out / "README.md").write_text(CARD)
    with small_disk(out / "_emissions", 64 * PAGE_BYTES):
        with read_only(out):
            record = record_in(out)
        assert card_text(out) == CARD
        text = said()
        expected = f"the figure could not be written: {out}/README.md: Read-only file system; it is {figure(record)} ("
        assert expected in text
        assert ".tmp" not in text
        assert "ledger" not in text
        # What is in the ledger gets onto the card.
        command = text.rpartition("once it can be written: hf-emissions ")[2]
        assert call(shlex.split(command), out).code == 0
    assert block(card_text(out))["emissions"] == record.emissions_g


@WAYS
def test_where_neither_can_be_written_the_command_that_is_said_has_the_figure(out, tmp_path, said, record_in):
    out.mkdir()
    with read_only(out):
        record = record_in(out)
        assert not list(out.iterdir())
    text = said()
    assert f"{out}/README.md: Read-only file system; it is {figure(record)} (" in text
    assert f"{out}/_emissions/" in text
    command = shlex.split(text.rpartition("to put it on a card: hf-emissions ")[2])
    (out / "README.md").write_text(CARD)
    assert call(command, tmp_path).code == 0
    assert block(card_text(out))["emissions"] == record.emissions_g
    assert block(card_text(out))["source"] == record.source


@pytest.mark.parametrize("pages", range(5))
def test_a_disk_that_fills_up_leaves_a_whole_card_or_none(out, said, pages):
    """With no page left to as many as card and ledger need, one after the other."""
    with full_disk(out, pages=pages):
        record = record_loop(out)
        text = said()
        assert leftovers(out) == []
        if (out / "README.md").exists():
            assert block(card_text(out))["emissions"] == record.emissions_g
        else:
            assert f"{out}/README.md: No space left on device; it is {figure(record)} (" in text
        assert figure(record) in text
        wrote_all = any(line["kind"] == "end" for line in ledger(out)) if pages else False
        assert wrote_all or f"{out}/_emissions/" in text


@pytest.mark.parametrize("pages", range(3))
def test_a_disk_that_is_full_leaves_the_card_that_was_there(out, said, pages):
    with small_disk(out, 32 * PAGE_BYTES):
        (out / "README.md").write_text(CARD)
        with (out / "filler").open("wb") as file:
            file.write(bytes((31 - pages) * PAGE_BYTES))
        record = record_loop(out)
        assert leftovers(out) == []
        assert figure(record) in said()
        written = card_text(out)
        assert written == CARD or block(written)["emissions"] == record.emissions_g


def test_a_file_where_the_ledgers_folder_should_be_is_named(out, said):
    out.mkdir()
    (out / "_emissions").write_text("in the way")
    record = record_loop(out)
    text = said()
    assert f"{out}/_emissions is a file, where the ledger's folder should be" in text
    assert block(card_text(out))["emissions"] == record.emissions_g
    assert (out / "_emissions").read_text() == "in the way"


@WAYS
def test_a_folder_whose_parents_do_not_exist_is_made(tmp_path, said, record_in):
    out = tmp_path / "some" / "where" / "out"
    record = record_in(out)
    assert block(card_text(out))["emissions"] == record.emissions_g
    assert "could not" not in said()


def test_a_folder_that_cannot_be_made_costs_no_figure(tmp_path, said):
    (tmp_path / "file").write_text("no folder")
    record = record_loop(tmp_path / "file" / "out")
    text = said()
    assert f"{tmp_path}/file/out/README.md: Not a directory; it is {figure(record)} (" in text
    assert f"{tmp_path}/file/out/_emissions/" in text
    assert "to put it on a card: hf-emissions add " in text


def test_an_interrupted_recording_that_is_kept_nowhere_is_said_with_the_figure(out, said):
    out.mkdir()

    @record_emissions(out, country="DEU")
    def interrupted():
        time.sleep(0.3)
        raise KeyboardInterrupt

    with read_only(out), pytest.raises(KeyboardInterrupt):
        interrupted()
    text = said()
    assert "the code stopped (KeyboardInterrupt); " in text
    assert re.search(r"[\d.]+ [mu]?g CO2eq \(.*\) so far, not in .*_emissions, which could not be written", text)
    assert "are kept in" not in text


# A limit on the size of files, which needs no mount

LIMITED = textwrap.dedent(
    """
    import json, resource, sys, time
    from pathlib import Path
    from hf_emissions import record_emissions
    out, limit = Path(sys.argv[1]), int(sys.argv[2])
    with record_emissions(out, country="DEU", training_type="fine-tuning", section=True) as recording:
        time.sleep(0.3)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    print(json.dumps(recording.record.known()))
    """
)


@pytest.mark.parametrize("there", [True, False])
def test_a_card_that_may_not_grow_is_left_whole(out, there):
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    out.mkdir()
    card = CARD + "text\n" * 4000
    if there:
        (out / "README.md").write_text(card)
    command = [sys.executable, "-c", LIMITED, str(out), "20000" if there else "300"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment(), check=False)
    assert done.returncode == 0, done.stderr
    assert (card_text(out) == card) if there else not (out / "README.md").exists()
    grams = json.loads(done.stdout)["emissions_g"]
    assert f"{out}/README.md: File too large; it is {units.format_mass(grams)} CO2eq (" in done.stderr
    assert leftovers(out) == []


# A disk that is full for a while


def test_lines_that_were_refused_are_written_with_the_next_one(out, said):
    with small_disk(out, 32 * PAGE_BYTES):
        (out / "filler").write_bytes(bytes(32 * PAGE_BYTES))
        with record_emissions(out, country="DEU") as recording:
            time.sleep(0.3)
            recording._session.recorder.read("save", 1)
            (out / "filler").unlink()
        text = said()
        assert text.count("the ledger cannot be written") == 1
        kinds = [line["kind"] for line in ledger(out)]
        assert {"start", "place", "reading", "end", "written"} <= set(kinds)
        assert block(card_text(out))["emissions"] == recording.record.emissions_g
        assert figure(recording.record) in call(["runs", "."], out).out
