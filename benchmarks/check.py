"""Cards per second of `check_card` with all rules, beside huggingface_hub's `ModelCard(text)` on the same cards.

    HF_EMISSIONS_SHARED=../shared python benchmarks/check.py --at-least 3

Leaves with 1 where the ratio is below what was asked for. One process on one core; the two alternate in one run, batch
by batch, and of five turns the best counts for each, in which the machine did least else. A card that ModelCard refuses
counts for neither; libyaml reads the front matter for both.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import sys
import warnings

import corpus
import yaml
from huggingface_hub import ModelCard
from patch_speed import seconds, works

from hf_emissions.rules.check import RULES, check_card

BATCH = 500
TURNS = 5


def best(batch: list[str]) -> tuple[float, float]:
    """Seconds of one batch, ours and theirs: each the shortest of the turns."""
    turns = [(seconds(check_card, batch), seconds(ModelCard, batch)) for _ in range(TURNS)]
    return min(ours for ours, _ in turns), min(theirs for _, theirs in turns)


def main() -> int:
    """Print both rates and their ratio; 1 where it is too low."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--at-least", type=float, default=0.0, help="the lowest ratio that is good enough")
    at_least = parser.parse_args().at_least
    # The Hub's client warns of every card without a license or a name.
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    texts = [text for text in corpus.texts() if works(ModelCard, text)]
    batches = [texts[at : at + BATCH] for at in range(0, len(texts), BATCH)]
    times = [best(batch) for batch in batches]
    mine, other = (sum(column) for column in zip(*times, strict=True))
    ratios = sorted(b / a for a, b in times)
    libyaml = "with" if yaml.__with_libyaml__ else "without"
    print(f"{len(texts)} cards in batches of {BATCH}, {TURNS} alternating turns, {libyaml} libyaml")
    print(f"check_card, {len(RULES)} rules: {len(texts) / mine:8.0f} cards/s")
    print(f"ModelCard(text):      {len(texts) / other:8.0f} cards/s")
    spread = f"{ratios[0]:.1f} to {ratios[-1]:.1f}, median {statistics.median(ratios):.1f}"
    print(f"ratio {other / mine:.2f} (batches: {spread})")
    return 0 if other / mine >= at_least else 1


if __name__ == "__main__":
    sys.exit(main())
