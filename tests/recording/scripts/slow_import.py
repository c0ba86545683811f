"""A block of code in a process whose CodeCarbon takes long to import; prints what came of it as JSON.

Arguments: a folder, seconds of the import, seconds of the block.
"""

import json
import sys
import time
from pathlib import Path

from late_import import delay_codecarbon

delay_codecarbon(float(sys.argv[2]))

from hf_emissions import record_emissions  # noqa: E402 - after the import was slowed
from hf_emissions.recording.folder import open_folder  # noqa: E402
from hf_emissions.recording.summary import summarize  # noqa: E402

recording = record_emissions(sys.argv[1])
begun = time.monotonic()
with recording:
    waited_s = time.monotonic() - begun
    time.sleep(float(sys.argv[3]))
[run] = open_folder(Path(sys.argv[1])).runs
[segment] = run.segments
summary = summarize(run)
print(
    json.dumps(
        {
            "record": recording.record and recording.record.values(),
            "waited_s": waited_s,
            "segment": {"duration_s": segment.duration_s, "filled_s": segment.filled_s},
            "notes": [*summary.notes, *summary.problems],
        }
    )
)
