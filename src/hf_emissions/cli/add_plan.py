"""`hf-emissions add --from`: parse a plan (JSON Lines) and keep its journal."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import HfEmissionsError, UsageError
from ..hub.address import Address, read_address
from ..hub.json_lines import JsonLines
from ..record import EmissionsRecord
from ..terminal import one_line
from .command import option_keys, parse_texts
from .options import FigureOptions

_EXAMPLE = '{"model": "user/model", "emissions": "12.5 g"}'
_MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class PlanLine:
    """Line of a plan: a model and its figure.

    Attributes:
        number: line number.
        options: the options of `add`, as written.
    """

    number: int
    address: Address
    options: Mapping[str, str]
    record: EmissionsRecord


def read_plan(path: Path) -> list[PlanLine]:
    """Parse a plan: each line is an object with `model` and options of `add`, such as `emissions`."""
    found: dict[str, PlanLine] = {}
    for number, line in _lines(path):
        where = f"{path}:{number}"
        planned = _planned(number, line, where)
        before = found.setdefault(str(planned.address).lower(), planned)
        if before is not planned:
            raise UsageError(f"{where}: {planned.address} is in line {before.number} too; give one figure per model")
    if not found:
        raise UsageError(f"{path}: the plan has no model; write one object a line: {_EXAMPLE}")
    return list(found.values())


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    # Not `splitlines`: JSON may contain other characters that it treats as line breaks.
    for number, data in enumerate(path.read_bytes().removeprefix(codecs.BOM_UTF8).split(b"\n"), 1):
        try:
            line = data.decode("utf-8")
        except UnicodeDecodeError:
            raise UsageError(f"{path}:{number}: this line is not UTF-8; save the plan as UTF-8") from None
        if line.strip():
            yield number, line


def _planned(number: int, line: str, where: str) -> PlanLine:
    entry, known = _object(line, where), option_keys(FigureOptions)
    model = entry.pop("model", None)
    address = read_address(model) if isinstance(model, str) else None
    if address is None:
        raise UsageError(f"{where}: the model is {_shown(model)}; write user/model")
    if "emissions" not in entry:
        raise UsageError(f'{where}: {address} has no "emissions"; add them with their unit, such as "12.5 g"')
    options: dict[str, str] = {}
    for name, value in entry.items():
        if name not in known:
            raise UsageError(f"{where}: there is no option {_shown(name)}; there are {', '.join(known)}")
        if not isinstance(value, str):
            raise UsageError(f"{where}: {name} is {_shown(value)}; write it as text with its unit")
        options[name] = value
    try:
        return PlanLine(number, address, options, parse_texts(FigureOptions, options).record())
    except HfEmissionsError as error:
        raise UsageError(f"{where}: {error}") from None


def _object(line: str, where: str) -> dict[str, object]:
    try:
        entry = json.loads(line, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where}: this line is not JSON ({one_line(str(error))}); write one object a line") from None
    if not isinstance(entry, dict):
        raise UsageError(f"{where}: this line is not an object; write {_EXAMPLE}")
    return entry


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Build an object.

    Raises:
        ValueError: a name occurs twice, which is ambiguous.
    """
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{_shown(name)} stands in it twice")
        found[name] = value
    return found


def _shown(value: object) -> str:
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
    how: Mapping[str, object]

    def left(self, planned: list[PlanLine]) -> list[PlanLine]:
        """Models not yet done with the same options."""
        last = {str(entry.get("model")).lower(): entry for entry in JsonLines(self.path).entries()}
        return [one for one in planned if last.get(str(one.address).lower()) != self._entry(one)]

    def begin(self) -> None:
        """Check that the journal is writable before any work."""
        JsonLines(self.path).append()

    def add(self, planned: PlanLine) -> None:
        """Record a model as done."""
        JsonLines(self.path).append(self._entry(planned))

    def _entry(self, planned: PlanLine) -> dict[str, object]:
        return {"model": str(planned.address), **planned.options, "how": dict(self.how)}
