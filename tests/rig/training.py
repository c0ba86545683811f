"""A real Trainer on a tiny random model, run as a program of its own; what happens to it is asked for by arguments."""

from __future__ import annotations

import argparse
import faulthandler
import gc
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import torch
from recording import tiny
from transformers import TrainerCallback

from hf_emissions import EmissionsCallback


class Accident(TrainerCallback):
    """Slows every step, and lets something happen at one of them."""

    def __init__(self, what: str, step: int, step_s: float) -> None:
        self.what, self.step, self.step_s = what, step, step_s

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Say that training goes on."""
        print(f"training from step {state.global_step}", flush=True)

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """The accident, in the step it was asked for."""
        time.sleep(self.step_s)
        print(f"step {state.global_step}", flush=True)
        if state.global_step == self.step:
            happen(self.what)


def happen(what: str) -> None:
    """Kill this process, interrupt it, leave it or raise."""
    if what in ("SIGKILL", "SIGTERM", "SIGINT"):
        os.kill(os.getpid(), getattr(signal, what))
        time.sleep(5)
    elif what == "exit":
        sys.exit(3)
    elif what == "raise":
        raise RuntimeError("the training's own error")


def main() -> None:
    """Train, and say in one JSON line what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("output_dir", type=Path)
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--save-steps", type=int, default=3)
    parser.add_argument("--step-s", type=float, default=0.0)
    parser.add_argument("--accident", default="")
    parser.add_argument("--at-step", type=int, default=0)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--catch-and-wait-s", type=float, help="catch the exception, and live on for so long")
    asked = parser.parse_args()
    # One that hangs says where, before the test that waits for it gives up.
    faulthandler.dump_traceback_later(100, exit=True)
    callback = EmissionsCallback(country="DEU")
    accident = Accident(asked.accident, asked.at_step, asked.step_s)
    trainer = tiny.trainer(asked.output_dir, callback, accident, max_steps=asked.steps, save_steps=asked.save_steps)
    try:
        trainer.train(resume_from_checkpoint=asked.resume or None)
    except BaseException:
        if asked.catch_and_wait_s is None:
            raise
        time.sleep(asked.catch_and_wait_s)
    record = callback.record
    threads = [thread.name for thread in threading.enumerate()]
    print(json.dumps({"record": record and record.known(), "threads": threads}), flush=True)
    if torch.distributed.is_initialized():
        # The model in its wrapper goes before its process group: freed behind it, it waited for ever once in some sixty
        # trainings on a busy machine.
        del trainer
        gc.collect()
        torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main()
