"""Over the Hub: what strangers wrote into a listing, what is refused, and which models and cards are taken."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hub.server
import pytest
import yaml
from audit.cards import FRONT, TRAINED
from hub.answers import File
from hub.catalogue import Catalogue
from hub.repositories import HubError
from hub.server import Hub
from in_process import call
from pyarrow import parquet


@dataclass(frozen=True)
class Written(Catalogue):
    """A catalogue whose rows have been written to."""

    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    order: tuple[int, ...] = ()

    def row(self, number: int) -> dict[str, Any]:
        number = self.order[number] if self.order else number
        return {**super().row(number), **self.rows.get(number, {})}


@pytest.fixture
def server(tmp_path):
    (tmp_path / "home").mkdir()
    with Hub() as server:
        server.read_yaml = yaml.safe_load
        yield server


@pytest.fixture
def run(server, tmp_path) -> Callable[..., str]:
    def run(*arguments: str, code: int = 0, stdin: str | bytes = "", token: str = "hf_dummy") -> str:
        command = ["audit", *arguments, "--processes", "1"]
        data = stdin.encode() if isinstance(stdin, str) else stdin
        result = call(command, tmp_path, data, server.environment(tmp_path / "home", token))
        assert result.code == code, result
        return result.err

    return run


@pytest.fixture
def answers(monkeypatch) -> Callable[..., None]:
    def answers(pattern: str, answer: Callable[..., Any]) -> None:
        monkeypatch.setattr(hub.server, "ROUTES", [("GET", pattern, answer), *hub.server.ROUTES])

    return answers


def rows(folder: Path) -> list[dict]:
    return parquet.read_table(folder / "out.parquet").to_pylist()


def deep(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return {"a": value}


class TestListing:
    ROWS: tuple[dict[str, Any], ...] = (
        {"cardData": deep(400)},
        {"cardData": {"license": "\ud800", "\udfff": 1}},
        {"pipeline_tag": "\ud800"},
        {"downloads": 2**70},
        {"downloads": True},
        {"createdAt": "0001-01-01T00:00:00+14:00"},
        {"createdAt": {}, "lastModified": [], "sha": 7, "gated": {}, "pipeline_tag": {}},
        {"cardData": ["a"]},
        {"cardData": "license: mit"},
        {"cardData": {"a": "x" * (4 * 1024 * 1024)}},
        {"id": "lab/\ud800"},
        {"id": "../../etc"},
    )

    def test_no_row_of_a_stranger_stops_an_audit(self, run, answers, tmp_path):
        catalogue = Written(len(self.ROWS) + 1, named=1.0, rows=dict(enumerate(self.ROWS)))
        listed = json.dumps([catalogue.row(number) for number in range(catalogue.size)]).encode()
        answers("/api/models", lambda request: File(listed, {"Content-Type": "application/json"}))
        run("--limit", "100", "--bodies", "none", "--out", "out.parquet")
        found = rows(tmp_path)
        assert len(found) == len(self.ROWS) + 1
        unreadable = [at for at, row in enumerate(found) if row["status"] == "unreadable"]
        assert unreadable == [0, 7, 8, 9]
        assert [found[at]["findings"][0]["message"] for at in unreadable] == [
            "the front matter is nested too deep, or cannot be written as YAML",
            "the front matter is no mapping of names to values",
            "the front matter is no mapping of names to values",
            "the card is larger than 4 MB",
        ]
        assert [found[at]["downloads"] for at in (3, 4)] == [None, None]
        assert found[5]["created_at"] is None
        assert (found[6]["created_at"], found[6]["sha"]) == (None, None)
        assert found[10]["id"] == "lab/?"

    def test_a_number_of_thousands_of_digits(self, server, run, answers, tmp_path):
        server.catalogue = Catalogue(1, named=1.0)
        row = json.dumps({**server.catalogue.row(0), "likes": 0}).replace('"likes": 0', f'"likes": {"9" * 5000}')
        answers("/api/models", lambda request: File(f"[{row}]".encode(), {"Content-Type": "application/json"}))
        run("--limit", "1", "--bodies", "none", "--out", "out.parquet")
        assert [row["status"] for row in rows(tmp_path)] == ["missing"]

    def test_a_model_that_moves_while_it_is_listed_has_one_row(self, server, run, tmp_path):
        server.catalogue = Written(1500, order=(*range(1200), *range(100, 400)))
        run("--min-downloads", "0", "--bodies", "none", "--out", "out.parquet")
        names = [row["id"] for row in rows(tmp_path)]
        assert names == [server.catalogue.name(number) for number in range(1200)]

    def test_a_bound_of_downloads_is_held_before_a_limit(self, server, run, tmp_path):
        written = {number: {"downloads": None if number == 3 else number % 10} for number in range(2000)}
        server.catalogue = Written(2000, rows=written)
        arguments = ["--min-downloads", "9", "--limit", "150", "--bodies", "none", "--out", "out.parquet"]
        run("--sort", "likes", *arguments)
        names = [row["id"] for row in rows(tmp_path)]
        assert names == [server.catalogue.name(number) for number in range(9, 1500, 10)]
        assert sum("/api/models?" in line for line in server.requests) == 2

    @pytest.mark.slow
    def test_a_model_without_a_count_of_downloads_does_not_end_the_listing(self, server, run, tmp_path):
        server.catalogue = Written(1100, rows={5: {"downloads": None}})
        run("--min-downloads", "1", "--bodies", "none", "--out", "out.parquet")
        assert len(rows(tmp_path)) == 1099

    def test_a_place_that_the_hub_no_longer_knows(self, server, run, answers, tmp_path):
        server.catalogue = Catalogue(1500)

        def answer(request: Any) -> Any:
            if "cursor" in request.query:
                raise HubError(400, "", "Invalid cursor")
            return hub.answers.list_models(request)

        answers("/api/models", answer)
        err = run("--min-downloads", "0", "--out", "out.parquet", code=2)
        assert "the Hub no longer knows the place where its listing was left; give --restart to begin anew" in err


def refusing(status: int, code: str, message: str = "no") -> Callable[..., Any]:
    def answer(*_: Any) -> Any:
        raise HubError(status, code, message)

    return answer


RESOLVE = "/([^/]+/[^/]+)/resolve/([^/]+)/(.+)"


class TestRefusals:
    @pytest.fixture
    def models(self, server):
        for number in range(20):
            server.create(f"lab/model-{number}", FRONT + TRAINED)

    @pytest.mark.parametrize(
        ("status", "code", "words"),
        [
            (401, "", "the Hub does not know the token, or shows no such model to it (no); check the name, or log in"),
            pytest.param(403, "", "the Hub does not show this (no)", marks=pytest.mark.slow),
            (451, "", "the Hub refuses this with 451"),
        ],
    )
    def test_a_hub_that_gives_no_card_is_no_hub_of_silent_models(
        self, run, models, answers, tmp_path, status, code, words
    ):
        answers(RESOLVE, refusing(status, code))
        err = run("--author", "lab", "--out", "out.parquet", code=2)
        assert words in err.splitlines()[-1]
        assert not (tmp_path / "out.parquet").exists()

    @pytest.mark.parametrize(
        ("status", "code", "why"),
        [
            (403, "GatedRepo", "gated"),
            pytest.param(404, "RepoNotFound", "gone", marks=pytest.mark.slow),
            (401, "RepoNotFound", "gone"),
            pytest.param(410, "", "gone", marks=pytest.mark.slow),
        ],
    )
    def test_those_that_are_closed_or_gone_are_counted(self, run, models, answers, tmp_path, status, code, why):
        answers(RESOLVE, refusing(status, code))
        err = run("--author", "lab", "--out", "out.parquet")
        assert err.splitlines()[-1] == (
            f"20 of 20 cards could not be read whole (20 {why}); their front matter is taken"
        )
        assert not any(row["body_read"] for row in rows(tmp_path))

    @pytest.mark.slow
    def test_a_few_that_are_refused_are_said(self, run, models, answers, tmp_path):
        answers("/(lab/model-[12])/resolve/([^/]+)/(.+)", refusing(451, ""))
        err = run("--author", "lab", "--out", "out.parquet").splitlines()
        assert sum("the Hub refuses this with 451" in line and "front matter is taken" in line for line in err) == 2
        assert err[-1] == "2 of 20 cards could not be read whole (2 refused); their front matter is taken"
        assert sum(row["status"] == "estimable" for row in rows(tmp_path)) == 18

    def test_a_card_that_is_too_large_is_not_read(self, server, run, tmp_path):
        server.create("lab/large", FRONT + "x" * (5 * 1024 * 1024))
        run("--author", "lab", "--out", "out.parquet")
        (found,) = rows(tmp_path)
        assert found["findings"][0]["message"] == "the card is larger than 4 MB"


class TestMostDownloaded:
    def test_the_bodies_that_are_read(self, server, run, tmp_path):
        downloads = {number: {"downloads": number * 7 % 50} for number in range(50)}
        server.catalogue = Written(50, named=1.0, rows=downloads)
        run("--sort", "likes", "--limit", "50", "--max-bodies", "5", "--out", "out.parquet", "--bodies", "all")
        found = rows(tmp_path)
        assert [row["id"] for row in found] == [server.catalogue.name(number) for number in range(50)]
        assert sorted(row["downloads"] for row in found if row["body_read"]) == [45, 46, 47, 48, 49]

    @pytest.mark.slow
    def test_of_those_with_as_many_the_first(self, server, run, tmp_path):
        server.catalogue = Written(9, named=1.0, rows={number: {"downloads": 4} for number in range(9)})
        run("--limit", "9", "--max-bodies", "2", "--out", "out.parquet", "--bodies", "all")
        assert [row["body_read"] for row in rows(tmp_path)] == [True] * 2 + [False] * 7

    def test_of_models_that_are_named(self, server, run, tmp_path):
        server.catalogue = Catalogue(5, named=1.0)
        names = [server.catalogue.name(number) for number in (4, 0, 2)]
        run("--ids", "-", "--max-bodies", "1", "--bodies", "all", "--out", "out.parquet", stdin="\n".join(names))
        assert [(row["id"], row["body_read"]) for row in rows(tmp_path)] == list(
            zip(names, (False, True, False), strict=True)
        )


class TestNames:
    def test_a_renamed_model_has_one_row_with_its_present_name(self, server, run, answers, tmp_path):
        server.create("new/name", FRONT)
        answers("/api/models/(old/name|gpt2)", lambda request, name: hub.answers.model_info(request, "new/name"))
        run("--ids", "-", "--out", "out.parquet", stdin=b"\xef\xbb\xbfold/name\r\nnew/name\ngpt2\n")
        assert [row["id"] for row in rows(tmp_path)] == ["new/name"]

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ("lab/model@main2", "'lab/model@main2' names a revision; an audit is of the newest card, so leave it out"),
            ("lab/model@main", "'lab/model@main' names a revision; "),
            ("hf://lab/model@v1", "'hf://lab/model@v1' names a revision; "),
            ("README.md", "'README.md' is no name of a model; write owner/name"),
            ("a b\x1b[31m", "'a b\\x1b[31m' is no name of a model; write owner/name"),
            ("x" * 500, f"'{'x' * 60}...' is no name of a model; write owner/name"),
        ],
    )
    def test_what_is_no_name_is_shown(self, server, run, line, words):
        err = run("--ids", "-", stdin=f"{line}\n", code=2)
        assert err.startswith(f"Error: -:1:1: {words}")
        assert server.requests == []


class TestPlan:
    @pytest.mark.slow
    def test_a_shard_says_its_part(self, server, run, tmp_path):
        server.catalogue = Catalogue(400, named=1.0)
        said = [
            run("--limit", "400", "--bodies", "all", "--shard", f"{part}/2", "--out", "out.parquet", "--restart")
            for part in "12"
        ]
        models = [int(err.splitlines()[1].partition(" models")[0]) for err in said]
        assert sum(models) == 400
        assert min(models) > 100
        assert f"{models[0]} models; {models[0]} whole cards to download" in said[0]

    def test_without_a_token(self, server, run, tmp_path):
        server.catalogue = Catalogue(30, named=1.0)
        err = run("--limit", "30", "--bodies", "all", token="")
        assert "within the limit of 3000 calls in 5 min without a token" in err

    def test_many_names(self, server, run, tmp_path):
        from hf_emissions.cli.audit_plan import first_words
        from hf_emissions.hub.crawl import Query

        names = ["a/b"] * 5000
        said = first_words(names, Query())
        assert said.startswith("looking up 5000 models on the Hub, one call each: about ")
        assert said.endswith("; a dump of cards (--dump) needs no calls")

    @pytest.mark.slow
    def test_what_is_left_after_a_restart(self, server, run, answers, tmp_path):
        server.catalogue = Catalogue(600, named=1.0)
        arguments = ["--limit", "600", "--bodies", "all", "--out", "out.parquet"]
        last = server.catalogue.name(599)
        answers(f"/({last})/resolve/([^/]+)/(.+)", refusing(401, "", "Invalid credentials in Authorization header"))
        run(*arguments, code=2)
        hub.server.ROUTES.pop(0)
        err = run(*arguments)
        assert "600 models, 500 already done; 100 whole cards to download, one call each" in err

    def test_a_dry_run_lists_and_reads_no_card(self, server, run, tmp_path):
        server.catalogue = Catalogue(30, named=1.0)
        err = run("--limit", "30", "--bodies", "all", "--dry-run", "--out", "out.parquet")
        assert "30 models; 30 whole cards to download, one call each: within the limit of 5000" in err
        assert not any("/resolve/" in line for line in server.requests)
        assert [path.name for path in tmp_path.iterdir()] == ["home"]
