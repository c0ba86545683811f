"""docs/audit.md: its table of columns is the schema, and its queries run."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from audit.cards import CARDS, bytes_of
from in_process import call

from hf_emissions.audit.schema import row_schema

PAGE = Path(__file__).parents[2] / "docs" / "audit.md"
TABLE = re.compile(r"(?<=<!-- columns -->\n).*?(?=<!-- end of columns -->)", re.DOTALL)
ANSWERS = [
    [("missing-emissions", 6)],
    [("lab", 3, 0.045)],
    [("A100 SXM", 1)],
]


def table() -> str:
    rows = [(field.name, field.type, field.metadata[b"meaning"].decode()) for field in row_schema()]
    head = "| column | type | meaning |\n|---|---|---|\n"
    return head + "".join(f"| `{name}` | {_words(kind)} | {meaning} |\n" for name, kind, meaning in rows)


def _words(kind: object) -> str:
    return re.sub(r"<.*", "", str(kind)).replace("timestamp[ms, tz=UTC]", "timestamp, UTC")


def test_the_table_of_columns_is_the_schema():
    assert TABLE.search(PAGE.read_text(encoding="utf-8"))[0] == table(), f"run: python {Path(__file__).name}"


def test_there_are_three_queries():
    assert len(queries()) == len(ANSWERS)


@pytest.mark.parametrize("number", range(len(ANSWERS)))
def test_a_query_answers(tmp_path, number):
    for name in CARDS:
        path = tmp_path / "models" / name / "README.md"
        path.parent.mkdir(parents=True)
        path.write_bytes(bytes_of(name))
    done = call(["audit", "--cards", "models", "--out", "audit.parquet", "--processes", "1"], tmp_path)
    assert done.code == 0
    with duckdb.connect() as connection:
        query = queries()[number].replace("'audit.parquet'", f"'{tmp_path / 'audit.parquet'}'")
        assert connection.execute(query).fetchall()[: len(ANSWERS[number])] == ANSWERS[number]


def queries() -> list[str]:
    return re.findall(r"^```sql\n(.*?)^```", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(TABLE.sub(table().replace("\\", "\\\\"), text), encoding="utf-8")
