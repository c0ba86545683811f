"""The recipes of CONTRIBUTING.md, followed to the letter in a copy of the checkout: lint and tests pass in it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
FILE = re.compile(r"^`(?P<path>[^`\n]+)`:\n\n```\w+\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
BLOCK = r"^```{language}\n(.*?)^```$"
ALWAYS = ["tests/test_imports.py", "tests/test_docs.py", "tests/test_docs_form.py"]
RELEVANT = {
    "Add a rule": ["tests/test_rules.py", "tests/rules/test_zero_hours.py", "tests/cli/test_rules.py"],
    "Add a tracker": ["tests/importers/test_files.py", "tests/importers/test_wattlog.py"],
    "Add a command": ["tests/cli/test_main.py", "tests/cli/test_convert.py"],
}
LINT = [["ruff", "check", "--no-cache", "."], ["ruff", "format", "--no-cache", "--check", "."]]
# What `make docs` writes.
GENERATED = ("README.md", "docs/")


def recipe(title: str) -> str:
    """The text of a chapter of CONTRIBUTING.md."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(BLOCK.format(language=language), text, flags=re.DOTALL | re.MULTILINE)


def files() -> list[str]:
    """All files of the checkout, those not yet committed too."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    for name in files():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    return folder


def run(folder: Path, *command: str) -> None:
    """Run a command in the copy, with the copy's own package."""
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def follow(text: str, folder: Path) -> set[str]:
    """Write the recipe's files, apply its patches, call its commands; return the names that it says."""
    named = set()
    for found in FILE.finditer(text):
        path = folder / found["path"]
        assert not path.exists(), f"{found['path']} is there already"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(found["text"], encoding="utf-8")
        named.add(found["path"])
    for number, patch in enumerate(blocks(text, "diff")):
        (folder.parent / f"{number}.diff").write_text(patch, encoding="utf-8")
        run(folder, "git", "apply", str(folder.parent / f"{number}.diff"))
        named |= set(re.findall(r"^\+\+\+ b/(.+)$", patch, flags=re.MULTILINE))
    for line in "".join(blocks(text, "sh")).splitlines():
        make(folder, line)
    return named


def make(folder: Path, line: str) -> None:
    """`make TARGET` with the Python of the tests, where make would install one first."""
    words = line.split()
    assert words[0] == "make", line
    run(folder, "make", "-o", f"{sys.prefix}/installed", f"TEST={sys.prefix}", *words[1:])


def python(folder: Path, *arguments: str) -> None:
    run(folder, sys.executable, "-m", *arguments)


@pytest.mark.parametrize("title", RELEVANT)
def test_a_recipe_works_as_written(copy, tmp_path_factory, title):
    before = set(files())
    named = follow(recipe(title), copy)
    assert named
    after = {path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file()}
    changed = {name for name in after & before if (copy / name).read_bytes() != (ROOT / name).read_bytes()}
    others = {name for name in (after - before) | changed if not name.startswith(GENERATED)} - named
    assert not others, "the recipe does not say that these change"
    for arguments in LINT:
        python(copy, *arguments)
    python(copy, "mypy", "--cache-dir", str(tmp_path_factory.getbasetemp() / "mypy"))
    marks = "not slow and not shared and not train"
    python(copy, "pytest", "-q", "-p", "no:cacheprovider", "-m", marks, *ALWAYS, *RELEVANT[title])
