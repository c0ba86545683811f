"""Odd behaviours of servers and of what lies between: one clear line, nothing lost, nothing told to a stranger."""

from __future__ import annotations

import json
import ssl
from pathlib import Path

import hub.server
import pytest
from hub.answers import File
from hub.editing import CARD, OURS, WISHES, edit, newer
from hub.server import TOKEN
from hub.server import Hub as Server

from hf_emissions.errors import HfEmissionsError, HubError
from hf_emissions.hub.address import Address
from hf_emissions.hub.client import Hub
from hf_emissions.hub.edit import edit_card
from hf_emissions.hub.proposals import TITLE
from hf_emissions.hub.waiting import RetryBudget

MODEL = Address("user/model")


@pytest.fixture
def quick(server, waits):
    """A client that gives up after a few tries, as the command does."""
    return Hub(TOKEN, server.url, lambda: RetryBudget(sleep=waits.append, connections=3))


@pytest.fixture
def answers(monkeypatch):
    def answers(pattern, answer, method="GET"):
        monkeypatch.setattr(hub.server, "ROUTES", [(method, pattern, answer), *hub.server.ROUTES])

    return answers


def refused(call, *arguments) -> str:
    """The one line of a refusal."""
    with pytest.raises(HfEmissionsError) as caught:
        call(*arguments)
    said = str(caught.value)
    assert "\n" not in said
    assert said.isprintable()
    assert TOKEN not in said
    return said


class TestRedirects:
    @pytest.mark.parametrize(
        ("location", "words"),
        [
            ("http://[", "an address that is none"),
            ("file:///etc/passwd", "an address that is none"),
            ("javascript:alert(1)", "an address that is none"),
            ("https://user:word@huggingface.co/x", "an address that is none"),
            ("https://", "sends this on in a circle"),
            ("//localhost:9/x", "another host (localhost)"),
            ("https://127.0.0.1.evil.example/x", "another host (127.0.0.1.evil.example)"),
            ("https://127.0.0.1:1/x", "another host (127.0.0.1)"),
        ],
    )
    def test_to_an_odd_address(self, server, quick, location, words):
        server.create("user/model", CARD)
        moved = {"Location": location}
        server.faults.add("odd", "/revision/", times=99, data=b"", headers=moved, status=307)
        assert words in refused(quick.read, MODEL)

    def test_to_plain_http_of_the_same_name(self, server, quick):
        server.create("user/model", CARD)
        moved = {"Location": server.url.replace("https", "http") + "/api/models/user/model"}
        server.faults.add("odd", "/revision/", times=99, data=b"", headers=moved, status=307)
        assert "another host" in refused(quick.read, MODEL)

    @pytest.mark.parametrize("status", [204, 205, 304, 300])
    def test_an_answer_without_anything(self, server, quick, status):
        server.create("user/model", CARD)
        server.faults.add("odd", "/revision/", times=99, data=b"", status=status)
        assert "user/model: the Hub could not be reached" in refused(quick.read, MODEL)


class TestOddAnswers:
    @pytest.mark.parametrize(
        "answer",
        [
            {"id": "user/model", "sha": "abc"},
            {"id": "user/model", "sha": "A" * 40},
            {"id": "user/model", "sha": "../../x"},
            {"id": "user/model", "sha": ["a" * 40]},
        ],
    )
    def test_a_head_that_is_no_commit(self, server, quick, answer):
        server.create("user/model", CARD)
        server.faults.add("odd", "/revision/", times=99, data=json.dumps(answer).encode())
        assert "the answer names no commit" in refused(quick.read, MODEL)
        assert not any("/resolve/" in line for line in server.requests)

    @pytest.mark.parametrize("name", ["../../api/whoami-v2", "a/b/c", "x\x1b[31m", "", 7, None, "?x=1", "a b"])
    def test_a_name_that_is_none_goes_into_no_address(self, server, client, name):
        repository = server.create("user/model", CARD)
        answer = {"id": name, "sha": repository.commits[-1].oid}
        server.faults.add("odd", "/revision/", data=json.dumps(answer).encode())
        edit(client, "user/model")
        assert repository.readme == OURS

    def test_discussions_that_are_odd(self, server, client):
        repository = server.create("other/model", CARD)
        real = {"title": TITLE, "status": "open", "isPullRequest": True, "author": {"name": "user"}}
        odd = [7, None, {}, {"num": True, **real}, {"num": -1, **real}, {"num": "1", **real}, {"num": 10**30, **real}]
        page = {"discussions": odd, "count": len(odd), "start": 0}
        server.faults.add("odd", "/discussions", times=99, method="GET", data=json.dumps(page).encode())
        edit(client, "other/model")
        assert len(repository.pull_requests) == 1

    def test_discussions_without_an_end(self, server, client):
        repository = server.create("other/model", CARD)
        rows = [{"num": 3, "title": "x", "isPullRequest": True, "author": {"name": "third"}, "status": "open"}]
        page = {"discussions": rows, "count": 10**9, "start": 0}
        server.faults.add("odd", "/discussions", times=10**6, method="GET", data=json.dumps(page).encode())
        edit(client, "other/model")
        assert len(server.requests) < 40
        assert len(repository.pull_requests) == 1

    def test_a_history_that_is_odd(self, server, client):
        repository = server.create("user/model", CARD)
        server.faults.add("lost", "/commit/")
        rows = [7, {}, {"id": None}, {"id": ["x"]}]
        server.faults.add("odd", "/commits/", data=json.dumps(rows).encode())
        edit(client, "user/model")
        assert repository.readme == OURS
        assert len(repository.commits) == 3

    def test_a_history_that_was_rewritten(self, server, client):
        """Ours was squashed into one commit with everything before it; nothing is written twice."""
        repository = server.create("user/model", CARD)

        def squash() -> None:
            text = repository.readme
            repository.branches["main"] = repository.commits[:1]
            repository.push("user", "squashed", README=text)

        server.faults.add("lost", "/commit/")
        server.faults.add("moved", "/commits/", move=squash)
        assert edit(client, "user/model").written is None
        assert (repository.readme, len(repository.commits)) == (OURS, 2)

    def test_an_open_pull_request_beyond_the_first_page(self, server, client):
        repository = server.create("other/model", CARD)
        edit(client, "other/model")
        ours = repository.pull_requests.pop()
        for number in range(120):
            repository.open_pull_request(f"one {number}", "", "user", repository.commits[-1]).number = number + 2
        repository.pull_requests.append(ours)
        assert edit_card(client, Address("other/model"), newer, WISHES).written.url.endswith("/discussions/1")
        assert len(repository.pull_requests) == 121

    def test_hundreds_of_remarks_on_a_card(self, server):
        said = []
        server.create("user/model", CARD)
        server.warn = lambda content: [f"remark {number}" for number in range(300)]
        edit(Hub(TOKEN, server.url, RetryBudget, said.append), "user/model")
        assert len(said) == 6
        assert said[-1].endswith("and 295 more")

    @pytest.mark.parametrize("warned", [7, "x", {"a": 1}, [7, None, {}, {"message": None}, {"message": ["x"]}]])
    def test_remarks_that_are_odd(self, server, client, warned):
        repository = server.create("user/model", CARD)
        answer = {"errors": [], "warnings": warned}
        server.faults.add("odd", "validate-yaml", data=json.dumps(answer).encode())
        edit(client, "user/model")
        assert repository.readme == OURS

    def test_words_that_drive_a_terminal(self, server, quick):
        server.create("user/model", CARD)
        words = json.dumps({"error": "no\r\n\x1b]8;;http://evil\x07 \u202e\u200b for an hour" + "x" * 5000})
        server.faults.add("odd", "/revision/", times=9, data=words.encode(), status=403)
        said = refused(quick.read, MODEL)
        assert "\\x1b]8;;http://evil" in said
        assert len(said) < 500

    @pytest.mark.parametrize(
        "headers",
        [
            {"RateLimit": '"api";r=abc;t=x'},
            {"RateLimit": "\xff" * 50},
            {"RateLimit": f'"api";r=0;t={"9" * 40}'},
            {"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"},
            {"Retry-After": "9" * 30},
            {"Retry-After": "nan"},
        ],
    )
    def test_headers_of_a_quota_that_are_odd(self, server, quick, waits, headers):
        server.create("user/model", CARD)
        server.faults.add("429", "/revision/", times=999, headers=headers)
        refused(quick.read, MODEL)
        assert sum(waits) <= 330

    def test_a_cookie_goes_back_to_nobody_else(self, server, client):
        server.create("user/model", CARD, lfs={"README.md"})
        server.headers = {"Set-Cookie": "session=secret; Path=/"}
        client.read(MODEL)
        client.read(MODEL)
        told = " ".join(str(visit.headers).lower() for visit in server.elsewhere.visits)
        assert "secret" not in told


class TestLargeFiles:
    def test_a_card_that_is_kept_as_one_is_not_written(self, server, client):
        repository = server.create("user/model", CARD, lfs={"README.md"})
        said = refused(edit, client, "user/model")
        assert said == "user/model: README.md is kept as a large file (LFS) here; take it out of .gitattributes first"
        assert len(repository.commits) == 2
        assert all(visit.method == "GET" for visit in server.elsewhere.visits)


class TestTokens:
    @pytest.mark.parametrize("token", ["hf_a\nb", "hf_\u00e4", "hf_a b", "hf_\x00x", "hf_a\r\nX-Evil: 1"])
    def test_one_that_cannot_be_sent_is_never_shown(self, server, token):
        server.create("user/model", CARD)
        said = refused(Hub(token, server.url).read, MODEL)
        assert "the token holds a character that no token has" in said
        assert token not in said
        assert server.requests == []


class TestCertificates:
    def test_a_server_that_cannot_prove_itself_is_told_nothing(self, server, waits, monkeypatch):
        from huggingface_hub.utils import close_session

        other = Path(ssl.get_default_verify_paths().openssl_cafile)
        monkeypatch.setenv("SSL_CERT_FILE", str(other))
        close_session()
        try:
            client = Hub(TOKEN, server.url, lambda: RetryBudget(sleep=waits.append))
            said = refused(client.read, MODEL)
        finally:
            close_session()
        assert "the server cannot prove that it is the Hub" in said
        assert "SSL_CERT_FILE" in said
        assert waits == []
        assert server.requests == []


def test_a_server_without_tls_where_tls_is_asked_for(waits):
    with Server(tls=False) as server:
        client = Hub(
            TOKEN, server.url.replace("http:", "https:"), lambda: RetryBudget(sleep=waits.append, connections=2)
        )
        assert "user/model: the Hub could not be reached" in refused(client.read, MODEL)
        assert server.requests == []


def test_a_gzipped_refusal_that_grows(server, quick, answers):
    import gzip

    server.create("user/model", CARD)
    packed = gzip.compress(b"x" * (200 * 1024 * 1024))
    answers("/api/models/(user/model)/revision/(.+)", lambda *_: File(packed, {"Content-Encoding": "gzip"}, 451))
    assert "the Hub refuses this with 451" in refused(quick.read, MODEL)


def test_a_card_without_any_id_is_still_no_page(server, quick, answers):
    server.create("user/model", CARD)
    answers("/(user/model)/resolve/([^/]+)/(.+)", lambda *_: File(b"{}", {"Content-Type": "application/json"}))
    with pytest.raises(HubError, match="the answer is not the file that was asked for"):
        quick.read(MODEL)
