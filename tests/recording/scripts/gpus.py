"""Loops without a Trainer, one after the other in one process; prints what came of each as JSON.

Arguments: a folder to work in, and for each loop what CUDA_VISIBLE_DEVICES is set to (`unset`: it is not), with `@1.5`
behind it for a loop of 1.5 seconds. Where there is a WORLD_SIZE this is one rank of several.
"""

import json
import os
import sys
import time
from pathlib import Path

from recording.helpers import card_text, ledger

from hf_emissions import record_emissions


def record(folder: Path, visible: str, seconds: float) -> dict | None:
    os.environ.pop("CUDA_VISIBLE_DEVICES", None)
    if visible != "unset":
        os.environ["CUDA_VISIBLE_DEVICES"] = visible
    with record_emissions(folder, country="DEU", training_type="fine-tuning") as recording:
        time.sleep(seconds)
    if recording.record is None:  # another rank meters the node
        return None
    return {"record": recording.record.values(), "lines": ledger(folder), "card": card_text(folder)}


def main(folder: str, *loops: str) -> None:
    several = "WORLD_SIZE" in os.environ
    if several:
        from torch import distributed

        distributed.init_process_group("gloo")
    done = []
    for number, loop in enumerate(loops):
        visible, _, seconds = loop.partition("@")
        done.append(record(Path(folder) / str(number), visible, float(seconds or 0.3)))
    print(json.dumps(done))
    if several:
        distributed.destroy_process_group()


if __name__ == "__main__":
    main(*sys.argv[1:])
