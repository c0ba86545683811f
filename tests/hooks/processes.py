"""How the tests of the hooks call a command of somebody else, which calls ours."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


def call(
    command: Sequence[str | Path],
    folder: Path,
    environment: Mapping[str, str],
    code: int | None = 0,
    stdin: str = "",
    timeout_s: float = 600,
) -> str:
    """What it prints on standard output; it must leave with `code`, unless that is None."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout_s,
    )
    assert code in (None, done.returncode), done.stdout + done.stderr
    return done.stdout
