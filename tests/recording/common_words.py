"""Which words messages use: `python tests/recording/common_words.py` writes them into recording/common_words.txt.

A name that is such a word is masked only where it can be nothing else. They are those of the texts that the recording's
and CodeCarbon's code holds, docstrings and comments aside, and of the hardware that messages name. The file is read and
edited by people: what is taken out of it is masked from then on.
"""

from __future__ import annotations

import ast
import csv
import importlib.util
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

OWN = Path(__file__).parents[2] / "src" / "hf_emissions"
LISTED = OWN / "recording" / "common_words.txt"
HEAD = """\
# Words that messages use: a host or user with such a name is masked only where it can be nothing else (redaction.py).
# tests/recording/common_words.py adds those of new messages.
"""


def collected() -> set[str]:
    """The words of today's messages, and the names of hardware."""
    found = importlib.util.find_spec("codecarbon")
    assert found
    assert found.origin
    theirs = Path(found.origin).parent
    texts = [text for folder in (OWN / "recording", theirs) for path in folder.rglob("*.py") for text in _texts(path)]
    cpus = (theirs / "data" / "hardware" / "cpu_power.csv").read_text("utf-8", "replace")
    words = {word for word in _words(" ".join([*texts, cpus])) if word.isalpha()}
    rows = csv.DictReader((OWN / "factors" / "accelerators.csv").read_text("utf-8").splitlines())
    return words | {word for row in rows for name in ("name", "vendor", "needs", "fits") for word in _words(row[name])}


def listed() -> set[str]:
    """The words in the file."""
    return _words("\n".join(line for line in LISTED.read_text("utf-8").splitlines() if not line.startswith("#")))


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"[^\W_]+", text.casefold()) if len(word) > 1 and not word.isdigit()}


def _texts(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text("utf-8"))
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    docstrings = {id(node.value) for node in statements}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


if __name__ == "__main__":
    words = sorted(collected() | (listed() if LISTED.exists() else set()))
    LISTED.write_text(HEAD + textwrap.fill(" ".join(words), 118, break_on_hyphens=False) + "\n", "utf-8")
    sys.stderr.write(f"{len(words)} words\n")
