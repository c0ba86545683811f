"""Trains an adapter and a whole model, and uploads them and a merge by their own `push_to_hub`; prints the figures."""

import json
import sys
from pathlib import Path

import peft
from recording import tiny

from hf_emissions import EmissionsCallback

folder = Path(sys.argv[1])
figures = {}


def trained(name, model):
    callback = EmissionsCallback(country="DEU")
    tiny.trainer(folder / name, callback, train_model=model, max_steps=2, save_strategy="no").train()
    figures[name] = callback.record.emissions_g
    return model


adapter = trained("adapter", peft.get_peft_model(tiny.model(), peft.LoraConfig(r=2, target_modules=["query"])))
adapter.push_to_hub("user/adapter")
adapter.merge_and_unload().push_to_hub("user/merged")
figures["merged"] = figures["adapter"]
trained("whole", tiny.model()).push_to_hub("user/whole")
print(json.dumps(figures))
