"""Result file of an audit: Parquet or JSON lines, written atomically."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..terminal import json_visible
from .schema import row_schema

if TYPE_CHECKING:
    import pyarrow as pa

# Rows per row group: readers can skip columns, and the writer holds one group in memory.
GROUP = 20_000
SUFFIXES = (".parquet", ".jsonl")


def check_out(path: Path, option: str = "--out", suffixes: Sequence[str] = SUFFIXES) -> None:
    """Reject an output path that cannot be written.

    Raises:
        UsageError: the suffix is unknown, the folder is missing or read-only, or the path is a folder.
    """
    if path.suffix not in suffixes:
        raise UsageError(f"{option} {path}: the name must end with {' or '.join(suffixes)}")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"{option} {path}: there is no folder {path.parent}")
    if path.is_dir():
        raise UsageError(f"{option} {path}: this is a folder; name a file")
    if not os.access(path.absolute().parent, os.W_OK):
        raise UsageError(f"{option} {path}: nothing may be written into {path.parent}; name another folder")


def check_parts(paths: Sequence[Path]) -> None:
    """Reject files that are not audit results.

    Raises:
        UsageError: a file is not Parquet, or not an audit of this version.
    """
    from pyarrow import ArrowException
    from pyarrow.parquet import read_schema

    for path in paths:
        try:
            same = read_schema(path).equals(row_schema())
        except (ArrowException, OSError) as error:
            raise UsageError(f"{path}: this is no Parquet file ({str(error)[:200]})") from None
        if not same:
            raise UsageError(f"{path}: this is no audit of this version of hf-emissions; audit the cards again")


def rows_of(paths: Iterable[Path]) -> Iterator[pa.Table]:
    """Rows of files written by `write_rows`, in small tables."""
    from pyarrow import Table
    from pyarrow.parquet import ParquetFile

    for path in paths:
        with ParquetFile(path) as file:
            yield from (Table.from_batches([batch]) for batch in file.iter_batches(1000))


def write_rows(rows: Iterable[pa.Table], path: Path) -> None:
    """Write the rows; the file is replaced atomically."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        if path.suffix == ".jsonl":
            _write_lines(rows, temporary)
        else:
            _write_parquet(rows, temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _write_parquet(rows: Iterable[pa.Table], path: Path) -> None:
    from pyarrow import concat_tables
    from pyarrow.parquet import ParquetWriter

    held: list[pa.Table] = []
    with ParquetWriter(path, row_schema(), compression="zstd") as writer:
        for table in rows:
            held.append(table)
            if sum(map(len, held)) >= GROUP:
                writer.write_table(concat_tables(held).combine_chunks(), GROUP)
                held = []
        if held:
            writer.write_table(concat_tables(held).combine_chunks(), GROUP)


def _write_lines(rows: Iterable[pa.Table], path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        for table in rows:
            for row in table.to_pylist():
                file.write(json_visible(json.dumps(row, ensure_ascii=False, default=_said)) + "\n")


def _said(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()
