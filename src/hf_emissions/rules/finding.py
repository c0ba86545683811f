"""Findings of rules, and their fixes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning", "info"]

SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Replacement:
    """Replace `text[start:end]` of a card with `new`."""

    start: int
    end: int
    new: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Fix of a finding.

    Attributes:
        safe: True if the meaning of the card is unchanged: quotes around a number, a misspelt key.
        words: one-line description.
        replacements: the edits; they do not overlap.
    """

    safe: bool
    words: str
    replacements: tuple[Replacement, ...]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One finding: 1-based line and column, rule, severity, one-line message, and fix if there is one."""

    line: int
    column: int
    rule: str
    severity: Severity
    message: str
    fix: Fix | None = field(default=None, compare=False)
