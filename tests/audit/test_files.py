"""Folders and archives that are damaged, or hold what is no card: one clear line, or a row that says so."""

from __future__ import annotations

import gzip
import io
import os
import random
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from in_process import Result, call
from pyarrow import parquet

CARD = b"---\nco2_eq_emissions: 2\n---\n"
NOISE = random.Random(4).randbytes(2000)
LIMIT = 4 * 1024 * 1024


@pytest.fixture
def run(tmp_path) -> Callable[..., Result]:
    def run(*arguments: str, code: int = 0) -> Result:
        result = call(["audit", *arguments, "--processes", "1"], tmp_path)
        assert result.code == code, result
        assert code != 2 or result.err.count("\n") == 1, result.err
        return result

    return run


def tar(cards: int = 40, card: bytes = CARD) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as file:
        for number in range(cards):
            member = tarfile.TarInfo(f"models/lab/model-{number}/README.md")
            member.size = len(card)
            file.addfile(member, io.BytesIO(card))
    return written.getvalue()


def flipped() -> bytes:
    data = bytearray(gzip.compress(tar(card=NOISE)))
    data[len(data) // 2] ^= 1
    return bytes(data)


def wrong_sum() -> bytes:
    data = bytearray(gzip.compress(tar()))
    data[-8] ^= 1
    return bytes(data)


# A header that is wrong, but for the first, ends an archive for `tarfile` without a word.
BROKEN = {
    "cut at the border of a member": tar()[: 20 * 1024],
    "cut, then packed": gzip.compress(tar()[: 20 * 1024]),
    "cut within a member": tar()[: 20 * 1024 + 700],
    "a bad header": tar()[: 20 * 1024] + b"x" * 512 + tar()[20 * 1024 + 512 :],
    "a byte flipped": flipped(),
    "a wrong checksum": wrong_sum(),
    "no trailer": gzip.compress(tar())[:-8],
    "half of it": gzip.compress(tar(card=NOISE))[:1500],
}


def statuses(path: Path) -> dict[str, str]:
    return {row["id"]: row["status"] for row in parquet.read_table(path).to_pylist()}


def messages(path: Path) -> dict[str, str]:
    found = parquet.read_table(path).to_pylist()
    return {row["id"]: row["findings"][0]["message"] for row in found if row["status"] == "unreadable"}


class TestArchives:
    @pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
    def test_whatever_they_are_packed_by(self, run, tmp_path, mode):
        with tarfile.open(tmp_path / "cards", mode) as file:
            member = tarfile.TarInfo("./lab/one/README.md")
            member.size = len(CARD)
            file.addfile(member, io.BytesIO(CARD))
        run("--cards", "cards", "--out", "out.parquet")
        assert statuses(tmp_path / "out.parquet") == {"lab/one": "reported"}

    @pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
    def test_one_that_is_damaged_is_not_audited_in_part(self, run, tmp_path, data):
        (tmp_path / "cards.tar.gz").write_bytes(data)
        result = run("--cards", "cards.tar.gz", "--out", "out.parquet", code=2)
        assert result.err.startswith("Error: cards.tar.gz: this is no whole archive (")
        assert result.err.endswith("); fetch it again\n")
        assert not (tmp_path / "out.parquet").exists()

    def test_one_without_a_card(self, run, tmp_path):
        (tmp_path / "cards.tar").write_bytes(tar(0))
        result = run("--cards", "cards.tar", code=2)
        assert result.err == "Error: cards.tar: there is no README.md in this archive\n"

    def test_a_card_with_holes_takes_no_memory(self, run, tmp_path):
        header = tarfile.TarInfo("models/lab/holes/README.md")
        header.type, header.size = tarfile.REGTYPE, LIMIT + 1
        with tarfile.open(tmp_path / "cards.tar.gz", "w:gz") as file:
            file.addfile(header, io.BytesIO(bytes(LIMIT + 1)))
        run("--cards", "cards.tar.gz", "--out", "out.parquet")
        assert messages(tmp_path / "out.parquet") == {"lab/holes": "the card is larger than 4 MB"}


class TestFolders:
    def put(self, folder: Path, name: str, data: bytes = CARD) -> Path:
        path = folder / "models" / name / "README.md"
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
        return path

    def test_what_is_no_card_is_passed_over(self, run, tmp_path):
        card = self.put(tmp_path, "lab/one")
        (tmp_path / "models" / "lab" / "folder" / "README.md").mkdir(parents=True)
        (tmp_path / "models" / "lab" / "pipe").mkdir()
        os.mkfifo(tmp_path / "models" / "lab" / "pipe" / "README.md")
        self.put(tmp_path, "lab/.venv")
        outside = tmp_path / "secret"
        outside.write_text("root:x:0")
        for name, target in (("outside", outside), ("inside", card), ("nowhere", tmp_path / "nowhere")):
            (tmp_path / "models" / "lab" / name).mkdir()
            (tmp_path / "models" / "lab" / name / "README.md").symlink_to(target)
        run("--cards", "models", "--out", "out.parquet")
        assert statuses(tmp_path / "out.parquet") == {"lab/inside": "reported", "lab/one": "reported"}

    def test_a_name_that_is_no_utf_8(self, run, tmp_path):
        self.put(tmp_path, f"lab/{os.fsdecode(bytes([255]))}")
        run("--cards", "models", "--out", "out.parquet")
        assert statuses(tmp_path / "out.parquet") == {"lab/?": "reported"}

    def test_a_file_with_holes_takes_no_memory(self, run, tmp_path):
        path = self.put(tmp_path, "lab/holes")
        os.truncate(path, 1_500_000_000)
        self.put(tmp_path, "lab/long", CARD + b"x" * (LIMIT - len(CARD)))
        run("--cards", "models", "--out", "out.parquet")
        assert statuses(tmp_path / "out.parquet") == {"lab/holes": "unreadable", "lab/long": "reported"}
        assert messages(tmp_path / "out.parquet") == {"lab/holes": "the card is larger than 4 MB"}

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_a_file_that_may_not_be_read(self, run, tmp_path):
        self.put(tmp_path, "lab/one")
        self.put(tmp_path, "lab/two").chmod(0)
        run("--cards", "models", "--out", "out.parquet")
        assert messages(tmp_path / "out.parquet") == {"lab/two": "the file cannot be read: Permission denied"}

    def test_a_single_card_and_a_pipe_are_no_folder(self, run, tmp_path):
        self.put(tmp_path, "lab/one")
        os.mkfifo(tmp_path / "pipe")
        for name in ("models/lab/one/README.md", "pipe"):
            result = run("--cards", name, code=2)
            assert result.err == (
                f"Error: {name}: --cards takes a folder of cards or an archive (.tar.gz); `check` takes one card\n"
            )


def test_where_batches_end_depends_on_the_cards_alone():
    from hf_emissions.audit.sources.source import BATCH, BATCH_BYTES, batches

    small = [{"id": str(number), "card": b"x"} for number in range(BATCH + 1)]
    assert [len(batch) for batch in batches(small)] == [BATCH, 1]
    large = [{"id": str(number), "card": b"x" * (BATCH_BYTES // 4)} for number in range(10)]
    assert [len(batch) for batch in batches(large)] == [4, 4, 2]
    assert [len(batch) for batch in batches({"id": "a", "card": None} for _ in range(3))] == [3]
