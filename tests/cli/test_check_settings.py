"""What `hf-emissions check` is asked to do in pyproject.toml, and by comments in the card."""

from __future__ import annotations

import json
import time

import pytest

from hf_emissions.rules.ignores import ignores

FOUR = ["missing-hardware", "missing-location", "missing-source", "missing-training-type"]
CARD = "---\nlicense: mit\nco2_eq_emissions:\n  emissions: 12.5\n---\n\n# A model\n"


@pytest.fixture
def rules(run):
    def rules(*arguments, code=1, **more):
        result = run("check", *arguments, "--format", "json", code=code, **more)
        return [[finding["rule"] for finding in card["findings"]] for card in json.loads(result.out)["cards"]]

    return rules


class TestPyproject:
    def test_ignore_and_select(self, rules, write):
        write("README.md", CARD)
        assert rules("README.md") == [FOUR]
        write("pyproject.toml", '[tool.hf-emissions]\nignore = ["missing-source"]\n')
        assert rules("README.md") == [[rule for rule in FOUR if rule != "missing-source"]]
        write("pyproject.toml", '[tool.hf-emissions]\nselect = ["missing-source"]\n')
        assert rules("README.md") == [["missing-source"]]
        write("pyproject.toml", "[tool.hf-emissions]\nignore = []\n")
        assert rules("README.md") == [FOUR]

    def test_the_command_line_wins(self, rules, write):
        write("README.md", CARD)
        write("pyproject.toml", '[tool.hf-emissions]\nignore = ["missing-source"]\nfail-on = "error"\n')
        assert rules("README.md", "--select", "missing-source", "--fail-on", "warning") == [["missing-source"]]
        write("pyproject.toml", '[tool.hf-emissions]\nselect = ["missing-source"]\nignore = ["missing-hardware"]\n')
        assert rules("README.md", "--ignore", "missing-source", code=0) == [[]]

    def test_fail_on(self, rules, write):
        write("README.md", CARD)
        write("pyproject.toml", '[tool.hf-emissions]\nfail-on = "error"\n')
        assert rules("README.md", code=0) == [FOUR]

    def test_the_nearest_above_the_card_with_a_table_of_ours(self, rules, write):
        write("pyproject.toml", '[tool.hf-emissions]\nselect = ["missing-source"]\n')
        write("a/pyproject.toml", '[tool.hf-emissions]\nselect = ["missing-hardware"]\n')
        write("a/b/pyproject.toml", "[tool.ruff]\nline-length = 100\n")
        write("a/b/README.md", CARD)
        write("c/README.md", CARD)
        assert rules("a", "c") == [["missing-hardware"], ["missing-source"]]

    def test_of_the_current_folder_for_standard_input(self, rules, write):
        write("pyproject.toml", '[tool.hf-emissions]\nselect = ["missing-source"]\n')
        assert rules("-", stdin=CARD) == [["missing-source"]]

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ('select = ["nonsens"]', "select: there is no rule 'nonsens'; there are "),
            ('ignore = ["missing-sorce"]', "ignore: there is no rule 'missing-sorce'; did you mean 'missing-source'?"),
            ("ignore = [1]", "ignore: there is no rule 1; there are "),
            ('ignore = "missing-source"', "ignore is 'missing-source'; write a list of rules, such as "),
            ("select = []", "select names no rule; leave it out to run them all"),
            ('fail-on = "info"', 'fail-on is \'info\'; write "warning" or "error"'),
            ("fail-on = []", 'fail-on is []; write "warning" or "error"'),
            ('fail_on = "error"', "has no setting 'fail_on'; did you mean 'fail-on'?"),
        ],
    )
    def test_a_value_that_is_not_allowed(self, run, write, tmp_path, text, expected):
        write("README.md", CARD)
        path = write("pyproject.toml", f"[tool.hf-emissions]\n{text}\n")
        result = run("check", "README.md", code=2)
        assert result.err.splitlines()[0].startswith(f"Error: {path}: [tool.hf-emissions] {expected}")
        assert result.out == ""

    @pytest.mark.parametrize("data", [b"[tool", b'a = "\xff"', b"a = " + b"[" * 100_000])
    def test_a_file_that_is_not_toml(self, run, write, data):
        write("README.md", CARD)
        path = write("pyproject.toml", data)
        assert run("check", "README.md", code=2).err.startswith(f"Error: {path}: this is not TOML (")

    def test_a_table_that_is_none(self, run, write):
        write("README.md", CARD)
        path = write("pyproject.toml", "[tool]\nhf-emissions = 1\n")
        assert run("check", "README.md", code=2).err.startswith(f"Error: {path}: [tool.hf-emissions] is not a table\n")
        write("pyproject.toml", "tool = 1\n")
        run("check", "README.md", code=1)

    def test_one_that_is_wrong_does_not_stop_the_rest(self, run, write):
        write("a/pyproject.toml", "[tool")
        write("a/README.md", CARD)
        write("b/README.md", CARD)
        result = run("check", ".", "--format", "quiet", code=2)
        assert result.out == "b/README.md\n"


class TestComments:
    @pytest.mark.parametrize(
        "text",
        [
            f"{CARD}<!-- hf-emissions: ignore missing-source -->\n",
            f"{CARD}  <!--hf-emissions:ignore missing-source-->".replace("\n", "\r\n"),
            CARD.replace("license: mit", "license: mit  # hf-emissions: ignore missing-source"),
            CARD.replace("license: mit", "# hf-emissions: ignore missing-source\nlicense: mit").replace("\n", "\r\n"),
            CARD.replace("  emissions", "  # hf-emissions: ignore missing-source\n  emissions"),
        ],
    )
    def test_a_comment_leaves_out_a_rule(self, rules, text):
        assert rules("-", stdin=text) == [[rule for rule in FOUR if rule != "missing-source"]]

    def test_several(self, rules, run):
        text = f"{CARD}\n<!-- hf-emissions: ignore missing-source, missing-location missing-hardware -->\n"
        assert rules("-", stdin=text) == [["missing-training-type"]]
        result = run("check", "-", stdin=text, code=1)
        assert result.err == "1 card checked: 0 error, 1 warning, 0 info; 3 ignored in the card\n"

    @pytest.mark.parametrize(
        "text",
        [
            f"{CARD}```\n<!-- hf-emissions: ignore missing-source -->\n```\n",
            f"{CARD}~~~~html\n~~~\n<!-- hf-emissions: ignore missing-source -->\n",
            f"{CARD}Write `<!-- hf-emissions: ignore missing-source -->` into it.\n",
            f"{CARD}    <!-- hf-emissions: ignore missing-source -->\n",
            f"{CARD}# hf-emissions: ignore missing-source\n",
            CARD.replace("license: mit", 'license: "a # hf-emissions: ignore missing-source\n  b"'),
            CARD.replace("license: mit", "license: |\n  # hf-emissions: ignore missing-source\n  b"),
            CARD.replace("license: mit", "license: mit#hf-emissions:ignore missing-source"),
        ],
    )
    def test_what_only_looks_like_one(self, rules, text):
        assert rules("-", stdin=text) == [FOUR]

    def test_code_that_has_ended(self, rules):
        text = f"{CARD}```\nx\n```\n<!-- hf-emissions: ignore missing-source -->\n"
        assert "missing-source" not in rules("-", stdin=text)[0]

    def test_a_card_that_cannot_be_read(self, rules):
        text = "---\na: [  # hf-emissions: ignore unreadable-front-matter\n---\n"
        assert rules("-", stdin=text, code=0) == [[]]

    def test_a_rule_that_is_not_there(self, run, write):
        write("README.md", f"{CARD}<!-- hf-emissions: ignore missing-hardwear -->\n")
        assert run("check", "README.md", code=1).err.splitlines()[0] == (
            "README.md:8:27: the comment names an unknown rule, 'missing-hardwear'; did you mean 'missing-hardware'?"
        )

    def test_not_every_such_rule_is_said(self, run, write):
        write("README.md", f"{CARD}<!-- hf-emissions: ignore {' '.join(f'x{i}' for i in range(9))} -->\n")
        lines = run("check", "README.md", code=1).err.splitlines()
        assert len(lines) == 5
        assert lines[3] == "README.md: and 6 more unknown rules in its comments"

    def test_what_is_left_out_is_in_the_document(self, run):
        text = f"{CARD}<!-- hf-emissions: ignore missing-source -->\n"
        (card,) = json.loads(run("check", "-", "--format", "json", stdin=text, code=1).out)["cards"]
        assert card["ignored"] == [{"line": 3, "column": 1, "rule": "missing-source"}]

    @pytest.mark.parametrize(
        "text",
        [
            "<!-- hf-emissions: ignore " * 40_000,
            "<!-- hf-emissions: ignore a\n" * 40_000,
            "<!-- hf-emissions: ignore a -->\n```\n" * 30_000,
            "# hf-emissions: ignore a" + " " * 1_000_000,
            "<!-- hf-emissions: ignore a" + " \t" * 500_000,
            "<!--" + " " * 1_000_000 + "hf-emissions:",
            "---\n" + "a: b # hf-emissions: ignore c\n" * 3_000 + "---\n",
            "---\n" + "".join(f"a{i}: b # hf-emissions: ignore c\n" for i in range(30_000)) + "---\n",
        ],
    )
    def test_time_is_linear(self, text):
        started = time.process_time()
        ignores(text)
        assert time.process_time() - started < 5
