"""Validate an audit's input and output files before any request or scan, so that no work is lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from ..audit.result import check_out
from ..errors import MissingExtraError, UsageError


def check_extras() -> None:
    """Check early for packages that are needed only at the end of an audit.

    Raises:
        MissingExtraError: a package is not installed.
    """
    for name in ("pyarrow", "duckdb", "numpy"):
        if find_spec(name) is None:
            raise MissingExtraError(f"audits need {name}; install them with: pip install 'hf-emissions[audit]'")


def check_written(out: Path | None, trainings: Path | None, read: Mapping[str, Sequence[Path]]) -> None:
    """Reject outputs that cannot be written, or would overwrite each other or an input.

    Args:
        out: path for the rows.
        trainings: path for the table of trainings.
        read: input files by option.

    Raises:
        UsageError: an output is rejected.
    """
    written = {}
    if out is not None:
        check_out(out)
        written["--out"] = out
    if trainings is not None:
        check_out(trainings, "--trainings", (".parquet",))
        written["--trainings"] = trainings
    named = [(option, path) for option, paths in read.items() for path in paths]
    taken = {path.resolve(): option for option, path in named}
    for option, path in written.items():
        other = taken.get(path.resolve())
        if other is not None:
            raise UsageError(f"{option} {path}: this is the file of {other}, which it would replace; name another")
        taken[path.resolve()] = option


def check_each_once(paths: Iterable[Path], option: str = "--parts") -> None:
    """Reject duplicate files, whose models would count twice."""
    seen = set()
    for path in paths:
        if path.resolve() in seen:
            raise UsageError(f"{option} {path}: this file is given twice; give each once")
        seen.add(path.resolve())
