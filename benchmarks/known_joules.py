"""The energy on the card against a power curve that is known, beside what transformers' own callback leaves behind.

    python benchmarks/known_joules.py --scenarios 200 --seed 1

Random trainings in simulated time: one to three nodes, kills, exceptions and resumes, second trainings, meters that
are ready late or not before the end, counters that wrap, are reset or cannot be read, clocks that jump, nodes that are
missing. CodeCarbon reads counters that a scripted
curve drives; its arithmetic is its own. The other column is transformers' CodeCarbonCallback in the same processes at
the same moments (its place given, so that no network is touched), and its CSV as a reader would take it: the last
row, or the sum of the rows.

Leaves with 1 where a figure is off by more than 1 % and the card does not say that something is missing.
"""

from __future__ import annotations

import argparse
import logging
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from rig import tree  # noqa: E402
from rig.clock import simulated_time  # noqa: E402
from rig.scenarios import Outcome, Player, Scenario, draw_scenario  # noqa: E402

GROUPS: list[tuple[str, Callable[[Scenario], bool]]] = [
    ("all", lambda s: s is not None),
    ("one node, one launch", lambda s: s.nodes == 1 and len(s.trainings) == 1 and len(s.trainings[0]) == 1),
    ("several nodes", lambda s: s.nodes > 1),
    ("resumed", lambda s: len(s.trainings[-1]) > 1),
    ("killed", lambda s: any(launch.end == "kill" for training in s.trainings for launch in training)),
    ("second training", lambda s: len(s.trainings) > 1),
    ("a meter is late", lambda s: s.starts_late and not s.ends_unmetered),
    ("over before it was metered", lambda s: s.ends_unmetered),
    ("clock jumps", lambda s: any(launch.jumps for training in s.trainings for launch in training)),
    ("counter reset or unreadable", lambda s: s.resets or s.unreadable),
    ("a node is missing", lambda s: s.misses_a_node),
]


# What other dimensions add to a scenario is drawn in `draw_scenario` (async functions, stages); a row here shows them.


def play(seed: int) -> Outcome:
    """The outcome of one scenario, with transformers' callback beside ours."""
    logging.getLogger("hf_emissions").setLevel(logging.CRITICAL)
    logging.getLogger("codecarbon").disabled = True
    with tempfile.TemporaryDirectory() as base, simulated_time() as clock, tree.driven(clock.monotonic):
        return Player(clock, Path(base), draw_scenario(seed), theirs=True).play()


def play_all(seeds: range, jobs: int) -> list[Outcome]:
    """The outcomes of these scenarios, in so many processes beside each other."""
    outcomes = []
    with ProcessPoolExecutor(jobs) as pool:
        for outcome in pool.map(play, seeds, chunksize=5):
            outcomes.append(outcome)
            if sys.stderr.isatty():
                print(f"\r{len(outcomes)} of {len(seeds)}", end="", file=sys.stderr)
    return outcomes


def cells(judged: Sequence[tuple[float | None, float | None, str]]) -> str:
    """One program's columns: how many are right, said, wrong and nothing; the median error, the worst wrong one."""
    count = Counter(verdict for _, _, verdict in judged)
    silent = [abs(error) for error, _, verdict in judged if verdict == "wrong" and error is not None]
    middle = statistics.median(1.0 if kept is None else abs(kept) for _, kept, _ in judged)
    worst = f"{max(silent):.0%}" if silent else "-"
    return f"{count['right']:6}{count['said']:6}{count['wrong']:7}{count['nothing']:9}{middle:9.3%}{worst:>9}"


# What a reader finds of an outcome: the error, that before rounding, and the verdict.
Judge = Callable[[Outcome], tuple[float | None, float | None, str]]


def ours(outcome: Outcome) -> tuple[float | None, float | None, str]:
    """What our card says."""
    return outcome.error, outcome.kept_error, {"silently wrong": "wrong"}.get(outcome.verdict, outcome.verdict)


def theirs(read: Callable[[list[float]], float]) -> Judge:
    """What a reader of the CSV finds."""

    def judge(outcome: Outcome) -> tuple[float | None, float | None, str]:
        if not outcome.rows:
            return None, None, "nothing"
        error = read(outcome.rows) / outcome.metered_joules - 1
        return error, error, "right" if abs(error) <= 0.01 else "wrong"

    return judge


READERS: list[tuple[str, Judge]] = [
    ("hf-emissions", ours),
    ("CSV, last row", theirs(lambda rows: rows[-1])),
    ("CSV, sum of rows", theirs(sum)),
]


def main() -> int:
    """Play, print the table, and judge."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--scenarios", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes beside each other")
    asked = parser.parse_args()
    first, begin = asked.seed * 100_000, time.perf_counter()
    outcomes = play_all(range(first, first + asked.scenarios), asked.jobs)
    taken_s = time.perf_counter() - begin

    print(f"\n{'':34}{'':18}{'right':>6}{'said':>6}{'wrong':>7}{'nothing':>9}{'median':>9}{'worst':>9}")
    for name, belongs in GROUPS:
        chosen = [outcome for outcome in outcomes if belongs(outcome.scenario)]
        for index, (reader, judge) in enumerate(READERS):
            label = f"{name} ({len(chosen)})" if index == 0 else ""
            if chosen:
                print(f"{label:34}{reader:18}{cells([judge(outcome) for outcome in chosen])}")
    print(
        "right: within 1 % of the curve's integral. said: not, and the card names what is missing. wrong: not, and "
        "nothing says so.\nnothing: no figure. median: of the error of the energy as it is kept, which the card rounds "
        "to three digits; none is 100 %. worst: of the wrong ones."
    )
    tails = max(outcome.killed_tail_s for outcome in outcomes)
    print(f"{len(outcomes)} scenarios in {taken_s:.0f} s, in {asked.jobs} processes")
    print(f"longest time before a kill that is not in the ledger: {tails:.1f} s")
    wrong = [outcome for outcome in outcomes if outcome.verdict == "silently wrong"]
    for outcome in wrong:
        print(f"silently wrong: seed {outcome.scenario.seed} ({outcome.scenario.words}): {outcome.error:+.2%}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
