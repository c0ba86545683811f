"""What a rule says about a card."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning", "info"]

SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Replacement:
    """New text for the characters of a card from `start` up to `end`."""

    start: int
    end: int
    new: str


@dataclass(frozen=True, slots=True)
class Fix:
    """How a finding is mended.

    Attributes:
        safe: whether nothing that the card says changes: quotes around a number, a misspelt key.
        words: what is done, in one line.
        replacements: what of the text becomes what; they do not overlap.
    """

    safe: bool
    words: str
    replacements: tuple[Replacement, ...]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that a rule found: where (line and column, from 1), how bad, what in one line, and how it is mended."""

    line: int
    column: int
    rule: str
    severity: Severity
    message: str
    fix: Fix | None = field(default=None, compare=False)
