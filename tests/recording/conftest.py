"""What the tests of recording share: no network, nobody's settings, and the warnings in words."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LAUNCHERS = ("SLURM_", "OMPI_", "PMI_", "TORCHELASTIC_")


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("train")


@pytest.fixture(autouse=True)
def settings_of_nobody(monkeypatch):
    """Neither the machine's settings nor a launcher's reach a test."""
    for name in os.environ:
        if name.startswith(LAUNCHERS) or name in ("HF_EMISSIONS_COUNTRY", "HF_EMISSIONS_DISABLE", "HF_TOKEN"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def nothing_said_yet(monkeypatch):
    """What is said once a process is said once a test."""
    from hf_emissions.recording import console

    monkeypatch.setattr(console, "_shown", set())


@pytest.fixture(autouse=True)
def alone_on_the_machine(request, monkeypatch):
    """What else the machine does is no part of a test, except of those that are about it."""
    if request.module.__name__.rpartition(".")[2] != "test_sharing":
        from hf_emissions.recording import session_start

        monkeypatch.setattr(session_start, "sharing_notes", lambda: ([], []))


@pytest.fixture
def out(tmp_path):
    """An output folder with the same name in every test."""
    return tmp_path / "tiny-model"


@pytest.fixture
def warnings_of(caplog):
    """What hf-emissions warned of so far, in words."""
    caplog.set_level(logging.WARNING, logger="hf_emissions")
    return lambda: [record.getMessage() for record in caplog.records if record.name == "hf_emissions"]
