"""Trains with every `hub_strategy` and uploads to the Hub of HF_ENDPOINT; prints the figure of each training.

Arguments: a folder to work in, then `init`, `late` or `attach`: how the Trainer gets the callback.
"""

import json
import sys
from pathlib import Path

from recording import tiny

from hf_emissions import EmissionsCallback

folder, way = Path(sys.argv[1]), sys.argv[2]
figures = {}
for strategy in ("end", "every_save", "checkpoint", "all_checkpoints"):
    callback = EmissionsCallback(country="DEU")
    trainer = tiny.trainer(
        folder / strategy,
        *([callback] if way == "init" else []),
        max_steps=6,
        save_steps=3,
        push_to_hub=True,
        hub_model_id=f"user/{way}-{strategy}",
        hub_strategy=strategy,
        hub_always_push=True,
    )
    if way == "late":
        trainer.add_callback(callback)
    if way == "attach":
        callback.attach(trainer)
    trainer.train()
    trainer.save_model()  # with push_to_hub this uploads as well
    trainer.push_to_hub()
    figures[strategy] = callback.record.emissions_g
print(json.dumps(figures))
