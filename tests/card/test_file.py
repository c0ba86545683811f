"""Cards as files: replaced whole or not at all, with their mode, through their symlinks, whatever happens."""

from __future__ import annotations

import os
import random
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from card.files import patch_card_file, read_card_file, remove_block_file

from hf_emissions.card.file import edit_file, read_text, write_atomically
from hf_emissions.errors import BlockExistsError, CardError
from hf_emissions.record import EmissionsRecord

RECORD = EmissionsRecord(emissions_g=12.5)
CARD = "---\r\nlanguage: en\r\n---\r\n# Title 🤗"
PATCHED = "---\r\nlanguage: en\r\nco2_eq_emissions:\r\n  emissions: 12.5\r\n---\r\n# Title 🤗"
SOURCE = Path(sys.modules["hf_emissions"].__file__).parent.parent


@pytest.fixture
def card(tmp_path):
    path = tmp_path / "README.md"
    path.write_bytes(CARD.encode())
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def run_python(code: str, *arguments: object, **options) -> subprocess.CompletedProcess:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=60, **options)


def test_a_file_is_patched_read_and_cleaned_byte_for_byte(card):
    assert read_card_file(card) is None
    assert patch_card_file(card, RECORD)
    assert card.read_bytes() == PATCHED.encode()
    assert read_card_file(card) == RECORD
    assert remove_block_file(card)
    assert card.read_bytes() == CARD.encode()
    assert names(card.parent) == ["README.md"]


def test_a_file_that_needs_no_change_is_not_written(card):
    patch_card_file(card, RECORD)
    before = card.stat()
    assert patch_card_file(card, RECORD) is False
    after = card.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_byte_order_mark_and_line_ends_survive(tmp_path):
    path = tmp_path / "README.md"
    path.write_bytes(b"\xef\xbb\xbf---\r\na: 1\r\n---\r\n\ra\n")
    assert read_text(path) == "\ufeff---\r\na: 1\r\n---\r\n\ra\n"
    patch_card_file(path, RECORD)
    remove_block_file(path)
    assert path.read_bytes() == b"\xef\xbb\xbf---\r\na: 1\r\n---\r\n\ra\n"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o600, 0o755, 0o664, 0o444, 0o2755])
def test_the_mode_is_kept(card, mode):
    card.chmod(mode)
    patch_card_file(card, RECORD)
    assert stat.S_IMODE(card.stat().st_mode) == mode


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give a file away")
def test_the_owner_is_kept(card):
    os.chown(card, 65534, 65533)
    card.chmod(0o4640)
    patch_card_file(card, RECORD)
    after = card.stat()
    assert (after.st_uid, after.st_gid, stat.S_IMODE(after.st_mode)) == (65534, 65533, 0o4640)


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_a_new_file_gets_the_mode_that_open_would_give(tmp_path, mask):
    old = os.umask(mask)
    try:
        write_atomically(tmp_path / "README.md", b"text")
    finally:
        assert os.umask(old) == mask
    assert stat.S_IMODE((tmp_path / "README.md").stat().st_mode) == 0o666 & ~mask


@pytest.mark.parametrize("relative", [True, False])
def test_a_symlink_stays_one_and_its_target_is_written(tmp_path, relative):
    (tmp_path / "there").mkdir()
    (tmp_path / "here").mkdir()
    target = tmp_path / "there" / "card.md"
    target.write_bytes(CARD.encode())
    link = tmp_path / "here" / "README.md"
    link.symlink_to("../there/card.md" if relative else target)
    second = tmp_path / "here" / "second.md"
    second.symlink_to("README.md")
    patch_card_file(second, RECORD)
    assert link.is_symlink()
    assert second.is_symlink()
    assert target.read_bytes() == PATCHED.encode()
    assert names(tmp_path / "here") == ["README.md", "second.md"]
    assert names(tmp_path / "there") == ["card.md"]


def test_what_is_not_a_file_is_refused(tmp_path):
    with pytest.raises(CardError, match="this is not a file"):
        patch_card_file(tmp_path, RECORD)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CardError, match="this is not a file"):
        patch_card_file(tmp_path / "pipe", RECORD)
    with pytest.raises(CardError, match="this is not a file"):
        read_text(tmp_path / "pipe")
    with pytest.raises(FileNotFoundError):
        patch_card_file(tmp_path / "missing", RECORD)
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises((OSError, CardError)):
        patch_card_file(tmp_path / "loop", RECORD)


def test_an_authors_edit_in_the_meantime_is_not_lost(card):
    def edit(text: str) -> str:
        card.write_text("the author's newer text")
        return text + "ours"

    with pytest.raises(CardError, match="the file changed while it was being edited") as caught:
        edit_file(card, edit)
    assert str(caught.value).startswith(f"{card}: ")
    assert card.read_text() == "the author's newer text"
    assert names(card.parent) == ["README.md"]


def test_a_file_that_goes_away_in_the_meantime_stays_away(card):
    def edit(text: str) -> str:
        card.unlink()
        return text + "ours"

    with pytest.raises((OSError, CardError)):
        edit_file(card, edit)
    assert names(card.parent) == []


def test_an_error_names_the_file_and_leaves_it_alone(card):
    patch_card_file(card, RECORD)
    with pytest.raises(BlockExistsError) as caught:
        patch_card_file(card, RECORD.replace(emissions_g=13))
    assert str(caught.value).startswith(f"{card}:4:14: ")
    assert card.read_bytes() == PATCHED.encode()

    def fail(text: str) -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        edit_file(card, fail)
    assert names(card.parent) == ["README.md"]


GROW = """
import sys
from pathlib import Path
from hf_emissions.card.file import edit_file
{before}
try:
    edit_file(Path(sys.argv[1]), lambda text: text + "x" * {size})
except OSError as error:
    print(type(error).__name__, error.errno)
"""


def test_a_file_size_limit_leaves_the_old_file_whole(card):
    limit = "import resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))"
    run = run_python(GROW.format(before=limit, size=100_000), card)
    assert run.stdout.startswith("OSError"), run.stderr
    assert card.read_bytes() == CARD.encode()
    assert names(card.parent) == ["README.md"]


def test_a_full_disk_leaves_the_old_file_whole(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    script = tmp_path / "grow.py"
    script.write_text(GROW.format(before="", size=100_000))
    shell = """
        mount -t tmpfs -o size=64k none "$1" || exit 77
        printf %s old > "$1/README.md"
        "$2" "$3" "$1/README.md" && cat "$1/README.md" && ls -A "$1"
    """
    run = subprocess.run(
        ["unshare", "-m", "sh", "-c", shell, "sh", str(disk), sys.executable, str(script)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        check=False,
        timeout=60,
    )
    if run.returncode == 77 or "unshare:" in run.stderr:
        pytest.skip("a small disk cannot be mounted here")
    assert run.stdout == "OSError 28\noldREADME.md\n", run.stderr


READ_ONLY = """
import os, sys
from pathlib import Path
from hf_emissions.card.file import edit_file
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    edit_file(Path(sys.argv[1]), lambda text: text + "more")
except OSError as error:
    print(type(error).__name__, error.errno)
"""


def test_a_read_only_folder_leaves_the_old_file_whole():
    # Not below pytest's own folder, which root alone may enter.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        card = folder / "README.md"
        card.write_bytes(CARD.encode())
        card.chmod(0o666)
        folder.chmod(0o555)
        try:
            run = run_python(READ_ONLY, card)
            assert run.stdout == "PermissionError 13\n", run.stderr
            assert card.read_bytes() == CARD.encode()
            assert names(folder) == ["README.md"]
        finally:
            folder.chmod(0o755)


REWRITE = """
import sys
from pathlib import Path
from hf_emissions.card.file import edit_file
path, versions = Path(sys.argv[1]), sys.argv[2].split(",")
print("ready", flush=True)
while True:
    for version in versions:
        edit_file(path, lambda text: (version + "\\n") * 20_000)
"""


def test_a_kill_at_any_instant_leaves_one_whole_version(tmp_path):
    card = tmp_path / "README.md"
    versions = ["one", "two and a bit", "three"]
    card.write_text("old\n" * 20_000)
    whole = {(version + "\n") * 20_000 for version in ["old", *versions]}
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    dice = random.Random(0)
    seen = set()
    for _ in range(30):
        command = [sys.executable, "-c", REWRITE, str(card), ",".join(versions)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
            process.stdout.readline()
            time.sleep(dice.uniform(0, 0.03))
            process.send_signal(signal.SIGKILL)
        seen.add(card.read_text())
        assert seen <= whole
    assert len(seen) > 1
    left = [name for name in names(tmp_path) if name != "README.md"]
    assert all(name.startswith(".README.md.") and name.endswith(".tmp") for name in left)


def test_readers_never_see_half_a_card(tmp_path):
    card = tmp_path / "README.md"
    card.write_text("old\n" * 20_000)
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    command = [sys.executable, "-c", REWRITE, str(card), "one,two"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        process.stdout.readline()
        sizes = {card.stat().st_size for _ in range(2000)}
        process.kill()
    assert sizes <= {80_000}


def test_a_long_file_name_can_be_written(tmp_path):
    card = tmp_path / ("a" * 250 + ".md")
    card.write_bytes(CARD.encode())
    assert patch_card_file(card, RECORD)
    assert names(tmp_path) == [card.name]
