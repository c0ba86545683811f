"""Impact accounting: the `dia_report` that it puts into the front matter of a README.

Kilograms and kWh. It calls the energy of CodeCarbon measured even where that is rated power times load, so that its
word for it is not taken over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import yaml

from ...card.parsed import parse_card
from ...errors import CardError, TrackerError
from ..file import TrackerFile
from ..tracked import Tracked
from ..tracker import Tracker

_KEY = "dia_report"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ImpactAccounting(Tracker):
    """The block of Impact accounting."""

    name: ClassVar[str] = "impact-accounting"
    title: ClassVar[str] = "Impact accounting"
    reads: ClassVar[str] = "a README.md with a dia_report"

    def fits(self, file: TrackerFile) -> bool:
        """Front matter with its key."""
        return file.head.lstrip().startswith("---") and f"\n{_KEY}:" in file.head

    def read(self, file: TrackerFile) -> Iterable[Tracked]:
        """The one run."""
        yield _tracked(_report(file), file.name)


def _report(file: TrackerFile) -> Mapping[str, Any]:
    try:
        # Parsed once for its checks: what is nested too deeply, or is no mapping, goes no further.
        text = parse_card(file.text()).yaml_text
    except CardError as error:
        raise TrackerError(str(error.named(file.name))) from None
    report = yaml.load(text, Loader=_LOADER).get(_KEY)  # noqa: S506 - a safe loader
    if not isinstance(report, Mapping):
        raise TrackerError(f"{file.name}: {_KEY} is no mapping")
    return report


def _tracked(report: Mapping[str, Any], where: str) -> Tracked:
    raise NotImplementedError
