"""Dumps with columns of other types, and damaged ones: a value that a column cannot hold is null, and no traceback."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from in_process import Result, call
from pyarrow import parquet

CARD = "---\nlicense: mit\n---\n"
NEW_YEAR = datetime(2024, 1, 1, tzinfo=UTC)


def audit(folder: Path, table: pa.Table, code: int = 0) -> Result:
    parquet.write_table(table, folder / "dump.parquet")
    return call_of(folder, code)


def call_of(folder: Path, code: int = 0) -> Result:
    result = call(["audit", "--dump", "dump.parquet", "--out", "out.parquet", "--processes", "1"], folder)
    assert result.code == code, result
    return result


def row(folder: Path, **columns: pa.Array) -> dict:
    audit(folder, pa.table({"id": ["a/b"], "card": [CARD], **columns}))
    (found,) = parquet.read_table(folder / "out.parquet").to_pylist()
    return found


def test_front_matter_as_a_mapping_that_is_too_large_costs_its_own_row(tmp_path):
    fronts = [{"license": "mit"}, {"license": "x" * (4 * 1024 * 1024)}]
    audit(tmp_path, pa.table({"id": ["a/b", "a/c"], "card_data": fronts}))
    found = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert [one["status"] for one in found] == ["missing", "unreadable"]
    assert found[1]["findings"][0]["message"] == "the card is larger than 4 MB"


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array([7], pa.int8()), 7),
        (pa.array([7.0]), 7),
        (pa.array(["7"]), 7),
        (pa.array(["many"]), None),
        (pa.array([float("nan")]), None),
        (pa.array([True]), None),
        (pa.array([[7]]), None),
        (pa.array([2**63 + 1], pa.uint64()), None),
        (pa.array([None]), None),
    ],
)
def test_downloads(tmp_path, column, expected):
    assert row(tmp_path, downloads=column)["downloads"] == expected


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array([NEW_YEAR], pa.timestamp("ns", "UTC")), NEW_YEAR),
        (pa.array([datetime(2024, 1, 1)], pa.timestamp("us")), NEW_YEAR),
        (pa.array([date(2024, 1, 1)], pa.date32()), NEW_YEAR),
        (pa.array([date(2024, 1, 1)], pa.date64()), NEW_YEAR),
        (pa.array([1704067200]), NEW_YEAR),
        (pa.array([1704067200000]), NEW_YEAR),
        (pa.array(["2024-01-01"]), NEW_YEAR),
        (pa.array(["2024-01-01T02:00:00+02:00"]), NEW_YEAR),
        (pa.array([10**16], pa.timestamp("ms")), None),
        (pa.array(["0001-01-01T00:00:00+14:00"]), None),
        (pa.array([float("inf")]), None),
        (pa.array([["2024"]]), None),
    ],
)
def test_times(tmp_path, column, expected):
    assert row(tmp_path, createdAt=column)["created_at"] == expected


def test_what_is_no_text_is_not_taken_for_one(tmp_path):
    found = row(tmp_path, sha=pa.array([5]), pipeline_tag=pa.array([5]))
    assert (found["sha"], found["task"]) == (None, None)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view(), pa.binary()])
def test_kinds_of_text(tmp_path, kind):
    table = pa.table({"id": pa.array(["a/b"]), "card": pa.array([CARD.encode()], pa.binary()).cast(kind)})
    try:
        audit(tmp_path, table)
    except pa.ArrowNotImplementedError:
        pytest.skip(f"this pyarrow writes no {kind}")
    assert parquet.read_table(tmp_path / "out.parquet").column("status").to_pylist() == ["missing"]


def test_categories(tmp_path):
    assert row(tmp_path, pipeline_tag=pa.array(["audio"]).dictionary_encode())["task"] == "audio"


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"id": ["a/b"], "card": [5]}, "the column card is of type int64, no text; name the one that holds the card"),
        ({"id": ["a/b"], "card": [["x"]]}, "the column card is of type list<element: string>, no text; "),
        ({"id": [5], "card": [CARD]}, "the column id is of type int64, no text; name the one that holds the id"),
    ],
)
def test_columns_that_hold_no_ids_and_no_cards(tmp_path, table, words):
    err = audit(tmp_path, pa.table(table), 2).err
    assert err.startswith(f"Error: dump.parquet: {words}")
    assert err.count("\n") == 1


def test_two_columns_of_one_name(tmp_path):
    two = pa.table([["a/b"], [CARD], [1], [2]], ["id", "card", "downloads", "downloads"])
    audit(tmp_path, two)
    assert parquet.read_table(tmp_path / "out.parquet").column("downloads").to_pylist() == [None]
    result = audit(tmp_path, pa.table([["a/b"], ["c/d"], [CARD]], ["id", "id", "card"]), 2)
    assert result.err == "Error: dump.parquet: two columns are called id; write the file anew with one of them\n"


def test_front_matter_as_a_mapping(tmp_path):
    front = [{"license": "mit", "co2_eq_emissions": {"emissions": 5.5, "source": None}, "tags": None}]
    audit(tmp_path, pa.table({"id": ["a/b"], "card_data": front}))
    (found,) = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert (found["status"], found["emissions_g"], found["body_read"]) == ("reported", 5.5, False)


def test_a_row_without_an_id_is_no_model_called_none(tmp_path):
    audit(tmp_path, pa.table({"id": ["a/b", None], "card": [CARD, CARD]}))
    rows = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert [(row["id"], row["status"]) for row in rows] == [("a/b", "missing"), ("(row 2)", "unreadable")]
    assert rows[1]["findings"][0]["message"] == "the row has no id"


def test_a_card_that_is_too_large(tmp_path):
    audit(tmp_path, pa.table({"id": ["a/b"], "card": ["x" * (4 * 1024 * 1024 + 1)]}))
    (found,) = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert found["findings"][0]["message"] == "the card is larger than 4 MB"


def test_a_damaged_page_names_the_file(tmp_path):
    table = pa.table({"id": [f"lab/model-{number}" for number in range(2000)], "card": [CARD] * 2000})
    parquet.write_table(table, tmp_path / "dump.parquet", use_dictionary=False, compression="none")
    data = bytearray((tmp_path / "dump.parquet").read_bytes())
    data[4:40] = b"\xff" * 36
    (tmp_path / "dump.parquet").write_bytes(data)
    result = call_of(tmp_path, 2)
    assert result.err.startswith("Error: dump.parquet: its rows cannot be read after 0 (")
    assert result.err.endswith("); fetch it again\n")
    assert result.err.count("\n") == 1
