"""What the tests of writing share: a card, its figure, and somebody who agrees to everything."""

from __future__ import annotations

from hf_emissions.card.patch import patch_card
from hf_emissions.hub.address import Address
from hf_emissions.hub.client import Hub
from hf_emissions.hub.edit import CommitOptions, Outcome, edit_card
from hf_emissions.hub.proposals import TITLE
from hf_emissions.record import EmissionsRecord

CARD = "---\nlicense: mit\n---\n# A model\n"
OURS = CARD.replace("mit\n", "mit\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon 3.3.2\n")
RECORD = EmissionsRecord(emissions_g=12.5, source="CodeCarbon 3.3.2")
NEWER = EmissionsRecord(emissions_g=13.0, source="CodeCarbon 3.3.2")
WISHES = CommitOptions(
    lambda *_: True, lambda before, after, proposal: (TITLE if proposal else "a title", "a description")
)


def change(text: str) -> str:
    return patch_card(text, RECORD)


def newer(text: str) -> str:
    return patch_card(text, NEWER, overwrite=True)


def edit(client: Hub, name: str, wishes: CommitOptions = WISHES) -> Outcome:
    return edit_card(client, Address(name), change, wishes)
