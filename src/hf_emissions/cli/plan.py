"""`hf-emissions add --from`: parse a plan (JSON Lines) and keep its journal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..card.file import decode
from ..errors import UsageError
from ..hub.address import Address, read_address
from ..hub.json_lines import JsonLines
from ..terminal import one_line

_MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class PlanLine:
    """Line of a plan: a model and its options of `add`, as text."""

    line: int
    address: Address
    options: Mapping[str, str]


def read_plan(path: Path, known: tuple[str, ...]) -> list[PlanLine]:
    """Parse a plan.

    Args:
        path: the file; each line is an object with `model` and options of `add`, such as `emissions`.
        known: valid option names.

    Raises:
        CardError: the file is not UTF-8.
        UsageError: a line is invalid or repeats a model, or there is none; says which and why.
        OSError: the file cannot be read.
    """
    found: dict[str, PlanLine] = {}
    for number, line in _lines(path):
        where = f"{path}:{number}"
        planned = _planned(number, line, known, where)
        before = found.setdefault(str(planned.address).lower(), planned)
        if before is not planned:
            raise UsageError(f"{where}: {planned.address} stands in line {before.line} too; one figure a training")
    if not found:
        raise UsageError(f'{path}: there is no model in it; a line is {{"model": "user/model", "emissions": "12.5 g"}}')
    return list(found.values())


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    # Not `splitlines`: JSON may contain other characters that it treats as line breaks.
    for number, line in enumerate(decode(path.read_bytes(), str(path)).removeprefix("\ufeff").split("\n"), 1):
        if line.strip():
            yield number, line


def _planned(number: int, line: str, known: tuple[str, ...], where: str) -> PlanLine:
    entry = _object(line, where)
    model = entry.pop("model", None)
    address = read_address(model) if isinstance(model, str) else None
    if address is None:
        raise UsageError(f"{where}: the model is {_shown(model)}; write user/model")
    if "emissions" not in entry:
        raise UsageError(f'{where}: {address} has no "emissions"; write them with their unit, such as "12.5 g"')
    for name, value in entry.items():
        if name not in known:
            raise UsageError(f"{where}: there is no option {_shown(name)}; there are {', '.join(known)}")
        if not isinstance(value, str):
            raise UsageError(f"{where}: {name} is {_shown(value)}; write it as text with its unit")
    return PlanLine(number, address, entry)


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        entry = json.loads(line, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where}: this line is not JSON ({one_line(str(error))}); write one object a line") from None
    if not isinstance(entry, dict):
        raise UsageError(f'{where}: write an object, {{"model": "user/model", "emissions": "12.5 g"}}')
    return entry


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object, rejecting duplicate names.

    Raises:
        ValueError: a name occurs twice, which is ambiguous.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for number, (name, _) in enumerate(pairs) if name in dict(pairs[:number]))
        raise ValueError(f"{_shown(twice)} stands in it twice")
    return found


def _shown(value: Any) -> str:
    return one_line(json.dumps(value)[:_MOST_SHOWN])


@dataclass(frozen=True, slots=True)
class PlanJournal:
    """Journal beside a plan, one completed model per line, so that a run can be resumed.

    A model written just before a kill, but not journaled, is processed again and already has its figure. The last
    line of a model counts.

    Args:
        path: the file.
        how: other options, such as the section; if they differ, a model is not done.
    """

    path: Path
    how: Mapping[str, Any]

    @classmethod
    def beside(cls, plan: Path, how: Mapping[str, Any]) -> PlanJournal:
        """Return the journal of a plan."""
        return cls(plan.with_name(f"{plan.name}.done"), how)

    def left(self, planned: list[PlanLine]) -> list[PlanLine]:
        """Models not yet done with the same options."""
        last = {str(entry.get("model")).lower(): entry for entry in JsonLines(self.path).entries()}
        return [one for one in planned if last.get(str(one.address).lower()) != self._entry(one)]

    def begin(self) -> None:
        """Check that the journal is writable before any work.

        Raises:
            OSError: it is not.
        """
        JsonLines(self.path).append()

    def add(self, planned: PlanLine) -> None:
        """Record a model as done."""
        JsonLines(self.path).append(self._entry(planned))

    def _entry(self, planned: PlanLine) -> dict[str, Any]:
        return {"model": str(planned.address), **planned.options, "how": dict(self.how)}
