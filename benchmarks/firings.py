"""How often each rule fires on the real cards, and its firings to be read by eye.

    HF_EMISSIONS_SHARED=../shared python benchmarks/firings.py
    HF_EMISSIONS_SHARED=../shared python benchmarks/firings.py --show implausible-intensity --limit 10
    HF_EMISSIONS_SHARED=../shared python benchmarks/firings.py --dated
    HF_EMISSIONS_SHARED=../shared python benchmarks/firings.py --probe

A probe takes the real cards with a block and makes each of them wrong, in memory, in the way that one rule looks for.

Leaves with 1 where a card raised an exception.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator

import corpus
from probes import PROBES, cases
from units import dated

from hf_emissions.rules.check import RULES, check_card
from hf_emissions.rules.finding import Finding

Checked = tuple[str, list[Finding] | None]


def cards_of(*, are_dated: bool) -> Iterator[tuple[str, str]]:
    """Name and text of every card of the set that is UTF-8."""
    if are_dated:
        yield from ((case.name, case.text) for case in dated())
    else:
        yield from corpus.named_texts()


def checked(cards: Iterable[tuple[str, str]]) -> Iterator[Checked]:
    """The name of each card with its findings; None where it raised an exception."""
    for name, text in cards:
        try:
            yield name, check_card(text)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is reported
            print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
            yield name, None


def probed(rule: str) -> Iterator[Checked]:
    """The cards that were made wrong for a rule, with what it finds. Each is handed its own record as the base's."""
    for name, text, record in cases(rule):
        yield name, check_card(text, select=[rule], base=record if rule == "copied-from-base-model" else None)


def sheet_of_probes(limit: int) -> None:
    """A row a rule: how many of the cards that were made wrong it finds, and some of the findings."""
    for rule in PROBES:
        cards = list(probed(rule))
        print(f"\n{rule}: fires on {sum(bool(findings) for _, findings in cards)} of {len(cards)} cards")
        if limit:
            show(cards, rule, limit)


def sheet(cards: list[Checked]) -> None:
    """A row a rule: its severity, the cards that it fires on, and how often in all."""
    on = Counter(rule for _, findings in cards for rule in {finding.rule for finding in findings or ()})
    times = Counter(finding.rule for _, findings in cards for finding in findings or ())
    print(f"{'rule':30} severity     cards  findings")
    for rule in RULES:
        print(f"{rule.id:30} {rule.severity:8} {on[rule.id]:9,} {times[rule.id]:9,}")


def show(cards: list[Checked], rule: str, limit: int) -> None:
    """The firings of one rule, evenly picked from all of them."""
    hits = [(name, finding) for name, findings in cards for finding in findings or () if finding.rule == rule]
    for name, finding in hits[:: max(1, len(hits) // limit)][:limit]:
        print(f"{name}:{finding.line}:{finding.column}: {finding.message}")
    print(f"{rule}: {len(hits)} findings")


def main() -> int:
    """Print the sheet, or the firings of one rule; 1 where a card raised an exception."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--show", metavar="RULE", choices=[rule.id for rule in RULES], help="the firings of one rule")
    parser.add_argument("--limit", type=int, default=10, help="how many of them (default: 10)")
    parser.add_argument("--dated", action="store_true", help="the cards of kg_as_g.csv instead of the snapshot")
    parser.add_argument("--probe", action="store_true", help="cards that were made wrong, and what is found in them")
    asked = parser.parse_args()
    if asked.probe:
        sheet_of_probes(asked.limit)
        return 0
    cards = list(checked(cards_of(are_dated=asked.dated)))
    if asked.show:
        show(cards, asked.show, asked.limit)
    else:
        sheet(cards)
    raised = sum(findings is None for _, findings in cards)
    print(f"{len(cards):,} cards, {raised} of them raised an exception")
    return 1 if raised else 0


if __name__ == "__main__":
    sys.exit(main())
