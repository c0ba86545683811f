"""One of the writers of the soak: writes unique changes into the cards of some repositories, until it is told to stop.

    python tests/hub/soak.py URL NAME SEED LOG REPOSITORY...

What it says it wrote stands in LOG, one change a line, after the Hub had it. Repositories of others get pull requests.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from hf_emissions.card.patch import patch_card
from hf_emissions.errors import HfEmissionsError
from hf_emissions.hub import contribution_policy
from hf_emissions.hub.address import Address
from hf_emissions.hub.client import Hub
from hf_emissions.hub.edit import Change, CommitOptions, edit_card
from hf_emissions.hub.proposals import TITLE
from hf_emissions.hub.waiting import RetryBudget
from hf_emissions.record import EmissionsRecord

FASTER = 50


def change_of(number: int) -> Change:
    """A figure that no other change writes."""
    record = EmissionsRecord(emissions_g=float(number), source=f"Change {number}")
    return lambda text: patch_card(text, record, overwrite=True)


def patience() -> RetryBudget:
    return RetryBudget(left_s=3000.0, sleep=lambda seconds: time.sleep(seconds / FASTER))


def write(hub: Hub, model: str, number: int) -> bool:
    """Write a change; whether it was said to be there."""
    wishes = CommitOptions(
        lambda *_: True, lambda _, __, proposal: (TITLE if proposal else str(number), str(number) if proposal else "")
    )
    try:
        return edit_card(hub, Address(model), change_of(number), wishes).written is not None
    except HfEmissionsError as error:
        print(error, file=sys.stderr)
        return False


def main(url: str, name: str, seed: str, log: str, *models: str) -> None:
    # What is tried here is that there is one pull request, however often it is tried.
    contribution_policy.MOST_A_DAY = 1_000_000
    chosen, hub = random.Random(int(seed)), Hub("hf_dummy", url, patience)
    with Path(log).open("a", encoding="utf-8", buffering=1) as file:
        for count in range(1, 1_000_000):
            # Of a seed, so that no two writers ever write the same.
            number, model = int(seed) * 1_000_000 + count, chosen.choice(models)
            if write(hub, model, number):
                file.write(f"{model} {number} {name}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
