"""Cheap checks in front of patterns hide no match of theirs, and leave no card unread that has a basis."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

import pytest

from hf_emissions.facts import other_topics, training_cues
from hf_emissions.facts.card_text import CardText
from hf_emissions.facts.extract import may_be_estimated

GUARDED = [
    (training_cues._TRAIN_PARTS, training_cues._DONE),
    (training_cues._CUE_PARTS, training_cues._CUE),
    (other_topics._HYPOTHETICAL_PARTS, other_topics._HYPOTHETICAL),
    (other_topics._ENOUGH_PARTS, other_topics._ENOUGH),
    (other_topics._OTHER_MODEL_PARTS, other_topics._OTHER_MODEL),
]


def test_what_a_pattern_finds_has_one_of_the_parts():
    """Each alternative that is a plain word, in a sentence."""
    seen = 0
    for parts, pattern in GUARDED:
        words = [word for word in pattern.pattern.split("|") if word.isalpha() and len(word) > 3]
        found = [match[0] for word in words if (match := pattern.search(f"{word} was by the team"))]
        seen += len(found)
        assert [words for words in found if not any(part in words for part in parts)] == []
    assert seen > 20


@pytest.mark.shared
def test_no_match_is_hidden_in_real_cards():
    if "HF_EMISSIONS_SHARED" not in os.environ:
        pytest.skip("HF_EMISSIONS_SHARED is not set")
    path = Path(os.environ["HF_EMISSIONS_SHARED"]) / "data" / "cards" / "hub-2022-02.tar.gz"
    hidden, seen = [], 0
    with tarfile.open(path) as archive:
        for index, member in enumerate(archive):
            file = archive.extractfile(member) if member.isfile() and index % 8 == 0 else None
            lines = file.read().decode("utf-8", "replace").lower().splitlines() if file else []
            for line in (line[:300] for line in lines if line.strip()):
                for parts, pattern in GUARDED:
                    found = pattern.search(line)
                    seen += found is not None
                    if found and not any(part in line for part in parts):
                        hidden.append(found[0])
    assert seen > 1000
    assert hidden == []


@pytest.mark.parametrize(("between", "read"), [(500, True), (700, False)])
def test_a_label_of_a_time_is_read_beside_a_device(between, read):
    """The number of `Training time (h)` has no unit to be known by: it must be of one list with a device."""
    text = f"# Heron\n\n| GPU | T4 |\n{'x' * between}\n| Training time (h) | 5 |\n"
    assert may_be_estimated(CardText(text)) is read


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("- Time (h): see below", True),
        ("| Time | 5 |", True),
        ("- [Time] 5", True),
        ("- the [Community Week](https://example.org/t/1) on a GPU", False),
        ("- Dates & Time (DATE)", False),
    ],
)
def test_a_word_of_time_within_a_link_is_no_label(line, read):
    assert may_be_estimated(CardText(f"# Heron\n\n- GPU: T4\n{line}\n")) is read
