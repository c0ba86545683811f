"""Make samples of what Experiment Impact Tracker 0.1.8 logs, with a simulated meter: 36 W of the processor.

It is of 2020 and does not start on today's Python; what it imports and does not need here is replaced by nothing. Its
choice of columns, its sampling and its writing are its own.

    python -m venv v && v/bin/pip install 'pandas<2.2' psutil ujson
    pip download --no-deps experiment-impact-tracker==0.1.8, and unpack it
    PYTHONPATH=<the unpacked folder> v/bin/python tests/importers/make/run_experiment_impact_tracker.py metered out

`metered` has the power of the processor, `unmetered` a machine without a meter.
"""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path
from unittest import mock

import pandas as pd
import pandas.io.json

pd.io.json.json_normalize = pd.json_normalize
for name in ("cpuinfo", "bs4", "shapely", "shapely.geometry", "requests", "arrow", "geopy", "geocoder", "progiter"):
    sys.modules.setdefault(name, mock.MagicMock())
sys.modules["experiment_impact_tracker.emissions.get_region_metrics"] = mock.MagicMock()
sys.modules["experiment_impact_tracker.emissions.us_ca_parser"] = mock.MagicMock()
sys.modules["experiment_impact_tracker.emissions.constants"] = mock.MagicMock()

from experiment_impact_tracker import compute_tracker, data_info_and_router  # noqa: E402

REGION = {"id": "FR"}
WATTS = 36.0


def metered(*_: object, **__: object) -> dict[str, float]:
    """What its reader of RAPL gives, for a machine that draws 36 W, all of it the experiment's."""
    return {"rapl_power_draw_absolute": 50.0, "rapl_estimated_attributable_power_draw": WATTS}


def columns(what: str) -> list[dict]:
    """Its columns, of those that this machine has: the meter is simulated, and nothing is asked of a network."""
    found = []
    for column in data_info_and_router.DATA_HEADERS:
        if column["name"].startswith("rapl"):
            if what == "metered":
                found.append({**column, "routing": {"function": metered}})
        elif column["name"] in ("timestamp", "cpu_count_adjusted_average_load", "cpu_freq"):
            found.append(column)
    return found


def main(what: str, folder: Path) -> None:
    (folder / what / "impacttracker").mkdir(parents=True, exist_ok=True)
    logger = logging.getLogger("sample")
    logger.setLevel(logging.CRITICAL)
    with mock.patch.multiple(
        compute_tracker,
        _get_compatible_data_headers=lambda *_: columns(what),
        get_current_region_info_cached=lambda: (REGION, {}),
    ):
        for _ in range(6):
            compute_tracker._sample_and_log_power(str(folder / what), {"region": REGION}, logger)
            time.sleep(1)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
