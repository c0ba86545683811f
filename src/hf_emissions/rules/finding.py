"""What a rule says about a card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]

SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that a rule found: where (line and column, from 1), how bad, and what in one line."""

    line: int
    column: int
    rule: str
    severity: Severity
    message: str
