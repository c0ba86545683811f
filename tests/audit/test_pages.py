"""Dumps that would fill the memory: what a page holds is known from its header, before it is unpacked."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from in_process import ENVIRONMENT
from pyarrow import parquet

from hf_emissions.audit.sources import dump
from hf_emissions.audit.sources.pages import largest_page

CARD = "---\nlicense: mit\n---\n"
COMMAND = [sys.executable, "-c", "from hf_emissions.cli.main import main; main()", "audit", "--dump", "dump.parquet"]
# What the command takes for a dump of a few small cards, and 512 MB for what is unpacked at once.
MOST_MEMORY = 3 * 1024**3


def audit(folder: Path, table: pa.Table, code: int = 0, **how) -> str:
    parquet.write_table(table, folder / "dump.parquet", compression="zstd", **how)
    done = subprocess.run(
        [*COMMAND, "--out", "out.parquet", "--processes", "1"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **ENVIRONMENT},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY)),
    )
    assert done.returncode == code, done
    return done.stderr


@pytest.mark.slow
def test_a_cell_of_hundreds_of_megabytes(tmp_path):
    large = pa.array([CARD, "x" * (300 * 1024 * 1024)], pa.large_string())
    err = audit(tmp_path, pa.table({"id": ["a/b", "a/c"], "card": large}), code=2, use_dictionary=False)
    assert "dump.parquet: a page of it has 300 MB, more than is read; write it anew with pages of 1 MB" in err
    assert (tmp_path / "dump.parquet").stat().st_size < 1024 * 1024


@pytest.mark.slow
def test_one_card_that_stands_in_every_row(tmp_path):
    """A dictionary has it once, and 2,000 rows point to it: 10 GB, read together."""
    card = CARD + "x" * (5 * 1024 * 1024)
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 2000, pa.int32()), pa.array([card]))
    audit(tmp_path, pa.table({"id": [f"a/{n}" for n in range(2000)], "card": column}), dictionary_pagesize_limit=2**30)
    found = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert {row["findings"][0]["message"] for row in found} == {"the card is larger than 4 MB"}


@pytest.mark.parametrize("size", [100, 5000, 3_000_000])
@pytest.mark.parametrize(
    "how",
    [
        {"use_dictionary": False},
        {"use_dictionary": True},
        {"use_dictionary": False, "data_page_version": "2.0"},
        {"use_dictionary": False, "column_encoding": {"card": "DELTA_BYTE_ARRAY"}},
        {"use_dictionary": False, "write_page_checksum": True, "write_page_index": True},
        {"use_dictionary": False, "row_group_size": 2},
    ],
)
def test_the_largest_page_is_found(tmp_path, size, how):
    cards = ["y" * 10, "".join(chr(97 + n % 26) for n in range(size)), "z" * 10, None]
    path = tmp_path / "dump.parquet"
    parquet.write_table(
        pa.table({"id": list("abcd"), "card": cards, "n": [1, 2, 3, 4]}), path, compression="zstd", **how
    )
    found = largest_page(path, parquet.read_metadata(path), ["card"])
    assert size <= found < size + 400
    assert largest_page(path, parquet.read_metadata(path), ["id"]) < 100
    assert largest_page(path, parquet.read_metadata(path), ["n"]) in range(16, 50)


def test_a_column_of_mappings(tmp_path):
    path = tmp_path / "dump.parquet"
    parquet.write_table(pa.table({"id": ["a"], "card": [{"license": "x" * 5000, "tags": ["y" * 100]}]}), path)
    assert 5000 <= largest_page(path, parquet.read_metadata(path), ["card"]) < 5200


@pytest.mark.parametrize("damage", [b"", b"\xff" * 400, b"\x15" * 400, b"\x19\xff\xff\xff\xff\x7f", b"\x1c" * 400])
def test_headers_that_are_damaged(tmp_path, damage):
    path = tmp_path / "dump.parquet"
    parquet.write_table(pa.table({"id": ["a/b"], "card": [CARD * 99]}), path, use_dictionary=False)
    metadata = parquet.read_metadata(path)
    place = metadata.row_group(0).column(1).data_page_offset
    data = path.read_bytes()
    path.write_bytes(data[:place] + (damage or bytes(8)) + data[place + len(damage or bytes(8)) :])
    with pytest.raises(ValueError, match=r"a page|a number|a list"):
        largest_page(path, metadata, ["card"])


def test_a_page_of_one_megabyte_leaves_batches_as_they_are():
    assert dump.MOST_AT_ONCE // (1024 * 1024) >= dump.BATCH
