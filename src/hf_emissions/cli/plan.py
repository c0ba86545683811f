"""`hf-emissions add --from`: the figures of many models of one's own, from a file of JSON lines."""

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
    """One line of a plan: a model, and the options of `add` with their values as text."""

    line: int
    address: Address
    options: Mapping[str, str]


def read_plan(path: Path, known: tuple[str, ...]) -> list[PlanLine]:
    """The models of a plan, each once.

    Args:
        path: the file; each line is an object with `model` and the options of `add`, such as `emissions`.
        known: the names of the options.

    Raises:
        UsageError: a line cannot be read; says which and why.
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
    # Not `splitlines`: JSON may hold other marks than a line feed that Python takes for the end of a line.
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
    """An object whose names stand in it once.

    Raises:
        ValueError: one stands there twice, and nobody can say which is meant.
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
    """What was done of a plan, in a file beside it: a model a line, so that a second start goes on after the first.

    A model whose line was not reached before a kill is looked at again, and finds its figure there. Of several lines
    of one model the last one counts.

    Args:
        path: the file.
        how: what else was asked for, such as the section: with other wishes a model is not done.
    """

    path: Path
    how: Mapping[str, Any]

    @classmethod
    def beside(cls, plan: Path, how: Mapping[str, Any]) -> PlanJournal:
        """The file of a plan."""
        return cls(plan.with_name(f"{plan.name}.done"), how)

    def left(self, planned: list[PlanLine]) -> list[PlanLine]:
        """Those that were not done with the same options."""
        last = {str(entry.get("model")).lower(): entry for entry in JsonLines(self.path).entries()}
        return [one for one in planned if last.get(str(one.address).lower()) != self._entry(one)]

    def begin(self) -> None:
        """Make certain that it can be written to, before anything is done.

        Raises:
            OSError: it cannot.
        """
        JsonLines(self.path).append()

    def add(self, planned: PlanLine) -> None:
        """Remember one as done."""
        JsonLines(self.path).append(self._entry(planned))

    def _entry(self, planned: PlanLine) -> dict[str, Any]:
        return {"model": str(planned.address), **planned.options, "how": dict(self.how)}
