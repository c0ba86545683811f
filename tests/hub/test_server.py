"""The Hub of the tests itself: it needs nothing but Python, and keeps history as git does."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

SERVER = [
    path for path in sorted(Path(__file__).parent.glob("*.py")) if not path.name.startswith(("test_", "conftest"))
]
# Of the tests' side: what drives the code under test from beside the server.
CLIENTS = {"editing.py", "soak.py"}
# The standard library cannot make certificates.
CERTIFICATES = "certificates.py"


@pytest.mark.parametrize(
    "path", [path for path in SERVER if path.name not in {*CLIENTS, CERTIFICATES}], ids=lambda path: path.name
)
def test_it_stands_on_the_standard_library_alone(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_a_commit_is_known_by_all_that_is_in_it(server):
    repository = server.create("user/model", "one")
    first = repository.commits[-1]
    second = repository.push("user", README="two")
    assert (first.files["README.md"], second.files["README.md"]) == (b"one", b"two")
    assert len({commit.oid for commit in repository.commits}) == 3
    assert repository.find(first.oid) is first
    opened = repository.open_pull_request("a title", "", "third", first)
    repository.push("third", branch=opened.branch, README="three")
    assert repository.find("refs/pr/1").files["README.md"] == b"three"
    assert repository.readme == "two"
