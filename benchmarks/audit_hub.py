"""An audit of a catalogue behind the Hub's quotas: the share of them that is used, calls, memory, refusals.

    python benchmarks/audit_hub.py                           # 10,000 and 40,000 models, two minutes
    python benchmarks/audit_hub.py 100000 1000000 22000 10   # two sizes, cards that are read, how fast the clock runs

The Hub is a server on the loopback interface, over TLS, with the quotas of a free account, in a process of its own. Its
clock and the auditor's run faster than the time does, so that a window of five minutes takes seconds.

Leaves with 1 where less than 0.95 of a quota was used in a window that was neither the first nor the last, a call was
refused, or the memory grew by more than a fifth from the first size to the second.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

SIZES, BODIES, FAST = (10_000, 40_000), 1_100, 40.0
LIMITS = {"api": 1000, "resolvers": 5000, "pages": 200}
# Of the short run, so that it has several windows, too.
SHORT_LIMITS = {"api": 1000, "resolvers": 250, "pages": 200}


def serve(size: int, fast: float, limits: dict[str, int]) -> None:
    from hub.catalogue import Catalogue
    from hub.certificates import authority
    from hub.quotas import Quotas
    from hub.server import Hub

    with Hub() as hub:
        hub.catalogue, hub.remember = Catalogue(size), False
        hub.quotas = Quotas(limits, 300.0, lambda: time.monotonic() * fast)
        print(json.dumps([hub.url, str(authority())]), flush=True)
        sys.stdin.readline()
        calls = {kind: sum(used[kind] for used in hub.quotas.used.values()) for kind in limits}
        shares = {kind: hub.quotas.shares(kind) for kind in limits}
        print(json.dumps({"calls": calls, "shares": shares, "refused": hub.quotas.refused}), flush=True)


def audit(url: str, bodies: int, fast: float) -> None:
    from huggingface_hub import constants

    from hf_emissions.audit.audit import Audit
    from hf_emissions.audit.sources.hub import HubSource
    from hf_emissions.audit.summary import summarise
    from hf_emissions.hub.client import Hub
    from hf_emissions.hub.crawl import Crawler, Query
    from hf_emissions.hub.quotas import Quotas
    from hf_emissions.hub.waiting import RetryBudget

    constants.HF_HUB_OFFLINE = False

    def sleep(time_s: float) -> None:
        time.sleep(time_s / fast)

    hub = Hub("hf_dummy", url, lambda: RetryBudget(sleep=sleep))
    crawler = Crawler(hub, Quotas(lambda: time.monotonic() * fast, sleep))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "audit.parquet"
        begun = time.perf_counter()
        Audit(HubSource(crawler, Query(), most_bodies=bodies), out).run(datetime.now(UTC))
        summary = summarise([out])
        time_s = time.perf_counter() - begun
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"models": sum(summary.counts.values()), "seconds": time_s, "peak_mb": peak_mb}))


def measured(size: int, bodies: int, fast: float, limits: dict[str, int]) -> dict[str, Any]:
    this = [sys.executable, __file__]
    served = [*this, "serve", str(size), str(fast), json.dumps(limits)]
    with subprocess.Popen(served, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        url, trusted = json.loads(server.stdout.readline())
        command = [*this, "audit", url, str(bodies), str(fast)]
        around = {**os.environ, "SSL_CERT_FILE": trusted}
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=around)
        server.stdin.write("\n")
        server.stdin.flush()
        return {**json.loads(done.stdout), **json.loads(server.stdout.readline())}


def said(found: dict[str, Any]) -> str:
    calls = ", ".join(f"{count} {kind}" for kind, count in found["calls"].items() if count)
    listing = found["calls"]["api"] / found["models"] * 1000
    shares = ", ".join(f"{share:.3f}" for share in found["shares"]["resolvers"])
    return (
        f"{found['models']} models in {found['seconds']:.0f} s; calls: {calls}; {listing:.2f} a thousand models for the"
        f" listing; share of the quota for cards in each window: {shares}; refused: {found['refused']};"
        f" peak memory {found['peak_mb']:.0f} MB"
    )


def main(sizes: tuple[int, ...], bodies: int, fast: float, limits: dict[str, int]) -> int:
    found = []
    for size in sizes:
        found.append(measured(size, bodies, fast, limits))
        print(said(found[-1]), flush=True)
    growth = found[-1]["peak_mb"] / found[0]["peak_mb"]
    print(f"peak memory at {sizes[-1]} models is {growth:.2f} times that at {sizes[0]}")
    shares = [share for one in found for share in one["shares"]["resolvers"][1:-1]]
    refused = sum(one["refused"] for one in found)
    return 1 if not shares or min(shares) < 0.95 or refused or growth > 1.2 else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(int(sys.argv[2]), float(sys.argv[3]), json.loads(sys.argv[4]))
    elif sys.argv[1:2] == ["audit"]:
        audit(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
    elif sys.argv[1:]:
        first, second, cards, clock = sys.argv[1:5]
        sys.exit(main((int(first), int(second)), int(cards), float(clock), LIMITS))
    else:
        sys.exit(main(SIZES, BODIES, FAST, SHORT_LIMITS))
