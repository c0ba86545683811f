"""A loop that accelerate launches as two processes on this machine, without a Trainer; rank 0 prints its record.

Arguments: `debug` or `notebook`, the output folder, a free port.
"""

import json
import sys
import time

import accelerate
import torch

from hf_emissions import record_emissions


def loop(folder: str) -> None:
    accelerate.PartialState(cpu=True)
    with record_emissions(folder, country="DEU") as recording:
        time.sleep(0.5)
    if torch.distributed.get_rank() == 0:
        print(json.dumps(recording.record.values()))


if sys.argv[1] == "debug":
    accelerate.debug_launcher(loop, (sys.argv[2],), 2)
else:
    accelerate.notebook_launcher(loop, (sys.argv[2],), num_processes=2, use_port=sys.argv[3])
