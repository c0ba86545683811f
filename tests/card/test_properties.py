"""What holds for every card: generated ones in every style of YAML, mutated ones, and any text at all."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import yaml
from chance import examples
from huggingface_hub.repocard import REGEX_YAML_BLOCK
from hypothesis import assume, example, given
from hypothesis import strategies as st

from hf_emissions.card.block import KEY, KEYS, field_of, known_fields, same
from hf_emissions.card.parsed import parse_card
from hf_emissions.card.patch import patch_card, read_card, remove_block
from hf_emissions.card.section import put_section, remove_section
from hf_emissions.errors import CardError, HfEmissionsError
from hf_emissions.record import EmissionsRecord

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20).filter(
    lambda text: text.strip() == text != ""
)
FIGURES = st.one_of(
    st.sampled_from([0.0, 1.0, 12.5, 1e-5, 24_700_000.0]), st.floats(min_value=1e-9, max_value=1e15, allow_nan=False)
)
RECORDS = st.builds(
    EmissionsRecord,
    emissions_g=FIGURES,
    energy_kwh=st.none() | FIGURES,
    duration_s=st.none() | FIGURES,
    source=st.none() | WORDS,
    training_type=st.none() | st.sampled_from(["fine-tuning", "pre-training"]) | WORDS,
    hardware_used=st.none() | WORDS,
    on_cloud=st.none() | st.booleans(),
    ram_gb=st.none() | FIGURES,
)

# Entries of a front matter, by line; `{}` is what makes their keys differ.
VALUES = [
    ["k{}: value"],
    ["k{}: no"],
    ["k{}: 1.10"],
    ["k{}: 12:30 # a time"],
    ["k{}:"],
    ["k{}: ~"],
    ["k{}: [a, 'b, c', {{d: e}}]"],
    ["k{}: {{a: 1, # one", "  b: 2,", "  }}"],
    ["k{}:", "- a", "- b: 1", "  c: |", "    text"],
    ["k{}:", "  a:", "    b: >-", "      folded", "", "      text"],
    ["k{}: |", "  ---", "  # text", "  co2_eq_emissions: 3"],
    ["k{}: |+", "  text", "", ""],
    ["k{}: >", "  text", "   more", ""],
    ["k{}: 'single", "", "  quoted: # text'"],
    ['k{}: "double \\', '  quoted \\u2028 \\"co2_eq_emissions: 3\\""'],
    ["k{}: plain", "  over", "  lines"],
    ["k{}: &a{} {{a: 1}}", "l{}: *a{}", "m{}:", "  <<: *a{}", "  b: 1"],
    ["&b{} k{}: !!str 3", "l{}: *b{}"],
    ["? k{}", ": value"],
    ["? k{}"],
    ["? k{}", "# between", ": - a", "  - b"],
    ["'k{}' : \"🤗 é\""],
    ["model-index:", "- name: m", "  results:", "  - task: {{type: t}}", "    metrics: [{{value: 1.0}}]"],
]
BETWEEN = [[], [], [], ["# comment"], [""], ["  # deep comment", ""], ["", " # one deep", "# comment of the next"]]
BLOCKS = [
    ["co2_eq_emissions: 3"],
    ["co2_eq_emissions: 0.003 kg # by hand"],
    ["co2_eq_emissions:"],
    ["'co2_eq_emissions':", "    emissions: 3 # g", "    # deep", "    note: mine", "  # deep"],
    ["co2_eq_emissions:", "- emissions: 3", "- source: x"],
    ["co2_eq_emissions: {{emissions: 3, 'note': \"a, b\" }} # c"],
    ["co2_eq_emissions: {{", "    emissions: 3, # g", "    note: [1,", "     2],", "  }}"],
    ["co2_eq_emissions: &anchor", "  emissions: 3", "  source: |", "    by", "", "    hand", ""],
    ["? co2_eq_emissions", ": emissions: 3", "  hardware_used: [a,", "    b]"],
    ["? # c", "  co2_eq_emissions", ":", "  3"],
    ["base: &base {{emissions: 3, note: mine}}", "co2_eq_emissions: *base"],
    ["base: &base {{emissions: 3, note: mine}}", "co2_eq_emissions:", "  <<: *base", "  source: x"],
    ['co2_eq_emissions: "3"', "  # deep", "# not"],
    ["co2_eq_emissions: |", "  3", "", ""],
]
FLOW_ROOTS = [
    ["{{a: 1}}"],
    ['{{"a": [1, 2], "b": "x"}}'],
    ["{{", "  a: 1,", "  b: {{c: d}} # e, f", "}}"],
    ["{{", "  a: 1, # x", "  b: 2,", "}}"],
    ["{{a, b: , c: 'd, e',}}"],
    ["{{a: 1, co2_eq_emissions: 3, b: 2}}"],
    ["{{co2_eq_emissions: {{emissions: 3}}, b: 2,}}"],
    ["{{ a: 1,", "  co2_eq_emissions: 3", "}} # c"],
    ["{{}}"],
]
BODIES = [
    "",
    "# Title\n",
    "\n# Title\n\n---\n\ntext",
    "```yaml\n---\nco2_eq_emissions: 1\n---\n```\n",
    "---\n",
    "text\r\n---\r\nmore\r\n",
    "\n\n",
    "a\rb",
    "🤗\u2028\x0b\x85\x00end",
]


@st.composite
def front_matters(draw, *, blocks: bool) -> list[str]:
    if draw(st.integers(0, 5)) == 0:
        roots = [root for root in FLOW_ROOTS if blocks or "co2" not in "".join(root)]
        return draw(st.sampled_from(roots))
    entries = draw(st.lists(st.sampled_from(VALUES), max_size=4))
    ends = [[], [], [], ["..."], ["... # over", ""]] if entries else [[]]
    if blocks and draw(st.booleans()):
        entries.insert(draw(st.integers(0, len(entries))), draw(st.sampled_from(BLOCKS)))
    lines = list(draw(st.sampled_from(BETWEEN)))
    for number, entry in enumerate(entries):
        lines += [line.replace("{}", str(number)) for line in entry]
        lines += draw(st.sampled_from(BETWEEN))
    indent = draw(st.sampled_from(["", "", "", "  "]))
    lines = [indent + line if line else line for line in lines]
    return lines + draw(st.sampled_from(ends))


@st.composite
def cards(draw, *, blocks: bool = True) -> str:
    """A card whose front matter is one mapping, or that has none."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.sampled_from(["", "\ufeff"])) + draw(
            st.sampled_from([body for body in BODIES if body != "---\n"])
        )
    lines = ["---", *(line.replace("{{", "{").replace("}}", "}") for line in draw(front_matters(blocks=blocks)))]
    ends = draw(st.sampled_from([["\n"], ["\n"], ["\r\n"], ["\r\n"], ["\n", "\r\n"]]))
    text = "".join(line + draw(st.sampled_from(ends)) for line in lines)
    closing = draw(st.sampled_from(["---\n", "---\r\n", "--- \t\n", "---"]))
    head = draw(st.sampled_from(["", "", "\ufeff", "\n", " \r\n\n", "\ufeff\n"]))
    return head + text + closing + (draw(st.sampled_from(BODIES)) if closing != "---" else "")


def hub_data(text: str) -> dict:
    """The other keys, as the Hub's own library reads them; none where it takes a rule in the body for dashes."""
    match = REGEX_YAML_BLOCK.search(text.removeprefix("\ufeff"))
    try:
        data = yaml.safe_load(match[2]) if match else None
    except yaml.YAMLError:
        data = None
    return {key: value for key, value in data.items() if key != KEY} if isinstance(data, dict) else {}


def body(text: str) -> str:
    place = parse_card(text).front_matter
    return text[place.body :] if place else text.removeprefix("\ufeff")


def readable(text: str) -> bool:
    try:
        read_card(text)
    except CardError:
        return False
    return True


def outcome(edit: Callable[..., str], *arguments, **keywords) -> str | None:
    """The edited card; None where the edit was refused, with a place."""
    try:
        return edit(*arguments, **keywords)
    except CardError as refused:
        error = refused
    assert error.line
    assert error.column
    return None


def assert_same_record(found: EmissionsRecord | None, written: EmissionsRecord) -> None:
    assert found is not None
    for key in known_fields(written):
        assert same(getattr(found, field_of(key)), getattr(written, field_of(key))), key


@given(cards(blocks=False), RECORDS)
def test_a_block_that_is_added_changes_nothing_else_and_removal_gives_back_the_original(card, record):
    assume(readable(card))
    patched = patch_card(card, record)
    assert hub_data(patched) == hub_data(card)
    assert body(patched) == body(card)
    assert_same_record(read_card(patched), record)
    assert patch_card(patched, record) == patched
    assert patch_card(patched, record, overwrite=True) == patched
    assert remove_block(patched) == card


@given(cards(), RECORDS)
def test_a_block_that_is_replaced_says_the_new_record_and_changes_nothing_else(card, record):
    assume(readable(card))
    patched = outcome(patch_card, card, record, overwrite=True)
    if patched is None:
        return
    assert hub_data(patched) == hub_data(card)
    assert body(patched) == body(card)
    assert_same_record(read_card(patched), record)
    assert patch_card(patched, record) == patched


@given(cards())
def test_removal_leaves_no_block_and_changes_nothing_else(card):
    assume(readable(card))
    removed = outcome(remove_block, card)
    if removed is None:
        return
    assert read_card(removed) is None
    assert remove_block(removed) == removed
    assert body(removed).endswith(body(card))


@given(cards())
def test_nearly_every_generated_card_can_be_edited(card):
    """So that the properties above are not true of nothing."""
    assume(readable(card))
    # Refused: blank lines below a block that would become part of a literal above it, and a body of dashes that
    # would become front matter.
    assume("|+" not in card)
    assume(not body(card).startswith("---"))
    patch_card(card, EmissionsRecord(emissions_g=12.5), overwrite=True)
    remove_block(card)


@given(cards(), RECORDS)
def test_what_a_block_says_is_only_filled_up_without_overwrite(card, record):
    assume(readable(card))
    patched = outcome(patch_card, card, record)
    if patched is None:
        return
    before, after = read_card(card), read_card(patched)
    for field in map(field_of, KEYS):
        said = getattr(before, field) if before else None
        assert said is None or same(getattr(after, field), said)


def only_our_errors(text: str, record: EmissionsRecord) -> None:
    for action in (
        lambda: read_card(text),
        lambda: patch_card(text, record),
        lambda: patch_card(text, record, overwrite=True),
        lambda: remove_block(text),
        lambda: remove_section(put_section(text, record)),
    ):
        message = ""
        try:
            action()
        except HfEmissionsError as error:
            message = str(error)
        assert not CONTROLS.search(message)


CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
ANY_TEXT = st.text(st.characters(), max_size=200)
WORDS_OF_YAML = (
    *"\n\n\n:?-#&*!|>'\"%@`{}[],~ \t\r\ufeff\x85\u2028",
    *("co2_eq_emissions", "emissions", "source", "12.5", "a", ": ", "- ", "? ", "\n  ", "&x ", "*x", "<<: "),
    *("!!str ", "!!int ", "!!bool ", "!!binary ", "---", "...", "\r\n", "# ", "|\n  "),
)
YAML_LIKE = st.lists(st.sampled_from(WORDS_OF_YAML), max_size=40).map("".join)


@given(st.one_of(ANY_TEXT, ANY_TEXT.map("---\n{}\n---\n".format), YAML_LIKE.map("---\n{}\n---\n".format)), RECORDS)
@examples(300)
def test_no_text_makes_anything_else_than_our_errors(text, record):
    only_our_errors(text, record)


@st.composite
def damaged_cards(draw) -> str:
    card = draw(cards())
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(card)))
        end = draw(st.integers(start, min(start + 10, len(card))))
        card = card[:start] + "".join(draw(st.lists(st.sampled_from(WORDS_OF_YAML), max_size=5))) + card[end:]
    return card


@given(damaged_cards(), RECORDS)
@examples(200)
def test_no_damaged_card_makes_anything_else_than_our_errors(card, record):
    only_our_errors(card, record)


def is_yaml_for_the_hub(text: str) -> bool:
    """False for what libyaml reads and the Hub's library does not, such as a tab before a colon."""
    match = REGEX_YAML_BLOCK.search(text.removeprefix("\ufeff"))
    try:
        yaml.safe_load(match[2] if match else "")
    except yaml.YAMLError:
        return False
    return True


TAB_BEFORE_A_COLON = "---\nk0: 1.10\nco2_eq_emissions:\r\n- emissions: 3\r\n- s\t: x\n---\n"


@given(damaged_cards(), RECORDS, st.booleans())
@example(TAB_BEFORE_A_COLON, EmissionsRecord(emissions_g=0.0), True)
@examples(200)
def test_a_damaged_card_that_is_patched_all_the_same_keeps_everything_else(card, record, overwrite):
    assume(readable(card))
    patched = outcome(patch_card, card, record, overwrite=overwrite)
    if patched is None:
        return
    if is_yaml_for_the_hub(
        card
    ):  # a block that only libyaml reads hides the other keys from the Hub until it is written
        assert hub_data(patched) == hub_data(card)
    assert body(patched) == body(card)
    assert_same_record(read_card(patched), record)
    assert patch_card(patched, record) == patched


@pytest.mark.parametrize("value", ["{}", "13", "{emissions: 13}", "~"])
@given(front_matter=st.text(st.sampled_from(" \n\r\t#a:\u2028"), max_size=10))
def test_white_space_and_comments_around_a_block_never_break_it(value, front_matter):
    only_our_errors(
        f"---\n{front_matter}\nco2_eq_emissions: {value}\n{front_matter}\n---\n", EmissionsRecord(emissions_g=1)
    )
