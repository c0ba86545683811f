"""Make a sample of what EcoLogits says of one request, as JSON.

python -m venv v && v/bin/pip install ecologits==0.11.3
v/bin/python tests/importers/make/run_ecologits.py out

samples/inference/ai_energy_score.csv was written by hand, with columns as the leaderboard of AI Energy Score has them.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ecologits.tracers.utils import llm_impacts

if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    found = llm_impacts(
        "openai", "gpt-4o-mini", output_token_count=100, request_latency=2.0, electricity_mix_zone="FRA"
    )
    (target / "ecologits.json").write_text(found.model_dump_json(indent=2) + "\n")
