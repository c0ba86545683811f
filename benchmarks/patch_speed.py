"""Cards per second of `patch_card`, beside huggingface_hub's `ModelCard(text)` plus `str(card)` on the same cards.

    HF_EMISSIONS_SHARED=../shared python benchmarks/patch_speed.py --at-least 5

Leaves with 1 where the ratio is below what was asked for. The two alternate in one run, batch by batch; a card that
either of them refuses counts for neither.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Sequence

import corpus
from huggingface_hub import ModelCard

from hf_emissions import EmissionsRecord, patch_card

RECORD = EmissionsRecord(
    emissions_g=12.5,
    source="CodeCarbon 3.3.2",
    training_type="fine-tuning",
    geographical_location="Quebec, Canada",
    hardware_used="2 x NVIDIA A100",
)
BATCH = 500


def ours(text: str) -> str:
    """The card with a block."""
    return patch_card(text, RECORD, overwrite=True)


def theirs(text: str) -> str:
    """The card parsed and written again, with nothing added to it."""
    return str(ModelCard(text))


def works(edit: Callable[[str], str], text: str) -> bool:
    """Whether a card can be edited at all."""
    try:
        edit(text)
    except Exception:  # noqa: BLE001 - whatever it raises, the card was refused
        return False
    return True


def seconds(edit: Callable[[str], str], texts: Sequence[str]) -> float:
    """Wall time of one batch."""
    start = time.perf_counter()
    for text in texts:
        edit(text)
    return time.perf_counter() - start


def main() -> int:
    """Print both rates and their ratio; 1 where it is too low."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--at-least", type=float, default=0.0, help="the lowest ratio that is good enough")
    at_least = parser.parse_args().at_least
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    texts = [text for text in corpus.texts() if works(ours, text) and works(theirs, text)]
    batches = [texts[at : at + BATCH] for at in range(0, len(texts), BATCH)]
    times = [(seconds(ours, batch), seconds(theirs, batch)) for batch in batches]
    mine, other = (sum(column) for column in zip(*times, strict=True))
    ratios = sorted(b / a for a, b in times)
    print(f"{len(texts)} cards, {len(batches)} batches of {BATCH}, alternating")
    print(f"patch_card:                 {len(texts) / mine:8.0f} cards/s")
    print(f"ModelCard(text), str(card): {len(texts) / other:8.0f} cards/s")
    spread = f"{ratios[0]:.1f} to {ratios[-1]:.1f}, median {statistics.median(ratios):.1f}"
    print(f"ratio {other / mine:.1f} (batches: {spread})")
    return 0 if other / mine >= at_least else 1


if __name__ == "__main__":
    sys.exit(main())
