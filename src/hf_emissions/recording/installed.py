"""The CodeCarbon that is installed: whether it is there, new enough, and whole."""

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

# What pyproject.toml admits; a test holds the two equal, because a checkout without an installation has no metadata.
REQUIREMENT = "codecarbon>=3.3.2,<4"
_LOWEST = (3, 3, 2)
_UPGRADE = f"pip install -U '{REQUIREMENT}'"

# All that is imported while metering, the parts too that CodeCarbon itself imports late: a dependency that is missing
# is found out before the training, and the first reading does not wait for `requests`.
_PARTS = (
    "codecarbon.output_methods.base_output",
    "codecarbon.core.resource_tracker",
    "codecarbon.core.emissions",
    "codecarbon.external.geography",
)


def codecarbon_version() -> str:
    """The version of codecarbon that is installed.

    Raises:
        MissingExtraError: none is.
    """
    try:
        return version("codecarbon")
    except PackageNotFoundError:
        raise MissingExtraError("recording emissions needs an extra: pip install 'hf-emissions[train]'") from None


def check_installed() -> None:
    """Refuse a codecarbon that can be told to be of no use without importing it.

    Raises:
        MissingExtraError: none is installed, it is too old, or another module of its name stands before it.
    """
    found = codecarbon_version()
    if _numbers(found) < _LOWEST:
        lowest = ".".join(map(str, _LOWEST))
        raise MissingExtraError(f"codecarbon {found} is too old, {lowest} or newer is needed: {_UPGRADE}")
    place = _place()
    # Not imported to find out: a script of this name would run a second time.
    if place is not None and not (place.parent / "emissions_tracker.py").exists():
        raise MissingExtraError(
            f"{_shown(place)} is imported in the place of codecarbon and is none: rename it, or {_UPGRADE}"
        )


def load() -> ModuleType:
    """CodeCarbon, with every part that metering needs.

    Raises:
        MissingExtraError: it cannot be imported, as where a dependency is missing or a file is damaged.
    """
    try:
        module = importlib.import_module("codecarbon")
        for name in _PARTS:
            _import_part(name)
        _ = module.OfflineEmissionsTracker
    except Exception as error:
        words = one_line(f"{type(error).__name__}: {error}")
        raise MissingExtraError(f"codecarbon cannot be imported ({words}): {_UPGRADE}") from error
    return module


def _import_part(name: str) -> None:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:  # else a version that keeps it elsewhere, and imports it when it needs it
            raise


def _numbers(text: str) -> tuple[int, ...]:
    """The numbers of a version, `(3, 3, 2)` of `3.3.2rc1`."""
    found = re.match(r"\d+(\.\d+)*", text)
    return tuple(map(int, found[0].split("."))) if found else _LOWEST


def _place() -> Path | None:
    """The file that an import of codecarbon would run; None where that cannot be told."""
    try:
        spec = importlib.util.find_spec("codecarbon")
    except (ImportError, ValueError):
        return None
    return Path(spec.origin) if spec is not None and spec.origin else None


def _shown(path: Path) -> str:
    """A path as short as it can be written from here."""
    relative = os.path.relpath(path)
    return one_line(relative if not relative.startswith(os.pardir) else str(path))
