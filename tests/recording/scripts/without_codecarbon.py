"""A training where CodeCarbon is not installed; prints as JSON what there is afterwards. Argument: a folder."""

import importlib.metadata
import json
import logging
import sys
import threading
from pathlib import Path


class Hidden:
    """Finds neither CodeCarbon nor what it brings along."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in ("codecarbon", "pycountry"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def version(name, found=importlib.metadata.version):
    if name in ("codecarbon", "pycountry"):
        raise importlib.metadata.PackageNotFoundError(name)
    return found(name)


sys.meta_path.insert(0, Hidden)
importlib.metadata.version = version

from recording import tiny  # noqa: E402 - without CodeCarbon
from transformers import Trainer, TrainerCallback  # noqa: E402


def state():
    """What an import could have changed."""
    handlers = [*logging.root.handlers, *logging.getLogger("hf_emissions").handlers]
    return dict(vars(Trainer)), dict(vars(TrainerCallback)), threading.active_count(), handlers


before = state()
from hf_emissions import EmissionsCallback, record_emissions  # noqa: E402

import_changed_nothing = state() == before

out = Path(sys.argv[1])
callback = EmissionsCallback(country="DEU")
trainer = tiny.trainer(out, callback)
trainer.train()
trainer.create_model_card()
with record_emissions(out / "loop", country="DEU") as recording:
    pass
print(
    json.dumps(
        {
            "import_changed_nothing": import_changed_nothing,
            "steps": trainer.state.global_step,
            "records": [callback.record, recording.record],
            "made": sorted(path.name for path in out.iterdir()),
        }
    )
)
