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


@pytest.mark.parametrize("fields", range(1, 6))
def test_a_block_of_any_size_is_seen_to_be_one(fields):
    more = {"source": "x", "training_type": "y", "hardware_used": "z", "cpu_model": "c"}
    record = EmissionsRecord(emissions_g=12.5, **dict(list(more.items())[: fields - 1]))
    before = parse_card(CARD)
    assert before.front_matter
    assert len(to_block(record)) == fields
    assert is_only_lines_added(before, patch_card(CARD, record), before.front_matter.closing, to_block(record))


@pytest.mark.parametrize("more", [0, 1])
@pytest.mark.parametrize("value", ["5", "[5]", "{a: 5}", "- 5"])
def test_what_the_last_entry_of_a_card_says_is_compared_to_its_end(more, value):
    """Whatever its number of events, even or odd."""
    last = f"note:\n{value}\n" if value.startswith("-") else f"note: {value}\n"
    card = "---\n" + "license: mit\n" * more + last + "---\n"
    before, text = parse_card(card), patch_card(card, RECORD)
    assert before.front_matter
    assert is_only_lines_added(before, text, before.front_matter.closing, BLOCK)
    assert not is_only_lines_added(before, text.replace("5\n", "6\n", 1).replace("5]", "6]").replace("5}", "6}"),
                                   before.front_matter.closing, BLOCK)  # fmt: skip
