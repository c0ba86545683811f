"""One rank of a training over several processes; rank 0 prints its record as JSON.

Arguments: the output folder; `{node}` in it stands for the node's number. Then what goes wrong: nothing, `no-meter-1`
(the tracker of node 1 fails) or `no-callback-1` (node 1 was started without the callback). Started by a launcher, or
with `launch` by accelerate's own.
"""

import json
import os
import sys

from recording import tiny

from hf_emissions import EmissionsCallback


def train(folder: str, fault: str = "") -> None:
    node = os.environ.get("GROUP_RANK", "0")
    if fault == f"no-meter-{node}":
        import codecarbon

        codecarbon.OfflineEmissionsTracker.flush = lambda self: None
    callback = EmissionsCallback(country="DEU")
    # A little longer, so that what the ranks differ in is small beside it.
    kept = [] if fault == f"no-callback-{node}" else [callback]
    trainer = tiny.trainer(folder.format(node=node), *kept, pause_s=0.005)
    trainer.train()
    trainer.create_model_card()
    if trainer.is_world_process_zero():
        record = callback.record.values()
        print(json.dumps({**record, "metered": sorted(energies(trainer.args.output_dir))}))


def energies(folder: str) -> list[float]:
    from recording.helpers import segments_kwh

    return segments_kwh(folder)


if __name__ == "__main__":
    if sys.argv[1] == "launch":
        from accelerate import debug_launcher

        debug_launcher(train, tuple(sys.argv[2:]), 2)
    else:
        train(*sys.argv[1:])
