"""The diff of a dry run: git itself applies it and gets the exact bytes."""

from __future__ import annotations

import random
import subprocess

import pytest
from chance import examples
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st

from hf_emissions.card import diff
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


# Each was refused by git, or applied elsewhere, when a hunk lacked lines of the text that follow the change.
TRICKY = {
    "the change is like what follows": ("a\na\na\na\n", "b\na\na\na\na\na\n"),
    "both ends grow": ("a\n" * 9, "b\n" + "a\n" * 10 + "b\n"),
    "a tail that is longer than the context": ("a\nb\n" * 6, "b\na\n" + "a\nb\n" * 6),
    "blank lines": ("\n" * 5, "x\n" + "\n" * 7),
    "two changes with six lines between": ("a\n" * 6, "b\n" + "a\n" * 6 + "b"),
    "two changes with seven lines between": ("a\n" * 7, "b\n" + "a\n" * 7 + "b"),
    "the last line loses its end": ("a\na\na\na\n", "a\na\na"),
    "an empty file": ("", "a\n"),
    "a file that becomes empty": ("a\na\n", ""),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), TRICKY.values(), ids=TRICKY)
def test_git_applies_a_diff_of_lines_that_are_like_their_neighbours(repository, before, after):
    assert applied(repository, before, after) == after.encode()
    assert applied(repository, after, before) == before.encode()


def test_changes_far_apart_are_hunks_of_their_own():
    lines = [f"{n}\n" for n in range(20)]
    changed = [*lines[:4], "x\n", *lines[5:12], "y\n", *lines[13:]]
    joined = [*lines[:4], "x\n", *lines[5:11], "y\n", *lines[12:]]
    assert unified_diff("".join(lines), "".join(changed), "a").count("@@ -") == 2
    assert unified_diff("".join(lines), "".join(joined), "a").count("@@ -") == 1


LINES = st.lists(st.sampled_from(["a", "b", "", "\r", "-", "+", "--- a/x", "\u2028", "\x0c", "ü", "@@"]), max_size=12)
TEXTS = st.builds(lambda lines, end: "\n".join(lines) + end, LINES, st.sampled_from(["", "\n"]))


@given(TEXTS, TEXTS)
@examples(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_git_applies_the_diff_of_any_two_texts(repository, before, after):
    if before == after:
        assert unified_diff(before, after, "README.md") == ""
    else:
        assert applied(repository, before, after) == after.encode()


ALPHABETS = ["a", "ab", "abc", ["", "a"], ["a", "a\r"], ["-", "+", "@@ -1 +1 @@"]]


def drawn_text(draw: random.Random) -> str:
    """A text of few different lines, in which a line is often like its neighbours."""
    count = draw.randrange(draw.choice([3, 10, 30]))
    alphabet = draw.choice(ALPHABETS)
    return "\n".join(draw.choice(alphabet) for _ in range(count)) + draw.choice(["", "\n"])


def changed_text(draw: random.Random, text: str) -> str:
    """The text with other lines in one to three places."""
    lines = text.split("\n")
    for _ in range(draw.randrange(1, 4)):
        at = draw.randrange(len(lines) + 1)
        lines[at : at + draw.randrange(3)] = [draw.choice("ab") for _ in range(draw.randrange(4))]
    return "\n".join(lines)


# Five hundred files a patch, since a process of git takes longer than the diffs.
@given(st.integers(0, 2**32 - 1))
@examples(4, suppress_health_check=[HealthCheck.function_scoped_fixture], phases=(Phase.generate,))
def test_git_applies_a_patch_of_many_files(tmp_path_factory, seed):
    draw = random.Random(seed)
    befores = [drawn_text(draw) for _ in range(500)]
    pairs = [(text, changed_text(draw, text) if draw.random() < 0.5 else drawn_text(draw)) for text in befores]
    folder = tmp_path_factory.mktemp("many")
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    for number, (before, _) in enumerate(pairs):
        (folder / f"{number}").write_bytes(before.encode())
    patch = "".join(unified_diff(*pair, f"{number}") for number, pair in enumerate(pairs))
    run = subprocess.run(["git", "apply", "-"], cwd=folder, input=patch.encode(), capture_output=True, check=False)
    assert run.returncode == 0, run.stderr
    for number, (before, after) in enumerate(pairs):
        assert (folder / f"{number}").read_bytes() == after.encode(), before


@pytest.mark.parametrize(("before", "after"), TRICKY.values(), ids=TRICKY)
def test_git_applies_the_diff_of_texts_too_long_to_compare(repository, monkeypatch, before, after):
    monkeypatch.setattr(diff, "MOST_LINES", 0)
    assert applied(repository, before, after) == after.encode()
    assert applied(repository, after, before) == before.encode()


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_git_applies_the_diff_of_a_card_too_long_to_compare(repository, monkeypatch, card):
    monkeypatch.setattr(diff, "MOST_LINES", 0)
    after = patch_card(card, RECORD)
    assert applied(repository, card, after) == after.encode()
    assert applied(repository, None, after) == after.encode()


def test_a_text_of_any_size_is_compared_in_bounded_work():
    """Four megabytes of a hundred lines, each of which difflib would compare with ten thousand others."""
    lines = [f"{n % 101}\n" for n in range(1_000_000)]
    added = "".join([*lines[:500_000], "x\n", *lines[500_000:]])
    assert unified_diff("".join(lines), added, "a").splitlines()[2] == "@@ -499998,6 +499998,7 @@"
    both = unified_diff("".join(lines), "".join(["x\n", *lines, "y\n"]), "a")
    assert both.count("\n") == 2_000_005
