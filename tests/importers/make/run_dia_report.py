"""Make samples of the `dia_report` that Impact accounting writes into a README.

It asks for Python 3.12; its recording part runs on 3.11. In an environment with codecarbon and huggingface_hub:

    pip download --no-deps --ignore-requires-python ai-impact-accounting==0.1.0 and unpack the wheel
    PYTHONPATH=<the unpacked wheel> python tests/importers/make/run_dia_report.py codecarbon out

`codecarbon` is energy that CodeCarbon took from a model of the machine, called measured; `estimate` ten hours of what
it finds, by rated power. Its figures have four decimals, so that the power of the memory is set to 20 kW here, and the
clock is put back ten hours.
"""

from __future__ import annotations

import os
import sys
import time
import types
from pathlib import Path

# The package's own front door imports its dashboard.
front = types.ModuleType("ai_impact_accounting")
front.__path__ = [
    str(Path(one) / "ai_impact_accounting") for one in sys.path if (Path(one) / "ai_impact_accounting").is_dir()
]
sys.modules["ai_impact_accounting"] = front

from ai_impact_accounting.producer import tracking  # noqa: E402


def main(what: str, folder: Path) -> None:
    os.environ |= {"CODECARBON_FORCE_RAM_POWER": "20000", "DIA_REGION": "DE"}
    if what == "estimate":
        tracking._codecarbon_supported = lambda: False
    with tracking.track("example/base", region="Germany", carbon_intensity=0.38) as tracked:
        end = time.perf_counter() + 4
        while time.perf_counter() < end:
            sum(range(10_000))
        if what == "estimate":
            tracked._t0 -= 36_000
    (folder / what).mkdir(parents=True, exist_ok=True)
    card = folder / what / "README.md"
    card.write_text("---\nlicense: mit\n---\n# A model\n")
    tracked.write(str(card))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
