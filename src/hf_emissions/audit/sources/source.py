"""Base class of card sources: batches of models in a stable order."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..schema import INPUT, ModelRow, input_schema, need
from .values import text_of

if TYPE_CHECKING:
    import pyarrow as pa

# Small enough to balance a pool, and to lose little on a restart.
BATCH = 250
# A batch ends with the card that reaches this size.
BATCH_BYTES = 16 * 1024 * 1024

_NAMES = tuple(name for name, _, _ in INPUT)


class Source(ABC):
    """Base class for sources of cards."""

    __slots__ = ()

    @abstractmethod
    def fingerprint(self) -> str:
        """Changes with the source, so that an audit is not resumed over another one."""

    @abstractmethod
    def count(self) -> int | None:
        """Number of models, if known without reading them all."""

    @abstractmethod
    def models(self) -> Iterator[ModelRow]:
        """Models with the columns of `schema.INPUT`; unknown ones may be left out."""

    def prepare(self, folder: Path) -> None:  # noqa: B027 - most sources have nothing to do before
        """Prepare for `models`, once; results are kept in a folder."""

    def begin(self, models: Iterable[ModelRow], done: int) -> None:  # noqa: B027 - most sources have no need to know
        """Called with all models, before the scan.

        Args:
            models: all models, finished ones first.
            done: number finished before this start.
        """

    def conclude(self, models: Iterable[ModelRow], read: Iterable[bool]) -> None:  # noqa: B027 - see `begin`
        """Called when all models are finished; `read` says for each whether its whole card was read."""

    def calls_left(self) -> str:
        """Number of calls still to make to a server, in words; empty if none."""
        return ""

    def calls(self) -> int:
        """Number of cards to read with a call each, known after `begin`."""
        return 0

    def filled(self, models: Sequence[ModelRow]) -> Sequence[ModelRow]:
        """Models with the columns that are read lazily."""
        return models


def batches(models: Iterable[ModelRow]) -> Iterator[list[ModelRow]]:
    """Split models into batches, the unit of scanning and saving.

    The boundaries depend on the models alone: a resumed audit counts finished batches.
    """
    batch: list[ModelRow] = []
    size = 0
    for model in models:
        batch.append(model)
        size += len(model.get("card") or b"")
        if len(batch) == BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def as_table(models: Sequence[ModelRow]) -> pa.Table:
    """Models as a table by `schema.input_schema`."""
    rows = [{name: one.get(name) for name in _NAMES} for one in models]
    return need("pyarrow").Table.from_pylist(rows, schema=input_schema())


def id_of(parts: tuple[str, ...]) -> str:
    """Model id from a card's path: the two folders above it, as far as they exist."""
    return text_of("/".join(parts[-3:-1])) or "model"
