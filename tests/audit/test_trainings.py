"""One training, one figure: copies of every kind are found, and what only looks alike is left apart."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from audit.planted import Planted, catalogue
from in_process import call
from pyarrow import parquet

from hf_emissions.audit.trainings import Model, significant_digits, trainings

TEXT = "5f2c"


def of(*models: Model) -> dict[str, str]:
    return trainings({model.id.lower(): model for model in models})


def reported(name: str, grams: float, *bases: str, **more) -> Model:
    return Model(name, "reported", grams, bases, **more)


def estimable(name: str, text: str = TEXT, *bases: str, words: int = 20, **more) -> Model:
    return Model(name, "estimable", 1000.0, bases, text=text, words=words, **more)


class TestMadeFrom:
    def test_a_copy_is_of_its_bases_training(self):
        found = of(reported("a/x", 10.5), reported("b/x-GGUF", 99.0, "a/x", is_copy=True))
        assert found == {"a/x": "a/x", "b/x-GGUF": "a/x"}

    def test_copies_of_copies_and_of_what_nobody_audited(self):
        found = of(reported("b/one", 5.0, "a/x", is_copy=True), reported("c/two", 7.0, "a/x", is_copy=True, made=1))
        assert set(found.values()) == {"c/two"}
        found = of(
            reported("a/x", 1.0),
            Model("b/y", bases=("a/x",), is_copy=True),
            reported("c/z", 2.0, "B/y", is_copy=True),
        )
        assert found["c/z"] == "a/x"

    def test_a_fine_tune_is_its_own(self):
        assert of(reported("a/x", 10.5), reported("b/tuned", 3.25, "a/x"))["b/tuned"] == "b/tuned"

    def test_a_fine_tune_with_the_figure_or_the_text_of_its_base_is_not(self):
        assert of(reported("a/x", 10), reported("b/tuned", 10, "a/x"))["b/tuned"] == "a/x"
        assert of(estimable("a/x"), estimable("a/tuned", TEXT, "a/x"))["a/tuned"] == "a/x"

    def test_a_merge_is_put_to_a_model_with_a_figure_and_joins_none(self):
        found = of(
            Model("a/silent"),
            reported("a/x", 10.5),
            reported("b/y", 20.5),
            reported("c/merge", 20.5, "a/silent", "a/x", "b/y", is_copy=True),
            reported("c/other", 3.0, "a/silent", "a/x", "b/y", is_copy=True),
        )
        assert found == {"a/x": "a/x", "b/y": "b/y", "c/merge": "b/y", "c/other": "a/x"}

    def test_a_circle_is_one_training_and_ends(self):
        found = of(reported("a/x", 1.5, "b/y", is_copy=True), reported("b/y", 2.5, "a/x", is_copy=True))
        assert len(set(found.values())) == 1
        assert of(reported("a/x", 1.5, "a/x", is_copy=True)) == {"a/x": "a/x"}


class TestTakenOver:
    def test_the_same_name_and_text_under_another_owner(self):
        found = of(estimable("a/bert", made=1), estimable("b/BERT", words=7, made=2), estimable("c/bert", "other"))
        assert found == {"a/bert": "a/bert", "b/BERT": "a/bert", "c/bert": "c/bert"}

    def test_another_name_needs_more_words(self):
        assert of(estimable("a/x", made=1), estimable("b/y", made=2))["b/y"] == "a/x"
        assert of(estimable("a/x", words=5), estimable("b/y", words=5))["b/y"] == "b/y"

    def test_sizes_that_one_owner_describes_alike_are_trainings_of_their_own(self):
        sizes = [estimable(f"a/net-{size}", made=1) for size in ("small", "large")]
        assert of(*sizes) == {"a/net-small": "a/net-small", "a/net-large": "a/net-large"}
        found = of(*sizes, estimable("b/net-large", made=9))
        assert found["b/net-large"] == "a/net-large"
        assert found["a/net-small"] == "a/net-small"

    @pytest.mark.parametrize(
        ("other", "grams", "same"),
        [("b/y", 286.4350821, True), ("b/y", 286.4, False), ("a/y", 286.4, True), ("a/y", 2.9, False)],
    )
    def test_the_same_figure(self, other, grams, same):
        found = of(reported("a/x", grams, made=1), reported(other, grams, made=2))
        assert (found[other] == "a/x") == same

    @pytest.mark.parametrize("name", ["x-GGUF", "x-4bit", "X.Q4_K_M", "x-awq-int4"])
    def test_the_name_says_that_it_is_a_copy(self, name):
        assert of(reported("a/x", 10), reported(f"a/{name}", 3))[f"a/{name}"] == "a/x"

    def test_a_figure_that_nothing_speaks_against_stands_for_the_training(self):
        doubted = Model("a/x", "questionable", 0.01)
        assert of(doubted, reported("b/x-gguf", 10.0, "a/x", is_copy=True))["a/x"] == "b/x-gguf"


@pytest.mark.parametrize(("value", "digits"), [(4009.5, 5), (0.21, 2), (1200.0, 2), (286.435, 6), (1.5e-7, 2)])
def test_significant_digits(value, digits):
    assert significant_digits(value) == digits


def audited(folder: Path, planted: Planted) -> dict:
    table = pa.table({"id": list(planted.cards), "card": list(planted.cards.values())})
    parquet.write_table(table, folder / "cards.parquet")
    arguments = ["--dump", "cards.parquet", "--out", "out.parquet", "--trainings", "trainings.parquet"]
    done = call(["audit", *arguments, "--processes", "1", "--format", "json"], folder)
    assert done.code == 0, done
    return json.loads(done.out)["summary"]["sums"][0]


def test_the_sum_of_a_catalogue_is_that_of_its_trainings(tmp_path):
    planted = catalogue(seed=1, trainings=80)
    sums = audited(tmp_path, planted)
    truth = sum(planted.trained_g.values())
    assert sums["reported_median_g"] == pytest.approx(truth, rel=0.01)
    assert sums["reported_naive_g"] > 2 * truth
    assert sums["estimated_trainings"] == pytest.approx(len(planted.estimable), rel=0.01)
    with duckdb.connect() as connection:
        query = f"SELECT id, training, counted FROM '{tmp_path / 'trainings.parquet'}'"
        rows = connection.execute(query).fetchall()
    assert {one for one, _, counted in rows if counted} == {training for _, training, _ in rows}


def test_the_parts_of_an_audit_are_summed_as_the_whole(tmp_path):
    planted = catalogue(seed=2, trainings=20)
    whole = audited(tmp_path, planted)
    parts = []
    for part in "123":
        call(["audit", "--dump", "cards.parquet", "--shard", f"{part}/3", "--out", f"{part}.parquet"], tmp_path)
        parts += ["--parts", f"{part}.parquet"]
    done = call(["audit", *parts, "--out", "joined.parquet", "--format", "json"], tmp_path)
    assert json.loads(done.out)["summary"]["sums"] == [whole]
    joined, first = (
        sorted(parquet.read_table(tmp_path / name).drop_columns(["audited_at"]).to_pylist(), key=lambda row: row["id"])
        for name in ("joined.parquet", "out.parquet")
    )
    assert joined == first


def test_what_is_no_part(tmp_path):
    parquet.write_table(pa.table({"id": ["a/b"]}), tmp_path / "other.parquet")
    done = call(["audit", "--parts", "other.parquet"], tmp_path)
    assert (done.code, done.err) == (
        2,
        "Error: other.parquet: this is no audit of this version of hf-emissions; audit the cards again\n",
    )
    done = call(["audit", "--parts", "other.parquet", "--limit", "3"], tmp_path)
    assert done.err == "Error: --parts are the results of audits; name no other cards beside them\n"
