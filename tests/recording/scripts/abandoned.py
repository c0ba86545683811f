"""A program that begins a decorated generator and ends before it does; argument: folder."""

import sys
import time

from hf_emissions import record_emissions


@record_emissions(sys.argv[1], country="DEU", training_type="fine-tuning")
def epochs():
    """Never come to their end."""
    while True:
        time.sleep(0.05)
        yield


generator = epochs()
next(generator)
print("{}")
