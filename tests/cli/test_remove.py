"""`hf-emissions remove`."""

from __future__ import annotations

import json

import pytest

DIFF = """\
--- a/README.md
+++ b/README.md
@@ -1,9 +1,6 @@
 ---
 license: mit
 language: no   # Norwegian
-co2_eq_emissions:
-  emissions: 12.5
-  source: CodeCarbon 3.3.2
 ---
\x20
 # A model
"""


def test_a_file(run, write, card, card_with_block):
    path = write("README.md", card_with_block)
    result = run("remove", "README.md")
    assert (result.out, result.err) == ("", "README.md: written\n")
    assert path.read_text() == card


def test_a_folder(run, write, card, card_with_block):
    first = write("models/a/README.md", card_with_block)
    second = write("models/b/README.md", card)
    result = run("remove", "models")
    assert result.err == "models/a/README.md: written\nmodels/b/README.md: nothing to change\n"
    assert (first.read_text(), second.read_text()) == (card, card)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_standard_input(run, card, card_with_block, line_end):
    result = run("remove", "-", stdin=card_with_block.replace("\n", line_end))
    assert (result.out, result.err) == (card.replace("\n", line_end), "")


def test_dry_run(run, write, card_with_block):
    path = write("README.md", card_with_block)
    result = run("remove", "README.md", "--dry-run")
    assert (result.out, result.err) == (DIFF, "")
    assert path.read_text() == card_with_block


def test_check(run, write, card, card_with_block):
    write("a/README.md", card_with_block)
    write("b/README.md", card)
    result = run("remove", ".", "--check", code=1)
    assert (result.out, result.err) == ("", "a/README.md: would change\nb/README.md: nothing to change\n")
    assert run("remove", ".", "--check", "--format", "quiet", code=1).out == "a/README.md\n"
    run("remove", "b", "--check")


def test_the_card_at_fault_does_not_stop_the_rest(run, write, card, card_with_block):
    broken = write("a/README.md", "---\ntags: [a\n---\n")
    fine = write("b/README.md", card_with_block)
    result = run("remove", ".", "--format", "json", code=2)
    first, second = json.loads(result.out)["cards"]
    assert first == {"path": "a/README.md", "error": result.err.removeprefix("Error: ").removesuffix("\n")}
    assert second == {"path": "b/README.md", "changed": True, "written": True}
    assert broken.read_text() == "---\ntags: [a\n---\n"
    assert fine.read_text() == card


def test_a_name_that_is_wrong_stops_before_anything_is_written(run, write, card_with_block):
    path = write("README.md", card_with_block)
    result = run("remove", "README.md", "nope", code=2)
    assert (
        result.err == "Error: nope: there is no such file or folder; name a card, a folder of cards, user/model, or -\n"
    )
    assert path.read_text() == card_with_block
