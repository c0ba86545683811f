"""Versions of the code and tables that an audit was made with."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

# Parsing all modules would take every process of an audit a second.
_IMPORT = re.compile(r"^[ ]*from (?P<up>\.+)(?P<module>[\w.]*) import (?P<names>\([^)]*\)|.*)", re.MULTILINE)
_NAME = re.compile(r"\w+")
_PACKAGE = Path(__file__).parent.parent
# A row's columns are made here; whatever this module imports has a say in them.
_ROWS = _PACKAGE / "audit" / "scan.py"
# What `factors_version` covers, tables included.
_FACTORS = ("factors", "estimation")
_DIGITS = 12


@cache
def rules_version() -> str:
    """Digest of the code that makes a row from a card."""
    return _digest(path for path in _imported_from(_ROWS) if path.relative_to(_PACKAGE).parts[0] not in _FACTORS)


@cache
def factors_version() -> str:
    """Digest of the tables behind estimates, and codecarbon's version."""
    try:
        codecarbon = version("codecarbon")
    except PackageNotFoundError:
        codecarbon = "none"
    files = (path for folder in _FACTORS for kind in ("*.py", "*.csv") for path in (_PACKAGE / folder).rglob(kind))
    return f"{_digest(files)}+codecarbon.{codecarbon}"


def source_version(source: type) -> str:
    """Digest of the code that reads cards from this class of sources."""
    return _digest(_imported_from(_PACKAGE.parent.joinpath(*source.__module__.split(".")).with_suffix(".py")))


def _imported_from(module: Path) -> set[Path]:
    """A module and all of this package that it imports, directly or not."""
    # The package's own file only lists what others may import, and its version is in an audit's plan by itself.
    found, left = {_PACKAGE / "__init__.py"}, [module]
    while left:
        new = {left.pop()} - found
        found |= new
        left += [path for one in new for path in _imports(one)]
    return found - {_PACKAGE / "__init__.py"}


def _imports(module: Path) -> Iterator[Path]:
    """Modules of this package that a module imports, also those within functions."""
    for found in _IMPORT.finditer(module.read_text(encoding="utf-8")):
        target = module.parents[len(found["up"]) - 1].joinpath(*found["module"].split("."))
        names = _NAME.findall(found["names"]) if target.is_dir() else ()
        for one in (target, *(target / name for name in names)):
            file = one / "__init__.py" if one.is_dir() else one.with_suffix(".py")
            yield from [file] if file.is_file() else ()


def _digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.relative_to(_PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:_DIGITS]
