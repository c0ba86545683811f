"""The files that an audit reads and writes: checked before anything is asked or scanned, so that no work is lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from ..audit.result import check_out
from ..errors import MissingExtraError, UsageError


def check_extras() -> None:
    """Refuse an audit that would fail at its end for want of a package.

    Raises:
        MissingExtraError: one is not installed.
    """
    for name in ("pyarrow", "duckdb", "numpy"):
        if find_spec(name) is None:
            raise MissingExtraError(f"audits need {name}; install them with: pip install 'hf-emissions[audit]'")


def check_written(out: Path | None, trainings: Path | None, read: Mapping[str, Sequence[Path]]) -> None:
    """Refuse results that could not be written, or would replace one another or what is read.

    Args:
        out: where the rows are to go.
        trainings: where the table of trainings is to go.
        read: the files that are read, by the option that names them.

    Raises:
        UsageError: one of these.
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
    """Refuse files of which one is given twice: its models would count twice.

    Raises:
        UsageError: one is.
    """
    seen = set()
    for path in paths:
        if path.resolve() in seen:
            raise UsageError(f"{option} {path}: this file is given twice; give each once")
        seen.add(path.resolve())
