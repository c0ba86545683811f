"""What is sent where, and how much of an answer is read: over TLS, beside a second host that hears what it is told."""

from __future__ import annotations

import gzip
import json
import logging
import tracemalloc
import warnings
import zlib

import hub.server
import pytest
from hub.answers import File
from hub.editing import CARD, OURS, WISHES, change, edit
from hub.repositories import HubError as Refused
from hub.server import TOKEN
from hub.server import Hub as Server

from hf_emissions.errors import HubError, UsageError
from hf_emissions.hub.address import Address
from hf_emissions.hub.client import Hub
from hf_emissions.hub.edit import CommitOptions, edit_card
from hf_emissions.hub.waiting import RetryBudget

MOST_BYTES = 4 * 1024 * 1024
MODEL = Address("user/model")


@pytest.fixture
def answers(monkeypatch):
    def answers(pattern, answer, method="GET"):
        monkeypatch.setattr(hub.server, "ROUTES", [(method, pattern, answer), *hub.server.ROUTES])

    return answers


@pytest.fixture
def told(server):
    """Whatever another host than the Hub's was told of us."""

    def told() -> str:
        return " ".join(f"{one.method} {one.path} {one.headers} {one.body!r}" for one in server.elsewhere.visits)

    return told


class TestTheToken:
    @pytest.mark.parametrize(
        "pattern",
        ["whoami", "/revision/", "validate-yaml", "/preupload/", "/commit/", "/commits/", "/discussions", "/comment"],
    )
    @pytest.mark.parametrize("name", ["user/model", "other/model"])
    def test_no_redirect_takes_it_elsewhere(self, server, client, told, name, pattern):
        server.create(name, CARD)
        if pattern == "/commits/":
            server.faults.add("lost", "/commit/")
        server.faults.add("away", pattern, times=99)
        try:
            edit(client, name)
        except HubError as error:
            assert "sends this on to another host (localhost), where it does not go" in str(error)  # noqa: PT017
        assert server.elsewhere.visits == []

    def test_a_card_that_lies_elsewhere_is_fetched_without_it(self, server, client, told):
        server.create("user/model", CARD, lfs={"README.md"})
        assert client.read(MODEL).text == CARD
        assert len(server.elsewhere.visits) == 1
        assert TOKEN not in told()
        assert "uthorization" not in told()

    def test_a_card_that_lies_elsewhere_is_held_against_its_id(self, server, waits):
        server.create("user/model", CARD, lfs={"README.md"})
        client = Hub(TOKEN, server.url, lambda: RetryBudget(sleep=waits.append, connections=2))
        client.read(MODEL)
        server.elsewhere.files = dict.fromkeys(server.elsewhere.files, b"---\nlicense: evil\n---\n")
        server.elsewhere.keep = lambda name, data: f"{server.elsewhere.url}/{name}"
        with pytest.raises(HubError, match="the answer is not the file that was asked for"):
            client.read(MODEL)

    def test_no_way_that_others_can_read(self, server, client, answers):
        server.create("user/model", CARD)
        answers(
            "/(user/model)/resolve/([^/]+)/(.+)",
            lambda *_: File(b"", {"Location": server.elsewhere.url.replace("https", "http")}, 302),
        )
        with pytest.raises(HubError, match="sends this on to another host"):
            client.read(MODEL)

    @pytest.mark.parametrize("place", ["/commits/", "/discussions"])
    def test_no_link_takes_it_elsewhere(self, server, client, told, place):
        """The pages of a history and of discussions, at the sizes that the Hub has."""
        repository = server.create("user/model", CARD)
        server.link_host = server.elsewhere.url
        for number in range(120):
            repository.push("user", "a commit", README=f"{CARD}{number}\n")
            repository.open_pull_request(f"number {number}", "", "user", repository.commits[-1])
        server.faults.add("lost", "/commit/", move=lambda: None)

        def since() -> None:
            for number in range(120):
                repository.push("user", "since", README=f"{OURS}{number}\n")

        server.faults.add("moved", "/commits/main", move=since)
        propose = place == "/discussions"
        outcome = edit_card(client, MODEL, change, CommitOptions(WISHES.agree, WISHES.describe, propose=propose))
        assert outcome.written is not None
        pages = [line for line in server.requests if place in line and line.startswith("GET")]
        assert len(pages) >= 3
        assert server.elsewhere.visits == []

    def test_no_card_is_written_through_a_redirect_that_would_read(self, server, client):
        repository = server.create("user/model", CARD)
        for status in (301, 302, 303):
            server.faults.add(
                "odd", "/commit/", data=b"", status=status, headers={"Location": "/api/models/user/model"}
            )
        with pytest.raises(HubError, match="nothing can be written by that"):
            edit(client, "user/model")
        assert len(repository.commits) <= 3

    def test_a_circle_ends(self, server, client):
        server.create("user/model", CARD)
        server.renamed = {"user/a": "user/b", "user/b": "user/a"}
        with pytest.raises(HubError, match=r"user/a: the Hub sends this on in a circle"):
            client.read(Address("user/a"))
        assert len(server.requests) < 20


class TestTheEndpoint:
    @pytest.mark.parametrize(
        ("endpoint", "link", "followed"),
        [
            (
                "https://hub.example",
                "https://huggingface.co/api/models?cursor=a%3D%3D&b=1",
                "/api/models?cursor=a%3D%3D&b=1",
            ),
            ("https://hub.example/mirror", "https://huggingface.co/api/models?a=1", "/mirror/api/models?a=1"),
            ("https://hub.example/mirror", "https://hub.example/mirror/api/models?a=1", "/mirror/api/models?a=1"),
            ("https://hub.example", "https://evil.example//evil.example/x", "/evil.example/x"),
            ("https://hub.example", "https:@evil.example/x?y", "/@evil.example/x?y"),
            ("https://hub.example", "ftp://evil.example/api/models#x", "/api/models"),
        ],
    )
    def test_links_are_followed_at_it(self, endpoint, link, followed):
        from hf_emissions.hub.endpoint import at_endpoint

        assert at_endpoint(endpoint, link) == f"https://hub.example{followed}"

    @pytest.mark.parametrize(
        "endpoint", ["hf-mirror.com", "ftp://hub.example", "https://", "https://user:secret@hub.example", "https://[x"]
    )
    def test_what_is_none(self, endpoint):
        with pytest.raises(UsageError, match="HF_ENDPOINT") as caught:
            Hub(TOKEN, endpoint).read(MODEL)
        assert "secret" not in str(caught.value)


def packed(kind: str, data: bytes) -> tuple[bytes, str]:
    raw = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return {
        "gzip": (gzip.compress(data), "gzip"),
        "zlib": (zlib.compress(data, 9), "deflate"),
        "raw": (raw.compress(data) + raw.flush(), "deflate"),
        "plain": (data, "identity"),
    }[kind]


class TestSize:
    LARGE = b"x" * (16 * MOST_BYTES)

    def serve(self, answers, data: bytes, encoding: str, path: str = "/(user/model)/resolve/([^/]+)/(.+)") -> None:
        answers(path, lambda *_: File(data, {"Content-Encoding": encoding}))

    @pytest.mark.parametrize("kind", ["gzip", "zlib", "raw"])
    def test_a_card_that_grows_when_it_is_unpacked(self, server, client, answers, kind):
        server.create("user/model", CARD)
        self.serve(answers, *packed(kind, self.LARGE))
        tracemalloc.start()
        try:
            with pytest.raises(HubError, match=r"^user/model: the card is larger than 4 MB"):
                client.read(MODEL)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 8 * MOST_BYTES

    @pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress", "x\x07y"])
    def test_a_packing_that_nobody_asked_for(self, server, waits, answers, encoding):
        server.create("user/model", CARD)
        client = Hub(TOKEN, server.url, lambda: RetryBudget(sleep=waits.append, connections=2))
        self.serve(answers, gzip.compress(gzip.compress(self.LARGE)), encoding)
        with pytest.raises(HubError, match="which was not asked for") as caught:
            client.read(MODEL)
        assert "\x07" not in str(caught.value)

    @pytest.mark.parametrize("kind", ["gzip", "zlib", "raw", "plain"])
    def test_a_card_of_the_usual_size(self, server, client, answers, kind):
        server.create("user/model", CARD)
        self.serve(answers, *packed(kind, b"---\n" + b"x" * MOST_BYTES)[:1], packed(kind, b"")[1])
        with pytest.raises(HubError, match="larger than 4 MB"):
            client.read(MODEL)
        self.serve(answers, *packed(kind, CARD.encode()))
        assert client.read(MODEL).text == CARD

    def test_one_that_is_cut_off_is_no_card(self, server, waits, answers):
        server.create("user/model", CARD)
        client = Hub(TOKEN, server.url, lambda: RetryBudget(sleep=waits.append, connections=2))
        self.serve(answers, gzip.compress(CARD.encode() * 9)[:-9], "gzip")
        with pytest.raises(HubError, match="the answer is cut off"):
            client.read(MODEL)

    @pytest.mark.parametrize("size", ["99999999999999999999", str(2**40)])
    def test_one_that_announces_more_than_is_read(self, server, client, answers, size):
        server.create("user/model", CARD)
        answers("/(user/model)/resolve/([^/]+)/(.+)", lambda *_: File(b"x", announced=size))
        with pytest.raises(HubError, match="larger than 4 MB"):
            client.read(MODEL)

    def test_a_refusal_of_any_size_is_a_sentence(self, server, client, answers):
        server.create("user/model", CARD)

        def refuse(*_):
            raise Refused(451, "", json.dumps({"error": "no " * 10_000_000}))

        answers("/api/models/(user/model)/revision/(.+)", refuse)
        with pytest.raises(HubError, match=r"^user/model: the Hub refuses this with 451") as caught:
            client.read(MODEL)
        assert len(str(caught.value)) < 500

    def test_answers_that_are_nested_too_deep(self, server, waits, answers):
        server.create("user/model", CARD)
        client = Hub(TOKEN, server.url, lambda: RetryBudget(sleep=waits.append, connections=2))
        server.faults.add("odd", "/revision/", times=99, data=b"[" * 100_000)
        with pytest.raises(HubError, match="the answer is no JSON"):
            client.read(MODEL)


class TestWhatTheClientSays:
    def test_a_warning_of_the_hub_is_a_line(self, server):
        said = []
        server.create("user/model", CARD)
        server.headers = {"X-HF-Warning": f"topic; old\x9b31m client of {TOKEN}, update"}
        client = Hub(TOKEN, server.url, RetryBudget, said.append)
        client.read(MODEL)
        assert said == ["the Hub's client says: old\\x9b31m client of ***, update"]

    def test_warnings_on_a_card_are_lines(self, server):
        said = []
        server.create("user/model", CARD)
        server.warn = lambda content: ["empty or missing\nyaml \x1b[31mmetadata", "another"]
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            edit(Hub(TOKEN, server.url, RetryBudget, said.append), "user/model")
        assert said == [
            "user/model: the Hub remarks on this card: empty or missing yaml \\x1b[31mmetadata",
            "user/model: the Hub remarks on this card: another",
        ]
        assert server.repository("user/model").readme == OURS

    def test_its_logger_speaks_through_us(self, server, capfd):
        said = []
        server.create("user/model", CARD)
        Hub(TOKEN, server.url, RetryBudget, said.append).read(MODEL)
        logging.getLogger("huggingface_hub.utils").warning("Could not refresh your token:\n%s", "x")
        assert said == ["the Hub's client says: Could not refresh your token: x"]
        assert capfd.readouterr() == ("", "")


def test_over_plain_http_a_bare_401_is_no_model():
    with Server(tls=False) as server:
        with pytest.raises(HubError, match=r"^user/nothing: there is no such model, or it is private"):
            Hub(False, server.url).read(Address("user/nothing"))
        assert server.url.startswith("http://")
