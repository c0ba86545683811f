"""One training, one figure: copies of every kind are found, and what only looks alike is left apart."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from audit.planted import DIGITS, catalogue
from in_process import call
from pyarrow import parquet

from hf_emissions.audit.training_rules import Model, significant_digits
from hf_emissions.audit.trainings import trainings

TEXT, OTHER = 0x5F2C, 0x77
BODY = 0xB0D1


def of(*models: Model) -> dict[str, str]:
    return trainings({model.id.lower(): model for model in models})


def reported(name: str, grams: float, *bases: str, **more) -> Model:
    return Model(name, "reported", grams, bases, **more)


def estimable(name: str, text: int = TEXT, *bases: str, words: int = 20, **more) -> Model:
    return Model(name, "estimable", 1000.0, bases, text=text, words=words + 4, own_words=words, **more)


def card(name: str, grams: float, words: int = 9, **more) -> Model:
    return reported(name, grams, **{"body": BODY, "unnamed": BODY, "body_words": words, **more})


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

    def test_a_merge_of_models_that_nobody_audited_joins_the_one_that_was(self):
        found = of(reported("a/x", 10.5), reported("c/merge", 3.0, "a/gone", "a/gone", "a/x", is_copy=True))
        assert found == {"a/x": "a/x", "c/merge": "a/x"}

    @pytest.mark.parametrize("status", ["estimable", "questionable"])
    def test_a_reported_figure_stands_before_an_estimate_and_that_before_any_other(self, status):
        other = Model("a/old", status, 7.0, ("z/base",), is_copy=True, made=1)
        assert of(other, reported("b/new", 5.0, "z/base", is_copy=True, made=9))["a/old"] == "b/new"
        estimate = Model("b/new", "estimable", 5.0, ("z/base",), is_copy=True, made=9)
        oldest = "a/old" if status == "estimable" else "b/new"
        assert of(other, estimate)["a/old"] == oldest

    def test_names_are_compared_in_any_case(self):
        assert of(reported("A/X", 10.5), reported("b/z", 99.0, "a/x", is_copy=True))["b/z"] == "A/X"
        assert of(reported("a/x", 10.5), reported("B/Z", 99.0, "A/x", is_copy=True))["B/Z"] == "a/x"

    @pytest.mark.parametrize(("between", "found"), [(63, True), (64, False)])
    def test_an_ancestor_is_looked_for_64_generations_back(self, between, found):
        line = [Model(f"m/{number}", bases=(f"m/{number + 1}",)) for number in range(between)]
        figures = of(*line, reported(f"m/{between}", 10), reported("b/tuned", 10, "m/0"))
        assert (len(set(figures.values())) == 1) == found

    @pytest.mark.parametrize(("words", "same"), [(4, False), (5, True), (40, True)])
    def test_five_words_on_its_training_are_those_of_its_base(self, words, same):
        base, tuned = (
            Model(name, "estimable", 1000.0, bases, text=TEXT, words=words)
            for name, bases in (("a/x", ()), ("b/tuned", ("a/x",)))
        )
        assert (of(base, tuned)["b/tuned"] == "a/x") == same

    @pytest.mark.parametrize(("words", "same"), [(5, False), (6, True), (11, True)])
    def test_six_words_of_a_body_are_those_of_its_base(self, words, same):
        base, tuned = (
            estimable(name, text, *bases, body=BODY, body_words=words)
            for name, text, bases in (("a/x", 1, ()), ("b/tuned", 2, ("a/x",)))
        )
        assert (of(base, tuned)["b/tuned"] == "a/x") == same

    def test_another_body_or_another_figure_is_another_training(self):
        base = estimable("a/x", 1, body=BODY, body_words=9)
        assert of(base, estimable("b/tuned", 2, "a/x", body=1, body_words=9))["b/tuned"] == "b/tuned"
        base = reported("a/x", 10.5, text=TEXT, words=40)
        assert of(base, reported("b/tuned", 11.5, "a/x", text=TEXT, words=40))["b/tuned"] == "b/tuned"

    def test_a_circle_is_one_training_and_ends(self):
        found = of(reported("a/x", 1.5, "b/y", is_copy=True), reported("b/y", 2.5, "a/x", is_copy=True))
        assert len(set(found.values())) == 1
        assert of(reported("a/x", 1.5, "a/x", is_copy=True)) == {"a/x": "a/x"}


class TestTakenOver:
    def test_the_same_name_and_text_under_another_owner(self):
        found = of(estimable("a/bert", made=1), estimable("b/BERT", words=7, made=2), estimable("c/bert", OTHER))
        assert found == {"a/bert": "a/bert", "b/BERT": "a/bert", "c/bert": "c/bert"}

    def test_another_name_needs_more_words(self):
        assert of(estimable("a/x", made=1), estimable("b/y", made=2))["b/y"] == "a/x"
        assert of(estimable("a/x", words=5), estimable("b/y", words=5))["b/y"] == "b/y"

    @pytest.mark.parametrize(("words", "same"), [(9, False), (11, False), (12, True), (40, True)])
    def test_twelve_words_are_not_written_twice_by_chance(self, words, same):
        text = of(estimable("a/x", words=words, made=1), estimable("b/y", words=words, made=2))
        assert (text["b/y"] == "a/x") == same
        bodies = [estimable(name, text, body=BODY, body_words=words) for name, text in (("a/x", 1), ("b/y", 2))]
        assert (of(*bodies)["b/y"] == "a/x") == same

    @pytest.mark.parametrize(("words", "same"), [(5, False), (6, True)])
    def test_six_are_enough_below_one_name(self, words, same):
        found = of(estimable("a/x", words=words, made=1), estimable("b/x", words=words, made=2))
        assert (found["b/x"] == "a/x") == same

    @pytest.mark.parametrize(
        ("grams", "same"), [(286.43, False), (0.28643, False), (286.435, True), (0.286435, True), (2_864_350_000, True)]
    )
    def test_six_digits_are_not_anyones_by_chance(self, grams, same):
        found = of(reported("a/x", grams, made=1), reported("b/y", grams, made=2))
        assert (found["b/y"] == "a/x") == same

    @pytest.mark.parametrize(("grams", "same"), [(286, False), (286.4, True)])
    @pytest.mark.parametrize("other", ["a/y", "b/x"])
    def test_four_are_not_one_owners_or_one_names(self, other, grams, same):
        found = of(reported("a/x", grams, made=1), reported(other, grams, made=2))
        assert (found[other] == "a/x") == same

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

    def test_the_same_sum_that_a_computer_added_up_otherwise(self):
        assert of(reported("a/x", 12.34), reported("a/x-copy", 12.340000000000002, "a/x"))["a/x-copy"] == "a/x"
        assert of(reported("a/x", 0.1 + 0.2 + 12.0), reported("a/y", 12.3), reported("b/z", 12.31)) == {
            "a/x": "a/x",
            "a/y": "a/y",
            "b/z": "b/z",
        }

    def test_the_values_of_a_template_are_no_words(self):
        found = of(*(estimable(f"{name}/{name}-net", words=0) for name in "abcd"))
        assert len(set(found.values())) == 4
        assert of(estimable("a/x", words=0), estimable("b/tuned", TEXT, "a/x", words=3))["b/tuned"] == "a/x"

    @pytest.mark.parametrize("name", ["x-GGUF", "x-4bit", "X.Q4_K_M", "x-awq-int4"])
    def test_the_name_says_that_it_is_a_copy(self, name):
        assert of(reported("a/x", 10), reported(f"a/{name}", 3))[f"a/{name}"] == "a/x"

    def test_a_figure_that_nothing_speaks_against_stands_for_the_training(self):
        doubted = Model("a/x", "questionable", 0.01)
        assert of(doubted, reported("b/x-gguf", 10.0, "a/x", is_copy=True))["a/x"] == "b/x-gguf"

    def test_a_figure_that_nothing_speaks_against_stands_before_an_estimate(self):
        copy = reported("b/x-gguf", 123_000.0, "a/x", is_copy=True)
        assert of(estimable("a/x"), copy)["a/x"] == "b/x-gguf"
        doubted = Model("b/x-gguf", "questionable", 123_000.0, ("a/x",), is_copy=True)
        assert of(estimable("a/x"), doubted)["b/x-gguf"] == "a/x"
        exercise = Model("b/x-gguf", "exercise", 123_000.0, ("a/x",), is_copy=True)
        assert of(estimable("a/x"), exercise)["b/x-gguf"] == "a/x"


class TestTheSameBody:
    @pytest.mark.parametrize("grams", [3.0, 20.0, 286.0, 286.4])
    @pytest.mark.parametrize("name", ["bob/x", "bob/y", "ana/y"])
    def test_with_the_same_figure(self, name, grams):
        assert of(card("ana/x", grams, made=1), card(name, grams, made=2))[name] == "ana/x"

    def test_with_the_same_figure_and_no_sentence_of_its_own(self):
        assert of(card("ana/x", 286.0, 0), card("bob/y", 286.0, 0))["bob/y"] == "bob/y"
        assert of(card("ana/x", 286.0, 0, made=1), card("bob/x", 286.0, 0, made=2))["bob/x"] == "ana/x"
        assert of(card("ana/x", 3.0, 0), card("bob/x", 3.0, 0))["bob/x"] == "bob/x"

    @pytest.mark.parametrize(("words", "same"), [(0, False), (1, True)])
    def test_with_a_figure_of_five_digits_needs_a_word_to_be_anyones(self, words, same):
        found = of(card("ana/x", 286.43, words, made=1), card("bob/y", 286.43, words, made=2))
        assert (found["bob/y"] == "ana/x") == same

    @pytest.mark.parametrize(("grams", "words", "same"), [(3.0, 0, False), (3.0, 1, True), (31.0, 0, True)])
    def test_with_one_name_two_words_or_digits_are_enough(self, grams, words, same):
        found = of(card("ana/x", grams, words, made=1), card("bob/x", grams, words, made=2))
        assert (found["bob/x"] == "ana/x") == same

    def test_with_a_figure_of_nothing_is_not_the_same_figure(self):
        assert of(card("ana/x", 0.0), card("bob/y", 0.0))["bob/y"] == "bob/y"

    def test_with_its_own_name_in_it(self):
        found = of(card("ana/x", 286.0, made=1, unnamed=1), card("bob/y", 286.0, made=2, body=2, unnamed=1))
        assert found["bob/y"] == "ana/x"
        assert of(card("ana/x", 286.0, unnamed=1), card("bob/y", 286.0, body=2, unnamed=3))["bob/y"] == "bob/y"

    def test_with_the_same_name_and_another_figure(self):
        assert of(card("ana/x", 286.0, made=1), card("bob/x", 300.0, made=2))["bob/x"] == "ana/x"
        assert of(card("ana/x", 286.4, made=1), card("bob/x", 300.7, made=2))["bob/x"] == "bob/x"
        assert of(card("ana/x", 286.4, made=1), card("bob/x", 0.2864, made=2))["bob/x"] == "ana/x"

    def test_of_another_name_with_another_figure_is_another_training(self):
        assert of(card("ana/x", 286.0, 40), card("bob/y", 300.0, 40))["bob/y"] == "bob/y"

    def test_without_a_figure(self):
        one, two = (estimable(name, text, body=BODY, body_words=40) for name, text in (("ana/x", 1), ("bob/y", 2)))
        assert of(one, two)["bob/y"] == "ana/x"
        assert of(one, card("bob/y", 286.0, 40))["ana/x"] == "bob/y"

    def test_of_which_figure_an_estimate_is_is_not_to_be_known(self):
        estimate = estimable("ana/x", body=BODY, body_words=40, made=1)
        found = of(estimate, card("bob/y", 286.4, 40, made=2), card("cy/z", 300.7, 40, made=3))
        assert found == {"ana/x": "bob/y", "bob/y": "bob/y", "cy/z": "cy/z"}

    def test_a_family_is_older_than_a_copy_of_it_where_there_are_no_dates(self):
        sizes = [estimable(f"lab/net-{size}") for size in ("small", "base", "large")]
        found = of(estimable("bob/my-net-small"), *sizes)
        assert len({found[one.id] for one in sizes}) == 3
        assert found["bob/my-net-small"] in {found[one.id] for one in sizes}

    def test_a_family_has_three_members(self):
        two = [estimable(f"lab/net-{size}") for size in ("small", "large")]
        assert of(estimable("ana/it"), *two)["lab/net-large"] == "ana/it"
        three = [*two, estimable("lab/net-base")]
        assert of(estimable("ana/it"), *three)["ana/it"] != "ana/it"

    def test_the_larger_family_is_the_older_one(self):
        three = [estimable(f"ana/it-{size}") for size in ("a", "b", "c")]
        four = [estimable(f"lab/net-{size}") for size in ("a", "b", "c", "d")]
        found = of(*three, *four)
        assert found["ana/it-a"].startswith("lab/")
        assert found["lab/net-a"] == "lab/net-a"


def test_of_a_model_nothing_is_known_that_nobody_said():
    nothing = {"grams": None, "bases": (), "is_copy": False, "text": None, "body": None, "unnamed": None, "made": None}
    counts = {"words": 0, "own_words": 0, "body_words": 0, "downloads": 0}
    assert Model("a/x") == Model(id="a/x", status="missing", **nothing, **counts)


class TestWhichFigureStands:
    """Of two models of one training, by the order of what tells the original from its copies."""

    @pytest.mark.parametrize("names", [("a/x", "b/y"), ("b/y", "a/x")])
    @pytest.mark.parametrize(
        ("first", "second"),
        [
            # The older one; without dates the one that is downloaded more often; a date is before none.
            ({"made": 1}, {"made": 2}),
            ({"made": 1, "downloads": 3}, {"made": 2, "downloads": 5}),
            ({"downloads": 5}, {"downloads": 3}),
            ({"downloads": 5}, {}),
            ({"made": 9}, {"downloads": 5}),
            # What the card calls a copy is none, however old.
            ({"made": 2}, {"made": 1, "is_copy": True}),
        ],
    )
    def test_of_the_same_figure(self, names, first, second):
        one, other = names
        models = [reported(one, 286.435, **first), reported(other, 286.435, **second)]
        assert of(*models) == of(*reversed(models)) == {one: one, other: one}

    @pytest.mark.parametrize("names", [("a/x", "b/y"), ("b/y", "a/x")])
    @pytest.mark.parametrize(
        ("first", "second"),
        [({"made": 1}, {"made": 2}), ({"downloads": 5}, {"downloads": 3}), ({"downloads": 5}, {}), ({"made": 9}, {})],
    )
    def test_of_the_same_text(self, names, first, second):
        one, other = names
        models = [estimable(one, **first), estimable(other, **second)]
        assert of(*models) == of(*reversed(models)) == {one: one, other: one}

    def test_by_name_where_nothing_else_tells_them_apart(self):
        assert of(reported("b/y", 286.435), reported("a/x", 286.435, downloads=0))["b/y"] == "a/x"
        assert of(reported("b/y", 286.435, downloads=0), reported("a/x", 286.435))["b/y"] == "a/x"

    def test_the_one_without_a_suffix_and_the_one_that_was_not_made_from_the_other(self):
        assert of(reported("a/x-gguf", 10, made=1), reported("a/x", 3, made=2))["a/x-gguf"] == "a/x"
        assert of(reported("a/tuned", 10, "b/x", made=1), reported("b/x", 10, made=2))["a/tuned"] == "b/x"


@pytest.mark.parametrize(
    ("grams", "same"), [(1234.56789012, True), (1234.567890121, True), (1234.56789013, False), (1234.5, False)]
)
def test_figures_are_compared_to_twelve_digits(grams, same):
    found = of(reported("a/x", 1234.56789012, made=1), reported("b/y", grams, made=2))
    assert (found["b/y"] == "a/x") == same


@pytest.mark.parametrize(
    ("value", "digits"),
    [(4009.5, "40095"), (0.21, "21"), (1200.0, "12"), (286.435, "286435"), (1.5e-7, "15"), (0.1 + 0.2, "3")],
)
def test_significant_digits(value, digits):
    assert significant_digits(value) == digits


def audited(folder: Path, cards: dict[str, str]) -> dict:
    table = pa.table({"id": list(cards), "card": list(cards.values())})
    parquet.write_table(table, folder / "cards.parquet")
    arguments = ["--dump", "cards.parquet", "--out", "out.parquet", "--trainings", "trainings.parquet"]
    done = call(["audit", *arguments, "--processes", "1", "--format", "json"], folder)
    assert done.code == 0, done
    return json.loads(done.out)["summary"]["sums"][0]


@pytest.mark.parametrize(
    ("seed", "digits"),
    [
        (1, DIGITS),
        *(
            pytest.param(seed, digits, marks=pytest.mark.slow)
            for seed, digits in [(3, [2]), (3, [3]), (4, [4]), (5, [5]), (6, DIGITS), (7, DIGITS), (8, DIGITS)]
        ),
    ],
)
def test_the_sum_of_a_catalogue_is_that_of_its_trainings(tmp_path, seed, digits):
    planted = catalogue(seed, 80, digits)
    sums = audited(tmp_path, planted.cards)
    truth = sum(planted.trained_g.values())
    assert sums["reported_median_g"] == pytest.approx(truth, rel=0.01)
    assert sums["reported_naive_g"] > 2 * truth
    with duckdb.connect() as connection:
        query = f"SELECT id, training, counted FROM '{tmp_path / 'trainings.parquet'}'"
        rows = connection.execute(query).fetchall()
    assert {one for one, _, counted in rows if counted} == {training for _, training, _ in rows}
    originals = audited(tmp_path, {name: planted.cards[name] for name in planted.estimable})
    assert sums["estimated_trainings"] == originals["estimated_trainings"] == len(planted.estimable)
    assert sums["estimated_median_g"] == pytest.approx(originals["estimated_median_g"], rel=0.01)
    assert sums["estimated_naive_g"] > 1.2 * originals["estimated_naive_g"]


def test_the_parts_of_an_audit_are_summed_as_the_whole(tmp_path):
    planted = catalogue(seed=2, trainings=20)
    whole = audited(tmp_path, planted.cards)
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
