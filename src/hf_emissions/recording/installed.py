"""Check the installed CodeCarbon: present, recent enough, and complete."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType

from ..errors import MissingExtraError
from ..terminal import one_line
from .guard import attempt

# Same as in pyproject.toml, enforced by a test: a checkout that is not installed has no metadata to read.
REQUIREMENT = "codecarbon>=3.3.2,<4"
_LOWEST = (3, 3, 2)
_UPGRADE = f"pip install -U '{REQUIREMENT}'"

# All modules used while metering, including those that CodeCarbon imports lazily: so a missing dependency shows before
# the training, and the first reading does not wait for `requests`.
_PARTS = (
    "codecarbon.output_methods.base_output",
    "codecarbon.core.resource_tracker",
    "codecarbon.core.emissions",
    "codecarbon.external.geography",
)


def codecarbon_version() -> str:
    """Installed version of codecarbon; MissingExtraError if there is none."""
    try:
        return version("codecarbon")
    except PackageNotFoundError:
        raise MissingExtraError("recording emissions needs an extra: pip install 'hf-emissions[train]'") from None


def check_installed() -> None:
    """MissingExtraError if codecarbon is missing, too old, or shadowed by a module of its name; imports nothing."""
    found = codecarbon_version()
    if _numbers(found) < _LOWEST:
        lowest = ".".join(map(str, _LOWEST))
        raise MissingExtraError(f"codecarbon {found} is too old, {lowest} or newer is needed: {_UPGRADE}")
    place = _origin()
    # Checked without importing: a script of this name would run a second time.
    if place is not None and not (place.parent / "emissions_tracker.py").exists():
        raise MissingExtraError(
            f"{_shown(place)} is imported in the place of codecarbon and is none: rename it, or {_UPGRADE}"
        )


def load() -> ModuleType:
    """Import CodeCarbon with all parts needed for metering; MissingExtraError if one fails."""
    return attempt(_load, _unusable)


def _load() -> ModuleType:
    module = importlib.import_module("codecarbon")
    for name in _PARTS:
        _import_part(name)
    _ = module.OfflineEmissionsTracker
    return module


def _unusable(error: Exception) -> ModuleType:
    words = one_line(f"{type(error).__name__}: {error}")
    raise MissingExtraError(f"codecarbon cannot be imported ({words}): {_UPGRADE}") from error


def _import_part(name: str) -> None:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:  # else another version has moved it, and imports it lazily
            raise


def _numbers(text: str) -> tuple[int, ...]:
    """Release numbers of a version: `(3, 3, 2)` for `3.3.2rc1`."""
    found = re.match(r"\d+(\.\d+)*", text)
    return tuple(map(int, found[0].split("."))) if found else _LOWEST


def _origin() -> Path | None:
    try:
        spec = importlib.util.find_spec("codecarbon")
    except (ImportError, ValueError):
        return None
    return Path(spec.origin) if spec is not None and spec.origin else None


def _shown(path: Path) -> str:
    relative = os.path.relpath(path)
    return one_line(relative if not relative.startswith(os.pardir) else str(path))
