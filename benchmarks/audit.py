"""How long an audit of every real card takes, with one process and with two, and killed half-way and gone on with.

    HF_EMISSIONS_SHARED=../shared python benchmarks/audit.py

Leaves with 1 where the rows of the four audits are not the same, one by one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pyarrow import parquet

COMMAND = [sys.executable, "-c", "from hf_emissions.cli.main import main; main()", "audit"]
CARDS = Path(os.environ["HF_EMISSIONS_SHARED"]).resolve() / "data" / "cards" / "hub-2022-02.tar.gz"
ROUNDS = 2
# When the audit was begun stands in every row, and is all that may differ.
BEGUN = ["audited_at"]


def start(folder: Path, out: str, processes: int) -> subprocess.Popen[str]:
    arguments = ["--cards", str(CARDS), "--out", out, "--processes", str(processes)]
    return subprocess.Popen([*COMMAND, *arguments], cwd=folder, stdout=subprocess.PIPE, text=True)


def finished(process: subprocess.Popen[str]) -> str:
    out, _ = process.communicate(timeout=600)
    if process.returncode:
        raise SystemExit(f"the audit left with {process.returncode}")
    return out


def timed(folder: Path, processes: int) -> tuple[float, str]:
    begun = time.perf_counter()
    summary = finished(start(folder, f"{processes}.parquet", processes))
    return time.perf_counter() - begun, summary


def killed_and_gone_on_with(folder: Path, batches: int) -> None:
    process = start(folder, "killed.parquet", 2)
    partial = folder / "killed.parquet.partial"
    while len(list(partial.glob("*.parquet"))) < batches // 2 and process.poll() is None:
        time.sleep(0.01)
    process.kill()
    process.communicate()
    print(f"killed after {len(list(partial.glob('*.parquet')))} of {batches} batches")
    finished(start(folder, "killed.parquet", 2))


def main() -> int:
    seconds: dict[int, list[float]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for _ in range(ROUNDS):
            for processes, times in seconds.items():
                time_s, summary = timed(folder, processes)
                times.append(time_s)
        print(summary)
        whole = parquet.read_table(folder / "1.parquet").drop_columns(BEGUN)
        killed_and_gone_on_with(folder, -(-len(whole) // 250))
        same = [
            parquet.read_table(folder / f"{one}.parquet").drop_columns(BEGUN).equals(whole) for one in (2, "killed")
        ]
        for processes, times in seconds.items():
            best = min(times)
            print(f"{processes} process(es): {best:.1f} s of wall time ({len(whole) / best:.0f} cards/s), all: {times}")
        print(f"two processes: {min(seconds[1]) / min(seconds[2]):.2f} times as fast")
        print(f"the same rows with two processes: {same[0]}; killed half-way and gone on with: {same[1]}")
    return 0 if all(same) else 1


if __name__ == "__main__":
    sys.exit(main())
