"""Source: several dumps as one, in the given order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..schema import ModelRow
from .dump import Dump
from .source import Source


@dataclass(frozen=True, slots=True)
class Dumps(Source):
    """Models of several Parquet files, such as the shards of a dump."""

    dumps: tuple[Dump, ...]

    def fingerprint(self) -> str:
        """Fingerprints of all dumps; another order is another audit."""
        return "\n".join(dump.fingerprint() for dump in self.dumps)

    def count(self) -> int | None:
        """Total number of rows."""
        return sum(dump.count() or 0 for dump in self.dumps)

    def models(self) -> Iterator[ModelRow]:
        """Models of all dumps, one dump after the other.

        Raises:
            UsageError: a file is damaged, or not Parquet.
        """
        for dump in self.dumps:
            yield from dump.models()
