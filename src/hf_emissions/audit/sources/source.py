"""What a source of cards gives: batches of models, in an order that is always the same."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..schema import INPUT, input_schema, need_pyarrow

if TYPE_CHECKING:
    import pyarrow as pa

# Small enough for a pool to share out evenly, and for a restart to lose little.
BATCH = 250
# A card beyond this is none; it is looked at no further.
MOST_BYTES = 64 * 1024 * 1024

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

    def calls_left(self) -> str:
        """In words, how many calls to a server are still to be made; nothing where none is."""
        return ""

    def filled(self, models: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
        """The models with what is read of them only when their turn has come."""
        return models


def batches(models: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The models in pieces of the size that they are scanned and kept in."""
    left = iter(models)
    while found := list(islice(left, BATCH)):
        yield found


def as_table(models: Sequence[dict[str, Any]]) -> pa.Table:
    """Models as a table by `schema.input_schema`."""
    rows = [{name: one.get(name) for name in _NAMES} for one in models]
    return need_pyarrow().Table.from_pylist(rows, schema=input_schema())


def id_of(parts: tuple[str, ...]) -> str:
    """The model that a card's path stands for: the two folders above it, or what there is of them."""
    return "/".join(parts[-3:-1]) or "model"
