"""Versions of the rules and tables that an audit was made with."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGE = Path(__file__).parent.parent
_RULES = ("rules/*.py", "facts/*.py", "card/*.py", "units.py", "audit/status.py")
_FACTORS = ("factors/*.py", "factors/*.csv", "estimation/*.py", "estimation/*.csv")
_DIGITS = 12


@cache
def rules_version() -> str:
    """Digest of the rules and the code that reads cards."""
    return _digest(_RULES)


@cache
def factors_version() -> str:
    """Digest of the tables behind estimates, and codecarbon's version."""
    try:
        codecarbon = version("codecarbon")
    except PackageNotFoundError:
        codecarbon = "none"
    return f"{_digest(_FACTORS)}+codecarbon.{codecarbon}"


def _digest(patterns: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for pattern in patterns for path in _PACKAGE.glob(pattern)):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:_DIGITS]
