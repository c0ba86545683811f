"""A process of its own says and does what the command does inside the tests' process, byte for byte.

Of every command here, and of every way in which it takes and gives a card; the other tests need no process for it.
"""

from __future__ import annotations

from importlib.util import find_spec

import pytest

FIGURE = ["--emissions", "12.5 g", "--source", "CodeCarbon 3.3.2"]
ENERGY = ["--energy", "3 kWh", "--country", "France"]
CALLS = [
    (["--version"], 0),
    (["--help"], 0),
    ([], 2),
    (["show", "README.md", "ü/README.md", "--equivalents"], 0),
    (["show", "ü", "--format", "json"], 0),
    (["show", "-"], 0),
    (["show", "nope.md"], 2),
    (["add", "README.md", *FIGURE, "--section"], 0),
    (["add", "-", *FIGURE], 2),
    (["add", "README.md", *FIGURE, "--dry-run"], 0),
    (["remove", "ü"], 0),
    (["remove", "-"], 0),
    (["remove", "ü", "--check"], 1),
    (["check", "."], 2),
    (["check", "-", "--fix"], 1),
    (["check", "ü", "--fix", "--format", "json"], 1),
    (["check", "ü", "--format", "github"], 1),
    (["check", ".", "--format", "sarif"], 2),
    (["rules", "kilograms-as-grams"], 0),
    (["rules", "--format", "quiet"], 0),
    (["estimate", *ENERGY, "--into", "README.md"], 0),
    (["estimate", *ENERGY, "--format", "json"], 0),
    (["estimate", "--hours", "3"], 2),
    (["runs", "."], 2),
]


@pytest.fixture
def cards(write, card):
    """Puts three cards, the last of which is none, and says what they hold now."""
    texts = {
        "README.md": card.encode(),
        "ü/README.md": '---\nco2_eq_emissions:\n  emissions: "12.5"\n  source: größe\n---\n'.encode(),
        "x/README.md": b"---\nlicense: \xff\n---\n",
    }

    def put():
        paths = [write(name, text) for name, text in texts.items()]
        return lambda: [path.read_bytes() for path in paths]

    return put


@pytest.mark.parametrize(("arguments", "code"), CALLS, ids=lambda value: str(value) if isinstance(value, int) else None)
def test_it_says_and_does_the_same(run, run_process, cards, arguments, code):
    if arguments[:1] == ["estimate"] and not find_spec("codecarbon"):
        pytest.skip("needs the extra [estimate]")
    card = "---\nco2_eq_emissions:\n  emissions: '3'\n  source: größe\n---\r\nText\r\n"
    held = cards()
    here = run(*arguments, stdin=card, code=code), held()
    held = cards()
    assert (run_process(*arguments, stdin=card, code=code), held()) == here
