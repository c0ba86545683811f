"""Several dumps as one, in the order in which they are named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .dump import Dump
from .source import Source


@dataclass(frozen=True, slots=True)
class Dumps(Source):
    """The models of several Parquet files, such as the shards of one dump."""

    dumps: tuple[Dump, ...]

    def fingerprint(self) -> str:
        """Of each of them, in their order: another order is another audit."""
        return "\n".join(dump.fingerprint() for dump in self.dumps)

    def count(self) -> int | None:
        """How many rows there are in all."""
        return sum(dump.count() or 0 for dump in self.dumps)

    def models(self) -> Iterator[dict[str, Any]]:
        """The models of each after those of the one before.

        Raises:
            UsageError: a file is damaged, or is none.
        """
        for dump in self.dumps:
            yield from dump.models()
