"""A loop without a Trainer and without `torch.distributed`; prints its record as JSON. Arguments: folder, seconds."""

import json
import sys
import time

from hf_emissions import record_emissions

with record_emissions(sys.argv[1], country="DEU", training_type="fine-tuning") as recording:
    time.sleep(float(sys.argv[2]))
print(json.dumps(recording.record.values()))
