"""Recorded and imported ranges against what is known: metered truth, a wall meter, other trackers.

    python benchmarks/recorded_ranges.py --scenarios 200 --seed 1 [--wall FOLDER]

1. The scenarios of known_joules.py, whose energy is known: is the true figure inside the range on the card?
2. The training of docs/import.md, which four trackers recorded at once: is what one tracker says inside the range of
   another, both of the node and on the grid of Germany?
3. With --wall, the results of Fischer 2025 (github.com/raphischer/ai-energy-validation, folder `results`): is what the
   wall meter gave inside the range of what CodeCarbon gave? There are totals and no components, and the energy alone.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import os
import re
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "benchmarks")]

from known_joules import GROUPS, play_all  # noqa: E402
from rig.scenarios import Outcome  # noqa: E402

from hf_emissions import EmissionsRecord, read_card, units  # noqa: E402
from hf_emissions.cli.stated_range import stated_range  # noqa: E402
from hf_emissions.estimation.uncertainty import ENDS, Ends, Part, energy_ends  # noqa: E402
from hf_emissions.importers.detect import read_file  # noqa: E402
from hf_emissions.importers.to_record import UserFacts, to_record  # noqa: E402

COMPARE = ROOT / "tests" / "importers" / "compare"
FILES = ("codecarbon.csv", "eco2ai.csv", "job_carbontracker_output.log")
# The display of the wall meter has steps of 1 Wh; below two of them it says nothing.
LEAST_KWH = 0.002


def share(held: Sequence[bool]) -> str:
    return f"{sum(held)} of {len(held)} ({sum(held) / len(held):.0%})" if held else "none"


def print_known(outcomes: Sequence[Outcome]) -> None:
    print(
        f"{'metered truth':34}{'with a range, it holds the truth':36}{'without: right':16}without: says what is missing"
    )
    for name, belongs in GROUPS:
        chosen = [(outcome, outcome.is_inside) for outcome in outcomes if belongs(outcome.scenario)]
        held = [inside for _, inside in chosen if inside is not None]
        without = [outcome.verdict for outcome, inside in chosen if inside is None]
        label = f"{name} ({len(chosen)})"
        print(f"{label:34}{share(held):36}{without.count('right'):<16}{without.count('said')}")
    for outcome in outcomes:
        if outcome.is_inside is False:
            print(f"outside: seed {outcome.scenario.seed} ({outcome.scenario.words}): {outcome.error:+.2%}")


def compared() -> dict[str, EmissionsRecord]:
    """What each tracker said of one training, of the node and on one grid."""
    found = {}
    card = read_card((COMPARE / "callback.md").read_text(encoding="utf-8"))
    assert card is not None
    found["EmissionsCallback"] = card.replace(range_g=stated_range(card))
    for name in FILES:
        (run,) = read_file(COMPARE / name).runs
        record = to_record(run, UserFacts(country="DEU"))
        found[run.tool] = of_node(record)
    return found


def of_node(record: EmissionsRecord) -> EmissionsRecord:
    """The record without the PUE inside."""
    assert record.emissions_g is not None
    ends = None if record.range_g is None else (record.range_g[0] / record.pue, record.range_g[1] / record.pue)
    return EmissionsRecord(emissions_g=record.emissions_g / record.pue, range_g=ends)


def print_compared() -> None:
    found = compared()
    print(f"\n{'one training, of the node':26}{'says':>9}{'range':>20}   holds")
    held = []
    for tool, record in found.items():
        assert record.emissions_g is not None
        assert record.range_g is not None
        low, high = record.range_g
        others = {other: low <= (said.emissions_g or 0) <= high for other, said in found.items() if other != tool}
        held += others.values()
        ends = f"{units.format_mass(low)} to {units.format_mass(high)}"
        names = ", ".join(other for other, inside in others.items() if inside) or "-"
        print(f"{tool:26}{units.format_mass(record.emissions_g):>9}{ends:>20}   {names}")
    apart = [one for one, (a, b) in zip(held, itertools.permutations(found, 2), strict=True) if "eco2AI" not in (a, b)]
    print(f"what another tracker said is inside: {share(held)}; without eco2AI: {share(apart)}")


def wall_ratios(folder: Path) -> dict[str, list[float]]:
    """Wall meter over CodeCarbon, by what was measured and on which device."""
    ratios: dict[str, list[float]] = defaultdict(list)
    for path in sorted(folder.glob("*.csv")):
        if path.stem.endswith("_image_analysis"):
            continue
        wall = _displays(path.with_name(f"{path.stem}_image_analysis.csv"))
        for row in csv.DictReader(path.open(encoding="utf-8")):
            shown = wall.get(row["run_id"], {})
            told = units.joules_to_kwh(float(row["metrics.power_draw_total"] or 0))
            metered = shown.get("stop", 0.0) - shown.get("start", 0.0)
            if told > 0 and metered >= LEAST_KWH:
                ratios[f"{path.stem.partition('_')[0]} on {row['params.architecture']}"].append(metered / told)
    return ratios


def _displays(path: Path) -> dict[str, dict[str, float]]:
    """What the meter's display said at the start and the stop of each run, in kWh."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for row in csv.DictReader(path.open(encoding="utf-8")):
        photo = re.search(r"([0-9a-f]{32})_capture_(start|stop)\.", row[""])
        if photo and row["value"]:
            found[photo[1]][photo[2]] = float(row["value"])
    return found


def print_wall(ratios: dict[str, list[float]]) -> None:
    print(f"\n{'wall meter over CodeCarbon':48}{'n':>5}{'5 %':>7}{'50 %':>7}{'95 %':>7}   inside the range")
    for name, values in ratios.items():
        low, middle, high = (statistics.quantiles(values, n=20, method="inclusive")[at] for at in (0, 9, 18))
        gpu = "NVIDIA" in name
        ends = ENDS["CodeCarbon"] if gpu else energy_ends([Part("CPU model", 1.0)], "node")
        assert ends is not None
        told = "total alone" if gpu else "processor modelled"
        print(f"{name:48}{len(values):5}{low:7.2f}{middle:7.2f}{high:7.2f}   {told}: {_within(values, ends)}")
        if gpu:
            metered = energy_ends([Part("GPU meter", 1.0)], "node")
            assert metered is not None
            print(f"{'':74}   all metered: {_within(values, metered)}")


def _within(values: Iterable[float], ends: Ends) -> str:
    return share([ends.low <= value <= ends.high for value in values])


def main() -> int:
    """Print all three."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--scenarios", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes beside each other")
    parser.add_argument("--wall", type=Path, help="results of Fischer 2025")
    asked = parser.parse_args()
    first = asked.seed * 100_000
    print_known(play_all(range(first, first + asked.scenarios), asked.jobs))
    print_compared()
    if asked.wall is not None:
        print_wall(wall_ratios(asked.wall))
    return 0


if __name__ == "__main__":
    sys.exit(main())
