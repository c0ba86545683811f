"""The command line inside the test's own process, with its streams, folder and environment as a process has them.

Starting Python takes twenty times what most commands do; tests/cli/test_process.py holds that both say the same.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest

from hf_emissions.cli.main import main

# What every test of the command line starts from, in a process of its own or not.
ENVIRONMENT = {"LC_ALL": "C.UTF-8", "COLUMNS": "100", "HF_DEBUG": "0"}
SECONDS = 60


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


def call(arguments: Sequence[str], folder: Path, stdin: bytes = b"", more: Mapping[str, str] | None = None) -> Result:
    """What `hf-emissions` says and leaves with, when called in `folder`."""
    out, err = io.BytesIO(), io.BytesIO()
    # The handlers of errors are those of Python in the locale C.UTF-8.
    streams = {
        "stdin": io.TextIOWrapper(io.BytesIO(stdin), "utf-8", "surrogateescape"),
        "stdout": io.TextIOWrapper(out, "utf-8", "surrogateescape"),
        "stderr": io.TextIOWrapper(err, "utf-8", "backslashreplace", line_buffering=True),
    }
    with ExitStack() as around:
        around.enter_context(chdir(folder))
        around.enter_context(mock.patch.dict(os.environ, {**ENVIRONMENT, **(more or {})}))
        # The Hub's client has read this when it was imported, before the first test (tests/conftest.py).
        if "HF_HUB_OFFLINE" in (more or {}):
            offline = (more or {})["HF_HUB_OFFLINE"] == "1"
            around.enter_context(mock.patch("huggingface_hub.constants.HF_HUB_OFFLINE", offline))
        around.enter_context(mock.patch.multiple(sys, **streams))
        around.enter_context(at_most(SECONDS))
        code = code_of(arguments)
        streams["stdout"].flush()
    return Result(code, out.getvalue().decode(), err.getvalue().decode())


def code_of(arguments: Sequence[str]) -> int:
    try:
        main(list(arguments))
    except SystemExit as leave:
        return leave.code if isinstance(leave.code, int) else 1
    raise AssertionError("the command came back without an exit code")


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """A command that hangs fails its test, as one in a process of its own does."""

    def stop(*_: object) -> None:
        # No `Exception`, which the command would catch and turn into an exit code.
        pytest.fail(f"the command took more than {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
