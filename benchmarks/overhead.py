"""What recording costs a training: the loop's time with and without the callback, and the fixed cost apart from it.

    python benchmarks/overhead.py --pairs 12

The loop, from the first step to the last, runs with and without in turn in one process; each pair gives a ratio. The
fixed cost is `train()` less its loop, in a process of its own each time, the callback made where a user makes it, in
the call of the Trainer: without it, and with it where the place has to be looked up over a network that answers (a
stand-in on the loopback interface), over none, and over one that drops every packet.

Leaves with 1 where the median ratio is 1.01 or more, where a fixed cost is more than half a second above that without
the callback, or where the fixed costs with the three networks are more than 1 s apart.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

os.environ |= {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}

MOST_RATIO = 1.01
MOST_FIXED_S = 0.5
MOST_APART_S = 1.0
NETWORKS = ("answers", "none", "drops")
PLACE = {"country_code3": "DEU", "country": "Germany", "region": "Saxony", "latitude": "51.0", "longitude": "13.7"}


def train(folder: Path, steps: int, make_callback: Callable[[], Any] | None = None) -> tuple[float, float, Any]:
    """Seconds of the loop, from its first step to its last, and of the rest of `train()`; and the callback."""
    import torch
    from transformers import (
        BertConfig,
        BertForSequenceClassification,
        PrinterCallback,
        Trainer,
        TrainerCallback,
        TrainingArguments,
    )

    class Stopwatch(TrainerCallback):
        begin: float | None = None
        end = 0.0

        def on_step_begin(self, *_: Any, **__: Any) -> None:
            self.begin = time.perf_counter() if self.begin is None else self.begin

        def on_step_end(self, *_: Any, **__: Any) -> None:
            self.end = time.perf_counter()

    torch.set_num_threads(1)
    torch.manual_seed(0)
    shape = {"hidden_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 256}
    examples = [{"input_ids": torch.randint(0, 99, (64,)), "labels": index % 2} for index in range(64)]
    arguments = TrainingArguments(
        str(folder), max_steps=steps, logging_steps=10, save_strategy="no", use_cpu=True, report_to="none",
        disable_tqdm=True, dataloader_pin_memory=False,
    )  # fmt: skip
    watch = Stopwatch()
    model = BertForSequenceClassification(BertConfig(vocab_size=100, **shape))
    callback = make_callback() if make_callback else None
    trainer = Trainer(
        model,
        arguments,
        train_dataset=examples,
        callbacks=[watch, *([callback] if callback else [])],
    )
    trainer.remove_callback(PrinterCallback)
    begin = time.perf_counter()
    trainer.train()
    whole = time.perf_counter() - begin
    assert watch.begin is not None
    return watch.end - watch.begin, whole - (watch.end - watch.begin), callback


def ratios(pairs: int, steps: int) -> list[float]:
    """The loop's time with the callback over that without, of each pair."""
    from hf_emissions import EmissionsCallback

    found = []
    with tempfile.TemporaryDirectory() as base:
        for number in range(-1, pairs):
            seconds = {}
            # Now the one first, now the other, so that a machine that grows slower or faster favours neither.
            for recorded in (True, False) if number % 2 else (False, True):
                callback = partial(EmissionsCallback, country="DEU") if recorded else None
                seconds[recorded], _, _ = train(Path(base) / f"{number}-{recorded}", steps, callback)
            if number >= 0:  # the first pair warms up
                found.append(seconds[True] / seconds[False])
    return found


# The fixed cost, each time in a process of its own


def is_loopback(host: Any) -> bool:
    """Whether a host is this machine itself."""
    return host in ("127.0.0.1", "localhost", None)


def behave(network: str, address: str) -> None:
    """Have this process see a network that answers, none, or one that drops packets."""
    lookup, connect = socket.getaddrinfo, socket.socket.connect

    def fail(wait_s: float = 20.0) -> None:
        if network == "drops":
            time.sleep(wait_s)
        raise OSError(101, "Network is unreachable")

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        return lookup(host, *args, **kwargs) if is_loopback(host) else fail()

    def connecting(self: socket.socket, where: Any) -> None:
        if isinstance(where, tuple) and not is_loopback(where[0]):
            fail(self.gettimeout() or 20.0)
        connect(self, where)

    socket.getaddrinfo = getaddrinfo
    socket.socket.connect = connecting
    if network == "answers":
        from codecarbon.input import DataSource

        from hf_emissions.recording import place

        DataSource.geo_js_url = f"{address}/geo.json"
        place._METADATA = address


class StandIn(BaseHTTPRequestHandler):
    """The service that knows a country by an IP address; there is no cloud."""

    def do_GET(self) -> None:
        """Answer the one path that is known."""
        known = self.path == "/geo.json"
        body = json.dumps(PLACE).encode() if known else b""
        self.send_response(200 if known else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def child(network: str, address: str) -> None:
    """One training, its fixed cost and its first steps in seconds on stdout."""
    make_callback = None
    if network != "off":
        from hf_emissions import EmissionsCallback

        behave(network, address)
        make_callback = EmissionsCallback
    with tempfile.TemporaryDirectory() as base:
        loop, rest, callback = train(Path(base), 20, make_callback)
    place = callback.record.country_iso3 if callback and callback.record else None
    print(json.dumps({"fixed_s": rest, "loop_s": loop, "place": place}))
    sys.stdout.flush()
    os._exit(0)  # a look-up that still hangs is not waited for


def fixed_costs(repeats: int) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Seconds of `train()` that are not its loop, and of its first twenty steps, by network."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    found: dict[str, list[float]] = {"off": [], **{network: [] for network in NETWORKS}}
    loops: dict[str, list[float]] = {network: [] for network in found}
    for _ in range(repeats):
        for network, seconds in found.items():
            command = [sys.executable, __file__, "--child", network, "--address", address]
            done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
            answer = json.loads(done.stdout.splitlines()[-1])
            assert (answer["place"] is not None) == (network == "answers"), done.stderr
            seconds.append(answer["fixed_s"])
            loops[network].append(answer["loop_s"])
    server.shutdown()
    return found, loops


def main() -> int:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=12)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=3, help="processes for each fixed cost")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--address", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    if asked.child:
        child(asked.child, asked.address)

    costs, loops = fixed_costs(asked.repeats)
    print("fixed cost of train(), its time less its loop, median:")
    without = statistics.median(costs.pop("off"))
    print(f"  without the callback       {without:6.2f} s")
    middles = {network: statistics.median(seconds) for network, seconds in costs.items()}
    for network, seconds in middles.items():
        print(f"  with it, network {network:9} {seconds:6.2f} s   ({seconds - without:+.2f} s)")
    first = {network: statistics.median(seconds) for network, seconds in loops.items()}
    print("  first 20 steps: " + ", ".join(f"{network} {seconds:.2f} s" for network, seconds in first.items()))
    apart = max(middles.values()) - min(middles.values())
    print(f"  the three are {apart:.2f} s apart; at most {MOST_APART_S:.0f} s are asked for")

    found = ratios(asked.pairs, asked.steps)
    low, middle, high = statistics.quantiles(found, n=4)
    print(f"loop of {asked.steps} steps with the callback over without, {len(found)} pairs:")
    print(f"  median {middle:.4f}, quartiles {low:.4f} to {high:.4f}; under {MOST_RATIO} is asked for")
    dear = max(middles.values()) - without > MOST_FIXED_S
    return 0 if middle < MOST_RATIO and apart <= MOST_APART_S and not dear else 1


if __name__ == "__main__":
    sys.exit(main())
