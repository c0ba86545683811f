"""Cards that mean harm, through the command with bounded memory: a finding or a refusal, and nothing raw."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import resource
import subprocess
import sys
import time

import pytest

# 50 MB of text are held a few times over; what grows with aliases or depth would need thousands of times as much.
MEMORY = 1_500_000_000
SECONDS = 60
# What drives a terminal (C0 but for the line break, DEL, C1), or turns text around (UAX #9).
RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

BLOCK = "---\nco2_eq_emissions:\n  emissions: {}\n  source: {}\n---\n# A model\n"
LAUGHS = "---\na: &a [x, x]\n" + "".join(
    f"b{i}: &b{i} [{', '.join(['*a' if i == 0 else f'*b{i - 1}'] * 9)}]\n" for i in range(9)
)
CARDS = {
    "a billion laughs": f"{LAUGHS}co2_eq_emissions: *b8\n---\n",
    "200,000 aliases": f"---\na: &a 1\nco2_eq_emissions: [{'*a, ' * 200_000}]\n---\n",
    "aliases of the whole block": "---\na: &a {emissions: 1}\nco2_eq_emissions: {" + "<<: *a, " * 20_000 + "}\n---\n",
    "100,000 open brackets": f"---\nco2_eq_emissions: {'[' * 100_000}\n---\n",
    "100,000 nested brackets": f"---\nco2_eq_emissions: {'[' * 100_000}{']' * 100_000}\n---\n",
    "100,000 open braces": f"---\nco2_eq_emissions: {'{a: ' * 100_000}\n---\n",
    "100,000 dashes of lists": f"---\nco2_eq_emissions:\n  {'- ' * 100_000}\n---\n",
    "100,000 keys": "---\n" + "".join(f"k{i}: {i}\n" for i in range(100_000)) + "---\n",
    "100,000 keys of the block": "---\nco2_eq_emissions:\n"
    + "".join(f"  k{i}: {i}\n" for i in range(100_000))
    + "---\n",
    "a key 10,000 times": "---\n" + "license: mit\n" * 10_000 + "---\n",
    "a number of a million digits": BLOCK.format("1" * 1_000_000, "x"),
    "NUL bytes": BLOCK.format("\0", "\0"),
    "NUL bytes in the body": BLOCK.format("12", "x") + "\0" * 1000,
    "a BOM in the middle": BLOCK.format("\ufeff12", "\ufeffx"),
    "lone carriage returns": BLOCK.format("12", "x").replace("\n", "\r"),
    "half a million fences": BLOCK.format("12", "x") + "```\n" * 500_000,
    "half a million comments": BLOCK.format("12", "x") + "<!--" * 500_000,
    "rows of 3 MB": BLOCK.format("12", "x") + "| GPU | A100 | hours |\n" * 150_000,
    "a line of a million devices": BLOCK.format("12", "x") + "trained on 8 x A100 for 3 hours, " * 30_000,
}
# What a value may hold that is no harm in a card and much in a terminal, a browser, or an annotation of GitHub.
VALUES = {
    "escape codes": "\\e[31mred\\e[2J\\a",
    "a link of a terminal": "\\e]8;;http://example.org\\a here \\e]8;;\\a",
    "C1 controls": "\\x9b31m\\x85\\x90",
    "marks that turn text around": "\\u202Egnp.exe\\u2066x\\u2069\\u200f",
    "a command of a workflow": "x%0A::error::y\\n::set-output name=a::b",
    "HTML and Markdown": "<script>alert(1)</script> [x](javascript:alert) | `x` \\n# head",
    "a half of a pair": "\\uD800",
}
FORMATS = ("human", "json", "quiet", "github", "sarif")


@pytest.fixture
def bounded(tmp_path, entry, environment):
    """Runs the command on bytes, in a process that gets no more than so much memory and time."""

    def run(card, *options):
        (tmp_path / "README.md").write_bytes(card if isinstance(card, bytes) else card.encode())
        start = time.monotonic()
        done = subprocess.run(
            [*entry, "check", "README.md", *options],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
        )
        return done, time.monotonic() - start

    return run


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
@pytest.mark.slow
def test_a_finding_or_a_clear_refusal(bounded, card):
    done, _ = bounded(card)
    out, err = done.stdout.decode(), done.stderr.decode()
    assert done.returncode in (0, 1, 2), err
    assert not RAW.search(out + err)
    assert "Traceback" not in err
    # What it says fits on a screen or two, whatever the size of the card.
    assert 0 < len(out + err) < 20_000
    if done.returncode == 2:
        assert re.match(r"Error: README\.md:\d+:\d+: ", err)


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("format_", FORMATS)
def test_nothing_of_a_value_comes_out_raw(run, write, value, format_):
    keys = ("emissions", "source", "training_type", "geographical_location", "hardware_used", "nobody_reads_this")
    fields = "".join(f'  {key}: "{value}"\n' for key in keys)
    card = f'---\n"{value}": 1\nco2_eq_emissions:\n{fields}  "{value}": 1\n  "{value}": 2\n---\n# A model\n'
    write("README.md", card)
    result = run("check", "README.md", "--format", format_, "--with-estimates", code=1)
    assert not RAW.search(result.out + result.err)
    if format_ in ("json", "sarif"):
        assert json.loads(result.out)
    if format_ == "github":
        lines = result.out.splitlines()
        assert all(re.match(r"::(error|warning|notice) file=README\.md,line=\d+,", line) for line in lines)


def test_nothing_of_the_body_comes_out_raw(run, write):
    body = "Trained on 8 x A100\x1b[31m for 3 hours\u202e, 12 kg CO2\x9b emitted.\n"
    write("README.md", BLOCK.format("12", "'\u202ex'") + body)
    for format_ in FORMATS:
        result = run("check", "README.md", "--format", format_, code=1)
        assert not RAW.search(result.out + result.err)


@pytest.mark.parametrize("name", ["\x1b[31m", "a\u202egnp.md", "a\n::error::b", "\x9bx"])
def test_nothing_of_a_file_s_name_comes_out_raw(run, write, name):
    write(f"{name}/README.md", "---\nlicense: mit\n---\n")
    for format_ in FORMATS:
        result = run("check", ".", "--format", format_, code=1)
        assert not RAW.search(result.out + result.err)
        assert format_ != "github" or not re.search(r"^::error::b", result.out, re.MULTILINE)


FIXABLE = '---\nco2_eq_emissions:\n  emissions: "12.5"\n  source: "\\e[31m\\u202e"\n---\nx\x1b[31m\u202e\n'


def test_nothing_of_a_fix_comes_out_raw(run, write):
    write("README.md", FIXABLE)
    result = run("check", "README.md", "--fix", "--yes", "--unsafe-fixes", code=1)
    assert "write the number 12.5" in result.err
    assert not RAW.search(result.out + result.err)


def test_a_diff_is_the_card_s_own_in_a_pipe_and_safe_on_a_terminal(run, write, tmp_path, entry, environment):
    write("README.md", FIXABLE)
    command = ["check", "README.md", "--fix", "--dry-run"]
    assert " x\x1b[31m\u202e\n" in run(*command, code=1).out
    shown = on_a_terminal([*entry, *command], cwd=tmp_path, env={**environment, "NO_COLOR": "1"})
    assert "x\\x1b[31m\\u202e" in shown
    # But for the colours of the diff itself.
    assert not RAW.search(re.sub(r"\x1b\[\d{0,2}m|\r\n", "", shown.replace("\\x1b", "")))


def on_a_terminal(command, **where):
    """What a command shows on a terminal."""
    ours, its = pty.openpty()
    with subprocess.Popen(command, stdin=its, stdout=its, stderr=its, **where) as process:
        os.close(its)
        shown = b""
        with contextlib.suppress(OSError):  # how a terminal says that nobody writes to it any more
            while chunk := os.read(ours, 65536):
                shown += chunk
        process.wait(SECONDS)
    os.close(ours)
    return shown.decode()


@pytest.mark.parametrize(
    ("card", "place"),
    [
        (b"---\nlicense: \xff\n---\n", "2:10"),
        (b"---\nlicense: mit\n---\n\xc3\x28\n", "4:1"),
        (b"\xff\xfe-\x00-\x00-\x00", "1:1"),
        (b"---\na: b\n---\n" + b"x" * 1_000_000 + b"\xed\xa0\x80", "4:1000001"),
    ],
    ids=["in the front matter", "in the body", "UTF-16", "behind a million letters"],
)
def test_bytes_that_are_no_utf_8(run, write, card, place):
    write("README.md", card)
    result = run("check", "README.md", code=2)
    assert result.err.startswith(f"Error: README.md:{place}: ")
    assert not RAW.search(result.out + result.err)


@pytest.mark.slow
@pytest.mark.parametrize("line", ["word and word\n", "8 x A100 for 3 hours, 12 kg CO2\n", "- a: b\n"])
def test_a_readme_as_large_as_any(bounded, line):
    done, seconds = bounded(BLOCK.format("12", "x") + line * (4_000_000 // len(line)))
    assert done.returncode == 1, done.stderr
    assert len(done.stdout) < 20_000
    print(f"{seconds:.1f} s", file=sys.stderr)


def test_a_readme_of_50_mb(bounded):
    done, _ = bounded(BLOCK.format("12", "x") + "word and word\n" * 3_571_428)
    assert done.returncode == 2
    assert done.stderr.startswith(b"Error: README.md: the card is larger than 4 MB, and no card is")
