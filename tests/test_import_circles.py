"""No module imports itself by way of others, not even within a function."""

from __future__ import annotations

import ast
import graphlib
from collections.abc import Iterator
from pathlib import Path

import hf_emissions

PACKAGE = Path(hf_emissions.__file__).parent
MODULES = {".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path for path in PACKAGE.rglob("*.py")}


def _imported(name: str, node: ast.AST) -> Iterator[str]:
    """Modules that a statement imports; nothing of what is imported for type checkers alone."""
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        return
    if isinstance(node, ast.ImportFrom):
        base = name.split(".")[: -node.level] if node.level else []
        module = ".".join([*base, *filter(None, [node.module])])
        yield from (f"{module}.{alias.name}" if f"{module}.{alias.name}" in MODULES else module for alias in node.names)
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    for child in ast.iter_child_nodes(node):
        yield from _imported(name, child)


def test_no_import_closes_a_circle():
    imported = {name: set(_imported(name, ast.parse(path.read_text("utf-8")))) for name, path in MODULES.items()}
    graph = {name: (found & MODULES.keys()) - {name} for name, found in imported.items()}
    assert sum(map(len, graph.values())) > 500  # the imports were found
    list(graphlib.TopologicalSorter(graph).static_order())  # raises CycleError, which names the circle
