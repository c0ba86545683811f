"""Shard of an audit: each model is in exactly one, whatever the order of the source."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..errors import UsageError
from .schema import ModelRow

_WRITTEN = re.compile(r"([1-9]\d{0,5})/([1-9]\d{0,5})")


@dataclass(frozen=True, slots=True)
class Shard:
    """Part `number` of `count`, counted from 1."""

    number: int = 1
    count: int = 1

    @classmethod
    def read(cls, text: str) -> Shard:
        """Parse `i/n`.

        Raises:
            UsageError: the text is not a shard.
        """
        found = _WRITTEN.fullmatch(text.strip())
        if found is None or int(found[1]) > int(found[2]):
            raise UsageError(f"--shard is {text!r}; write the part and how many there are, such as 1/4")
        return cls(int(found[1]), int(found[2]))

    def of(self, models: Iterable[ModelRow]) -> Iterator[ModelRow]:
        """Models of this shard."""
        return (model for model in models if self.count == 1 or self._holds(model["id"]))

    def _holds(self, name: str) -> bool:
        return zlib.crc32(name.encode("utf-8", "replace")) % self.count == self.number - 1
