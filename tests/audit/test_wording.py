"""How a card is worded: what a copy takes over, and what its author wrote himself."""

from __future__ import annotations

import pytest
from audit.planted import GENERATED, SECTION

from hf_emissions.audit.wording import BodyWording, wording_of, wording_of_body
from hf_emissions.card.section import END, START

SENTENCE = "We trained it on letters that our town's archive keeps."


@pytest.mark.parametrize(
    ("line", "words", "own_words"),
    [
        (SENTENCE, 10, 10),
        ("- **Hardware Type:** T4", 1, 0),
        ("- **Hours used**: 2", 1, 0),
        ("* Compute Region: europe-west4", 1, 0),
        (
            "- **Hardware Type:** sixteen boards of the old cluster in the cellar, then four more in the new building",
            16,
            0,
        ),
        (f"Data: {SENTENCE} {SENTENCE}", 20, 20),
        ("- Transformers 4.16.2", 2, 0),
        ("| Training Loss | Epoch | Step |", 4, 0),
        ("model = AutoModel.from_pretrained('a/b') and so on and so on", 8, 0),
        ("This model is a fine-tuned version of [x](https://huggingface.co/x) on the None dataset.", 12, 0),
        ("Carbon emissions can be estimated using the [calculator](https://mlco2.github.io).", 8, 0),
        ("CO2 Emissions (in grams): 12.5", 1, 0),
        ("古新聞で学習したモデル", 1, 5),
    ],
)
def test_words_and_those_of_an_author(line, words, own_words):
    found = wording_of([line])
    assert (found.words, found.own_words) == (words, own_words)


@pytest.mark.parametrize("text", [GENERATED, SECTION])
def test_what_programs_write_has_no_words_of_an_author(text):
    assert of_body(text.format(name="a/b")).own_words == 0


@pytest.mark.parametrize(("before", "after"), [("```python", "```"), ("~~~", "~~~"), (START, END)])
def test_code_and_our_own_section_have_none_either(before, after):
    assert of_body(f"{before}\n{SENTENCE}\n{after}\n").own_words == 0
    assert of_body(f"{before}\n{SENTENCE}\n{after}\n{SENTENCE}\n").own_words == 10


def test_nothing_has_no_wording():
    assert wording_of([]) is None
    assert of_body("\n# A heading\n\n") is None


def test_line_breaks_case_and_headings_do_not_matter():
    one = of_body(f"# One\n\n{SENTENCE}\n\nIt reads.\n")
    assert one == of_body(f"{SENTENCE.replace(' on ', chr(10) + 'ON ')}  It reads.\r\n# Two\r\n")._replace(
        own_words=one.own_words
    )
    assert one.sha256 != of_body(f"{SENTENCE}\n\nIt writes.\n").sha256


def test_a_name_of_its_own_does_not_matter():
    text = "Load `{0}`: {1} knows letters.\n"
    ana, bob = (of_body(text.format(name, name.partition("/")[2]), name) for name in ("ana/net-1", "Bob/my-net.Q4"))
    assert ana.unnamed_sha256 == bob.unnamed_sha256
    assert ana.sha256 != bob.sha256
    assert of_body("We knew all.", "ana/w").unnamed_sha256 == of_body("We knew all.").sha256


def of_body(text: str, name: str = "ana/net") -> BodyWording | None:
    return wording_of_body(text, name)
