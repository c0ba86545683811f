"""`hf-emissions add`."""

from __future__ import annotations

import json
import subprocess

import pytest

FIGURE = ("--emissions", "12.5 g", "--source", "CodeCarbon 3.3.2")
DIFF = """\
--- a/README.md
+++ b/README.md
@@ -1,6 +1,9 @@
 ---
 license: mit
 language: no   # Norwegian
+co2_eq_emissions:
+  emissions: 12.5
+  source: CodeCarbon 3.3.2
 ---
\x20
 # A model
"""


def test_a_file(run, write, card, card_with_block):
    path = write("README.md", card)
    result = run("add", "README.md", *FIGURE)
    assert (result.out, result.err) == ("", "README.md: written\n")
    assert path.read_text() == card_with_block


def test_all_options(run, write, card):
    path = write("README.md", card)
    arguments = (
        *("--emissions", "0.3 kg", "--energy", "1100 Wh", "--hours", "90 min", "--hardware", "1 x NVIDIA A100"),
        *("--location", "Paris, France", "--training-type", "fine-tuning", "--source", "CodeCarbon 3.3.2"),
    )
    run("add", "README.md", *arguments)
    block = (
        "co2_eq_emissions:\n  emissions: 300\n  source: CodeCarbon 3.3.2\n  training_type: fine-tuning\n"
        "  geographical_location: Paris, France\n  hardware_used: 1 x NVIDIA A100\n  energy_consumed: 1.1\n"
        "  hours_used: 1.5\n"
    )
    assert path.read_text() == card.replace("---\n\n#", f"{block}---\n\n#")


def test_again_changes_nothing(run, write, card):
    path = write("README.md", card)
    run("add", "README.md", *FIGURE)
    before = path.read_bytes()
    result = run("add", "README.md", *FIGURE)
    assert (result.out, result.err) == ("", "README.md: nothing to change\n")
    assert path.read_bytes() == before


def test_a_folder_with_one_card(run, write, card, card_with_block):
    path = write("model/README.md", card)
    run("add", "model", *FIGURE)
    assert path.read_text() == card_with_block


def test_the_card_at_the_top_of_a_folder_is_the_one(run, write, card, card_with_block):
    path = write("model/README.md", card)
    other = write("model/checkpoint/README.md", card)
    run("add", "model", *FIGURE)
    assert (path.read_text(), other.read_text()) == (card_with_block, card)


def test_a_folder_with_several_cards_is_refused(run, write, card):
    paths = [write(f"models/{name}/README.md", card) for name in ("a", "b")]
    result = run("add", "models", *FIGURE, code=2)
    assert result.err == (
        "Error: models: there are 2 cards below; a figure belongs to one training, so name one card\n"
    )
    assert [path.read_text() for path in paths] == [card, card]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_standard_input(run, card, card_with_block, line_end):
    result = run("add", "-", *FIGURE, stdin=card.replace("\n", line_end))
    assert (result.out, result.err) == (card_with_block.replace("\n", line_end), "")


def test_dry_run(run, write, card):
    path = write("README.md", card)
    result = run("add", "README.md", *FIGURE, "--dry-run")
    assert (result.out, result.err) == (DIFF, "")
    assert path.read_text() == card


def test_dry_run_of_standard_input_names_a_readme(run, card):
    assert run("add", "-", *FIGURE, "--dry-run", stdin=card).out == DIFF


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["README.md", 'my models/größe "x"\\README.md'])
@pytest.mark.parametrize("final", ["\n", ""])
def test_git_takes_the_diff(run, write, tmp_path, card, line_end, name, final):
    text = (card.removesuffix("\n") + final).replace("\n", line_end)
    path = write(name, text)
    diff = run("add", name, *FIGURE, "--dry-run").out
    run("add", name, *FIGURE)
    expected = path.read_bytes()
    path.write_bytes(text.encode())
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "apply", "--whitespace=error-all" if line_end == "\n" else "--whitespace=nowarn", "-", stdin=diff)
    assert path.read_bytes() == expected
    assert expected != text.encode()


def git(folder, *arguments, stdin=""):
    config = ("-c", "core.autocrlf=false", "-c", "init.defaultBranch=main")
    done = subprocess.run(
        ["git", *config, *arguments], input=stdin.encode(), cwd=folder, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


def test_check(run, write, card):
    path = write("README.md", card)
    result = run("add", "README.md", *FIGURE, "--check", code=1)
    assert (result.out, result.err) == ("", "README.md: would change\n")
    assert path.read_text() == card
    run("add", "README.md", *FIGURE)
    result = run("add", "README.md", *FIGURE, "--check")
    assert (result.out, result.err) == ("", "README.md: nothing to change\n")


def test_check_and_dry_run_together(run, write, card):
    path = write("README.md", card)
    result = run("add", "README.md", *FIGURE, "--check", "--dry-run", code=1)
    assert (result.out, result.err) == (DIFF, "README.md: would change\n")
    assert path.read_text() == card


@pytest.mark.parametrize(
    ("options", "code", "expected"),
    [
        ((), 0, {"changed": True, "written": True}),
        (("--check",), 1, {"changed": True, "written": False}),
        (("--dry-run",), 0, {"changed": True, "written": False, "diff": DIFF}),
    ],
)
def test_json(run, write, card, options, code, expected):
    write("README.md", card)
    result = run("add", "README.md", *FIGURE, "--format", "json", *options, code=code)
    assert json.loads(result.out) == {"schema": 1, "cards": [{"path": "README.md", **expected}]}
    assert result.err == ""


def test_json_of_standard_input_holds_the_new_card(run, card, card_with_block):
    result = run("add", "-", *FIGURE, "--format", "json", stdin=card)
    expected = {"path": "<stdin>", "changed": True, "written": False, "text": card_with_block}
    assert json.loads(result.out) == {"schema": 1, "cards": [expected]}


def test_quiet(run, write, card):
    write("README.md", card)
    for options in (("--dry-run",), ()):
        result = run("add", "README.md", *FIGURE, "--format", "quiet", *options)
        assert (result.out, result.err) == ("README.md\n", "")
    result = run("add", "README.md", *FIGURE, "--format", "quiet")
    assert (result.out, result.err) == ("", "")


def test_what_somebody_else_wrote_is_not_replaced(run, write, card_with_block):
    path = write("README.md", card_with_block)
    result = run("add", "README.md", "--emissions", "30 g", code=2)
    assert result.out == ""
    assert result.err == (
        "Error: README.md:5:14: the block already says emissions: 12.5, not 30; "
        "to replace what is there, ask for it with --overwrite (overwrite=True)\n"
    )
    assert path.read_text() == card_with_block
    run("add", "README.md", "--emissions", "30 g", "--overwrite")
    assert path.read_text() == card_with_block.replace("12.5", "30")


def test_section(run, write, card):
    path = write("README.md", card)
    run("add", "README.md", *FIGURE, "--hours", "4", "--section")
    written = path.read_text()
    assert "## Environmental Impact\n" in written
    assert "- **Hours used:** 4\n" in written
    assert "- **Carbon Emitted:** 12.5 g CO2eq\n" in written
    run("remove", "README.md", "--section")
    assert path.read_text() == card


def test_equivalents_in_the_section(run, write, card):
    path = write("README.md", card)
    run("add", "README.md", *FIGURE, "--section", "--equivalents")
    written = path.read_text()
    assert "\nAs much CO2eq as any one of these: 0.051 km in an average car" in written
    assert "(60 kg each, EPA 2021)" in written
    run("add", "README.md", *FIGURE, "--section")
    assert "As much CO2eq" not in path.read_text()
    run("remove", "README.md", "--section")
    assert path.read_text() == card


def test_equivalents_without_a_section_are_refused(run, write, card):
    path = write("README.md", card)
    result = run("add", "README.md", *FIGURE, "--equivalents", code=2)
    assert result.err == "Error: --equivalents goes into the section; give --section too\n"
    assert path.read_text() == card


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--emissions", "12.5"), '--emissions: "12.5" has no unit: write "12.5 g" or "12.5 kg"'),
        (("--emissions", "12.5 g", "--energy", "3"), '--energy: "3" has no unit: write "3 kWh" or "3 Wh"'),
        (("--emissions", " "), "--emissions is empty; give it a value, or leave it out"),
        (
            ("--emissions", "1 g", "--training-type", ""),
            "--training-type is empty; give it a value, or leave it out",
        ),
    ],
)
def test_an_option_that_cannot_be_read(run, write, card, options, message):
    path = write("README.md", card)
    result = run("add", "README.md", *options, code=2)
    assert (result.out, result.err) == ("", f"Error: {message}\n")
    assert path.read_text() == card


@pytest.mark.parametrize("value", ["12,5 g", "-1 g", "nan g", "12.5 kWh", "12.5 stone", "1 ton"])
def test_a_figure_that_takes_guessing(run, write, card, value):
    path = write("README.md", card)
    result = run("add", "README.md", "--emissions", value, code=2)
    assert result.err.startswith("Error: --emissions: ")
    assert result.err.count("\n") == 1
    assert path.read_text() == card


def test_the_figure_must_be_given(run, write, card):
    write("README.md", card)
    result = run("add", "README.md", code=2)
    assert result.err == "Error: name the card and its --emissions, or give --from PLAN for many\n"
