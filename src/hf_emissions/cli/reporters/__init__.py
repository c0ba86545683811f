"""Printing of check results, one module per format."""

from __future__ import annotations

import importlib
from typing import Literal, Protocol

from ..output import Output
from .checked import CheckResult

ReportFormat = Literal["human", "json", "quiet", "github", "sarif"]

FORMATS: tuple[ReportFormat, ...] = ("human", "json", "quiet", "github", "sarif")

_MODULES = {"json": "json_document"}


class Reporter(Protocol):
    """Prints the result of a check in one format."""

    def card(self, checked: CheckResult) -> None:
        """Called for each checked card."""

    def end(self) -> None:
        """Called after the last card."""


def reporter(format_: ReportFormat) -> Reporter:
    """Return the reporter for a format."""
    module = importlib.import_module(f".{_MODULES.get(format_, format_)}", __package__)
    out = Output(format_ if format_ in ("json", "quiet") else "human")
    found: Reporter = module.REPORTER(out)
    return found
