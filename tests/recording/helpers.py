"""How the tests of recording look at what a training left behind, and run one as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import yaml

TESTS = Path(__file__).parent.parent
SCRIPTS = Path(__file__).parent / "scripts"


def card_text(folder) -> str:
    """The README.md of a folder."""
    return (Path(folder) / "README.md").read_text("utf-8")


def block(text: str) -> dict | None:
    """The block of a card as any YAML reader sees it; None where there is none."""
    if not text.startswith("---"):
        return None
    return yaml.safe_load(text.split("---")[1]).get("co2_eq_emissions")


def ledger(folder) -> list[dict]:
    """Every line of the ledger of an output folder."""
    lines = []
    for path in sorted((Path(folder) / "_emissions").glob("*.jsonl")):
        lines += [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return lines


def segments_kwh(folder) -> list[float]:
    """The energy of each segment in the ledger, added up by hand, in the order of time, with what was filled in."""
    last: dict[str, dict] = {}
    for line in sorted(ledger(folder), key=lambda line: line["time"]):
        if line["kind"] == "reading":
            last[line["segment"]] = line
    parts = [part for line in last.values() for part in (line, line.get("filled"))]
    energies = [part["cpu_kwh"] + part["gpu_kwh"] + part["ram_kwh"] if part else 0.0 for part in parts]
    return [metered + filled for metered, filled in zip(energies[::2], energies[1::2], strict=True)]


def environment(**variables: str) -> dict[str, str]:
    """The environment of a training in a process of its own."""
    path = os.pathsep.join([str(TESTS), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", **variables}


def run_script(name: str, *arguments, timeout_s: float = 180, **variables: str) -> tuple[dict, str]:
    """Run a script of `scripts/` as a process; what it printed as JSON in its last line, and its stderr."""
    done = subprocess.run(
        [sys.executable, SCRIPTS / name, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout_s,
        env=environment(**variables),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1]), done.stderr
