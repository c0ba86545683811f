"""`hf-emissions audit` over the Hub: what is listed, what is read, with faults, stopped and gone on with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml
from audit.cards import CARDS, bytes_of
from hub.answers import cursor_of
from hub.catalogue import Catalogue
from hub.quotas import Quotas
from hub.server import TOKEN, Hub
from in_process import ENVIRONMENT, call
from pyarrow import parquet

COMMAND = [sys.executable, "-W", "error", "-c", "from hf_emissions.cli.main import main; main()", "audit"]


@pytest.fixture
def hub(tmp_path):
    with Hub() as hub:
        hub.read_yaml = yaml.safe_load
        yield hub


@pytest.fixture
def home(tmp_path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def start(hub: Hub, home: Path, *arguments: str, token: str = TOKEN) -> subprocess.Popen:
    return subprocess.Popen(
        [*COMMAND, *arguments, "--processes", "1"],
        cwd=home.parent,
        env={**os.environ, **ENVIRONMENT, **hub.environment(home, token)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(hub: Hub, home: Path, *arguments: str, code: int = 0, stdin: str = "", token: str = TOKEN) -> str:
    command = ["audit", *arguments, "--processes", "1"]
    result = call(command, home.parent, stdin.encode(), hub.environment(home, token))
    assert result.code == code, result
    return result.err


def rows(path: Path) -> list[dict]:
    return parquet.read_table(path).drop_columns(["audited_at"]).to_pylist()


@pytest.fixture
def models(hub) -> dict[str, str]:
    """Repositories on the Hub, and the status of each."""
    known = {name: status for name, (_, status) in CARDS.items() if name not in ("lab/not-utf8", "lab/deep")}
    for name in known:
        hub.create(name, bytes_of(name))
    hub.create("lab/no-card")
    hub.create("other/reports", bytes_of("lab/reports"))
    hub.create("lab/private", bytes_of("lab/reports"), private=True)
    return {**known, "lab/no-card": "missing"}


class TestWhich:
    def test_an_author(self, hub, home, models):
        err = run(hub, home, "--author", "lab", "--out", "out.parquet", "--bodies", "all")
        found = {row["id"]: row["status"] for row in rows(home.parent / "out.parquet")}
        assert found == models
        assert err.splitlines() == [
            "listing models on the Hub, one call per 1000 models",
            "14 models; 14 whole cards to download, one call each: within the limit of 5000 calls in 5 min with a free"
            " account",
        ]

    def test_a_search_and_a_filter(self, hub, home, models):
        run(hub, home, "--search", "REPORTS", "--filter", "co2_eq_emissions", "--out", "out.parquet")
        found = {row["id"] for row in rows(home.parent / "out.parquet")}
        assert found == {"lab/reports", "lab/reports-nothing-else", "other/reports"}

    def test_limit_and_downloads(self, hub, home):
        hub.catalogue = Catalogue(5000)
        run(hub, home, "--min-downloads", str(3 * 3600), "--bodies", "none", "--out", "a.parquet")
        found = rows(home.parent / "a.parquet")
        assert [row["downloads"] for row in found] == list(range(15000, 3 * 3600 - 1, -3))
        assert len(asked(hub)) == 2
        run(hub, home, "--limit", "1200", "--bodies", "none", "--out", "b.parquet")
        assert len(rows(home.parent / "b.parquet")) == 1200

    def test_names_from_a_file_and_from_standard_input(self, hub, home, models):
        (home.parent / "ids.txt").write_text("# mine\nlab/reports\n\nhf://lab/estimable\nlab/reports\nlab/nowhere\n")
        run(hub, home, "--ids", "ids.txt", "--out", "a.parquet")
        found = rows(home.parent / "a.parquet")
        assert [(row["id"], row["status"]) for row in found] == [
            ("lab/reports", "reported"),
            ("lab/estimable", "estimable"),
            ("lab/nowhere", "unreadable"),
        ]
        assert found[2]["findings"][0]["message"] == "there is no such model, or it is private"
        assert found[0]["sha"] == hub.repository("lab/reports").commits[-1].oid
        run(hub, home, "--ids", "-", "--out", "b.parquet", stdin="lab/reports\n")
        assert rows(home.parent / "b.parquet") == found[:1]

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["--author", "lab", "--cards", "models"], "name the cards: --cards, "),
            (["--sort", "likes"], "name the cards: --cards, "),
            (["--cards", "models", "--bodies", "all"], "--sort, --bodies and --max-bodies apply only to models"),
            (["--ids", "bad.txt"], "bad.txt:2:1: 'http://elsewhere' is no name of a model; write owner/name"),
            (["--ids", "empty.txt"], "empty.txt: there is no model in it; write owner/name, one a line"),
            (["--ids", "nowhere.txt"], "nowhere.txt: No such file or directory"),
        ],
    )
    def test_what_cannot_be_done(self, hub, home, arguments, words):
        (home.parent / "models").mkdir()
        (home.parent / "bad.txt").write_text("a/b\nhttp://elsewhere\n")
        (home.parent / "empty.txt").write_text("# nothing\n")
        assert run(hub, home, *arguments, code=2).startswith(f"Error: {words}")
        assert hub.requests == []


class TestBodies:
    def test_none_costs_the_listing_alone(self, hub, home, models):
        run(hub, home, "--author", "lab", "--bodies", "none", "--out", "out.parquet")
        assert len(asked(hub)) == 1
        found = {row["id"]: row for row in rows(home.parent / "out.parquet")}
        assert found["lab/reports"]["emissions_g"] == 12.5
        assert found["lab/estimable"]["status"] == "missing"
        assert not any(row["body_read"] for row in found.values())

    def test_needed_leaves_out_copies_and_what_has_no_front_matter(self, hub, home, models):
        run(hub, home, "--author", "lab", "--out", "out.parquet")
        read = {row["id"] for row in rows(home.parent / "out.parquet") if row["body_read"]}
        assert "lab/estimable" in read
        assert not read & {"lab/quantised", "lab/no-front-matter", "lab/no-card", "lab/empty"}

    def test_so_many_at_most_the_first_ones(self, hub, home):
        hub.catalogue = Catalogue(400, named=1.0)
        run(hub, home, "--limit", "400", "--max-bodies", "30", "--out", "out.parquet")
        found = rows(home.parent / "out.parquet")
        last = max(at for at, row in enumerate(found) if row["body_read"])
        assert sum(row["body_read"] for row in found) == 30
        assert last < 80

    @pytest.mark.slow
    def test_the_shards_read_what_the_whole_reads(self, hub, home):
        hub.catalogue = Catalogue(400)
        run(hub, home, "--limit", "400", "--max-bodies", "30", "--out", "whole.parquet")
        for part in "12":
            arguments = ["--limit", "400", "--max-bodies", "30", "--shard", f"{part}/2"]
            run(hub, home, *arguments, "--out", f"{part}.parquet")
        parts = [row for part in "12" for row in rows(home.parent / f"{part}.parquet")]
        assert sorted(parts, key=_id) == sorted(rows(home.parent / "whole.parquet"), key=_id)

    def test_a_gated_model_is_read_like_any_other(self, hub, home):
        hub.create("lab/gated", bytes_of("lab/reports"), gated="manual")
        run(hub, home, "--author", "lab", "--bodies", "all", "--out", "out.parquet")
        (row,) = rows(home.parent / "out.parquet")
        assert (row["status"], row["body_read"]) == ("reported", True)

    @pytest.mark.slow
    def test_the_plan_says_that_a_dump_is_quicker(self, hub, home):
        hub.catalogue = Catalogue(6000, named=0.0)
        process = start(hub, home, "--limit", "6000", "--bodies", "all", "--out", "out.parquet")
        said = [process.stderr.readline() for _ in range(2)]
        process.kill()
        process.communicate()
        assert said == [
            "listing models on the Hub, one call per 1000 models, 6 at most\n",
            "6000 models; 6000 whole cards to download, one call each: about 6 min at the limit of 5000 calls in 5 min"
            " with a free account; a dump of cards (--dump) needs no calls, --max-bodies limits them\n",
        ]

    @pytest.mark.slow
    def test_a_quota_that_is_used_up(self, hub, home):
        hub.catalogue, hub.quotas = Catalogue(40, named=1.0), Quotas({"resolvers": 30}, 8.0)
        err = run(hub, home, "--limit", "40", "--bodies", "all", "--out", "out.parquet")
        assert "the Hub's quota of 30 calls (resolvers) is used up; going on in " in err
        assert hub.quotas.refused == 0
        assert all(row["body_read"] for row in rows(home.parent / "out.parquet"))


class TestGone:
    """A listed model that became private, or was deleted: without a token, a bare 401 is all that is said of it."""

    def test_without_a_token_now_and_on_every_resume(self, hub, home, models):
        arguments = ["--author", "lab", "--bodies", "all", "--out", "out.parquet"]

        def leave() -> None:
            hub.repositories["lab/reports"].private = True
            del hub.repositories["lab/estimable"]

        hub.faults.add("moved", "/resolve/", move=leave)
        # One that is refused for hours stops the first start.
        hub.faults.add("429", "lab/quantised/resolve", headers={"Retry-After": "9999"})
        run(hub, home, *arguments, code=2, token="")
        assert (home.parent / "out.parquet.partial").exists()
        err = run(hub, home, *arguments, token="")
        assert err.splitlines()[-1] == (
            f"2 of {len(models)} cards could not be read whole (2 gone); their front matter is taken"
        )
        found = {row["id"]: row["body_read"] for row in rows(home.parent / "out.parquet")}
        assert [name for name in sorted(found) if not found[name]] == ["lab/estimable", "lab/reports"]

    def test_a_token_that_is_not_known_any_more_stops_it(self, hub, home, models):
        hub.faults.add("moved", "/resolve/", move=hub.users.clear)
        err = run(hub, home, "--author", "lab", "--bodies", "all", "--out", "out.parquet", code=2)
        assert "the Hub does not know the token; log in with `hf auth login`, or set HF_TOKEN" in err.splitlines()[-1]

    def test_one_that_is_disabled(self, hub, home, models):
        hub.faults.add("moved", "/resolve/", move=lambda: setattr(hub.repositories["lab/reports"], "disabled", True))
        run(hub, home, "--author", "lab", "--bodies", "all", "--out", "out.parquet")
        found = {row["id"]: row["body_read"] for row in rows(home.parent / "out.parquet")}
        assert [name for name in found if not found[name]] == ["lab/reports"]

    def test_a_name_that_is_refused_has_a_row(self, hub, home, models):
        hub.repositories["lab/estimable"].disabled = True
        run(
            hub, home, "--ids", "-", "--out", "out.parquet", stdin="lab/reports\nlab/estimable\nlab/nowhere\n", token=""
        )
        assert [row["status"] for row in rows(home.parent / "out.parquet")] == ["reported", "unreadable", "unreadable"]


class TestOddListings:
    def test_ids_that_are_no_text(self, hub, home):
        hub.catalogue = Catalogue(9)
        odd = dict(enumerate([7, None, {"a": 1}, ["a"], True, 1.5], 1))
        listed = [{**hub.catalogue.row(at), **({"id": odd[at]} if at in odd else {})} for at in range(9)]
        hub.faults.add("odd", "/api/models", data=json.dumps(listed).encode())
        err = run(hub, home, "--limit", "9", "--bodies", "none", "--out", "out.parquet")
        assert "6 entries of the listing name no model; they are left out" in err
        assert len(rows(home.parent / "out.parquet")) == 3

    def test_one_that_goes_in_a_circle(self, hub, home):
        hub.catalogue = Catalogue(2500)
        circle = {"Link": f'</api/models?cursor={quote(cursor_of(1000), safe="")}>; rel="next"'}
        hub.faults.add("odd", "/api/models", times=99, data=json.dumps([hub.catalogue.row(0)]).encode(), headers=circle)
        err = run(hub, home, "--min-downloads", "1", "--bodies", "none", "--out", "out.parquet", code=2)
        assert "the listing of models goes in a circle" in err
        assert len(asked(hub)) < 5

    def test_a_number_is_the_same_in_the_listing_and_in_the_card(self, hub, home):
        """By YAML 1.2, as the Hub reads front matter; PyYAML has texts of some of these."""
        numbers = {"1.5e-3": 0.0015, ".5": 0.5, "2e2": 200, "1.5e3": 1500, "7E+1": 70, "5.": 5, "1_000": 1000}
        words = {"12 kg": 12000.0}
        hub.read_yaml = lambda text: {
            "co2_eq_emissions": {"emissions": numbers.get(written(text), written(text)), "source": "CodeCarbon"}
        }
        for at, one in enumerate([*numbers, *words]):
            hub.create(f"lab/{at}", f"---\nco2_eq_emissions:\n  emissions: {one}\n  source: CodeCarbon\n---\n")
        expected = [("reported", pytest.approx(number)) for number in numbers.values()]
        for bodies in ("none", "all"):
            run(hub, home, "--author", "lab", "--bodies", bodies, "--out", f"{bodies}.parquet")
            found = rows(home.parent / f"{bodies}.parquet")
            assert [(row["status"], row["emissions_g"]) for row in found] == [*expected, ("questionable", 12000.0)]


def written(front: str) -> str:
    return front.partition("emissions: ")[2].partition("\n")[0]


class TestQuotaOfAnAction:
    def test_one_that_lasts_stops_it_at_once(self, hub, home):
        hub.catalogue = Catalogue(300, named=1.0)
        words = {"error": "rate limit for downloads (128 per hour). You can retry this action in about 1 hour"}
        left = {"RateLimit": '"api";r=900;t=100'}
        hub.faults.add("odd", "/resolve/", times=9999, data=json.dumps(words).encode(), headers=left, status=429)
        err = run(hub, home, "--limit", "300", "--bodies", "all", "--out", "out.parquet", code=2)
        assert "You can retry this action in about 1 hour" in err.splitlines()[-1]
        assert len(asked(hub)) < 40


class TestFaults:
    @pytest.mark.slow
    def test_the_same_rows_whatever_goes_wrong_on_the_way(self, hub, home):
        hub.catalogue = Catalogue(600)
        run(hub, home, "--limit", "600", "--out", "whole.parquet")
        hub.faults.at_random(0.1, ("500", "503", "cut", "short", "drop", "drip", "html"), seed=4)
        run(hub, home, "--limit", "600", "--out", "faulty.parquet")
        assert len(hub.faults.happened) > 20
        assert rows(home.parent / "faulty.parquet") == rows(home.parent / "whole.parquet")

    @pytest.mark.parametrize("host", ["https://huggingface.co", "elsewhere"])
    def test_a_listing_that_names_another_host_goes_on_at_the_endpoint(self, hub, home, host):
        """As a mirror does, which hands on what the Hub said of itself."""
        hub.catalogue = Catalogue(2500)
        hub.link_host = hub.elsewhere.url if host == "elsewhere" else host
        run(hub, home, "--limit", "2500", "--bodies", "none", "--out", "out.parquet")
        assert [row["id"] for row in rows(home.parent / "out.parquet")] == [hub.catalogue.name(n) for n in range(2500)]
        assert hub.elsewhere.visits == []

    @pytest.mark.slow
    @pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
    def test_the_same_command_goes_on(self, hub, home, how):
        hub.catalogue, arguments = Catalogue(3000), ("--limit", "2500", "--max-bodies", "600")
        run(hub, home, *arguments, "--out", "whole.parquet")
        before = len(asked(hub))
        stopped = start(hub, home, *arguments, "--out", "out.parquet")
        partial, end = home.parent / "out.parquet.partial", time.monotonic() + 60
        while len(list(partial.glob("*.parquet"))) < 2:
            assert stopped.poll() is None
            assert time.monotonic() < end
            time.sleep(0.005)
        stopped.send_signal(how)
        stopped.communicate(timeout=60)
        run(hub, home, *arguments, "--out", "out.parquet")
        assert rows(home.parent / "out.parquet") == rows(home.parent / "whole.parquet")
        assert not partial.exists()
        # What was done before is not asked for again: a batch under way, and calls on its way, at most.
        assert len(asked(hub)) - before <= before + 250


def asked(hub: Hub) -> list[str]:
    return [line for line in hub.requests if "/api/models" in line or "/resolve/" in line]


def _id(row: dict) -> str:
    return row["id"]
