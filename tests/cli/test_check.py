"""`hf-emissions check`: findings for people, exit codes, and which rules run."""

from __future__ import annotations

import re

import pytest

WHOLE = (
    "---\nco2_eq_emissions:\n  emissions: 12.5\n  source: CodeCarbon\n  training_type: fine-tuning\n"
    "  geographical_location: Paris, France\n  hardware_used: 8 x A100\n---\n"
)
NO_BLOCK = "no co2_eq_emissions block; add one with: hf-emissions add {} "
NO_BLOCK += '--emissions "12.5 g" --source ... --location ... --hardware ...'


def test_a_clean_card(run, write):
    write("README.md", WHOLE)
    result = run("check", "README.md")
    assert (result.out, result.err) == ("", "1 card checked: nothing to report\n")


def test_a_card_without_a_block(run, write, card):
    write("README.md", card)
    result = run("check", "README.md", code=1)
    assert result.out == (
        f"README.md:1:1: warning: {NO_BLOCK.format('README.md')} [missing-emissions]\n    1 | ---\n      | ^\n"
    )
    assert result.err == "1 card checked: 0 error, 1 warning, 0 info\n"


def test_a_place_is_shown_once(run, write, card_with_block):
    write("README.md", card_with_block)
    result = run("check", "README.md", code=1)
    command = 'hf-emissions add README.md --emissions "12.5 g"'
    assert result.out == (
        "README.md:4:1: warning: the block has no hardware_used; add yours, such as: "
        f'{command} --hardware "8 x NVIDIA A100" [missing-hardware]\n'
        "README.md:4:1: warning: the block has no geographical_location; add yours, such as: "
        f'{command} --location "Quebec, Canada" [missing-location]\n'
        "README.md:4:1: warning: the block has no training_type; add yours, such as: "
        f'{command} --training-type "fine-tuning" [missing-training-type]\n'
        "    4 | co2_eq_emissions:\n"
        "      | ^\n"
    )


def test_the_advice_can_be_followed(run, write, card_with_block):
    path = write("my model/README.md", card_with_block)
    result = run("check", "my model", code=1)
    assert "hf-emissions add 'my model/README.md' --emissions \"12.5 g\" --hardware " in result.out
    run("add", "my model/README.md", "--emissions", "12.5 g", "--hardware", "8 x NVIDIA A100")
    assert "  hardware_used: 8 x NVIDIA A100\n" in path.read_text()


def test_standard_input(run, card):
    result = run("check", "-", stdin=card, code=1)
    assert result.out.startswith(f"<stdin>:1:1: warning: {NO_BLOCK.format('README.md')} [missing-emissions]\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\nlicense: mit\ntags: [a\n---\n", "README.md:4:1: error: front matter cannot be read: "),
        ("---\nlicense: mit\n", "README.md:1:1: error: front matter opens here and is never closed"),
        ("---\nco2_eq_emissions: 1\na: b\nco2_eq_emissions: 2\n---\n", "README.md:4:1: error: "),
    ],
)
def test_what_cannot_be_read_is_an_error(run, write, text, expected):
    write("README.md", text)
    result = run("check", "README.md", "--fail-on", "error", code=1)
    assert result.out.startswith(expected)
    assert result.err.startswith("1 card checked: 1 error, 0 warning, 0 info")


def test_fail_on(run, write, card):
    write("README.md", card)
    run("check", "README.md", "--fail-on", "warning", code=1)
    assert "[missing-emissions]\n" in run("check", "README.md", "--fail-on", "error").out


def test_exit_zero(run, write, card):
    write("README.md", card)
    assert run("check", "README.md", "--exit-zero").out == run("check", "README.md", code=1).out
    write("b/README.md", b"---\nlicense: \xff\n---\n")
    run("check", ".", "--exit-zero", code=2)


class TestWithEstimates:
    CARD = "---\nlicense: mit\n---\n# A model\n\nTrained on 8 NVIDIA A100 GPUs for 96 hours.\n"

    def test_the_range_is_in_the_finding(self, run):
        pytest.importorskip("codecarbon")
        result = run("check", "-", "--select", "estimable-emissions", "--with-estimates", stdin=self.CARD)
        assert re.search(r"\(tier C: [\d-]+ kg CO2eq, 90 % range\) \[estimable-emissions\]\n", result.out)

    def test_without_the_extra(self, run, run_process, write):
        write("numpy.py", "raise ImportError")
        result = run_process("check", "-", "--with-estimates", stdin=self.CARD, code=2)
        assert result.err == "Error: an estimate needs an extra: pip install 'hf-emissions[estimate]'\n"
        run("check", "-", stdin=self.CARD, code=1)


class TestWhichRulesRun:
    def rules(self, run, *arguments, code=1):
        result = run("check", "README.md", *arguments, code=code)
        return [line.rpartition("[")[2][:-1] for line in result.out.splitlines() if line.startswith("README.md:")]

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--select", "missing-hardware,missing-location"],
            ["--select", "missing-hardware", "--select", "missing-location"],
            ["--select", " missing-location , missing-hardware,"],
            ["--select", "missing-hardware,missing-location,missing-source", "--ignore", "missing-source"],
        ],
    )
    def test_select_and_ignore(self, run, write, card_with_block, arguments):
        write("README.md", card_with_block)
        assert self.rules(run, *arguments) == ["missing-hardware", "missing-location"]

    def test_ignore(self, run, write, card_with_block):
        write("README.md", card_with_block)
        ignored = ["--ignore", "missing-hardware", "--ignore", "missing-location,missing-training-type"]
        assert self.rules(run, *ignored, code=0) == []

    @pytest.mark.parametrize("option", ["--select", "--ignore"])
    def test_a_rule_that_is_not_there(self, run, write, card, option):
        write("README.md", card)
        result = run("check", "README.md", option, "missing-hardwear", code=2)
        expected = f"Error: {option}: there is no rule 'missing-hardwear'; did you mean 'missing-hardware'?\n"
        assert (result.out, result.err) == ("", expected)
        result = run("check", "README.md", option, "Missing_Hardware", code=2)
        assert "did you mean 'missing-hardware'?" in result.err
        result = run("check", "README.md", option, "qqq", code=2)
        assert "there is no rule 'qqq'; there are " in result.err

    @pytest.mark.parametrize("option", ["--select", "--ignore"])
    def test_no_rule_at_all(self, run, write, card, option):
        write("README.md", card)
        result = run("check", "README.md", option, " , ", code=2)
        assert result.err == f"Error: {option} names no rule; leave it out to run them all\n"


class TestThePlace:
    """The line below a finding, and the caret below that."""

    def shown(self, run, write, text):
        write("README.md", text)
        out = run("check", "README.md", "--select", "unreadable-front-matter", code=1).out
        return out.split("\n")[1:-1]

    def test_the_caret_stands_under_the_place(self, run, write):
        assert self.shown(run, write, "---\na: b\nc: d: e\n---\n") == ["    3 | c: d: e", "      |     ^"]

    @pytest.mark.parametrize("text", ["---\r\na: b\r\nc: d: e\r\n---\r\n", "\ufeff---\na: b\nc: d: e\n---\n"])
    def test_line_ends_and_a_byte_order_mark(self, run, write, text):
        assert self.shown(run, write, text) == ["    3 | c: d: e", "      |     ^"]

    def test_what_could_drive_a_terminal_is_written_out(self, run, write):
        lines = self.shown(run, write, "---\n\u202ea\x1b[31m: b\n---\n")
        assert lines == ["    2 | \\u202ea\\x1b[31m: b", "      |        ^"]

    def test_a_tab_takes_one_column(self, run, write):
        assert self.shown(run, write, "---\na: 'b\tc': d\n---\n") == ["    2 | a: 'b c': d", "      |         ^"]

    def test_wide_characters_take_two_columns(self, run, write):
        assert self.shown(run, write, "---\n中文: d: e\n---\n") == ["    2 | 中文: d: e", "      |        ^"]
        assert self.shown(run, write, "---\ne\u0301: d: e\n---\n") == ["    2 | e\u0301: d: e", "      |     ^"]

    def test_a_long_line_is_shortened_around_the_place(self, run, write):
        line, caret = self.shown(run, write, f"---\n{'k' * 300}: d: {'e' * 300}\n---\n")
        assert line == f"    2 | …{'k' * 47}: d: {'e' * 48}…"
        assert line[caret.index("^")] == ":"

    def test_a_place_at_the_end_of_the_card_has_nothing_to_show(self, run, write):
        write("README.md", "")
        assert run("check", "README.md", code=1).out.count("\n") == 1
