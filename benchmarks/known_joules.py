"""The energy on the card against a power curve that is known, beside what transformers' own callback leaves behind.

    python benchmarks/known_joules.py --scenarios 200 --seed 1

Random trainings in simulated time: one to three nodes, kills, exceptions and resumes, second trainings, counters that
wrap, are reset or cannot be read, clocks that jump, nodes that are missing. CodeCarbon reads counters that a scripted
curve drives; its arithmetic is its own. The other column is transformers' CodeCarbonCallback in the same processes at
the same moments (its place given, so that no network is touched), and its CSV as a reader would take it: the last
row, or the sum of the rows.

Leaves with 1 where a figure is off by more than 1 % and the card does not say that something is missing.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
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
    ("clock jumps", lambda s: any(launch.jumps for training in s.trainings for launch in training)),
    ("counter reset or unreadable", lambda s: s.resets or s.unreadable),
    ("a node is missing", lambda s: s.misses_a_node),
]


def play(seeds: range) -> list[Outcome]:
    """The outcomes of these scenarios, with transformers' callback beside ours."""
    outcomes = []
    for number, seed in enumerate(seeds, start=1):
        scenario = draw_scenario(seed)
        with tempfile.TemporaryDirectory() as base, simulated_time() as clock, tree.driven(clock.monotonic):
            outcomes.append(Player(clock, Path(base), scenario, theirs=True).play())
        if sys.stderr.isatty():
            print(f"\r{number} of {len(seeds)}", end="", file=sys.stderr)
    return outcomes


def cells(errors: Sequence[float | None], verdicts: Sequence[str]) -> str:
    """One program's columns: how many are right, said, wrong and nothing; the median error, the worst wrong one."""
    count = Counter(verdicts)
    judged = zip(errors, verdicts, strict=True)
    silent = [abs(error) for error, verdict in judged if verdict == "wrong" and error is not None]
    middle = statistics.median(1.0 if error is None else abs(error) for error in errors)
    worst = f"{max(silent):.0%}" if silent else "-"
    return f"{count['right']:6}{count['said']:6}{count['wrong']:7}{count['nothing']:9}{middle:9.2%}{worst:>9}"


def ours(outcome: Outcome) -> tuple[float | None, str]:
    """What our card says."""
    return outcome.error, {"silently wrong": "wrong"}.get(outcome.verdict, outcome.verdict)


def theirs(read: Callable[[list[float]], float]) -> Callable[[Outcome], tuple[float | None, str]]:
    """What a reader of the CSV finds."""

    def judge(outcome: Outcome) -> tuple[float | None, str]:
        if not outcome.rows:
            return None, "nothing"
        error = read(outcome.rows) / outcome.metered_joules - 1
        return error, "right" if abs(error) <= 0.01 else "wrong"

    return judge


READERS: list[tuple[str, Callable[[Outcome], tuple[float | None, str]]]] = [
    ("hf-emissions", ours),
    ("CSV, last row", theirs(lambda rows: rows[-1])),
    ("CSV, sum of rows", theirs(sum)),
]


def main() -> int:
    """Play, print the table, and judge."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--scenarios", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    logging.getLogger("hf_emissions").setLevel(logging.CRITICAL)
    logging.getLogger("codecarbon").disabled = True
    first = asked.seed * 100_000
    outcomes = play(range(first, first + asked.scenarios))

    print(f"\n{'':34}{'':18}{'right':>6}{'said':>6}{'wrong':>7}{'nothing':>9}{'median':>9}{'worst':>9}")
    for name, belongs in GROUPS:
        chosen = [outcome for outcome in outcomes if belongs(outcome.scenario)]
        for index, (reader, judge) in enumerate(READERS):
            label = f"{name} ({len(chosen)})" if index == 0 else ""
            if chosen:
                errors, verdicts = zip(*(judge(outcome) for outcome in chosen), strict=True)
                print(f"{label:34}{reader:18}{cells(errors, verdicts)}")
    print(
        "right: within 1 % of the curve's integral. said: not, and the card names what is missing. wrong: not, and "
        "nothing says so.\nnothing: no figure. median: of the error, none being 100 %. worst: of the wrong ones."
    )
    tails = max(outcome.killed_tail_s for outcome in outcomes)
    print(f"longest time before a kill that is not in the ledger: {tails:.1f} s")
    wrong = [outcome for outcome in outcomes if outcome.verdict == "silently wrong"]
    for outcome in wrong:
        print(f"silently wrong: seed {outcome.scenario.seed} ({outcome.scenario.words}): {outcome.error:+.2%}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
