"""Findings in full: place, message and edits, as `in_full.json` has them, which was held against each card.

Where a finding changes on purpose, `python tests/rules/test_in_full.py` writes the document anew; its difference says
what has changed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from rules.findings import CASES

from hf_emissions import EmissionsRecord, check_card
from hf_emissions.rules.finding import Replacement
from hf_emissions.rules.fix import fix_text, replace

IN_FULL = Path(__file__).with_name("in_full.json")


def said(card: str) -> Any:
    """Each finding, its edits as before and after, and the card that all fixes leave."""
    found = check_card(card)
    mended = fix_text(card, check_card, unsafe=True)
    lines = [
        {
            "at": f"{one.line}:{one.column} {one.severity} {one.rule}",
            "message": one.message,
            **({"fix": [one.fix.words, one.fix.safe]} if one.fix else {}),
            **({"edits": [[card[a.start : a.end], a.new] for a in one.fix.replacements]} if one.fix else {}),
        }
        for one in found
    ]
    return [*lines, *([{"mended": mended.text, "fixed": len(mended.fixed)}] if mended.text != card else [])]


EXPECTED = json.loads(IN_FULL.read_text(encoding="utf-8"))


def test_each_card_is_there():
    assert set(EXPECTED) == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_findings(name):
    assert said(CASES[name]) == EXPECTED[name]


def test_the_record_of_the_base_model_is_compared():
    card = "---\nco2_eq_emissions:\n  emissions: 31220\n---\n"
    for grams, rules in ((31_220.0, ["copied-from-base-model"]), (31_221.0, [])):
        base = EmissionsRecord(emissions_g=grams)
        assert [one.rule for one in check_card(card, select=["copied-from-base-model"], base=base)] == rules


@pytest.mark.parametrize(
    ("edits", "becomes"),
    [([], "abcdef"), ([(0, 0, "x")], "xabcdef"), ([(6, 6, "x")], "abcdefx"), ([(1, 3, "X"), (3, 4, "")], "aXef")],
)
def test_edits(edits, becomes):
    assert replace("abcdef", [Replacement(*edit) for edit in edits]) == becomes


@pytest.mark.parametrize("edits", [[(3, 2, "")], [(0, 7, "")], [(2, 4, ""), (3, 5, "")], [(4, 5, ""), (1, 2, "")]])
def test_edits_that_cannot_be(edits):
    with pytest.raises(ValueError, match="a replacement of"):
        replace("abcdef", [Replacement(*edit) for edit in edits])


def _write() -> None:
    found = {name: said(card) for name, card in CASES.items()}
    IN_FULL.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _write()
