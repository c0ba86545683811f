"""What a source of cards gives: batches of models, in an order that is always the same."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..schema import INPUT, input_schema, need_pyarrow
from .values import text_of

if TYPE_CHECKING:
    import pyarrow as pa

# Small enough for a pool to share out evenly, and for a restart to lose little.
BATCH = 250
# A batch ends with the card that brings it to this.
BATCH_BYTES = 16 * 1024 * 1024

_NAMES = tuple(name for name, _, _ in INPUT)


class Source(ABC):
    """Cards to be audited."""

    __slots__ = ()

    @abstractmethod
    def fingerprint(self) -> str:
        """What changes when the source does, so that an audit is not gone on with over another one."""

    @abstractmethod
    def count(self) -> int | None:
        """How many models there are, where that is known without reading them all."""

    @abstractmethod
    def models(self) -> Iterator[dict[str, Any]]:
        """The models, each with what `schema.INPUT` names; what is not known may be left out."""

    def prepare(self, folder: Path) -> None:  # noqa: B027 - most sources have nothing to do before
        """Do what must be done before `models`, and keep it in a folder, so that it is done once."""

    def begin(self, models: Iterable[dict[str, Any]], done: int) -> None:  # noqa: B027 - most sources have no need to know
        """Take in what is to be audited.

        Args:
            models: all of them, those that are done first.
            done: how many were done before this start.
        """

    def conclude(self, models: Iterable[dict[str, Any]], read: Iterable[bool]) -> None:  # noqa: B027 - see `begin`
        """Take in that all models are done, and of each whether its whole card was read."""

    def calls_left(self) -> str:
        """In words, how many calls to a server are still to be made; nothing where none is."""
        return ""

    def calls(self) -> int:
        """How many cards are to be read with a call each, once `begin` was told."""
        return 0

    def filled(self, models: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
        """The models with what is read of them only when their turn has come."""
        return models


def batches(models: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The models in pieces of the size that they are scanned and kept in.

    Where they are split depends on the models alone: an audit that goes on counts the pieces that are done.
    """
    batch: list[dict[str, Any]] = []
    size = 0
    for model in models:
        batch.append(model)
        size += len(model.get("card") or b"")
        if len(batch) == BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def as_table(models: Sequence[dict[str, Any]]) -> pa.Table:
    """Models as a table by `schema.input_schema`."""
    rows = [{name: one.get(name) for name in _NAMES} for one in models]
    return need_pyarrow().Table.from_pylist(rows, schema=input_schema())


def id_of(parts: tuple[str, ...]) -> str:
    """The model that a card's path stands for: the two folders above it, or what there is of them."""
    return text_of("/".join(parts[-3:-1])) or "model"
