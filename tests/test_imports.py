"""Which module may import which, and what may not be imported before it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import hf_emissions

PACKAGE = Path(hf_emissions.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

# From the top to the bottom; a part imports only from parts on lines below its own.
LAYERS = [
    ["cli"],
    ["audit"],
    ["hub"],
    ["recording"],
    ["importers"],
    ["rules"],
    ["estimation"],
    ["facts"],
    ["factors"],
    ["card"],
    ["record"],
    ["units", "template"],
    ["errors", "terminal", "lazy"],
]
LEVELS = {name: level for level, names in enumerate(reversed(LAYERS)) for name in names}

AT_MODULE_LEVEL = {"__future__", "click", "yaml", "hf_emissions"} | sys.stdlib_module_names
# Modules that exist only where their extra is installed, and are imported only when it is used.
ALSO = {"recording/callback.py": {"transformers"}}


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_parts(path: Path) -> list[tuple[int, str]]:
    """Line and part of every import from the package itself, wherever in the file it stands."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").split(".")[0] == "hf_emissions"):
            found += [(node.lineno, part) for part in absolute(path, node)]
        elif isinstance(node, ast.Import):
            names = (alias.name.split(".") for alias in node.names)
            found += [(node.lineno, name[1] if name[1:] else "") for name in names if name[0] == "hf_emissions"]
    return found


def absolute(path: Path, node: ast.ImportFrom) -> list[str]:
    here = ("hf_emissions", *path.relative_to(PACKAGE).parent.parts)
    base = here[: len(here) - node.level + 1] if node.level else ()
    target = [*base, *(node.module.split(".") if node.module else [])]
    return [target[1]] if target[1:] else [alias.name for alias in node.names]


def imports_at_module_level(path: Path) -> set[str]:
    found: set[str] = set()
    todo: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").split(".")[0])
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not for_types_alone(node):
            todo += ast.iter_child_nodes(node)
    return found


def for_types_alone(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def test_every_part_has_its_place():
    parts = {part_of(path) for path in MODULES} - {"__init__"}
    assert parts <= LEVELS.keys()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_run_downwards(path):
    part = part_of(path)
    if part == "__init__":
        return
    for line, other in imported_parts(path):
        if other not in LEVELS:
            assert other == "__version__", f"{path}:{line} imports {other or 'the whole package'}"
        elif other != part:
            assert LEVELS[other] < LEVELS[part], f"{path}:{line}: {part} imports {other}, which stands above it"


def test_the_test_sees_every_kind_of_import(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path)
    (tmp_path / "card").mkdir()
    path = tmp_path / "card" / "x.py"
    path.write_text(
        "from .. import units\nfrom ..cli.main import run\nfrom . import diff\nfrom .diff import y\n"
        "def f():\n    import hf_emissions.hub\n    from hf_emissions.rules import z\n"
    )
    assert imported_parts(path) == [(1, "units"), (2, "cli"), (3, "card"), (4, "card"), (6, "hub"), (7, "rules")]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_nothing_heavy_at_module_level(path):
    allowed = AT_MODULE_LEVEL | ALSO.get(path.relative_to(PACKAGE).as_posix(), set())
    assert imports_at_module_level(path) <= allowed


def loaded(code: str) -> set[str]:
    """The top-level modules that are loaded after running `code` in a new interpreter."""
    script = f"import sys\ntry:\n    {code}\nexcept SystemExit:\n    pass\nprint('\\n' + ' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}


def test_importing_the_package_imports_next_to_nothing():
    names = loaded("import hf_emissions")
    assert not names & {"click", "yaml", "jinja2", "huggingface_hub", "transformers", "codecarbon", "json"}


def test_patching_a_card_imports_no_more_than_yaml():
    names = loaded("from hf_emissions import patch_card, read_card, remove_block, check_card")
    assert not names & {"click", "jinja2", "huggingface_hub", "transformers", "codecarbon"}


@pytest.mark.parametrize("arguments", [["--help"], ["add", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments):
    names = loaded(f"from hf_emissions.cli.main import main; main({arguments})")
    heavy = {"transformers", "torch", "pandas", "numpy", "codecarbon", "huggingface_hub", "jinja2"}
    assert not names & heavy


def test_the_list_of_commands_imports_no_command():
    assert "yaml" not in loaded("from hf_emissions.cli.main import main; main(['--help'])")


def test_the_public_names_are_those_that_are_promised():
    promised = "EmissionsRecord EmissionsCallback record_emissions read_card patch_card remove_block check_card "
    promised += "extract_facts estimate Facts Estimate Finding HfEmissionsError"
    assert sorted(hf_emissions.__all__) == sorted(promised.split())


def test_the_public_names_are_there():
    for name in set(hf_emissions.__all__) - {"EmissionsCallback"}:
        assert getattr(hf_emissions, name).__name__ == name
    assert set(hf_emissions.__all__) <= set(dir(hf_emissions))
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        hf_emissions.nonsense  # noqa: B018 - the access is the test
