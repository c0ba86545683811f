"""A Hub of the tests, and a client of it that does not really wait."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hub.server import TOKEN
from hub.server import Hub as Server

from hf_emissions.hub.client import Hub
from hf_emissions.hub.waiting import RetryBudget


@pytest.fixture(autouse=True)
def _home_and_network(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    # They speak to the Hub of the tests, and to no other; tests/conftest.py keeps all the other tests offline.
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as hub:
        yield hub


@pytest.fixture
def waits() -> list[float]:
    """The seconds that were waited, none of which pass."""
    return []


@pytest.fixture
def client(server, waits) -> Hub:
    return Hub(TOKEN, server.url, lambda: RetryBudget(sleep=waits.append))
