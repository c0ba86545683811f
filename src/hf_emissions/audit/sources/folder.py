"""Source: a folder, with every README.md below it as `.../<owner>/<name>/README.md`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ...card.file import CARD_NAME, MOST_BYTES, TOO_LARGE
from ...errors import UsageError
from ..schema import ModelRow
from .source import Source, id_of


@dataclass(frozen=True, slots=True)
class Folder(Source):
    """Cards below a folder, ordered by path. Hidden folders and links that lead outside are skipped.

    Raises:
        UsageError: there are none.
    """

    path: Path
    _cards: list[Path] = field(default_factory=list)

    def __post_init__(self) -> None:
        root = self.path.resolve()
        self._cards.extend(card for card in sorted(self.path.rglob(CARD_NAME)) if _is_card(card, self.path, root))
        if not self._cards:
            raise UsageError(f"{self.path}: there is no {CARD_NAME} in this folder")

    def fingerprint(self) -> str:
        """Digest of the cards' paths, sizes and modification times."""
        digest = hashlib.sha256()
        for card in self._cards:
            status = card.stat()
            digest.update(f"{card}\0{status.st_size}\0{status.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def count(self) -> int | None:
        """Number of cards."""
        return len(self._cards)

    def models(self) -> Iterator[ModelRow]:
        """Models with whole cards; an unreadable file becomes a `problem`."""
        name = self.path.resolve().name
        for card in self._cards:
            yield _model(id_of((name, *card.relative_to(self.path).parts)), card)


def _is_card(card: Path, folder: Path, root: Path) -> bool:
    """True for a visible file inside the folder: no link to outside, and no pipe, which would block forever."""
    hidden = any(part.startswith(".") for part in card.relative_to(folder).parts)
    return not hidden and card.is_file() and card.resolve().is_relative_to(root)


def _model(name: str, card: Path) -> ModelRow:
    try:
        with card.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        return {"id": name, "problem": f"the file cannot be read: {error.strerror or error}"}
    return (
        {"id": name, "problem": TOO_LARGE} if len(data) > MOST_BYTES else {"id": name, "card": data, "body_read": True}
    )
