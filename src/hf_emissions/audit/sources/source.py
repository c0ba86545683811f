"""What a source of cards gives: batches of models, in an order that is always the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol

from ..schema import INPUT, input_schema, need_pyarrow

if TYPE_CHECKING:
    import pyarrow as pa

# Small enough for a pool to share out evenly, and for a restart to lose little.
BATCH = 250
# A card beyond this is none; it is looked at no further.
MOST_BYTES = 64 * 1024 * 1024

_NAMES = tuple(name for name, _, _ in INPUT)


class Source(Protocol):
    """Cards to be audited."""

    def fingerprint(self) -> str:
        """What changes when the source does, so that an audit is not gone on with over another one."""
        ...

    def count(self) -> int | None:
        """How many models there are, where that is known without reading them all."""
        ...

    def models(self) -> Iterator[dict[str, Any]]:
        """The models, each with what `schema.INPUT` names; what is not known may be left out."""
        ...


def batches(models: Iterable[dict[str, Any]]) -> Iterator[pa.Table]:
    """The models as tables by `schema.input_schema`."""
    pa, schema, left = need_pyarrow(), input_schema(), iter(models)
    while found := list(islice(left, BATCH)):
        yield pa.Table.from_pylist([{name: one.get(name) for name in _NAMES} for one in found], schema=schema)


def id_of(parts: tuple[str, ...]) -> str:
    """The model that a card's path stands for: the two folders above it, or what there is of them."""
    return "/".join(parts[-3:-1]) or "model"
