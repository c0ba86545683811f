"""The diff of a dry run: git itself applies it and gets the exact bytes."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hf_emissions.card.diff import unified_diff
from hf_emissions.card.patch import patch_card
from hf_emissions.record import EmissionsRecord

RECORD = EmissionsRecord(emissions_g=12.5, source="CodeCarbon")


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    folder = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    return folder


def applied(folder, before: str | None, after: str, path: str = "README.md") -> bytes:
    """The file after `git apply` of the diff; it stands beside `before` in a repository."""
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    if before is not None:
        target.write_bytes(before.encode())
    diff = unified_diff(before, after, path).encode()
    for options in (["--check"], []):
        run = subprocess.run(["git", "apply", *options, "-"], cwd=folder, input=diff, capture_output=True, check=False)
        assert run.returncode == 0, run.stderr
    return target.read_bytes()


CARDS = {
    "LF": "---\nlanguage: en\n---\n# Title\n",
    "CRLF": "---\r\nlanguage: en\r\n---\r\n# Title\r\n",
    "mixed": "---\r\nlanguage: en\n---\r\n# Title\n\rtext\r",
    "no final newline": "---\nlanguage: en\n---",
    "no final newline, CRLF": "---\r\nlanguage: en\r\n---",
    "no front matter": "# Title\n",
    "one line": "# Title",
    "a BOM": "\ufeff---\nlanguage: en\n---\n",
    "other line ends": "---\na: \"\u2028\"\n---\n\x0b\x0c\x85\u2029\n",
    "far from the ends": "".join(f"# {n}\n" for n in range(50)),
    "long": "---\n" + "".join(f"k{n}: 1\n" for n in range(500)) + "---\n" + "text\n" * 500,
    "lines that look like a diff": "---\na: 1\n---\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n\\ No newline at end of file\n",
}  # fmt: skip


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_git_applies_the_diff_of_a_patched_card(repository, card):
    after = patch_card(card, RECORD)
    assert applied(repository, card, after) == after.encode()
    assert applied(repository, after, card) == card.encode()


@pytest.mark.parametrize(
    "path", ["model/README.md", "a folder/my card.md", "a\tb.md", 'a"b.md', "ü🤗.md", "a\\b.md", " a.md"]
)
def test_git_applies_the_diff_to_a_file_of_any_name(repository, path):
    card = CARDS["LF"]
    after = patch_card(card, RECORD)
    assert applied(repository, card, after, path) == after.encode()
    assert applied(repository, None, after, f"new {path}") == after.encode()


@pytest.mark.parametrize("after", ["# Title\n", "# Title", "a\r\nb\r\n", "---\r\na: 1\r\n---"])
def test_git_applies_the_diff_of_a_new_file(repository, after):
    assert applied(repository, None, after) == after.encode()


def test_a_file_that_stays_as_it_is_has_no_diff():
    assert unified_diff("a\n", "a\n", "README.md") == ""
    assert unified_diff("", "", "README.md") == ""


def test_the_diff_shows_three_lines_around_the_change():
    before = "---\na: 1\nb: 2\nc: 3\nd: 4\n---\n# Title\n\ntext\nmore\n"
    assert unified_diff(before, patch_card(before, RECORD), "README.md") == (
        "--- a/README.md\n"
        "+++ b/README.md\n"
        "@@ -3,6 +3,9 @@\n"
        " b: 2\n"
        " c: 3\n"
        " d: 4\n"
        "+co2_eq_emissions:\n"
        "+  emissions: 12.5\n"
        "+  source: CodeCarbon\n"
        " ---\n"
        " # Title\n"
        " \n"
    )


def test_a_missing_line_end_is_marked_as_git_does():
    assert unified_diff("a\nb", "a\nc", "x") == (
        "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n"
    )


LINES = st.lists(st.sampled_from(["a", "b", "", "\r", "-", "+", "--- a/x", "\u2028", "\x0c", "ü", "@@"]), max_size=12)
TEXTS = st.builds(lambda lines, end: "\n".join(lines) + end, LINES, st.sampled_from(["", "\n"]))


@given(TEXTS, TEXTS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_git_applies_the_diff_of_any_two_texts(repository, before, after):
    if before == after:
        assert unified_diff(before, after, "README.md") == ""
    elif before and after:
        assert applied(repository, before, after) == after.encode()
    elif after:
        assert applied(repository, None, after) == after.encode()
