"""Fixes on a card's text: which are made together, and what they may not change."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hf_emissions import check_card
from hf_emissions.card.front_matter import position
from hf_emissions.cli.estimate_ranges import RULE, with_ranges
from hf_emissions.cli.reporters.lines import lines_of
from hf_emissions.errors import VerificationError
from hf_emissions.rules.check import RULES
from hf_emissions.rules.finding import Finding, Fix, Replacement
from hf_emissions.rules.fix import MAX_PASSES, apply_fixes, compatible, fix_text, replace

CARD = "---\nlicense: mit\nlanguage: no  # Norwegian\n---\n# A model\n"


def finding(*replacements: tuple[int, int, str], safe: bool = True) -> Finding:
    fix = Fix(safe, "words", tuple(Replacement(*one) for one in replacements))
    return Finding(1, 1, "a-rule", "warning", "message", fix)


def at(text: str, old: str, new: str) -> Finding:
    return finding((text.index(old), text.index(old) + len(old), new))


def test_replacements_need_not_be_in_order():
    both = [at(CARD, "Norwegian", "Bokmål"), at(CARD, "mit", "apache-2.0")]
    assert apply_fixes(CARD, both) == CARD.replace("Norwegian", "Bokmål").replace("mit", "apache-2.0")


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        ((1, 3, "x"), (3, 5, "y"), True),
        ((1, 3, "x"), (2, 5, "y"), False),
        ((1, 5, "x"), (2, 3, "y"), False),
        ((2, 2, "x"), (2, 2, "y"), False),
        ((2, 2, "x"), (2, 4, "y"), False),
        ((1, 4, "x"), (2, 2, "y"), False),
        ((1, 2, "x"), (2, 2, "y"), True),
    ],
)
def test_of_two_fixes_that_touch_the_first_is_made(first, second, both):
    one, other = finding(first), finding(second)
    assert compatible([one, other]) == ([one, other] if both else [one])


def test_a_fix_is_made_whole_or_not_at_all():
    first, second, third = finding((0, 2, "")), finding((1, 3, ""), (7, 8, "")), finding((7, 8, ""))
    chosen = compatible([first, second, third])
    assert [one.fix for one in chosen] == [first.fix, third.fix]


def test_the_rest_follows_on_the_next_pass():
    def look(text):
        return [at(text, f"{word}\n", f"{word} MIT\n") for word in ("license: mit",) if f"{word}\n" in text] + [
            at(text, "mit", "MIT") for _ in range("mit" in text)
        ]

    mended = fix_text(CARD, look)
    assert mended.text == CARD.replace("mit", "MIT MIT")
    assert len(mended.fixed) == 2
    assert mended.findings == ()


def test_a_fix_that_mends_nothing_ends():
    mended = fix_text(CARD, lambda text: [finding((len(text), len(text), "x"))])
    assert mended.text == CARD + "x" * MAX_PASSES
    assert len(mended.findings) == 1
    assert fix_text(CARD, lambda text: [at(text, "mit", "mit")]).fixed == ()


def test_unsafe_fixes_only_when_asked():
    def look(text):
        return [finding((len(text), len(text), "!"), safe=False)] if text.endswith("\n") else []

    assert fix_text(CARD, look).text == CARD
    assert fix_text(CARD, look, unsafe=True).text == CARD + "!"


# What a fix writes instead, and what is said of it.
BREAKING = [
    ("license: mit", "license: [mit", "afterwards the card could not be read"),
    ("license: mit\n", "license: |\n  mit\n  ", "afterwards the card could not be read|another key"),
    ("\n---\n#", "\n#", "afterwards the card could not be read"),
    ("license: mit", "license: &a mit\n  x: y", "afterwards the card could not be read"),
    ("mit\n", "{mit: a,\n", "afterwards the card could not be read"),
    ("mit\n", "|\n ", "another key would have changed"),
]


@pytest.mark.parametrize(("old", "new", "problem"), BREAKING)
def test_a_fix_that_would_break_the_card_is_refused(old, new, problem):
    with pytest.raises(VerificationError, match=f"the fix of a-rule was not made: ({problem})"):
        apply_fixes(CARD, [at(CARD, old, new)])


def test_the_block_may_take_in_what_follows_it():
    text = "---\nco2_eq_emissions:\nemissions: 1\nlicense: mit\n---\n"
    fix = finding((text.index("emissions: 1"),) * 2 + ("  ",))
    assert apply_fixes(text, [fix]) == text.replace("\nemissions: 1", "\n  emissions: 1")


def test_a_card_that_could_not_be_read_may_be_mended():
    text = "---\na: [\n---\n"
    assert apply_fixes(text, [at(text, "[", "[]")]) == "---\na: []\n---\n"


@pytest.mark.parametrize("span", [(-1, 2), (3, 2), (0, 99)])
def test_a_replacement_beyond_the_text_is_a_defect(span):
    with pytest.raises(ValueError, match="a replacement of"):
        replace("text", [Replacement(*span, "x")])


@given(st.data())
def test_only_the_places_named_change(data):
    text = data.draw(st.text("ab\n\r", max_size=30))
    ends = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
    spans = list(zip(ends[::2], ends[1::2], strict=False))
    replacements = [Replacement(*span, data.draw(st.text("xy\n", max_size=3))) for span in spans]
    new, at_new, at_old = replace(text, replacements), 0, 0
    for one in replacements:
        between = text[at_old : one.start]
        assert new[at_new : at_new + len(between) + len(one.new)] == between + one.new
        at_new, at_old = at_new + len(between) + len(one.new), one.end
    assert new[at_new:] == text[at_old:]


FIXABLE = [rule for rule in RULES if any(found.fix for found in check_card(rule.fails, select=[rule.id]))]


@pytest.mark.parametrize("rule", FIXABLE, ids=lambda rule: rule.id)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_fix_of_a_rule_mends_its_example(rule, line_end):
    text = rule.fails.replace("\n", line_end)
    mended = fix_text(text, lambda text: check_card(text, select=[rule.id]), unsafe=True)
    assert mended.findings == ()
    assert {found.rule for found in mended.fixed} == {rule.id}
    assert mended.text != text


def test_many_fixes_take_linear_time():
    keys = "".join(f"k{index}: {index}\n" for index in range(20_000))
    text = f"---\n{keys}---\n"
    many = [finding((found.start(), found.end(), "x")) for found in re.finditer(r"(?<=: )\d+", text)]
    started = time.process_time()
    assert apply_fixes(text, compatible([*many, *many])) == re.sub(r"(?<=: )\d+", "x", text)
    assert time.process_time() - started < 10


@given(st.text("a\r\n\ufeff", max_size=20))
def test_lines_and_columns_are_those_of_the_rules(text):
    lines = lines_of(text)
    for index in range(len(text) + 1):
        if text[index - 1 : index + 1] != "\r\n":
            assert lines.place(index) == position(text, index)


class TestWithEstimates:
    FOUND = Finding(1, 1, RULE, "info", "the facts allow an estimate")

    def test_the_range_stands_in_the_message(self):
        pytest.importorskip("codecarbon")
        text = "---\nlicense: mit\n---\nTrained on 8 NVIDIA A100 GPUs for 96 hours.\n"
        other = Finding(1, 1, "missing-emissions", "warning", "message")
        first, second = with_ranges(text, [self.FOUND, other])
        assert first.message.startswith("the facts allow an estimate (tier C: ")
        assert first.message.endswith(" CO2eq, 90 % range)")
        assert second == other

    def test_facts_that_do_not_suffice(self):
        (found,) = with_ranges("---\nlicense: mit\n---\n", [self.FOUND])
        assert "(no estimate: " in found.message
