"""A program that exits inside a recording; arguments: folder, exit status. Prints the status as JSON at its end."""

import atexit
import json
import os
import sys
import time

from hf_emissions import record_emissions

STATUS = int(sys.argv[2])


@atexit.register
def say() -> None:
    """Whatever the status, the test reads it from here."""
    print(json.dumps({"status": STATUS}), flush=True)
    sys.stderr.flush()
    os._exit(0)


with record_emissions(sys.argv[1], country="DEU", training_type="fine-tuning"):
    time.sleep(0.1)
    sys.exit(STATUS)
