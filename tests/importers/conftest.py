"""What the tests of `import` start from: a folder with a card, and the command."""

from __future__ import annotations

import pytest
from importers.rows import BEFORE, HEADER
from in_process import Result, call


@pytest.fixture
def run(tmp_path):
    (tmp_path / "README.md").write_text(BEFORE)

    def run(*arguments: str, code: int = 0, stdin: bytes = b"") -> Result:
        done = call(["import", *arguments], tmp_path, stdin)
        assert done.code == code, done
        return done

    return run


@pytest.fixture
def files(tmp_path):
    def write(**named: str | bytes) -> None:
        for name, text in named.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())

    return write


@pytest.fixture
def csv(tmp_path):
    def write(*rows: str, name: str = "emissions.csv") -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEADER + "".join(rows))
        return name

    return write
