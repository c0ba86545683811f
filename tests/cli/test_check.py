"""`hf-emissions check`."""

from __future__ import annotations

import json

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
    assert result.out == f"README.md:1:1: warning: {NO_BLOCK.format('README.md')} [missing-emissions]\n"
    assert result.err == "1 card checked: 0 error, 1 warning, 0 info\n"


def test_a_block_with_keys_missing(run, write, card_with_block):
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
    )


def test_the_advice_can_be_followed(run, write, card_with_block):
    path = write("my model/README.md", card_with_block)
    result = run("check", "my model", code=1)
    assert "hf-emissions add 'my model/README.md' --emissions \"12.5 g\" --hardware " in result.out
    run("add", "my model/README.md", "--emissions", "12.5 g", "--hardware", "8 x NVIDIA A100")
    assert "  hardware_used: 8 x NVIDIA A100\n" in path.read_text()


def test_standard_input(run, card):
    result = run("check", "-", stdin=card, code=1)
    assert result.out == f"<stdin>:1:1: warning: {NO_BLOCK.format('README.md')} [missing-emissions]\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\nlicense: mit\ntags: [a\n---\n", "README.md:4:1: error: front matter cannot be read: "),
        ("---\nlicense: mit\n", "README.md:1:1: error: front matter opens here and is never closed"),
        (
            "---\nco2_eq_emissions:\n  emissions: see the paper\n---\n",
            "README.md:3:14: error: emissions cannot be read",
        ),
        ("---\nco2_eq_emissions: 1\na: b\nco2_eq_emissions: 2\n---\n", "README.md:4:1: error: "),
    ],
)
def test_what_cannot_be_read_is_an_error(run, write, text, expected):
    write("README.md", text)
    result = run("check", "README.md", "--fail-on", "error", code=1)
    assert result.out.startswith(expected)
    assert result.err == "1 card checked: 1 error, 0 warning, 0 info\n"


def test_fail_on(run, write, card):
    write("README.md", card)
    run("check", "README.md", "--fail-on", "warning", code=1)
    assert run("check", "README.md", "--fail-on", "error").out.endswith("[missing-emissions]\n")


def test_json(run, write, card):
    write("a/README.md", card)
    write("b/README.md", WHOLE)
    write("c/README.md", b"---\nlicense: \xff\n---\n")
    result = run("check", ".", "--format", "json", code=2)
    finding = {
        "line": 1,
        "column": 1,
        "rule": "missing-emissions",
        "severity": "warning",
        "message": NO_BLOCK.format("a/README.md"),
    }
    error = "c/README.md:2:10: the bytes are not UTF-8 (offset 13: 0xff); save the card as UTF-8"
    assert json.loads(result.out) == {
        "schema": 1,
        "cards": [
            {"path": "a/README.md", "findings": [finding]},
            {"path": "b/README.md", "findings": []},
            {"path": "c/README.md", "findings": [], "error": error},
        ],
    }
    assert result.err == f"Error: {error}\n"


def test_quiet_is_the_names_of_the_cards_with_findings(run, write, card):
    write("a/README.md", card)
    write("b/README.md", WHOLE)
    result = run("check", ".", "--format", "quiet", code=1)
    assert (result.out, result.err) == ("a/README.md\n", "")
