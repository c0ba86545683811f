"""Cards that are not changed: what is said, and where; and that no card, however hostile, takes long or crashes."""

from __future__ import annotations

import contextlib
import time

import pytest
from card.files import patch_card_file, read_card_file, remove_block_file

from hf_emissions.card.patch import patch_card, read_card, remove_block
from hf_emissions.errors import BlockError, CardError, FrontMatterError, VerificationError
from hf_emissions.record import EmissionsRecord

RECORD = EmissionsRecord(emissions_g=12.5)
# Generous, for slow machines; without the guards these cards take minutes, the whole memory, or the process.
SECONDS_ALLOWED = 10.0
MANY = 100_000

UNREADABLE_FRONT_MATTER = {
    "YAML that nobody understands": ("---\na: b: c\n---\n", "README.md:2:5: front matter cannot be read: "),
    "an open bracket": ("---\na: [\n---\n", "README.md:3:1: front matter cannot be read: "),
    "an open quote": ('---\na: "b\n---\n', "README.md:3:1: front matter cannot be read: "),
    "a tab": ("---\na: 1\n\tb: 2\n---\n", "README.md:3:1: front matter cannot be read: "),
    "behind a BOM": ("\ufeff---\na: b: c\n---\n", "README.md:2:5: front matter cannot be read: "),
    "on a CRLF line": ("\r\n---\r\na: 1\r\nb: c: d\r\n---\r\n", "README.md:4:5: front matter cannot be read: "),
    "behind an emoji": ('---\n"🤗": b: c\n---\n', "README.md:2:7: front matter cannot be read: "),
    "a list": ("---\n- a\n---\n", "README.md:2:1: front matter is not a mapping of keys to values"),
    "a text": ("---\n\n  just text\n---\n", "README.md:3:3: front matter is not a mapping of keys to values"),
    "a number": ("---\n42\n---\n", "README.md:2:1: front matter is not a mapping of keys to values"),
    "never closed": ("---\na: 1\n", "README.md:1:1: front matter opens here and is never closed; end it with "),
    "never closed, with blank lines above": ("\n \r\n---\na: 1\n", "README.md:3:1: front matter opens here and is "),
    "never closed, since other dashes do not": (
        "---\na: 1\n----\n --- \n--- x\n",
        "README.md:1:1: front matter opens ",
    ),
    "dashes and nothing else": ("---\n", "README.md:1:1: front matter opens here and is never closed; end it "),
    "a second document": ("---\na: 1\n--- # two\nb: 1\n---\n", "README.md:3:1: front matter cannot be read: a second "),
    "an undefined alias": ("---\na: *x\n---\n", "README.md:2:4: front matter cannot be read: the alias *x is not "),
    "an alias above its anchor": (
        "---\na: *x\nb: &x 1\n---\n",
        "README.md:2:4: front matter cannot be read: the alias ",
    ),
    "an anchor set twice": (
        "---\na: &x 1\nb: &x 2\n---\n",
        "README.md:3:4: front matter cannot be read: the anchor &x is ",
    ),
    "an anchor set twice, once in the block": (
        "---\na: &x 1\nco2_eq_emissions: {emissions: &x 12}\n---\n",
        "README.md:3:31: front matter cannot be read: the anchor &x is set twice",
    ),
    "a list as a key": ("---\n? [a]\n: b\n---\n", "README.md:2:3: front matter cannot be read: a key that is not a "),
    "a tag of Python's": ("---\na: !!python/name:os.system\n---\n", "README.md:2:4: front matter cannot be read: "),
    "a tag of one's own": ("---\na: !mine 1\n---\n", "README.md:2:4: front matter cannot be read: "),
    "a thirteenth month": ("---\na: 1\nb: 2020-13-01\n---\n", "README.md:3:4: front matter cannot be read: month "),
    "a merge of a number": ("---\n<<: 1\n---\n", "README.md:2:5: front matter cannot be read: "),
    "a NUL": ("---\na: b\x00\n---\n", "README.md:2:5: YAML does not allow the character U+0000; remove it"),
    "an escape sequence": (
        "---\na: \x1b[2J\n---\n",
        "README.md:2:4: YAML does not allow the character U+001B; remove ",
    ),
    "half a surrogate pair": ("---\na: \ud800\n---\n", "README.md:2:4: YAML does not allow the character U+D800; "),
    "U+FFFF": ("---\na: 1\n# \uffff\n---\n", "README.md:3:3: YAML does not allow the character U+FFFF; remove it"),
}

UNREADABLE_BLOCK = {
    "two blocks": (
        "---\nco2_eq_emissions: 1\na: 1\nco2_eq_emissions: 2\n---\n",
        "README.md:4:1: co2_eq_emissions stands on line 2 and on line 4; keep one",
    ),
    "two blocks, one of them quoted": (
        '---\nco2_eq_emissions: 1\n"co2_eq_\\x65missions": 1\n---\n',
        "README.md:3:1: co2_eq_emissions stands on line 2 and on line 3; keep one",
    ),
    "three blocks": (
        "---\n{co2_eq_emissions: 1,\nco2_eq_emissions: 2, co2_eq_emissions: 3}\n---\n",
        "README.md:3:22: co2_eq_emissions stands on line 2, 3 and on line 3; keep one",
    ),
    "a block from a merge key": (
        "---\nx: &x {co2_eq_emissions: 1}\n<<: *x\n---\n",
        "README.md:3:1: co2_eq_emissions comes from this merge key; write it out as a key of its own",
    ),
}

UNREADABLE_SHAPE = {
    "a list of figures": (
        "---\nco2_eq_emissions: [1, 2]\n---\n",
        "README.md:2:1: co2_eq_emissions is a list; write it as a mapping, `emissions: 12.5` in grams",
    ),
    "a list of maps of several keys": (
        "---\na: 1\nco2_eq_emissions:\n- emissions: 1\n  source: x\n---\n",
        "README.md:3:1: co2_eq_emissions is a list; write it as a mapping, `emissions: 12.5` in grams",
    ),
    "a list that says it twice": (
        "---\nco2_eq_emissions:\n- emissions: 1\n- emissions: 2\n---\n",
        "README.md:2:1: co2_eq_emissions is a list; write it as a mapping, `emissions: 12.5` in grams",
    ),
    "a list as the figure": (
        "---\nco2_eq_emissions:\n  emissions:\n  - 1\n  - 2\n---\n",
        "README.md:4:3: emissions is a list; write one value",
    ),
    "a mapping as the figure": (
        "---\nco2_eq_emissions: {emissions: {value: 1}}\n---\n",
        "README.md:2:31: emissions is a mapping; write one value",
    ),
    "a key twice": (
        "---\nco2_eq_emissions:\n  emissions: 1\n  source: x\n  emissions: 2\n---\n",
        "README.md:3:14: emissions stands in the block twice; keep one",
    ),
}

UNREADABLE_FIGURE = {
    "a unit alone": ("---\nco2_eq_emissions: Kg\n---\n", 'README.md:2:1: emissions cannot be read: "Kg" has no number'),
    "a reference": (
        "---\nco2_eq_emissions:\n  source: x\n  emissions: See Table 3\n---\n",
        'README.md:4:14: emissions cannot be read: "See Table 3" does not start with a number',
    ),
    "a negative": (
        "---\nco2_eq_emissions: {emissions: -1}\n---\n",
        'README.md:2:31: emissions cannot be read: "-1" is negative',
    ),
    "not a number": ("---\nco2_eq_emissions: .nan\n---\n", "README.md:2:1: emissions cannot be read: "),
    "infinity": ("---\nco2_eq_emissions: .inf\n---\n", "README.md:2:1: emissions cannot be read: "),
    "a truth value": ("---\nco2_eq_emissions: true\n---\n", "README.md:2:1: emissions cannot be read: "),
    "an ambiguous comma": (
        "---\r\nco2_eq_emissions:\r\n  emissions: 1,234\r\n---\r\n",
        "README.md:3:14: emissions cannot be read: ",
    ),
    "a number to the base 60": ("---\nco2_eq_emissions: 12:30\n---\n", "README.md:2:1: emissions cannot be read: "),
    "a wrong unit": (
        "---\nco2_eq_emissions: {emissions: 1 kWh}\n---\n",
        'README.md:2:31: emissions cannot be read: "1 kWh" is an energy',
    ),
    "energy in a wrong unit": (
        "---\nco2_eq_emissions: {emissions: 1, energy_consumed: 1 kg}\n---\n",
        'README.md:2:51: energy_consumed cannot be read: "1 kg" is a mass',
    ),
}

USED_ELSEWHERE = {
    "the anchor of the block": "---\nco2_eq_emissions: &x {emissions: 12}\ny: *x\n---\n",
    "the anchor of a figure": "---\nco2_eq_emissions:\n  emissions: &x 12\ny: *x\n---\n",
    "the anchor of the key": "---\n&x co2_eq_emissions: 12\ny: *x\n---\n",
}


def refusal(action, *arguments, **keywords) -> CardError:
    with pytest.raises(CardError) as caught:
        action(*arguments, **keywords)
    error = caught.value
    assert "\n" not in str(error)
    return error


@pytest.mark.parametrize(("card", "message"), UNREADABLE_FRONT_MATTER.values(), ids=UNREADABLE_FRONT_MATTER)
def test_front_matter_that_cannot_be_read_is_refused_with_its_place(card, message):
    for error in (
        refusal(patch_card, card, RECORD, overwrite=True),
        refusal(remove_block, card),
        refusal(read_card, card),
    ):
        assert isinstance(error, FrontMatterError)
        assert str(error).startswith(message)


@pytest.mark.parametrize(("card", "message"), UNREADABLE_BLOCK.values(), ids=UNREADABLE_BLOCK)
def test_a_block_that_is_not_one_block_is_refused_with_its_place(card, message):
    for error in (
        refusal(patch_card, card, RECORD, overwrite=True),
        refusal(remove_block, card),
        refusal(read_card, card),
    ):
        assert isinstance(error, BlockError)
        assert str(error) == message


@pytest.mark.parametrize(("card", "message"), UNREADABLE_SHAPE.values(), ids=UNREADABLE_SHAPE)
def test_a_block_in_a_shape_that_nobody_can_read_is_refused_with_its_place(card, message):
    for error in (refusal(patch_card, card, RECORD), refusal(patch_card, card, RECORD, overwrite=True)):
        assert isinstance(error, BlockError)
        assert str(error) == message
    assert str(refusal(read_card, card)) == message


@pytest.mark.parametrize(("card", "message"), UNREADABLE_FIGURE.values(), ids=UNREADABLE_FIGURE)
def test_a_figure_that_takes_guessing_is_refused_with_its_place(card, message):
    assert str(refusal(read_card, card)).startswith(message)
    assert str(refusal(patch_card, card, RECORD)).startswith(message)


@pytest.mark.parametrize("card", USED_ELSEWHERE.values(), ids=USED_ELSEWHERE)
def test_a_block_whose_anchor_is_used_outside_it_is_refused(card):
    for error in (refusal(patch_card, card, RECORD, overwrite=True), refusal(remove_block, card)):
        assert isinstance(error, VerificationError)
        assert error.line
        assert error.column
        assert "this edit was not made" in error.reason


def test_a_key_that_is_an_alias_of_the_blocks_name_is_the_block():
    card = "---\na: &k co2_eq_emissions\n*k : 12.5\nb: 1\n---\n"
    assert read_card(card) == RECORD
    assert patch_card(card, RECORD) == card
    assert remove_block(card) == "---\na: &k co2_eq_emissions\nb: 1\n---\n"
    twice = refusal(read_card, card.replace("b: 1", "co2_eq_emissions: 3"))
    assert str(twice) == "README.md:4:1: co2_eq_emissions stands on line 3 and on line 4; keep one"


@pytest.mark.parametrize("tag", ["!!timestamp x", "!!bool x", "!!int ''", "!!int '-'", "!!float ''", "!!binary ü"])
def test_a_tag_that_its_value_does_not_fit_is_refused(tag):
    for key in ["a", "co2_eq_emissions"]:
        error = refusal(patch_card, f"---\n{key}: {tag}\n---\n", RECORD, overwrite=True)
        assert error.line == 2


def test_a_block_between_characters_that_only_yaml_takes_for_line_ends_is_refused_or_left_exact():
    card = "---\na: 1\u2028co2_eq_emissions: 3\u2028b: 2\n---\n"
    assert refusal(remove_block, card).line
    assert refusal(patch_card, card, RECORD, overwrite=True).line


DEEP = {
    "brackets": "[" * MANY,
    "closed brackets": "[" * MANY + "]" * MANY,
    "braces": "{a: " * MANY,
    "block sequences": "- " * MANY,
    "explicit keys": "? " * MANY,
    "brackets in the block": "co2_eq_emissions: " + "[" * MANY,
    "block sequences in the block": "co2_eq_emissions:\n" + "- " * MANY,
    "mappings": "\n".join(" " * level + "a:" for level in range(1000)),
}


@pytest.mark.parametrize("yaml", DEEP.values(), ids=DEEP)
def test_bottomless_nesting_is_refused_at_its_place(yaml):
    started = time.monotonic()
    for error in (
        refusal(patch_card, f"---\n{yaml}\n---\n", RECORD),
        refusal(remove_block, f"---\n{yaml}\n---\n"),
        refusal(read_card, f"---\n{yaml}\n---\n"),
    ):
        assert str(error).startswith("README.md:")
        assert "levels of nesting" in error.reason or "a key that is not a single value" in error.reason
        assert error.line >= 2
    assert time.monotonic() - started < SECONDS_ALLOWED


def aliases(count: int, form: str) -> str:
    lines = ["a0: &a0 {x: 1, y: 2}"]
    for index in range(1, count):
        ten = ", ".join([f"*a{index - 1}"] * 10)
        lines.append(f"a{index}: &a{index} " + form.format(ten))
    return "\n".join(lines) + "\n"


LAUGHS = aliases(12, "[{}]")
MERGES = aliases(12, "{{<<: [{}]}}")
CHAIN = "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n}\n  <<: *a{n - 1}\n  b{n}: 1\n" for n in range(1, 3000))
WIDE = "a0: &a0 {" + ", ".join(f"k{n}: 1" for n in range(12_000)) + "}\nb: {<<: *a0}\n"
BOMBS = {
    "laughs outside the block": LAUGHS,
    "laughs in the block": LAUGHS + "co2_eq_emissions: *a11\n",
    "laughs in a field": LAUGHS + "co2_eq_emissions: {emissions: 12, source: *a11}\n",
    "laughs in a list": LAUGHS + "co2_eq_emissions: [source: *a11]\n",
    "merges outside the block": MERGES,
    "merges in the root": MERGES + "<<: *a11\n",
    "merges in the block": MERGES + "co2_eq_emissions: {<<: *a11}\n",
    "merges by alias": MERGES + "co2_eq_emissions: *a11\n",
    "a chain of merges": CHAIN,
    "a wide merge": WIDE,
    "a wide merge into the root": WIDE + "<<: *a0\n",
    "a list that holds itself": "a: &a [*a]\n",
    "a block that holds itself": "co2_eq_emissions: &a [*a]\n",
    "a block that holds itself as a mapping": "co2_eq_emissions: &a {emissions: *a}\n",
    "a field that holds itself": "co2_eq_emissions: {emissions: 12, source: &a [*a]}\n",
    "a merge of itself": "co2_eq_emissions: &a\n  <<: *a\n  emissions: 12\n",
    "the root in the block": "&a\nco2_eq_emissions: *a\n",
    "the root merged into itself": "&a\n<<: *a\nb: 1\n",
    "a circle": "a: &a [&b [*a, *b]]\nco2_eq_emissions: *a\n",
}


@pytest.mark.parametrize("yaml", BOMBS.values(), ids=BOMBS)
def test_aliases_that_multiply_or_hold_themselves_cost_no_time_and_no_crash(yaml):
    card = f"---\n{yaml}---\n# Title\n"
    for action in (
        lambda: patch_card(card, RECORD),
        lambda: patch_card(card, RECORD, overwrite=True),
        lambda: remove_block(card),
        lambda: read_card(card),
    ):
        started = time.monotonic()
        with contextlib.suppress(CardError):
            action()
        assert time.monotonic() - started < SECONDS_ALLOWED


def test_a_huge_card_costs_no_more_than_its_size():
    lines = "".join(f"key{number}: value\n" for number in range(5_000))
    started = time.monotonic()
    card = f"---\n{lines}---\n" + "text\n" * 100_000
    assert remove_block(patch_card(card, RECORD)) == card
    blank = "---\n" + " \n" * MANY + "? " + "\n" * MANY + " co2_eq_emissions\n: 12\n---\n" + "\n" * MANY
    assert "12.5" in patch_card(blank, RECORD, overwrite=True)
    for text in ["\n" * MANY, " " * MANY, "-" * MANY, "---\n" * MANY, "\r" * MANY, "---" + "\n" * MANY, "#" * MANY]:
        with contextlib.suppress(FrontMatterError):
            patch_card(text, RECORD)
    assert time.monotonic() - started < 4 * SECONDS_ALLOWED


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"---\na: 1\n---\n\xff\n", "4:1: the bytes are not UTF-8 (offset 13: 0xff); save the card as UTF-8"),
        (b"---\r\na: \xe9t\xe9\r\n---\r\n", "2:4: the bytes are not UTF-8 (offset 8: 0xe9); save the card as UTF-8"),
        (
            "---\n🤗: ".encode() + b"\xed\xa0\x80\n---\n",
            "2:4: the bytes are not UTF-8 (offset 10: 0xed); save the card",
        ),
        ("---\na: 1\n---\n".encode("utf-16"), "1:1: the bytes are not UTF-8 (offset 0: 0xff); save the card as UTF-8"),
        (b"# Title\n\nab\xc3", "3:3: the bytes are not UTF-8 (offset 11: 0xc3); save the card as UTF-8"),
    ],
)
def test_bytes_that_are_not_utf_8_are_refused_with_their_offset(tmp_path, data, message):
    card = tmp_path / "README.md"
    card.write_bytes(data)
    for error in (
        refusal(patch_card_file, card, RECORD),
        refusal(remove_block_file, card),
        refusal(read_card_file, card),
    ):
        assert str(error).startswith(f"{card}:{message}")
    assert card.read_bytes() == data
    assert list(tmp_path.iterdir()) == [card]


ALL_REFUSED = {**UNREADABLE_FRONT_MATTER, **UNREADABLE_BLOCK, **UNREADABLE_SHAPE}


@pytest.mark.parametrize(("card", "message"), ALL_REFUSED.values(), ids=ALL_REFUSED)
def test_a_file_that_is_refused_is_not_touched_and_named_in_the_message(tmp_path, card, message):
    path = tmp_path / "my card.md"
    data = card.encode("utf-8", "surrogatepass")
    path.write_bytes(data)
    path.chmod(0o444)
    before = path.stat()
    error = refusal(patch_card_file, path, RECORD)
    assert str(error).startswith(f"{path}:")
    if "\ud800" not in card:
        assert str(error).startswith(message.replace("README.md", str(path)))
    after = path.stat()
    assert path.read_bytes() == data
    assert (after.st_ino, after.st_mtime_ns, after.st_mode) == (before.st_ino, before.st_mtime_ns, before.st_mode)
    assert list(tmp_path.iterdir()) == [path]
