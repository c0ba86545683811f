"""Size and shape of the source: lines, functions, `Any`, broad excepts.

    python benchmarks/size.py
    python benchmarks/size.py --rooms        # a line for each package
    python benchmarks/size.py --most 23000   # fail above so many lines

Lines include docstrings, comments and blanks. A function is as long as its `def`, without decorators. `Any` counts
uses, not imports. A broad except catches `Exception` or `BaseException`, or names nothing.
"""

from __future__ import annotations

import argparse
import ast
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src" / "hf_emissions"
_BROAD = {"Exception", "BaseException"}


@dataclass(frozen=True)
class Shape:
    """What is counted in some files."""

    files: int
    lines: int
    functions: list[int]
    anys: int
    broad_excepts: int

    @property
    def anys_per_thousand(self) -> float:
        return 1000 * self.anys / self.lines


def shape_of(paths: list[Path]) -> Shape:
    texts = [path.read_text(encoding="utf-8") for path in paths]
    trees = [ast.parse(text) for text in texts]
    return Shape(
        files=len(paths),
        lines=sum(text.count("\n") for text in texts),
        functions=[length for tree in trees for length in _function_lengths(tree)],
        anys=sum(isinstance(node, ast.Name) and node.id == "Any" for tree in trees for node in ast.walk(tree)),
        broad_excepts=sum(_is_broad(node) for tree in trees for node in ast.walk(tree)),
    )


def _function_lengths(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield node.end_lineno - node.lineno + 1


def _is_broad(node: ast.AST) -> bool:
    if not isinstance(node, ast.ExceptHandler):
        return False
    caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return any(one is None or (isinstance(one, ast.Name) and one.id in _BROAD) for one in caught)


def _row(name: str, shape: Shape) -> str:
    median = statistics.median(shape.functions) if shape.functions else 0
    longest = max(shape.functions, default=0)
    return (
        f"{name:12} {shape.files:5} {shape.lines:7} {len(shape.functions):9} {median:6g} {longest:7}"
        f" {shape.anys_per_thousand:10.1f} {shape.broad_excepts:6}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rooms", action="store_true", help="a line for each package too")
    parser.add_argument("--most", type=int, help="fail where the source has more lines")
    asked = parser.parse_args()
    print(f"{'':12} files   lines functions median longest Any/1000 l broad")
    if asked.rooms:
        for room in sorted(path for path in SOURCE.iterdir() if (path / "__init__.py").exists()):
            print(_row(room.name, shape_of(sorted(room.rglob("*.py")))))
    whole = shape_of(sorted(SOURCE.rglob("*.py")))
    print(_row("all", whole))
    if asked.most is not None and whole.lines > asked.most:
        sys.exit(f"{whole.lines} lines, and {asked.most} are asked for")


if __name__ == "__main__":
    main()
