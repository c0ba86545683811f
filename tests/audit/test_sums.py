"""The sums of an audit over a dump: what is counted, once, and what is said of the rest."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from in_process import call
from pyarrow import parquet

BLOCK = "---\nco2_eq_emissions:\n  emissions: {}\n  source: CodeCarbon\n---\n"
COPY_OF = "---\nbase_model: {}\nbase_model_relation: quantized\n---\n"
SECTION = (
    "- **Hardware Type:** T4\n- **Hours used:** 2\n- **Cloud Provider:** Google Cloud\n"
    "- **Compute Region:** europe-west4\n"
)


@pytest.fixture
def summary_of(tmp_path) -> Callable[..., dict]:
    def summary_of(*cards: tuple[str, str]) -> dict:
        return json.loads(audited(tmp_path, cards, "--format", "json"))["summary"]

    return summary_of


def audited(folder: Path, cards: tuple[tuple[str, str], ...], *more: str) -> str:
    names, texts = zip(*cards, strict=True)
    parquet.write_table(pa.table({"id": names, "card": texts}), folder / "cards.parquet")
    done = call(["audit", "--dump", "cards.parquet", "--out", "out.parquet", "--processes", "1", *more], folder)
    assert done.code == 0, done
    return done.out


@pytest.mark.parametrize("name", ["bob/x", "bob/y"])
def test_an_exact_copy_is_no_training_whatever_the_digits(summary_of, name):
    text = f"{BLOCK.format(286)}# A model\n\nThis model sorts news.\n"
    (sums,) = summary_of(("ana/x", text), (name, text))["sums"]
    assert (sums["reported_trainings"], sums["reported_median_g"], sums["reported_naive_g"]) == (1, 286, 572)


def test_what_tools_say_is_all_known_has_no_range(summary_of):
    (sums,) = summary_of(("ana/x", BLOCK.format(286)))["sums"]
    assert sums["reported_low_g"] == sums["reported_median_g"] == sums["reported_high_g"] == 286


def test_models_that_share_the_section_of_a_template_are_trainings_of_their_own(summary_of):
    names = ("ana/bert-news", "bob/whisper-da", "cy/t5-sum", "di/vit-cats")
    (sums,) = summary_of(*((name, f"# {name}\n\n{SECTION}") for name in names))["sums"]
    assert sums["estimated_trainings"] == 4


def test_one_name_and_one_text_are_one_training_without_a_figure(summary_of):
    text = f"# It\n\nWe made this model from the letters of our town.\n\n{SECTION}"
    (sums,) = summary_of(("ana/letters", text), ("bob/letters", text))["sums"]
    assert sums["estimated_trainings"] == 1


class TestRepeatedRows:
    CARDS = (
        ("a/x", BLOCK.format(12.5)),
        ("b/y", BLOCK.format(7.25)),
        ("A/X", BLOCK.format(99)),
        ("a/x", "# Nothing\n"),
        *[("a/x", BLOCK.format(12.5))] * 3,
    )

    def test_a_model_is_counted_once_by_its_first_row(self, summary_of):
        found = summary_of(*self.CARDS)
        (sums,) = found["sums"]
        assert (found["models"], found["repeated_rows"], found["statuses"]["reported"]) == (2, 5, 2)
        assert (sums["reported_trainings"], sums["reported_median_g"], sums["reported_naive_g"]) == (2, 19.75, 19.75)
        assert found["largest"] == [{"id": "a/x", "emissions_g": 12.5}, {"id": "b/y", "emissions_g": 7.25}]
        assert [row["models"] for row in found["authors"]] == [1, 1]

    def test_the_rows_stay(self, summary_of, tmp_path):
        summary_of(*self.CARDS)
        assert parquet.read_table(tmp_path / "out.parquet").column("id").to_pylist() == [one for one, _ in self.CARDS]

    def test_it_is_said(self, tmp_path):
        first = audited(tmp_path, self.CARDS).splitlines()[0]
        assert first == "2 models (5 more rows are of a model that an earlier row has, and are not counted)"
        assert audited(tmp_path, self.CARDS[:2]).splitlines()[0] == "2 models"

    def test_of_parts_the_first_counts(self, tmp_path):
        audited(tmp_path, self.CARDS[1:3])
        (tmp_path / "out.parquet").rename(tmp_path / "part.parquet")
        audited(tmp_path, self.CARDS[:2])
        parts = ["--parts", "part.parquet", "--parts", "out.parquet"]
        done = call(["audit", *parts, "--format", "json"], tmp_path)
        found = json.loads(done.out)["summary"]
        assert (found["models"], found["repeated_rows"]) == (2, 2)
        assert [row["emissions_g"] for row in found["largest"]] == [99, 7.25]


def test_a_figure_that_a_copy_reports_does_not_vanish_behind_an_estimate(summary_of):
    copy = COPY_OF.format("a/big").replace("---\n", BLOCK.format(123_000).removesuffix("---\n"), 1)
    (sums,) = summary_of(("a/big", f"# Big\n\n{SECTION}"), ("b/big-gguf", copy))["sums"]
    assert (sums["reported_trainings"], sums["reported_median_g"]) == (1, 123_000)
    assert sums["estimated_trainings"] == 0


def test_a_figure_of_many_digits_is_that_of_its_rounding(summary_of):
    cards = [("a/x", BLOCK.format("12.34")), ("a/y", BLOCK.format("12.340000000000002"))]
    (sums,) = summary_of(*cards)["sums"]
    assert (sums["reported_trainings"], sums["reported_median_g"]) == (1, pytest.approx(12.34))


def test_one_is_no_plural(tmp_path):
    (tmp_path / "README.md").write_text("---\nco2_eq_emissions: 300\n---\n")
    done = call(["audit", "--cards", "."], tmp_path)
    assert done.out.startswith("1 model\n")
    assert "reported, 1 training: 300 g" in done.out
    assert "1 of 1 model report (100.0%)" in done.out
    assert call(["audit", "--cards", ".", "--dry-run"], tmp_path).out == "1 model would be audited\n"
