"""Cards before and after, byte for byte, as `in_full.json` has them, which was held against each card.

Where what is written changes on purpose, `python tests/card/test_in_full.py` writes the document anew; its difference
says what has changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from card.cards import BLOCKS, BODIES, PLACES

from hf_emissions import EmissionsRecord, patch_card, read_card, remove_block
from hf_emissions.card.heading import body_lines, end_of_heading, is_heading, lines_below_heading
from hf_emissions.card.section import find_section, put_section, remove_section
from hf_emissions.errors import HfEmissionsError

IN_FULL = Path(__file__).with_name("in_full.json")
RECORD = EmissionsRecord(emissions_g=12.5, source="CodeCarbon", duration_s=7200.0)
ALL = EmissionsRecord(
    emissions_g=0.00001, energy_kwh=1234567.25, duration_s=4500.0, source="a: 'b' # c", training_type="yes",
    geographical_location="No", hardware_used="8 x A100\n", on_cloud=False, cpu_model="- x", ram_gb=512.0,
)  # fmt: skip


def either(act: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
    try:
        return act(*arguments, **keywords)
    except HfEmissionsError as error:
        return f"refused: {error}"


def said(card: str) -> dict[str, Any]:
    """What is read from a card, and what becomes of it; what stays as it was is left out."""
    read = either(read_card, card)
    found = {
        "read": read.known() if isinstance(read, EmissionsRecord) else read,
        "patched": either(patch_card, card, RECORD),
        "overwritten": either(patch_card, card, RECORD, overwrite=True),
        "of all": either(patch_card, card, ALL, overwrite=True),
        "removed": either(remove_block, card),
    }
    kept = {name: text for name, text in found.items() if text != card}
    if kept.get("patched") == kept.get("overwritten"):
        kept.pop("overwritten", None)
    return json.loads(json.dumps(kept))


def of_body(card: str) -> dict[str, Any]:
    """A card with our section, and again without it."""
    put = either(put_section, card, RECORD, ("A note.",))
    again = either(put_section, put, None, ("Another note.",))
    return {"put": put, "put again": again, "restored": either(remove_section, again) == card}


DOCUMENT: dict[str, tuple[Callable[[str], Any], str]] = {
    **{f"place: {name}": (said, card) for name, card in PLACES.items()},
    **{f"block: {name}": (said, card) for name, card in BLOCKS.items()},
    **{f"body: {name}": (of_body, card) for name, card in BODIES.items()},
}
EXPECTED = json.loads(IN_FULL.read_text(encoding="utf-8"))


def test_each_card_is_there():
    assert set(EXPECTED) == set(DOCUMENT)


@pytest.mark.parametrize("name", DOCUMENT)
def test_a_card(name):
    look, card = DOCUMENT[name]
    assert look(card) == EXPECTED[name]


# -- headings ----------------------------------------------------------------------------------------------------------
OURS = "## Environmental Impact\n- ours\n"
AROUND = f"# A\n## Environmental Impact\nabove\n{OURS}below\n# Other\nlast\n"


def test_what_stands_below_the_authors_heading_and_is_not_ours():
    start = AROUND.index(OURS)
    found = lines_below_heading(AROUND, (start, start + len(OURS)))
    assert [line.text for line in found] == ["above", "## Environmental Impact", "- ours", "below"]
    assert [AROUND[line.start : line.end] for line in found] == [line.text for line in found]
    assert [line.text for line in lines_below_heading(AROUND, None)] == ["above"]
    assert [line.text for line in lines_below_heading(OURS + AROUND, (0, len(OURS)))] == ["above"]
    assert lines_below_heading("# A\ntext\n", None) == []


@pytest.mark.parametrize("under", ["# B", "   ### B", "===", "--", "#"])
def test_any_heading_ends_it(under):
    assert [line.text for line in lines_below_heading(f"{OURS}{under}\nlast\n", None)] == ["- ours"]


@pytest.mark.parametrize("under", ["#B", "    # B", "= =", "-", "####### B", "```\n# B\n```"])
def test_what_is_no_heading_does_not(under):
    assert [line.text for line in lines_below_heading(f"{OURS}{under}\nlast\n", None)][-1] == "last"


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        *(
            ("# Environmental Impact", True),
            ("######\tenvironmental impact  ##", True),
            ("   # Environmental Impact", True),
        ),
        *(("    # Environmental Impact", False), ("#Environmental Impact", False), ("# Environmental Impacts", False)),
    ],
)
def test_a_heading(line, is_one):
    assert is_heading(line) == is_one
    assert (end_of_heading(f"{line}\r\ntext\n") == len(line) + 2) == is_one
    assert end_of_heading(line) is None


def test_lines_that_are_code_or_comments_are_not_plain():
    text = "---\na: 1\n---\na\n```py\nb\n``\n```\nc\n<!-- d\ne --> <!--\nf\n--> g\nh <!-- i -->\nj"
    plain = {line.text: line.plain for line in body_lines(text)}
    assert [word for word, is_plain in plain.items() if is_plain] == ["a", "```py", "c", "<!-- d", "h <!-- i -->", "j"]


def test_the_section_is_between_the_nearest_two_comments():
    one = "<!-- hf-emissions: this section is kept up to date by a program; edits between these comments are lost -->"
    other = "<!-- hf-emissions: end of the section -->"
    head = f"a\n{one}\n"
    assert find_section(f"{head}{one}\nx\n{other}\n{other}\n") == (len(head), len(f"{head}{one}\nx\n{other}"))
    assert find_section(f"{other}\n{one}\n") is None
    assert find_section(f"{other}\n{one}\n{other}") == (len(other) + 1, len(f"{other}\n{one}\n{other}"))


def _write() -> None:
    found = {name: look(card) for name, (look, card) in DOCUMENT.items()}
    IN_FULL.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _write()
