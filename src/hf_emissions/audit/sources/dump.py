"""A dump in Parquet, one row a model, with the text of the card or its front matter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ...errors import UsageError
from ..schema import need_pyarrow
from .source import BATCH, Source

# What dumps call their columns; librarian-bots/model_cards_with_metadata has the first of each.
KNOWN = {
    "id": ("modelId", "id", "model_id", "repo_id", "repoId", "modelID", "model"),
    "card": ("card", "readme", "README", "card_text", "model_card", "text", "content"),
    "downloads": ("downloads", "downloads_30d", "downloadsAllTime"),
    "task": ("pipeline_tag", "task"),
    "created_at": ("createdAt", "created_at"),
    "last_modified": ("last_modified", "lastModified"),
    "sha": ("sha",),
}
_FRONT = ("card_data", "cardData", "front_matter", "metadata", "yaml")


@dataclass(frozen=True, slots=True)
class Dump(Source):
    """The models of a Parquet file, read a piece at a time.

    Args:
        path: the file.
        id_column: the column of the ids, where it is not one that is known.
        card_column: that of the cards.

    Raises:
        UsageError: it is no Parquet, or has no such columns.
    """

    path: Path
    id_column: str | None = None
    card_column: str | None = None

    def fingerprint(self) -> str:
        """Of the file's size and time, and of the columns."""
        status = self.path.stat()
        return f"{self.path.resolve()} {status.st_size} {status.st_mtime_ns} {self.id_column} {self.card_column}"

    def count(self) -> int | None:
        """How many rows there are."""
        return int(self._open().metadata.num_rows)

    def models(self) -> Iterator[dict[str, Any]]:
        """The models; a card that is front matter alone is said to be that."""
        file = self._open()
        columns, front = self._columns(file.schema_arrow.names)
        for batch in file.iter_batches(BATCH, columns=list(columns.values())):
            for row in batch.to_pylist():
                yield _model({name: row[column] for name, column in columns.items()}, front=front)

    def _open(self) -> Any:
        need_pyarrow()
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile

        try:
            return ParquetFile(self.path)
        except ArrowException as error:
            raise UsageError(f"{self.path}: this is no Parquet file ({str(error)[:200]})") from None

    def _columns(self, names: list[str]) -> tuple[dict[str, str], bool]:
        """The columns by what they hold, and whether the cards are front matter alone."""
        asked = {"id": self.id_column, "card": self.card_column}
        found = {}
        for what, known in KNOWN.items():
            name = asked.get(what) or next((one for one in known if one in names), None)
            if name in names:
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
        return found, front or found["card"] in _FRONT


def _model(row: dict[str, Any], *, front: bool) -> dict[str, Any]:
    card = row["card"]
    if isinstance(card, str):
        # A lone surrogate cannot be in a card; its bytes say where it stood.
        card = card.encode("utf-8", "surrogatepass")
    if front and card is not None and not card.startswith(b"---"):
        card = b"---\n" + card.strip(b"\n") + b"\n---\n"
    times: dict[str, Any] = {name: _time(row[name]) for name in ("created_at", "last_modified") if name in row}
    return {**row, **times, "id": str(row["id"]), "card": card, "body_read": not front}


def _time(value: Any) -> datetime | None:
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return None
    if not isinstance(time, datetime):
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
