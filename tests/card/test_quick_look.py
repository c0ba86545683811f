"""The quick verification of a block that was added says yes only where nothing but the block is new."""

from __future__ import annotations

import pytest

from hf_emissions.card.block import to_block
from hf_emissions.card.parsed import parse_card
from hf_emissions.card.patch import patch_card
from hf_emissions.card.verify import is_only_front_matter_added, is_only_lines_added
from hf_emissions.record import EmissionsRecord

RECORD = EmissionsRecord(emissions_g=12.5, source="CodeCarbon")
BLOCK = to_block(RECORD)
CARD = "---\nlicense: mit\nlanguage:\n- en\n- de\nnote: one\n---\n# Title\n"
PATCHED = patch_card(CARD, RECORD)


def looks_right(text: str) -> bool:
    before = parse_card(CARD)
    assert before.front_matter
    return is_only_lines_added(before, text, before.front_matter.closing, BLOCK)


def test_a_block_alone_is_seen_to_be_one():
    assert looks_right(PATCHED)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("note: one\n", "note: two\n"),  # another value of the entry above
        ("note: one\n", "nota: one\n"),  # another key
        ("note: one\n", "note: 'one'\n"),  # another form of it, which readers may tell apart
        ("note: one\n", "note: !!str one\n"),
        ("note: one\n", "note: &x one\n"),
        ("note: one\n", "note: one\nmore: two\n"),  # a key of its own
        ("emissions: 12.5", "emissions: 12.6"),
        ("emissions: 12.5", 'emissions: "12.5"'),
        ("source: CodeCarbon", "source: codecarbon"),
        ("co2_eq_emissions:", "co2_eq_emission:"),
        ("source: CodeCarbon\n", ""),
        ("source: CodeCarbon\n", "source: CodeCarbon\n  more: 1\n"),
    ],
)
def test_anything_else_is_left_to_the_long_look(old, new):
    changed = PATCHED.replace(old, new)
    assert changed != PATCHED
    assert not looks_right(changed)


def test_an_entry_above_that_the_block_would_run_on_into_is_left_to_the_long_look():
    before = parse_card("---\nnote: |+\n  one\n---\n")
    text = f"---\nnote: |+\n  one\n\n{PATCHED[PATCHED.index('co2_') : PATCHED.rindex('---')]}---\n"
    assert before.front_matter
    assert not is_only_lines_added(before, text, before.front_matter.closing, BLOCK)


@pytest.mark.parametrize(("old", "new"), [("# Title", "# title"), ("12.5", "12.6"), ("source: ", "sauce: ")])
def test_a_front_matter_with_anything_else_is_left_to_the_long_look(old, new):
    before = parse_card("# Title\n")
    text = patch_card("# Title\n", RECORD)
    assert is_only_front_matter_added(before, text, BLOCK)
    assert not is_only_front_matter_added(before, text.replace(old, new), BLOCK)
