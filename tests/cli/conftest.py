"""The command line: what goes in, and what comes out, byte for byte."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hub.server import Hub
from in_process import ENVIRONMENT, Result, call

ENTRY = [sys.executable, "-W", "error", "-c", "from hf_emissions.cli.main import main; main()"]
CARD = "---\nlicense: mit\nlanguage: no   # Norwegian\n---\n\n# A model\n"
BLOCK = "co2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon 3.3.2\n"
CARD_WITH_BLOCK = CARD.replace("---\n\n#", f"{BLOCK}---\n\n#")


Run = Callable[..., Result]


@pytest.fixture
def environment() -> dict[str, str]:
    return {**os.environ, **ENVIRONMENT}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command in `tmp_path`, inside this process; its exit code, standard output and standard error."""

    def run(*arguments: str, stdin: str | bytes = b"", code: int = 0, **variables: str) -> Result:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        result = call(arguments, tmp_path, data, variables)
        assert result.code == code, result
        return result

    return run


@pytest.fixture
def run_process(tmp_path: Path, environment: dict[str, str]) -> Run:
    """The same in a process of its own: for what depends on how Python starts."""

    def run(*arguments: str, stdin: str | bytes = b"", code: int = 0, **variables: str) -> Result:
        done = subprocess.run(
            [*ENTRY, *arguments],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            cwd=tmp_path,
            env={**environment, **variables},
            timeout=60,
            check=False,
        )
        result = Result(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert result.code == code, result
        return result

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Put a file, byte for byte, into the folder that the command runs in."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def entry() -> list[str]:
    return ENTRY


@pytest.fixture
def card() -> str:
    return CARD


@pytest.fixture
def block() -> str:
    return BLOCK


@pytest.fixture
def card_with_block() -> str:
    return CARD_WITH_BLOCK


@pytest.fixture
def server() -> Iterator[Hub]:
    with Hub() as hub:
        yield hub


@pytest.fixture
def hub_run(run, server, tmp_path) -> Callable:
    return lambda *arguments, **more: run(*arguments, **{**server.environment(tmp_path / "home"), **more})
