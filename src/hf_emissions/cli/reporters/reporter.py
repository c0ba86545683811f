"""Base class of reporters."""

from __future__ import annotations

from abc import ABC, abstractmethod

from ..output import Output
from .checked import CheckResult

COLOURS = {"error": "red", "warning": "yellow", "info": "blue"}


class Reporter(ABC):
    """Prints the results of a check in one format."""

    def __init__(self, out: Output) -> None:
        self.out = out

    @abstractmethod
    def card(self, checked: CheckResult) -> None:
        """Called for each checked card."""

    def end(self) -> None:  # noqa: B027 - most formats print as they go
        """Called after the last card."""
