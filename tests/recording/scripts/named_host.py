"""Records twice on a host of a given name, the second time with a tracker that fails and names everything; uploads it.

Arguments: the host's name, the user's, the output folder. In a namespace of its own, whose name may be changed.
"""

import logging
import os
import socket
import sys
import time
from pathlib import Path

host, user, out = sys.argv[1], sys.argv[2], Path(sys.argv[3])
socket.sethostname(host)
os.environ |= {"USER": user, "LOGNAME": user, "HOSTNAME": host, "MASTER_ADDR": f"{host}.cluster.example"}

import codecarbon  # noqa: E402
from huggingface_hub import HfApi  # noqa: E402

from hf_emissions import record_emissions  # noqa: E402

with record_emissions(out, country="DEU"):
    time.sleep(0.3)

tracker = codecarbon.OfflineEmissionsTracker
flush = tracker.flush


def failing(self):
    logger = logging.getLogger("codecarbon")
    logger.warning("%s@%s: could not take a reading of '%s/x'", user, host, out.resolve())
    raise OSError(13, f"Permission denied for user={user} on http://{host}:80/", str(out.resolve() / "emissions.csv"))


with record_emissions(out, country="DEU"):
    time.sleep(0.3)
    tracker.flush = failing
    time.sleep(0.1)

HfApi().upload_folder(repo_id="user/model", folder_path=out)
