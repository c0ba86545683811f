"""Source: a Parquet dump, one row per model, with the card's text or its front matter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ...card.file import MOST_BYTES, TOO_LARGE
from ...errors import UsageError
from ..schema import ModelRow, need
from .columns import cards_of, integers_of, is_mapping, is_text, texts_of, times_of
from .front import card_of
from .pages import largest_page
from .source import BATCH, Source

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.parquet import FileMetaData, ParquetFile

# Usual column names; librarian-bots/model_cards_with_metadata has the first of each.
KNOWN = {
    "id": ("modelId", "id", "model_id", "repo_id", "repoId", "modelID", "model"),
    "card": ("card", "readme", "README", "card_text", "model_card", "text", "content"),
    "downloads": ("downloads", "downloads_30d", "downloadsAllTime"),
    "task": ("pipeline_tag", "task"),
    "created_at": ("createdAt", "created_at"),
    "last_modified": ("last_modified", "lastModified"),
    "sha": ("sha",),
}
# Limit of bytes decompressed at once. Most tools write pages of 1 MB, of which 250 rows need at most about this; some
# write one page per row group.
MOST_AT_ONCE = 256 * 1024 * 1024
# Read buffer, so that no row group is held whole.
_BUFFER = 1024 * 1024
_FRONT = ("card_data", "cardData", "front_matter", "metadata", "yaml")


@dataclass(frozen=True, slots=True)
class Dump(Source):
    """Models of a Parquet file, read in batches.

    Args:
        path: the file.
        id_column: column of the ids, if its name is not a usual one.
        card_column: the same for the cards.

    Raises:
        UsageError: the file is not Parquet, or has no such columns.
    """

    path: Path
    id_column: str | None = None
    card_column: str | None = None

    def fingerprint(self) -> str:
        """Path, size and modification time of the file, and the columns."""
        status = self.path.stat()
        return f"{self.path.resolve()} {status.st_size} {status.st_mtime_ns} {self.id_column} {self.card_column}"

    def count(self) -> int | None:
        """Number of rows."""
        return int(self._open().metadata.num_rows)

    def models(self) -> Iterator[ModelRow]:
        """Models; `body_read` is False for a card that is front matter alone.

        Raises:
            UsageError: the file is damaged.
        """
        from pyarrow import ArrowException

        file = self._open()
        columns, front = self._columns(file.schema_arrow)
        number = 0
        try:
            rows = self._rows_at_once(file.metadata, columns)
            for batch in file.iter_batches(rows, columns=list(columns.values())):
                read = {what: _READ[what](batch.column(name)) for what, name in columns.items()}
                for values in zip(*read.values(), strict=True):
                    number += 1
                    yield _model(dict(zip(read, values, strict=True)), number, front=front)
        except (ArrowException, OSError) as error:
            why = str(error)[:200]
            raise UsageError(f"{self.path}: its rows cannot be read after {number} ({why}); fetch it again") from None

    def _rows_at_once(self, metadata: FileMetaData, columns: dict[str, str]) -> int:
        """Number of rows that fit into memory; each may have a value as large as a page.

        Raises:
            UsageError: not one row fits, or a page header cannot be read.
        """
        try:
            page = largest_page(self.path, metadata, columns.values())
        except ValueError as error:
            raise UsageError(f"{self.path}: its rows cannot be read after 0 ({error}); fetch it again") from None
        if page > MOST_AT_ONCE:
            raise UsageError(
                f"{self.path}: a page of it has {page >> 20} MB, more than is read; write it anew with pages of 1 MB"
            )
        return max(1, min(BATCH, MOST_AT_ONCE // max(page, 1)))

    def _open(self) -> ParquetFile:
        need("pyarrow")
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile

        try:
            return ParquetFile(self.path, buffer_size=_BUFFER)
        except (ArrowException, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise UsageError(f"{self.path}: this is no Parquet file ({str(error)[:200]})") from None

    def _columns(self, schema: pa.Schema) -> tuple[dict[str, str], bool]:
        """Column names by content, and True if the cards are front matter alone."""
        names = schema.names
        asked = {"id": self.id_column, "card": self.card_column}
        found: dict[str, str] = {}
        for what, known in KNOWN.items():
            name = asked.get(what) or next((one for one in known if one in names), None)
            if name is not None and name in names:
                found[what] = name
        front = "card" not in found
        if front and self.card_column is None:
            found.update(("card", name) for name in _FRONT if name in names)
        for what in ("id", "card"):
            if what not in found:
                raise UsageError(
                    f"{self.path}: no column holds the {what}; name it with --{what}-column,"
                    f" there are {', '.join(names)[:300]}"
                )
        self._check(schema, found)
        return {what: name for what, name in found.items() if names.count(name) == 1}, front or found["card"] in _FRONT

    def _check(self, schema: pa.Schema, found: dict[str, str]) -> None:
        """Reject id and card columns of a wrong type, and names that stand for two columns."""
        for what in ("id", "card"):
            name, advice = found[what], f"name the one that holds the {what} with --{what}-column"
            if schema.names.count(name) > 1:
                raise UsageError(f"{self.path}: two columns are called {name}; write the file anew with one of them")
            kind = schema.field(name).type
            if not is_text(kind) and not (what == "card" and is_mapping(kind)):
                raise UsageError(f"{self.path}: the column {name} is of type {str(kind)[:60]}, no text; {advice}")


_READ: dict[str, Callable[[pa.Array], list[Any]]] = {
    "id": texts_of,
    "card": cards_of,
    "downloads": integers_of,
    "task": texts_of,
    "created_at": times_of,
    "last_modified": times_of,
    "sha": texts_of,
}


def _model(row: dict[str, Any], number: int, *, front: bool) -> ModelRow:
    card = row["card"]
    if row["id"] is None:
        return {"id": f"(row {number})", "problem": "the row has no id"}
    if isinstance(card, dict):
        return cast("ModelRow", {**row, "card": None, **card_of(card), "body_read": False})
    if front and card is not None and not card.startswith(b"---"):
        card = b"---\n" + card.strip(b"\n") + b"\n---\n"
    too_large = card is not None and len(card) > MOST_BYTES
    read = {"card": None, "problem": TOO_LARGE} if too_large else {"card": card, "body_read": not front}
    return cast("ModelRow", {**row, **read})
