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
from ..terminal import one_line

_MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Planned:
    """One line of a plan: a model, and the options of `add` with their values as text."""

    line: int
    address: Address
    options: Mapping[str, str]


def read_plan(path: Path, known: tuple[str, ...]) -> list[Planned]:
    """The models of a plan, each once.

    Args:
        path: the file; each line is an object with `model` and the options of `add`, such as `emissions`.
        known: the names of the options.

    Raises:
        UsageError: a line cannot be read; says which and why.
        OSError: the file cannot be read.
    """
    found: dict[str, Planned] = {}
    for number, line in _lines(path):
        where = f"{path}:{number}"
        planned = _planned(number, line, known, where)
        before = found.setdefault(str(planned.address), planned)
        if before is not planned:
            raise UsageError(f"{where}: {planned.address} stands in line {before.line} too; one figure a training")
    if not found:
        raise UsageError(f'{path}: there is no model in it; a line is {{"model": "user/model", "emissions": "12.5 g"}}')
    return list(found.values())


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(decode(path.read_bytes(), str(path)).splitlines(), 1):
        if line.strip():
            yield number, line


def _planned(number: int, line: str, known: tuple[str, ...], where: str) -> Planned:
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
    return Planned(number, address, entry)


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where}: this line is not JSON ({one_line(str(error))}); write one object a line") from None
    if not isinstance(entry, dict):
        raise UsageError(f'{where}: write an object, {{"model": "user/model", "emissions": "12.5 g"}}')
    return entry


def _shown(value: Any) -> str:
    return one_line(json.dumps(value)[:_MOST_SHOWN])


@dataclass(frozen=True, slots=True)
class Done:
    """What was done of a plan, in a file beside it: a model a line, so that a second start goes on after the first.

    A model whose line was not reached before a kill is looked at again, and finds its figure there.
    """

    path: Path

    @classmethod
    def beside(cls, plan: Path) -> Done:
        """The file of a plan."""
        return cls(plan.with_name(f"{plan.name}.done"))

    def left(self, planned: list[Planned]) -> list[Planned]:
        """Those that were not done with the same options."""
        done = {_key(entry) for entry in self._entries()}
        return [one for one in planned if _key({"model": str(one.address), **one.options}) not in done]

    def add(self, planned: Planned) -> None:
        """Remember one as done."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"model": str(planned.address), **planned.options}) + "\n")

    def _entries(self) -> Iterator[dict[str, Any]]:
        for line in self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else ():
            # The last line may have been cut off by a kill.
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if isinstance(entry, dict):
                yield entry


def _key(entry: Mapping[str, Any]) -> str:
    return json.dumps(entry, sort_keys=True)
