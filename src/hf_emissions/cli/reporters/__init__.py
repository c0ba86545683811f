"""Printing of check results, one module per format."""

from __future__ import annotations

from typing import Literal, get_args

from ..output import Output
from .github import GithubReporter
from .human import HumanReporter
from .json_document import JsonReporter
from .quiet import QuietReporter
from .reporter import Reporter
from .sarif import SarifReporter

ReportFormat = Literal["human", "json", "quiet", "github", "sarif"]

FORMATS: tuple[ReportFormat, ...] = get_args(ReportFormat)

_REPORTERS: dict[ReportFormat, type[Reporter]] = {
    "human": HumanReporter,
    "json": JsonReporter,
    "quiet": QuietReporter,
    "github": GithubReporter,
    "sarif": SarifReporter,
}


def reporter(format_: ReportFormat) -> Reporter:
    """Return the reporter for a format."""
    return _REPORTERS[format_](Output(format_ if format_ in ("json", "quiet") else "human"))
