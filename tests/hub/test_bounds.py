"""No wait without an end: whatever a server asks for, and however slowly it answers."""

from __future__ import annotations

import json
import math
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hub.editing import CARD, OURS, edit
from hub.server import TOKEN

from hf_emissions.errors import HubError
from hf_emissions.hub import exchange
from hf_emissions.hub.address import Address
from hf_emissions.hub.client import Hub
from hf_emissions.hub.waiting import MOST_S, RetryBudget, asked_to_wait_s, is_transient_status, quota_wait_s


@pytest.mark.parametrize("pattern", ["whoami", "/preupload/", "validate-yaml", "/commit/", "/commits/"])
def test_a_server_that_asks_for_no_wait_is_not_asked_in_a_circle(server, client, waits, pattern):
    server.create("user/model", CARD)
    if pattern == "/commits/":
        server.faults.add("lost", "/commit/")
    server.faults.add("503", pattern, times=10_000, headers={"Retry-After": "0"})
    with pytest.raises(HubError, match="the Hub answered 503"):
        edit(client, "user/model")
    assert len(server.requests) < 250
    assert sum(waits) <= MOST_S


def test_the_calls_of_one_edit_share_one_budget(server, client, waits):
    """A server that is busy at every call in turn is waited for once, not once a call."""
    repository = server.create("user/model", CARD)
    server.faults.add("503", "resolve", headers={"Retry-After": "200"})
    server.faults.add("503", "/preupload/", headers={"Retry-After": "200"})
    with pytest.raises(HubError, match="the Hub answered 503"):
        edit(client, "user/model")
    assert waits == [200.0]
    assert repository.readme == CARD


@pytest.mark.parametrize("pattern", ["whoami", "/preupload/", "/commit/", "/commits/", "/discussions"])
def test_a_server_that_asks_for_a_day_gets_none(server, client, waits, pattern):
    """Not even from the client's own waiting, which knows no bound."""
    name = "other/model" if pattern == "/discussions" else "user/model"
    server.create(name, CARD)
    if pattern == "/commits/":
        server.faults.add("lost", "/commit/")
    server.faults.add("429", pattern, times=99, headers={"Retry-After": "86400"})
    begun = time.monotonic()
    with pytest.raises(HubError, match="quota is used up for now; try again in 1 day"):
        edit(client, name)
    assert time.monotonic() - begun < 10
    assert sum(waits) < 86400


def test_a_quota_on_the_way_to_the_commit_is_waited_for_by_us(server, client, waits):
    repository = server.create("user/model", CARD)
    server.faults.add("429", "/preupload/", headers={"Retry-After": "9"})
    edit(client, "user/model")
    assert waits == [9.0]
    assert repository.readme == OURS


def test_a_refusal_for_the_quota_leaves_nothing_uncertain(server, client):
    server.create("user/model", CARD)
    server.faults.add("429", "/commit/", times=999)
    with pytest.raises(HubError) as caught:
        edit(client, "user/model")
    assert "could not be seen" not in str(caught.value)


def test_an_answer_that_drips_for_ever(server, client, monkeypatch):
    server.create("user/model", CARD + "words\n" * 100)
    monkeypatch.setattr(exchange, "LONGEST_ANSWER_S", 0.05)
    server.faults.add("drip", "resolve-cache", times=999)
    with pytest.raises(HubError, match=r"the answer took more than 0\.05 s"):
        client.read(Address("user/model"))


def test_a_server_that_says_nothing(server, client, monkeypatch):
    server.create("user/model", CARD)
    monkeypatch.setattr(exchange, "TIMEOUT_S", 0.05)
    server.faults.add("lost", "/commit/")
    server.faults.add("silent", "/commits/", times=2)
    begun = time.monotonic()
    edit(client, "user/model")
    assert time.monotonic() - begun < 10
    assert [kind for kind, _ in server.faults.happened] == ["lost", "silent", "silent"]


def test_other_users_of_the_clients_session_are_left_alone(server, client):
    from huggingface_hub.utils import get_session

    server.create("user/model", CARD)
    client.read(Address("user/model"))
    server.faults.add("503", "/api/models/user/model")
    assert get_session().get(f"{server.url}/api/models/user/model").status_code == 503


def test_a_server_that_is_not_there(waits):
    client = Hub(TOKEN, "http://127.0.0.1:9", lambda: RetryBudget(sleep=waits.append, connections=3))
    with pytest.raises(HubError, match=r"^user/model: the Hub could not be reached"):
        client.read(Address("user/model"))
    assert len(waits) == 3


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after": " 0.5 "}, 0.5),
        ({"Retry-After": "-3"}, None),
        ({"Retry-After": "\u00b2"}, None),
        ({"Retry-After": "soon"}, None),
        ({"RateLimit": '"api";r=0;t=55'}, 56.0),
        ({"RateLimit": '"api";r=3;t=55'}, None),
        ({}, None),
    ],
)
def test_what_headers_ask_for(headers, seconds):
    assert asked_to_wait_s(headers) == seconds


def test_a_date_is_waited_for():
    at = datetime.now(UTC) + timedelta(seconds=90)
    assert asked_to_wait_s({"Retry-After": format_datetime(at, usegmt=True)}) == pytest.approx(89, abs=3)
    assert asked_to_wait_s({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0


@pytest.mark.parametrize(
    ("words", "headers", "seconds"),
    [
        ("rate limit for repository commits (128 per hour). You can retry this action in about 1 hour.", {}, 3600),
        ("Please try again in 2 minutes", {}, 120),
        ("Retry after 30 seconds", {}, 30),
        ("try again in a few hours", {}, 3600),
        ("You can retry this action in about 24 hours", {"Retry-After": "60"}, 86400),
        ("rate limit for pull requests (10 per day)", {}, math.inf),
        ("too many of these", {"RateLimit": '"api";r=3;t=55'}, math.inf),
        ("too many of these", {"RateLimit": '"api";r=3;t=55', "Retry-After": "5"}, 5),
        ("You can retry in about 1 hour", {"RateLimit": '"api";r=0;t=55'}, 56),
        ("slow down", {}, None),
        ("", {}, None),
    ],
)
def test_what_words_ask_for(words, headers, seconds):
    assert quota_wait_s(headers, words) == seconds


def test_a_quota_of_an_action_that_is_over_soon_is_waited_for(server, client, waits):
    repository = server.create("user/model", CARD)
    words = json.dumps({"error": "rate limit for repository commits (9 per hour). Please retry in 2 minutes."})
    left = {"RateLimit": '"api";r=900;t=100'}
    server.faults.add("odd", "/revision/", data=words.encode(), headers=left, status=429)
    edit(client, "user/model")
    assert waits == [120.0]
    assert repository.readme == OURS


@pytest.mark.parametrize(
    ("pattern", "answer"),
    [
        ("validate-yaml", b"<html>"),
        ("/preupload/", b'{"files": [{}]}'),
        ("/preupload/", b"[]"),
        ("/revision/", b'{"id": 7, "sha": []}'),
        ("/revision/", b"null"),
        ("/commits/", b'{"a": 1}'),
        ("/discussions", b'{"discussions": 3}'),
        ("whoami", b'"x"'),
    ],
)
def test_answers_of_another_shape_are_not_waited_for_long(server, waits, pattern, answer):
    """Something between us and the Hub answers: five tries say so as well as a window of its quotas."""
    name = "other/model" if pattern == "/discussions" else "user/model"
    server.create(name, CARD)
    if pattern == "/commits/":
        server.faults.add("lost", "/commit/")
    server.faults.add("odd", pattern, times=999, data=answer)
    client = Hub(TOKEN, server.url, lambda: RetryBudget(sleep=waits.append, connections=5))
    with pytest.raises(HubError, match=r"^(?:the Hub|\w+/model): .*the answer (?:is no|names no|does not say)"):
        edit(client, name)
    assert len(server.faults.happened) < 10


@pytest.mark.parametrize(("status", "passing"), [(429, True), (520, True), (503, True), (501, False), (404, False)])
def test_which_refusals_pass(status, passing):
    assert is_transient_status(status) is passing
