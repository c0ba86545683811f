"""The scan: what it says of each card, and that no card stops it."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from audit.cards import CARDS, TRAINED, bytes_of, status_of

from hf_emissions.audit.scan import scan
from hf_emissions.audit.schema import COLUMNS, input_schema, row_schema

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def rows_of(**cards: bytes | None) -> list[dict]:
    models = [{"id": f"lab/{name}", "card": card, "body_read": True} for name, card in cards.items()]
    return scan(pa.Table.from_pylist(models, schema=input_schema()), NOW).to_pylist()


@pytest.mark.parametrize("name", CARDS)
def test_the_status(name):
    (row,) = rows_of(**{name.removeprefix("lab/"): bytes_of(name)})
    assert row["status"] == status_of(name), row["findings"]


def test_a_row_that_reports():
    (row,) = rows_of(reports=bytes_of("lab/reports"))
    assert (row["id"], row["author"], row["emissions_g"], row["source"]) == (
        "lab/reports",
        "lab",
        12.5,
        "CodeCarbon 3.3.2",
    )
    assert (row["audited_at"], row["body_read"], row["exercise"]) == (NOW, True, False)
    assert row["estimate_median_g"] is None


def test_a_row_that_can_be_estimated():
    (row,) = rows_of(one=bytes_of("lab/estimable"))
    assert row["tier"] == "B"
    assert row["estimate_low_g"] < row["estimate_median_g"] < row["estimate_high_g"]
    facts = {fact["name"]: (fact["value"], fact["text"]) for fact in row["facts"]}
    assert facts["hardware"] == ("A100 SXM", "8 x A100 SXM")
    assert facts["count"] == ("8", "8 x A100 SXM")
    assert facts["wall_hours"] == ("96.0", "96 hours")
    assert row["emissions_g"] is None


def test_a_row_of_a_training_in_stages_names_each_of_them():
    card = (
        b"---\nlicense: mit\n---\n# Heron\n\nThe first stage was trained on 8 A100 for 20 hours. "
        b"The second stage was trained on 16 H100 for 5 hours.\n"
    )
    (row,) = rows_of(one=card)
    assert (row["status"], row["tier"]) == ("estimable", "C")
    stages = [(fact["value"], fact["text"]) for fact in row["facts"] if fact["name"] == "stage"]
    assert stages == [("8 x A100, 20 h", "8 A100 for 20 hours"), ("16 x H100, 5 h", "16 H100 for 5 hours")]
    assert row["training_text_sha256"] is not None


def test_a_figure_in_the_text_alone_is_read():
    (row,) = rows_of(one=bytes_of("lab/in-the-text"))
    assert row["emissions_g"] == 2300


def test_a_text_that_was_taken_over_has_the_same_digest():
    taken = b"---\nlicense: apache-2.0\n---\n# Another name\n\n" + TRAINED.encode().partition(b"\n\n")[2]
    rows = rows_of(one=bytes_of("lab/estimable"), two=taken, three=bytes_of("lab/silent"))
    digests = [row["training_text_sha256"] for row in rows]
    assert digests[0] == digests[1]
    assert digests[0]
    assert digests[2] is None


def test_no_card_at_all():
    (row,) = rows_of(one=None)
    assert row["status"] == "missing"


def test_two_scans_say_the_same():
    cards = {name.removeprefix("lab/"): bytes_of(name) for name in CARDS}
    assert rows_of(**cards) == rows_of(**cards)


def test_the_schema_is_the_rows():
    assert row_schema().names == [name for name, _, _ in COLUMNS]
    assert all(field.metadata[b"meaning"] for field in row_schema())
