"""How long `hf-emissions --help` and `import hf_emissions` take beside an interpreter that does nothing.

    python benchmarks/startup.py

The three alternate in one run, so that what else the machine does falls on all of them.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

ROUNDS = 20
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "import hf_emissions": ["-c", "import hf_emissions"],
    "hf-emissions --help": ["-c", "from hf_emissions.cli.main import main; main(['--help'])"],
}


def seconds(arguments: list[str]) -> float:
    """Wall time of one new interpreter."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def main() -> None:
    """Print the medians."""
    taken = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, arguments in COMMANDS.items():
            taken[name].append(seconds(arguments))
    bare = statistics.median(taken["python -c pass"])
    for name, values in taken.items():
        median = statistics.median(values)
        print(f"{name:20} {1000 * median:6.1f} ms   {median / bare:4.1f} x bare python")


if __name__ == "__main__":
    main()
