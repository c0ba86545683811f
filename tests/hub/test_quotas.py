"""What the Hub allows is used to the end and never beyond, by many threads, whatever order its answers come in."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from hub import quotas as server
from hub.catalogue import Catalogue
from hub.server import Hub as Server
from pyarrow import parquet

from hf_emissions.audit.audit import Audit
from hf_emissions.audit.sources.hub import HubSource
from hf_emissions.errors import BusyHubError
from hf_emissions.hub.client import Hub
from hf_emissions.hub.crawl import Crawler, Query
from hf_emissions.hub.quotas import Quotas
from hf_emissions.hub.waiting import RetryBudget

# The clock of both sides runs so many times as fast as the time, so that windows of five minutes take three seconds.
FAST = 100.0


def fast() -> float:
    return time.monotonic() * FAST


def announced(left: int, reset_s: int, limit: int = 10, kind: str = "api") -> dict[str, str]:
    return {
        "ratelimit": f'"{kind}";r={left};t={reset_s}',
        "ratelimit-policy": f'"fixed window";"{kind}";q={limit};w=300',
    }


class Clock:
    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def sleep(self, time_s: float) -> None:
        self.waits.append(time_s)
        self.now += time_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def quotas(clock) -> Quotas:
    return Quotas(lambda: clock.now, clock.sleep)


def ask(quotas: Quotas, *headers: dict[str, str]) -> None:
    quotas.answered(quotas.take("model"), headers)


class TestQuotas:
    def test_what_is_left_is_used_and_then_waited_for(self, quotas, clock):
        said = []
        quotas.say = said.append
        ask(quotas, announced(2, 100))
        ask(quotas, announced(1, 90))
        ask(quotas, announced(0, 80))
        assert clock.now == 0
        ask(quotas, announced(9, 299))
        assert clock.now == 81
        assert said == ["the Hub's quota of 10 calls (api) is used up; going on in 81 s"]
        ask(quotas, announced(8, 298))
        assert clock.now == 81

    def test_without_headers_nothing_is_waited_for(self, quotas, clock):
        for _ in range(20):
            ask(quotas)
        assert clock.waits == []

    def test_calls_under_way_are_counted(self, quotas, clock):
        ask(quotas, announced(2, 100))
        first, second = quotas.take("model"), quotas.take("model")
        assert quotas.windows["api"].left(clock.now) == 0
        # Somebody else's calls count as well.
        quotas.answered(second, [announced(1, 90)])
        assert quotas.windows["api"].left(clock.now) == 0
        quotas.answered(first, [announced(0, 90)])
        assert quotas.windows["api"].left(clock.now) == 0
        quotas.take("model")
        assert clock.now == 91

    def test_answers_in_another_order(self, quotas):
        ask(quotas, announced(5, 100))
        first, second = quotas.take("model"), quotas.take("model")
        quotas.answered(second, [announced(3, 99)])
        quotas.answered(first, [announced(4, 99)])
        assert quotas.windows["api"].left(0) == 3

    def test_a_call_that_is_sent_on_counts_to_both(self, quotas):
        ask(quotas, announced(5, 100, kind="resolvers"), announced(7, 100))
        quotas.take("model")
        assert {name: window.left(0) for name, window in quotas.windows.items()} == {"resolvers": 4, "api": 6}

    def test_kinds_of_calls_do_not_wait_for_each_other(self, quotas, clock):
        quotas.answered(quotas.take("listing"), [announced(0, 100)])
        quotas.answered(quotas.take("card"), [announced(9, 100, kind="resolvers")])
        assert clock.waits == []


class TestOthers:
    def test_what_they_take_meanwhile_is_left_to_them(self, quotas, clock):
        ask(quotas, announced(100, 200, limit=100))
        left = 100
        # Two of each three calls are those of others; an answer takes a second.
        for _ in range(10):
            taken = quotas.take("model")
            clock.now += 1
            left -= 3
            quotas.answered(taken, [announced(left, 200 - int(clock.now), limit=100)])
        reserve = left - quotas.windows["api"].left(clock.now)
        assert 3 <= reserve <= 6
        while quotas.windows["api"].left(clock.now) > 0:
            left -= 3
            ask(quotas, announced(left, 200 - int(clock.now), limit=100))
        assert left > 0

    def test_they_are_forgotten_in_the_next_window(self, quotas, clock):
        ask(quotas, announced(9, 10))
        ask(quotas, announced(1, 9))
        taken = quotas.take("model")
        assert clock.now >= 10
        quotas.answered(taken, [announced(9, 299)])
        assert quotas.windows["api"].left(clock.now) == 9

    def test_a_quota_smaller_than_what_they_take_is_still_used(self, quotas, clock):
        ask(quotas, announced(2, 10, limit=2))
        ask(quotas, announced(0, 9, limit=2))
        ask(quotas, announced(1, 299, limit=2))
        assert clock.now < 20

    def test_the_first_calls_of_a_kind_are_ours(self, quotas):
        quotas.answered(quotas.take("listing"), [announced(9, 100)])
        quotas.answered(quotas.take("model"), [announced(8, 100)])
        quotas.answered(quotas.take("model"), [announced(7, 100)])
        assert quotas.windows["api"].left(0) == 7


@pytest.fixture
def home(tmp_path, monkeypatch):
    # Of the client itself: what it keeps at home, and whether it may speak to anyone.
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    return tmp_path


def crawler(hub: Server, limits: dict[str, int]) -> Crawler:
    hub.quotas = server.Quotas(limits, 300.0, fast)
    client = Hub("hf_dummy", hub.url, lambda: RetryBudget(3300.0, sleep=lambda time_s: time.sleep(time_s / FAST)))
    return Crawler(client, Quotas(fast, lambda time_s: time.sleep(time_s / FAST)))


@pytest.mark.slow
def test_several_windows_are_used_up_and_none_is_overdrawn(home):
    with Server() as hub:
        hub.catalogue = Catalogue(1200)
        reader = crawler(hub, {"api": 100, "resolvers": 150, "pages": 10})
        source = HubSource(reader, Query(), bodies="all", most_bodies=1000)
        Audit(source, home / "out.parquet").run(datetime.now(UTC))
        shares = hub.quotas.shares("resolvers")
    assert hub.quotas.refused == 0
    # The first window may have begun before, and the last one was not needed to its end.
    assert len(shares) >= 6
    assert min(shares[1:-1]) >= 0.95


def test_a_card_that_the_hub_never_gives_holds_nothing_up(home):
    with Server() as hub:
        hub.catalogue = Catalogue(30, named=1.0)
        reader = crawler(hub, {"api": 100})
        reader.hub = Hub("hf_dummy", hub.url, lambda: RetryBudget(0.0))
        said = []
        name = hub.catalogue.name(7)
        hub.faults.add("500", f"{name}/resolve", times=99)
        Audit(HubSource(reader, bodies="all", unread=said.append), home / "out.parquet").run(datetime.now(UTC))
        rows = parquet.read_table(home / "out.parquet").to_pylist()
        assert [row["id"] for row in rows if not row["body_read"]] == [name]
        assert len(said) == 1
        assert said[0].startswith(f"{name}: the Hub answered 500 ")
        hub.faults.add("503", "/resolve/", times=9999)
        with pytest.raises(BusyHubError):
            Audit(HubSource(reader, bodies="all"), home / "down.parquet").run(datetime.now(UTC))
        assert not (home / "down.parquet").exists()


@pytest.mark.slow
def test_a_quota_that_somebody_else_uses_too(home):
    with Server() as hub:
        hub.catalogue = Catalogue(60)
        reader = crawler(hub, {"api": 50})

        def greedy(number: int) -> None:
            hub.quotas.count("/api/models/somebody")
            assert reader.model(hub.catalogue.name(number)) is not None

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(greedy, range(60)))


@pytest.mark.slow
def test_three_readers_at_once_are_not_refused(home):
    with Server() as hub:
        hub.catalogue = Catalogue(400)
        readers = [crawler(hub, {"api": 1}) for _ in range(3)]
        hub.quotas = server.Quotas({"api": 300}, 300.0, fast)
        names = [hub.catalogue.name(number) for number in range(400)]
        with ThreadPoolExecutor(3) as pool:
            read = list(pool.map(lambda reader: list(reader.each(reader.model, names)), readers))
        assert [len(found) for found in read] == [400] * 3
        # Without a reserve some of each window's last calls are refused: 20 a window, on one machine.
        assert hub.quotas.refused <= 3
        shares = hub.quotas.shares("api")
    assert min(shares[1:-1]) > 0.5
