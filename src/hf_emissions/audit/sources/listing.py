"""The Hub's listing of models, saved in a folder before the first card is read.

A resumed audit has the same models in the same order, at the same commits. Pages are written atomically, each with the
address of the next one in its metadata.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..schema import ModelRow, input_schema, need
from ..tables import save_table
from .seen import SeenNames
from .source import BATCH

if TYPE_CHECKING:
    import pyarrow as pa

_COLUMNS = ("id", "card", "downloads", "task", "created_at", "last_modified", "sha", "problem")
_NEXT = b"next"


@dataclass(slots=True)
class Listing:
    """Pages of a listing.

    Args:
        folder: their location.
        count: total number of models.
        next: address of the next page; None at the end.
    """

    folder: Path
    count: int = 0
    next: str | None = None
    _pages: list[Path] = field(default_factory=list)
    _seen: SeenNames = field(default_factory=SeenNames)

    def __post_init__(self) -> None:
        from pyarrow.parquet import read_table

        for page in sorted(self.folder.glob("*.parquet")):
            table = read_table(page, columns=["id"])
            self._take(page, table.column("id").to_pylist(), _next(page))

    @property
    def pages(self) -> int:
        """Number of pages."""
        return len(self._pages)

    def add(self, models: Iterable[ModelRow], following: str | None, most: int | None = None) -> None:
        """Save a page without models already listed: one that moves during the listing appears twice.

        Args:
            models: its rows.
            following: address of the next page.
            most: limit of models to add; reaching it ends the listing.
        """
        new: dict[str, ModelRow] = {}
        for model in models:
            new.setdefault(model["id"], model)
        for name in self._seen.among(list(new)):
            del new[name]
        rows = list(new.values())[:most]
        page = self.folder / f"{len(self._pages):08d}.parquet"
        address = None if most is not None and len(rows) >= most else following
        save_table(_table(rows, address), page)
        self._take(page, list(new)[:most], address)

    def models(self) -> Iterator[ModelRow]:
        """Models, in listing order."""
        from pyarrow.parquet import ParquetFile

        for page in self._pages:
            with ParquetFile(page) as file:
                for batch in file.iter_batches(BATCH):
                    yield from batch.to_pylist()

    def most_downloaded(self, count: int) -> tuple[int, int]:
        """Bound of the `count` most downloaded models whose cards are to be read.

        Returns:
            Downloads and number: models with more downloads are included, and this number of those with equally many.
        """
        pa = need("pyarrow")
        from pyarrow.parquet import read_table

        most, total = pa.array([], pa.int64()), 0
        for page in self._pages:
            table = read_table(page, columns=["downloads", "body_wanted"])
            column = table.filter(table.column("body_wanted")).column("downloads").fill_null(-1)
            total += len(column)
            # Only the top of each page is kept, so that memory does not grow with the listing.
            most = pa.chunked_array([most, *column.chunks], pa.int64()).sort("descending")[:count].combine_chunks()
        if count >= total:
            return -2, 0
        last = most[count - 1].as_py() if count else 2**63
        return last, count - sum(1 for one in most.to_pylist() if one > last)

    def _take(self, page: Path, names: Sequence[str], following: str | None) -> None:
        self._pages.append(page)
        self._seen.add(names)
        self.count += len(names)
        self.next = following


def _table(models: Sequence[ModelRow], following: str | None) -> pa.Table:
    """Rows of a page, with the address of the next one in the metadata."""
    pa, known = need("pyarrow"), input_schema()
    schema = pa.schema([*(known.field(name) for name in _COLUMNS), pa.field("body_wanted", pa.bool_())])
    rows = [{name: model.get(name) for name in schema.names} for model in models]
    return pa.Table.from_pylist(rows, schema=schema).replace_schema_metadata({_NEXT: following or ""})


def _next(path: Path) -> str | None:
    from pyarrow.parquet import read_schema

    found = (read_schema(path).metadata or {}).get(_NEXT, b"").decode()
    return found or None
