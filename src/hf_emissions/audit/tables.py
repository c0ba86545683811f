"""Tables as Parquet files that only their owner can read, written atomically."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ..hub.private import open_private

if TYPE_CHECKING:
    import pyarrow as pa


def save_table(table: pa.Table, path: Path) -> None:
    """Write a table; after an interruption, a file `.NAME.tmp` may be left, and never half of this one."""
    from pyarrow.parquet import write_table

    temporary = path.with_name(f".{path.stem}.tmp")
    with open_private(temporary, "wb") as file:
        write_table(table, file, compression="zstd")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
