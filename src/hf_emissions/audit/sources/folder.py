"""Cards in a folder: every README.md below it, as `.../<owner>/<name>/README.md`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...card.file import CARD_NAME
from ...errors import UsageError
from .source import Source, id_of


@dataclass(frozen=True, slots=True)
class Folder(Source):
    """The cards below a folder, in the order of their paths.

    Raises:
        UsageError: there is none.
    """

    path: Path
    _cards: list[Path] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._cards.extend(sorted(self.path.rglob(CARD_NAME)))
        if not self._cards:
            raise UsageError(f"{self.path}: there is no {CARD_NAME} in this folder")

    def fingerprint(self) -> str:
        """Of the paths, sizes and times of the cards."""
        digest = hashlib.sha256()
        for card in self._cards:
            status = card.stat()
            digest.update(f"{card}\0{status.st_size}\0{status.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def count(self) -> int | None:
        """How many cards there are."""
        return len(self._cards)

    def models(self) -> Iterator[dict[str, Any]]:
        """The models, their cards whole."""
        for card in self._cards:
            parts = (self.path.resolve().name, *card.relative_to(self.path).parts)
            yield {"id": id_of(parts), "card": card.read_bytes(), "body_read": True}
