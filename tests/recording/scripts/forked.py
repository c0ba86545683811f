"""A process that is forked as soon as its recording was made, while CodeCarbon is imported on another thread.

Prints the energy of both as JSON. Argument: a folder.
"""

import json
import os
import sys
import time
import warnings
from pathlib import Path

from late_import import delay_codecarbon

delay_codecarbon(1)

from hf_emissions import record_emissions  # noqa: E402 - after the import was slowed
from hf_emissions.recording import detection  # noqa: E402

warnings.simplefilter("ignore")  # later Pythons warn of a fork beside threads
detection.FORK_S = 60.0  # however busy the machine is


def energy_kwh(recording: record_emissions) -> float | None:
    with recording:
        time.sleep(0.2)
    return recording.record and recording.record.energy_kwh


folder = Path(sys.argv[1])
recording = record_emissions(folder / "parent")
was_importing = not detection._detection[-1].imported.is_set()
reader, writer = os.pipe()
if os.fork() == 0:
    os.write(writer, json.dumps(energy_kwh(record_emissions(folder / "child"))).encode())
    os._exit(0)
os.wait()
child_kwh = json.loads(os.read(reader, 100))
print(json.dumps({"was_importing": was_importing, "child_kwh": child_kwh, "parent_kwh": energy_kwh(recording)}))
