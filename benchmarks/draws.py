"""How long an estimate takes: 20,000 draws of every input, everything loaded. Prints milliseconds."""

from __future__ import annotations

import statistics
import time

from hf_emissions import estimate
from hf_emissions.estimation.monte_carlo import DRAWS

REPEATS = 50
FACTS = {
    "hardware and hours": {"hardware": "A100", "count": 8, "wall_hours": 96.0, "country_iso3": "DEU"},
    "parameters and tokens": {"hardware": "A100", "parameters": 7e9, "tokens": 2e12, "country_iso3": "USA"},
    "three ways at once": {
        "energy_kwh": 300.0,
        "hardware": "A100 SXM",
        "count": 8,
        "wall_hours": 96.0,
        "country_iso3": "DEU",
        "parameters": 110e6,
        "tokens": 3e11,
    },
}


def main() -> None:
    """Print the median and the slowest of each."""
    print(f"{DRAWS} draws")
    for name, facts in FACTS.items():
        estimate(**facts)
        taken_ms = []
        for seed in range(REPEATS):
            begun_s = time.perf_counter()
            estimate(**facts, seed=seed)
            taken_ms.append((time.perf_counter() - begun_s) * 1e3)
        print(f"{name:24} median {statistics.median(taken_ms):6.2f} ms, slowest {max(taken_ms):6.2f} ms")


if __name__ == "__main__":
    main()
