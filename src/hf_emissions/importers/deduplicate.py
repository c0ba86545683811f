"""Deduplicate runs that occur in several files.

Two files contain the same run if they have the same bytes, or if both have the ID that the tool gave to this run alone.
Equal figures are no evidence: two equal jobs have equal figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from .. import units
from .file_result import FileResult
from .tracked import Tracked

# Significant digits to which the energies of one run agree in two files.
_DIGITS = 9


def merged(found: Sequence[FileResult]) -> list[FileResult]:
    """Deduplicate the results of a folder; runs found in several files get a note."""
    return _by_id(_by_bytes(found))


def _by_bytes(found: Sequence[FileResult]) -> list[FileResult]:
    """Drop copies of files, and the second reading of a pair of logs, both of which have the same location."""
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
    """Keep the best run of each ID; its parts only if the run itself is in no file."""
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
    """Run with the most energy; on ties the one with grams, then the first."""
    return max(
        group, key=lambda run: (units.round_significant(run.energy.kwh or 0.0, _DIGITS), run.emissions_g is not None)
    )
