"""One run that several files tell of stands once.

Two files tell of one run where they have the same bytes, or where both have the name that the tool gave to this run
alone. Equal figures are no sign of it: two equal jobs have equal figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from .. import units
from .file_result import FileResult
from .tracked import Tracked

# The digits to which two files of one run have the same energy.
_DIGITS = 9


def merged(found: Sequence[FileResult]) -> list[FileResult]:
    """What was found in the files of a folder, each run once, with a note where several files tell of it."""
    return _by_id(_by_bytes(found))


def _by_bytes(found: Sequence[FileResult]) -> list[FileResult]:
    """Without the copies of files; the two logs of a pair, which name one place, stand once too."""
    kept: dict[bytes, int] = {}
    result: list[FileResult] = []
    places: set[tuple[str, str]] = set()
    for one in found:
        first = kept.setdefault(one.file.digest, len(result)) if one.runs else len(result)
        if first < len(result):
            result[first] = _noted(result[first], f"{one.file.name} has the same bytes and is not counted again")
            continue
        runs = tuple(run for run in one.runs if (run.where, run.run) not in places)
        places |= {(run.where, run.run) for run in runs}
        result.append(replace(one, runs=runs))
    return result


def _noted(found: FileResult, note: str) -> FileResult:
    return replace(found, runs=tuple(replace(run, notes=(*run.notes, note)) for run in found.runs))


def _by_id(found: Sequence[FileResult]) -> list[FileResult]:
    """Of each id the run with the most of it; its parts alone where the run itself is in no file."""
    runs = [run for one in found for run in one.runs]
    groups: dict[tuple[str, ...], list[Tracked]] = {}
    for run in runs:
        if run.run_id is not None:
            groups.setdefault(_key(run), []).append(run)
    whole = {run.run_id for run in runs if run.run_id is not None and not run.is_part}
    best = {key: _best(group) for key, group in groups.items() if len(key) == 1 or key[0] not in whole}
    parts = {run.run_id: run.where for run in reversed(runs) if run.is_part}
    return [replace(one, runs=tuple(_kept(one.runs, best, groups, parts))) for one in found]


def _kept(
    runs: Iterable[Tracked],
    best: dict[tuple[str, ...], Tracked],
    groups: dict[tuple[str, ...], list[Tracked]],
    parts: dict[str | None, str],
) -> Iterable[Tracked]:
    for run in runs:
        if run.run_id is None:
            yield run
        elif best.get(_key(run)) is run:
            others = [other for other in groups[_key(run)] if other is not run]
            read = [other.where for other in others if other.unread is None]
            more = (
                [f"this run stands in {', '.join(read)} too, and is counted once, by its most energy"] if read else []
            )
            more += [f"this run stands in {other.where} too, which cannot be read" for other in others if other.unread]
            if not run.is_part and run.run_id in parts:
                more.append(f"its tasks ({parts[run.run_id]}) are parts of it and are not added to it")
            yield replace(run, notes=(*run.notes, *more))


def _key(run: Tracked) -> tuple[str, ...]:
    return (run.run_id or "", run.run) if run.is_part else (run.run_id or "",)


def _best(group: Sequence[Tracked]) -> Tracked:
    """The one with the most energy; of equal ones the one with grams, then that of the first file."""
    return max(
        group, key=lambda run: (units.round_significant(run.energy_kwh or 0.0, _DIGITS), run.emissions_g is not None)
    )
