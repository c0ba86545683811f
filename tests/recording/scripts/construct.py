"""A recording that is made, and a block of code that runs in it; prints its energy. Arguments: a folder, and how."""

import sys
import time
from pathlib import Path

folder, *how = sys.argv[1:]
options = dict(option.removeprefix("--").partition("=")[::2] for option in how)
if "from-here" in options:
    sys.path.insert(0, folder)


class Hidden:
    """Does not find one module."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] == options.get("without"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Hidden)

from hf_emissions import record_emissions  # noqa: E402 - after the module was hidden
from hf_emissions.recording import detection  # noqa: E402

if "impatient" not in options:
    detection.IMPORT_S = 60.0  # however busy the machine is
recording = record_emissions(Path(folder) / "out", country=options.get("country"))
print("constructed", flush=True)
with recording:
    time.sleep(0.3)
    print("the code ran")
print(recording.record and recording.record.energy_kwh)
